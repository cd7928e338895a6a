package pages

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/triage"
)

// The key of one's own account: what it opens, what it waits for, and the six words
// that a coordinator compares by voice before he gives a team's key to it.
type ownKeyPage struct {
	Frame
	Heading string
	Words   []string
	Waits   string // names of teams
	Holds   string
	Broken  string // a key lies there and does not open
}

func (s *Server) ownKey(c echo.Context, v *visit) error {
	ctx := c.Request().Context()
	keys, err := s.Desk.OwnKeys(ctx, v.ID)
	if err != nil {
		return err
	}
	names, err := s.teamNames(c)
	if err != nil {
		return err
	}
	var holds, waits, broken []string
	for _, key := range keys {
		switch held := len(v.keys.Epochs(key.Team)) > 0; {
		case held:
			holds = append(holds, names[key.Team])
		case key.Wraps > 0:
			broken = append(broken, names[key.Team])
			event := audit.Event{At: s.Now(), Actor: v.ID, Action: "key.does_not_open", Object: "team", ID: key.Team}
			if err := s.Trail.Append(ctx, event); err != nil {
				return err
			}
		default:
			waits = append(waits, names[key.Team])
		}
	}
	page := ownKeyPage{Words: v.Words(), Heading: s.voice.T("office.key.heading"),
		Waits: strings.Join(waits, ", "), Holds: strings.Join(holds, ", "), Broken: strings.Join(broken, ", ")}
	switch {
	case waits != nil:
		page.Heading = s.voice.T("office.key.waits.heading")
	case v.Role.May(triage.Read) && holds == nil && broken == nil:
		page.Heading = s.voice.T("office.noteam")
	}
	page.Frame = s.frame(c, page.Heading)
	page.Own = true
	return s.render(c, http.StatusOK, "own_key", page)
}

// teamNames are the names of teams by their ids.
func (s *Server) teamNames(c echo.Context) (map[string]string, error) {
	teams, err := s.Desk.Teams(c.Request().Context())
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(teams))
	for _, team := range teams {
		names[team.ID] = team.Name
	}
	return names, nil
}

func namesOf(ids []string, names map[string]string) []string {
	said := make([]string, len(ids))
	for i, id := range ids {
		if said[i] = names[id]; said[i] == "" {
			said[i] = id
		}
	}
	return said
}
