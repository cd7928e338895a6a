package main

import (
	"fmt"

	"recueil/internal/office"
)

type teamShred struct {
	houseFlags
	Team  string `arg:"" help:"Id of the team."`
	Epoch int    `arg:"" help:"The retired epoch."`
	Force bool   `help:"Destroy it although something is sealed to it, which is then lost for good."`
}

// Run says what follows and wants it confirmed by a typed line.
func (c *teamShred) Run(t *terminal) error {
	house, err := c.house(t)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	shredding := office.Shredding{House: house, Team: c.Team, Epoch: c.Epoch, Force: c.Force}
	lost, err := shredding.Check(t.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.warn, "The shred key of epoch %d of %s is about to be destroyed. No copy of its wraps will open any more, in any backup.\n", c.Epoch, c.Team)
	if !lost.None() {
		fmt.Fprintf(t.warn, "LOST FOR GOOD: %s. Nobody will ever read them.\n", lost)
	}
	fmt.Fprintf(t.warn, "An intake that is switched off may hold reports of this epoch in its spool folder: they would be lost, too.\n")
	if err := t.confirm(fmt.Sprintf("%s %d", c.Team, c.Epoch)); err != nil {
		return err
	}
	if lost, err = office.Shred(t.ctx, shredding); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Epoch %d of %s is destroyed here. Lost are %s. Destroy its shred key on every office and in its backup, too.\n",
		c.Epoch, c.Team, lost)
	return nil
}
