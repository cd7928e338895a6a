package trust

import (
	"fmt"
	"slices"
)

// checkPlace refuses a team that would be two things at once: whoever receives
// reports must not come by the records of a unit, nor a unit by the opinions of its
// professions.
func (t Team) checkPlace(teams []Team) error {
	if t.Receives && (t.FollowsUp || t.ProfessionOf != "") || t.FollowsUp && t.ProfessionOf != "" {
		return fmt.Errorf("the team %s has two places in the trust file; it receives reports, or follows up, or is a profession", t.ID)
	}
	if t.ProfessionOf == "" {
		return nil
	}
	if !slices.ContainsFunc(teams, func(unit Team) bool { return unit.ID == t.ProfessionOf && unit.FollowsUp }) {
		return fmt.Errorf("the team %s is a profession of %s, which is no unit of the trust file; mark that one with \"follows_up\": true", t.ID, t.ProfessionOf)
	}
	return nil
}

// Team returns one team.
func (f *File) Team(id string) (Team, bool) {
	for _, team := range f.content.Teams {
		if team.ID == id {
			return team, true
		}
	}
	return Team{}, false
}

// Units lists the teams that reports are referred to.
func (f *File) Units() []Team {
	return f.those(func(t Team) bool { return t.FollowsUp })
}

// Professions lists the professions of a unit.
func (f *File) Professions(unit string) []Team {
	return f.those(func(t Team) bool { return t.ProfessionOf != "" && t.ProfessionOf == unit })
}

func (f *File) those(are func(Team) bool) []Team {
	var found []Team
	for _, team := range f.content.Teams {
		if are(team) {
			found = append(found, team)
		}
	}
	return found
}
