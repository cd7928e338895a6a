package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"recueil/internal/office"
	"recueil/internal/trust"
)

type initCommand struct {
	ownerFlags
	TrustFile  string   `help:"Trust file to write; it must not exist." required:"" env:"RECUEIL_TRUST_FILE"`
	ShredDir   string   `help:"Folder for the shred keys." required:"" env:"RECUEIL_SHRED_DIR"`
	Team       []string `help:"A team as id=Name; the first one receives every new report. Repeat it for each." required:"" placeholder:"plateau=Plateau"`
	Unit       string   `help:"The unit that follows children up, as id=Name. Reports are referred to it." placeholder:"cellule=Cellule de suivi"`
	Profession []string `help:"A profession of the unit, as id=Name, with a key of its own that no coordinator holds. Repeat it for each." placeholder:"psychologues=Psychologues"`
	Login      string   `help:"Log-in name of the first coordinator." required:""`
	Name       string   `help:"Name of the first coordinator, as colleagues see it." required:""`
}

// Run founds the house. The passphrase of the first coordinator is asked for; the
// recovery key is printed at the end and is nowhere else.
func (c *initCommand) Run(t *terminal) error {
	teams, err := c.teams()
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.TrustFile); err == nil {
		return fmt.Errorf("%s exists; keys are never made over others, name a new file by --trust-file", c.TrustFile)
	}
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	passphrase, err := t.newPassphrase("Passphrase of " + c.Login)
	if err != nil {
		return err
	}
	var fingerprint string
	recovery, err := office.Found(t.ctx, office.Founding{
		Pool: pool, ShredDir: c.ShredDir, Teams: teams, Now: time.Now(),
		First: office.Account{Login: c.Login, Name: c.Name, Role: "coordinator", Passphrase: passphrase},
		Install: func(f *trust.File) error {
			fingerprint = f.Fingerprint()
			return writeTrust(c.TrustFile, f)
		},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Trust file %s, version 1, fingerprint (--trust-fingerprint of intake and office):\n%s\n\n", c.TrustFile, fingerprint)
	fmt.Fprintf(t.out, "Recovery key. Print this line, put it into a safe, keep no other copy. It opens every team's key when nobody is left:\n%s\n", recovery.Reveal())
	return nil
}

func (c *initCommand) teams() ([]trust.Team, error) {
	var teams []trust.Team
	add := func(text string, team trust.Team) error {
		var found bool
		if team.ID, team.Name, found = strings.Cut(text, "="); !found {
			return fmt.Errorf("the team %q is not written as id=Name", text)
		}
		teams = append(teams, team)
		return nil
	}
	for i, text := range c.Team {
		if err := add(text, trust.Team{Receives: i == 0}); err != nil {
			return nil, err
		}
	}
	if c.Unit == "" && len(c.Profession) > 0 {
		return nil, errors.New("a profession belongs to a unit; name that by --unit")
	}
	if c.Unit == "" {
		return teams, nil
	}
	if err := add(c.Unit, trust.Team{FollowsUp: true}); err != nil {
		return nil, err
	}
	unit := teams[len(teams)-1].ID
	for _, text := range c.Profession {
		if err := add(text, trust.Team{ProfessionOf: unit}); err != nil {
			return nil, err
		}
	}
	return teams, nil
}

// writeTrust writes the file whole or not at all, and never over another. The
// servers read it and must not be able to write it.
func writeTrust(path string, f *trust.File) error {
	raw, err := f.Encode()
	if err != nil {
		return errors.New("the trust file cannot be written as JSON")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making the folder of the trust file: %w", err)
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing the trust file: %w", err)
	}
	_, err = out.Write(raw)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		os.Remove(path)
		return fmt.Errorf("writing the trust file: %w", err)
	}
	return nil
}
