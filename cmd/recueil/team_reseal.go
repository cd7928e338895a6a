package main

import (
	"fmt"

	"recueil/internal/office"
)

type teamReseal struct {
	houseFlags
	Team    string `arg:"" help:"Id of the team."`
	From    int    `help:"The retired epoch." required:""`
	Sponsor string `help:"Log-in name of a coordinator who holds both keys; the passphrase is asked for." required:""`
}

// Run can be stopped and run again: what was sealed forward stays so.
func (c *teamReseal) Run(t *terminal) error {
	house, err := c.house(t)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	passphrase, err := t.ask("Passphrase of " + c.Sponsor)
	if err != nil {
		return err
	}
	done, err := office.Reseal(t.ctx, office.Resealing{House: house, Team: c.Team, From: c.From, Sponsor: c.Sponsor, Secret: passphrase,
		Progress: func(so office.Resealed) {
			fmt.Fprintf(t.warn, "\r%d reports, %d additions, %d records", so.Reports, so.Additions, so.Records)
		}})
	fmt.Fprintln(t.warn)
	fmt.Fprintf(t.out, "%d reports and %d additions, %d records, %d referrals, %d names of views are sealed to the current epoch of %s\n", done.Reports, done.Additions, done.Records, done.Referrals, done.Views, c.Team)
	if err != nil {
		return fmt.Errorf("stopped; run it again to go on: %w", err)
	}
	for _, id := range done.Left {
		fmt.Fprintf(t.out, "left under epoch %d, it does not open or something stands in its place: %s\n", c.From, id)
	}
	if len(done.Left) > 0 {
		return fmt.Errorf("%d are left under epoch %d", len(done.Left), c.From)
	}
	return nil
}
