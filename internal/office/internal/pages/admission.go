package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/web"
)

// Who waits for the key of a team that a coordinator holds.
type keysPage struct {
	Frame
	Heading string
	Rows    []waitingRow
}

type waitingRow struct {
	Address string
	Name    string
	Login   string
	Role    string
	Teams   string
	Since   string
}

func (s *Server) waitingRow(w staff.Waiting, names map[string]string) waitingRow {
	return waitingRow{Address: "/cles/" + w.ID.String(), Name: w.DisplayName, Login: w.Login, Role: s.voice.T("office.role." + string(w.Role)),
		Teams: strings.Join(namesOf(w.Teams, names), ", "), Since: s.when(w.AskedAt)}
}

// giving lists the teams whose key a member may give. A follow-up member gives that of
// his profession; who has none has nothing to give.
func (s *Server) giving(v *visit) ([]string, error) {
	teams := s.Desk.Giving(v.Role, v.keys)
	if len(teams) == 0 && v.Role == triage.FollowUp {
		return nil, errRole
	}
	return teams, nil
}

func (s *Server) keys(c echo.Context, v *visit) error {
	giving, err := s.giving(v)
	if err != nil {
		return err
	}
	waiting, err := s.Desk.Waiting(c.Request().Context(), v.ID, giving)
	if err != nil {
		return err
	}
	names, err := s.teamNames(c)
	if err != nil {
		return err
	}
	page := keysPage{Heading: s.voice.T("office.keys_due", "Count", len(waiting))}
	if len(waiting) == 0 {
		page.Heading = s.voice.T("office.keys_due.none")
	}
	page.Frame = s.frame(c, page.Heading)
	for _, w := range waiting {
		page.Rows = append(page.Rows, s.waitingRow(w, names))
	}
	return s.render(c, http.StatusOK, "keys", page)
}

type admitPage struct {
	Frame
	Of      waitingRow
	Words   []string
	Seen    string // which key these words are of
	Problem string
	Differ  bool // asks once more before it shuts the account
}

// waitingFor finds who waits under an address.
func (s *Server) waitingFor(c echo.Context, v *visit) (staff.Waiting, error) {
	giving, err := s.giving(v)
	if err != nil {
		return staff.Waiting{}, err
	}
	waiting, err := s.Desk.Waiting(c.Request().Context(), v.ID, giving)
	if err != nil {
		return staff.Waiting{}, err
	}
	for _, w := range waiting {
		if w.ID.String() == c.Param("compte") {
			return w, nil
		}
	}
	return staff.Waiting{}, errNobodyWaits
}

func (s *Server) askAdmit(c echo.Context, v *visit) error {
	return s.showAdmit(c, v, http.StatusOK, "", false)
}

func (s *Server) askRefuse(c echo.Context, v *visit) error {
	return s.showAdmit(c, v, http.StatusOK, "", true)
}

func (s *Server) showAdmit(c echo.Context, v *visit, status int, problem string, differ bool) error {
	w, err := s.waitingFor(c, v)
	if err != nil {
		return err
	}
	names, err := s.teamNames(c)
	if err != nil {
		return err
	}
	page := admitPage{Of: s.waitingRow(w, names), Words: w.Words(), Seen: seen(w.Recipient), Problem: problem, Differ: differ}
	title := s.voice.T("office.admit.title")
	if differ {
		title = s.voice.T("office.admit.differ")
	}
	page.Frame = s.frame(c, title)
	page.Error = problem != ""
	return s.render(c, status, "admit", page)
}

func (s *Server) admit(c echo.Context, v *visit) error {
	w, same, err := s.compared(c, v)
	if err != nil {
		return err
	}
	if !same {
		return s.showAdmit(c, v, http.StatusConflict, s.voice.T("office.admit.changed"), false)
	}
	switch _, err := s.Desk.GiveKeys(c.Request().Context(), v.Session, v.keys, w.ID, w.Recipient); {
	case errors.Is(err, staff.ErrStale):
		return errNobodyWaits
	case errors.Is(err, staff.ErrPending):
		return s.showAdmit(c, v, http.StatusConflict, s.voice.T("office.admit.pending"), false)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/cles")
}

func (s *Server) refuse(c echo.Context, v *visit) error {
	w, same, err := s.compared(c, v)
	if err != nil {
		return err
	}
	if !same {
		return s.showAdmit(c, v, http.StatusConflict, s.voice.T("office.admit.changed"), true)
	}
	switch err := s.Desk.Refuse(c.Request().Context(), v.ID, w.ID, w.Recipient); {
	case errors.Is(err, staff.ErrLastHolder):
		return s.showAdmit(c, v, http.StatusConflict, s.voice.T("office.act.last"), true)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/cles")
}

// compared reports whether the key that waits is still the one whose words were on
// the page: what stands in the database may have been changed since.
func (s *Server) compared(c echo.Context, v *visit) (staff.Waiting, bool, error) {
	w, err := s.waitingFor(c, v)
	if err != nil {
		return w, false, err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	return w, form.Get("seen") == seen(w.Recipient), err
}

func seen(recipient string) string {
	sum := sha256.Sum256([]byte(recipient))
	return hex.EncodeToString(sum[:])
}
