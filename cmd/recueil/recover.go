package main

import (
	"fmt"
	"os"

	"recueil/internal/office"
	"recueil/internal/secret"
)

type recoverCommand struct {
	houseFlags
	Team  string `help:"Id of the team." required:""`
	Admit string `help:"Log-in name of a coordinator, or of a profession a follow-up member, who is given every key of the team; he types his passphrase here." xor:"to" required:""`
	Out   string `help:"Instead: file to write the current identity to, for the standard age tool. It must not exist; destroy it afterwards." xor:"to" required:""`
}

// Run asks for the recovery key, and for the passphrase of who is admitted.
func (c *recoverCommand) Run(t *terminal) error {
	house, err := c.house(t)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	key, err := t.ask("Recovery key")
	if err != nil {
		return err
	}
	recovery := office.Recovery{House: house, Key: key, Team: c.Team}
	if c.Admit == "" {
		identity, err := recovery.Export(t.ctx)
		if err != nil {
			return err
		}
		return c.write(t, identity)
	}
	passphrase, err := t.ask("Passphrase of " + c.Admit)
	if err != nil {
		return err
	}
	epochs, err := recovery.AdmitTo(t.ctx, c.Admit, passphrase)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s holds the key of %s again (%d epochs) and can admit colleagues. Put the recovery key back into the safe.\n", c.Admit, c.Team, epochs)
	return nil
}

func (c *recoverCommand) write(t *terminal, identity secret.Text) error {
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
