package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"recueil/internal/office"
	"recueil/internal/trust"
)

type teamRotate struct {
	houseFlags
	Team           []string `arg:"" help:"Ids of the teams."`
	Sponsor        string   `help:"Log-in name of a coordinator who holds their present keys; the passphrase is asked for." required:""`
	Out            string   `help:"File to write the next version of the trust file to; it must not exist." required:""`
	DiscardPending bool     `help:"Discard a rotation that was prepared and whose trust file was never installed."`
}

// Run prepares a rotation. Nothing is sealed to the new keys before the file it
// writes is installed.
func (c *teamRotate) Run(t *terminal) error {
	if _, err := os.Stat(c.Out); err == nil {
		return fmt.Errorf("%s exists; name a new file by --out and install it once everybody is ready", c.Out)
	}
	house, err := c.house(t)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	passphrase, err := t.ask("Passphrase of " + c.Sponsor)
	if err != nil {
		return err
	}
	rotated, err := office.Rotate(t.ctx, office.Rotation{House: house, Teams: c.Team, Sponsor: c.Sponsor, Secret: passphrase,
		Discard: c.DiscardPending, Install: func(f *trust.File) error { return writeTrust(c.Out, f) }})
	if err != nil {
		return err
	}
	refused := 0
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, begun := range rotated.Begun {
		fmt.Fprintf(table, "Epoch %d of %s is made. Who holds it:\n", begun.Number, begun.TeamID)
		for _, h := range rotated.Holders {
			if h.Team != begun.TeamID {
				continue
			}
			verdict := "yes"
			if h.Refused != "" {
				verdict = "REFUSED: " + h.Refused
				refused++
			}
			fmt.Fprintf(table, "  %s\t%s\t%s\n", h.Login, h.Name, verdict)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if refused > 0 {
		fmt.Fprintf(t.out, "\n%d refused: find out why before going on; `recueil audit verify` helps.\n", refused)
	}
	fmt.Fprint(t.out, "\nInstall the file only when everybody listed with \"yes\" is still of the team. If not, disable\nwho left and run this again with --discard-pending.\n\n")
	fmt.Fprintf(t.out, "Trust file %s, version %d, fingerprint:\n%s\n\n", c.Out, rotated.File.Version(), rotated.File.Fingerprint())
	fmt.Fprintln(t.out, "Next, in this order (docs/keys.md):")
	for _, begun := range rotated.Begun {
		fmt.Fprintf(t.out, "  - copy %s to the shred folder of every office, and into its backup\n", filepath.Join(c.ShredDir, fmt.Sprintf("%s-%d.key", begun.TeamID, begun.Number)))
	}
	fmt.Fprint(t.out, "  - add the fingerprint to the approved ones, install the file and send SIGHUP: every office first, then every intake\n  - recueil team status, until the rotation is complete\n")
	return nil
}
