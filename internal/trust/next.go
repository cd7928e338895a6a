package trust

import (
	"encoding/json"
	"fmt"
)

// A Change is what the next version of a trust file says otherwise.
type Change struct {
	Version int     // above the present one
	Begin   []Epoch // the keys everything is sealed to from then on
	End     []Epoch // keys that open nothing any more, their shred keys being destroyed
}

// Next returns the next version of the file. All else, the recovery recipient above
// all, comes from the present one.
func (f *File) Next(c Change) (*File, error) {
	if c.Version <= f.Version() {
		return nil, fmt.Errorf("version %d of the trust file does not follow version %d", c.Version, f.Version())
	}
	next := content{f.content.Format, c.Version, f.content.Recovery, nil}
	begun := 0
	for _, team := range f.content.Teams {
		var epochs []TeamKeys
		for _, keys := range team.Epochs {
			if !named(c.End, team.ID, keys.Epoch) {
				epochs = append(epochs, keys)
			}
		}
		for _, e := range c.Begin {
			if e.TeamID == team.ID {
				begun++
				epochs = append(epochs, TeamKeys{e.Number, e.Recipient})
			}
		}
		team.Epochs = epochs
		next.Teams = append(next.Teams, team)
	}
	if begun != len(c.Begin) {
		return nil, fmt.Errorf("the trust file lacks a team whose key is to begin")
	}
	raw, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the trust file: %w", err)
	}
	return Parse(append(raw, '\n'), false)
}

func named(epochs []Epoch, teamID string, number int) bool {
	for _, e := range epochs {
		if e.TeamID == teamID && e.Number == number {
			return true
		}
	}
	return false
}
