package main

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"recueil/internal/office"
	"recueil/internal/trust"
)

type recoverCommand struct {
	ownerFlags
	TrustFile string `help:"Trust file." required:"" env:"RECUEIL_TRUST_FILE"`
	ShredDir  string `help:"Folder of the shred keys." required:"" env:"RECUEIL_SHRED_DIR"`
	Team      string `help:"Id of the team." required:""`
	Out       string `help:"File to write the team's age identity to; it must not exist. Destroy it afterwards." required:""`
}

// Run asks for the recovery key. The file it writes opens every report of the team
// with the standard age tool.
func (c *recoverCommand) Run(t *terminal) error {
	source, err := trust.NewSource(trust.Options{Path: c.TrustFile}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	key, err := t.ask("Recovery key")
	if err != nil {
		return err
	}
	identity, err := office.Recover(t.ctx, office.Recovery{Pool: pool, ShredDir: c.ShredDir, Trust: source.File(), Key: key, TeamID: c.Team, Now: time.Now()})
	if err != nil {
		return err
	}
	out, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing the team's identity: %w", err)
	}
	defer out.Close()
	if _, err := fmt.Fprintln(out, identity.Reveal()); err != nil {
		return fmt.Errorf("writing the team's identity: %w", err)
	}
	fmt.Fprintf(t.out, "%s opens the reports of %s: age -d -i %s FILE\n", c.Out, c.Team, c.Out)
	return out.Sync()
}
