package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"recueil/internal/office"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// demoStaff is one account for most roles; the first one founds the house. The
// names are invented.
var demoStaff = []devStaff{
	{Login: "camille", Name: "Camille Renard", Role: "coordinator"},
	{Login: "noe", Name: "Noé Valmont", Role: "agent"},
	{Login: "ines", Name: "Inès Delorme", Role: "agent"},
	{Login: "admin", Name: "Alix Garnier", Role: "account_administrator"},
	{Login: "audit", Name: "Maëlle Fortin", Role: "auditor"},
}

// demoWords are 64 short words without accents.
var demoWords = [...]string{
	"ardoise", "avoine", "bouleau", "brume", "cactus", "canot", "cerise", "chemin", "colline", "corail", "dune", "ecluse", "encrier", "etoile", "falaise", "figue",
	"flocon", "fougere", "galet", "girafe", "glacier", "grange", "herisson", "horizon", "ilot", "jardin", "jonquille", "lagune", "lanterne", "lavande", "loutre", "marelle",
	"menthe", "moulin", "muguet", "navire", "noisette", "nuage", "olivier", "oreiller", "osier", "papillon", "parasol", "peuplier", "phare", "pinceau", "prairie", "quartz",
	"ravine", "renard", "ruisseau", "sable", "saphir", "sentier", "sureau", "tambour", "tilleul", "toupie", "tournesol", "vallon", "velours", "verger", "violon", "voilier",
}

func (c *devCommand) identityFile() string { return filepath.Join(c.Dir, "plateau.identity") }

// admit lets the rest of the demo staff in, vouched for by the first.
func (c *devCommand) admit(ctx context.Context, ownerURL string, people []devStaff) error {
	log := slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: c.trustFile()}, log)
	if err != nil {
		return err
	}
	pool, err := ownerFlags{ownerURL}.open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, person := range people[1:] {
		a := office.Admission{Pool: pool, ShredDir: c.shredDir(), Trust: trusted, Account: person.account(),
			Sponsor: people[0].Login, Secret: secret.Text(people[0].Passphrase), Now: time.Now, Log: log}
		if person.Role == "agent" {
			a.Teams = []string{"plateau"}
		}
		if err := office.Admit(ctx, a); err != nil {
			return fmt.Errorf("making the demo account %s: %w", person.Login, err)
		}
	}
	return nil
}

// exportTeam writes the demo team's key to a file, so that one can see the standard
// age tool open what lies in the database. It goes the way of `recueil recover --out`.
func (c *devCommand) exportTeam(ctx context.Context, ownerURL string, recovery secret.Text) error {
	trusted, err := trust.NewSource(trust.Options{Path: c.trustFile()}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	pool, err := ownerFlags{ownerURL}.open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	house := office.House{Pool: pool, ShredDir: c.shredDir(), Trust: trusted, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	identity, err := office.Recovery{House: house, Key: recovery, Team: "plateau"}.Export(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.identityFile(), []byte(identity.Reveal()+"\n"), 0o600); err != nil {
		return fmt.Errorf("writing the demo team's key: %w", err)
	}
	return nil
}
