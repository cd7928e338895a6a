package main

import (
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"recueil/internal/office"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

type staffCommands struct {
	List    staffList    `cmd:"" help:"List the accounts."`
	Add     staffAdd     `cmd:"" help:"Make an account and give it the keys of its teams."`
	Release staffRelease `cmd:"" help:"Take one team's key from an account that keeps all else."`
	Disable staffDisable `cmd:"" help:"Shut an account out: its sessions end, its keys are deleted."`
}

type staffList struct{ ownerFlags }

// Run prints a line for each account.
func (c *staffList) Run(t *terminal) error {
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	people, err := office.People(t.ctx, pool)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "LOGIN\tNAME\tROLE\tTEAMS\t")
	for _, p := range people {
		state := ""
		if p.Disabled {
			state = "disabled"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Login, p.Name, p.Role, strings.Join(p.Teams, ", "), state)
	}
	return table.Flush()
}

type staffAdd struct {
	ownerFlags
	TrustFile string   `help:"Trust file." required:"" env:"RECUEIL_TRUST_FILE"`
	ShredDir  string   `help:"Folder of the shred keys." required:"" env:"RECUEIL_SHRED_DIR"`
	Login     string   `help:"Log-in name." required:""`
	Name      string   `help:"Name, as colleagues see it." required:""`
	Role      string   `help:"agent, coordinator, follow_up, statistician, account_administrator or auditor." required:""`
	Team      []string `help:"Id of a team whose key the member is given. Repeat it for each."`
	Sponsor   string   `help:"Log-in name of the coordinator who vouches and holds those keys."`
}

// Run asks for the passphrase of who vouches, when teams are given, then for the
// new member's own.
func (c *staffAdd) Run(t *terminal) error {
	log := slog.New(slog.NewTextHandler(t.warn, &slog.HandlerOptions{Level: slog.LevelWarn}))
	trusted, err := trust.NewSource(trust.Options{Path: c.TrustFile}, log)
	if err != nil {
		return err
	}
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	var vouching secret.Text
	if len(c.Team) > 0 {
		if c.Sponsor == "" {
			return fmt.Errorf("a team's key is given by a coordinator who holds it; name one by --sponsor")
		}
		if vouching, err = t.ask("Passphrase of " + c.Sponsor); err != nil {
			return err
		}
	}
	own, err := t.newPassphrase("Passphrase of " + c.Login)
	if err != nil {
		return err
	}
	err = office.Admit(t.ctx, office.Admission{Pool: pool, ShredDir: c.ShredDir, Trust: trusted, Teams: c.Team, Sponsor: c.Sponsor, Secret: vouching,
		Account: office.Account{Login: c.Login, Name: c.Name, Role: c.Role, Passphrase: own}, Now: time.Now, Log: log})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s can log in\n", c.Login)
	return nil
}

type staffDisable struct {
	ownerFlags
	Login string `arg:"" help:"Log-in name."`
}

// Run disables one account.
func (c *staffDisable) Run(t *terminal) error {
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := office.Disable(t.ctx, pool, c.Login, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s is shut out\n", c.Login)
	return nil
}

type staffRelease struct {
	ownerFlags
	Login string `arg:"" help:"Log-in name."`
	Team  string `help:"Id of the team that it leaves." required:""`
}

// Run takes one key away.
func (c *staffRelease) Run(t *terminal) error {
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := office.Release(t.ctx, pool, office.Parting{Login: c.Login, Team: c.Team, Now: time.Now()}); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s holds the key of %s no more. `recueil team rotate %s` gives it one that %s never held.\n", c.Login, c.Team, c.Team, c.Login)
	return nil
}
