package pages

import (
	"fmt"
	"slices"

	"recueil/internal/office/internal/triage"
	"recueil/internal/trust"
)

// units lists the follow-up units whose key a member holds.
func (s *Server) units(v *visit) []trust.Team {
	held := v.keys.Teams()
	return slices.DeleteFunc(s.Desk.Trust.File().Units(), func(unit trust.Team) bool { return !slices.Contains(held, unit.ID) })
}

// unitIDs lists them as a query asks.
func (s *Server) unitIDs(v *visit) []string {
	ids := []string{}
	for _, unit := range s.units(v) {
		ids = append(ids, unit.ID)
	}
	return ids
}

// receives reports whether a member holds the key that new reports are sealed to: the
// platform's queue is his.
func (s *Server) receives(v *visit) bool {
	return slices.Contains(v.keys.Teams(), s.Desk.Trust.File().Receiving().TeamID)
}

// followsUp reports whether a member works for a unit and not for the platform: its
// queue is not his.
func (s *Server) followsUp(v *visit) bool {
	return v.Role.May(triage.AnswerReferral) && len(s.units(v)) > 0 && !s.receives(v)
}

// seals is what is sealed to a team from now on.
func (s *Server) seals(team string) (trust.Epoch, error) {
	epoch, known := s.Desk.Trust.File().Current(team)
	if !known {
		return trust.Epoch{}, fmt.Errorf("the trust file has no team %s", team)
	}
	return epoch, nil
}

// teamName is a team's name as the trust file has it.
func (s *Server) teamName(id string) string {
	if team, known := s.Desk.Trust.File().Team(id); known {
		return team.Name
	}
	return id
}
