package main

import (
	"fmt"

	"recueil/internal/office"
)

type recoveryDrillCommand struct{ houseFlags }

// Run asks for the recovery key, and fails when an epoch does not open with it.
func (c *recoveryDrillCommand) Run(t *terminal) error {
	house, err := c.house(t)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	key, err := t.ask("Recovery key")
	if err != nil {
		return err
	}
	drilled, err := office.Recovery{House: house, Key: key}.Drill(t.ctx)
	if err != nil {
		return err
	}
	failed := 0
	for _, d := range drilled {
		switch {
		case d.Err != nil:
			failed++
			fmt.Fprintf(t.out, "FAILS  %s epoch %d: %v\n", d.Team, d.Epoch, d.Err)
		case d.Gone:
			fmt.Fprintf(t.out, "gone   %s epoch %d: its shred key was destroyed on purpose\n", d.Team, d.Epoch)
		default:
			fmt.Fprintf(t.out, "opens  %s epoch %d\n", d.Team, d.Epoch)
		}
	}
	if failed > 0 {
		return fmt.Errorf("the recovery key does not open %d of %d epochs", failed, len(drilled))
	}
	fmt.Fprintln(t.out, "The recovery key works. Put it back into the safe.")
	return nil
}
