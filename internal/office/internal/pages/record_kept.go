package pages

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
)

// mostSaid is how long what was typed into a form of the unit, of a promised call or of a
// call to an emergency service, or into one by which something of a report is given to
// others, may be, in bytes, to wait in the row of a session.
const mostSaid = 64000

// isLong reports whether what was typed belongs to one of those forms, and to a member who
// may use it.
func (w way) isLong(role triage.Role) bool {
	action := triage.Record
	switch {
	case !w.holdsText():
		return false
	case w.Return == "/rappels" || strings.HasSuffix(w.Return, "/relais"):
		action = triage.Call
	case strings.HasPrefix(w.Return, "/demandes/"):
		action = triage.AnswerReferral
	case strings.HasPrefix(w.Return, "/dossiers/") && (strings.HasSuffix(w.Return, "/demande") || strings.Contains(w.Return, "/ajouts/")):
		action = triage.Refer
	case strings.HasPrefix(w.Return, "/dossiers/") && strings.Contains(w.Return, "/transmission"):
		action = triage.Propose
	case !strings.HasPrefix(w.Return, "/suivi/"):
		return false
	}
	return role.May(action)
}

// resumeLong leads back to such a form: what was typed waits for it, sealed, in the
// session's row.
func (s *Server) resumeLong(c echo.Context, session *staff.Session, w way) error {
	waiting, err := json.Marshal(w)
	if err != nil {
		return errors.New("what was typed cannot be written")
	}
	if len(waiting) > mostSaid {
		return s.showKept(c, session, w)
	}
	if err := s.Desk.Wait(c.Request().Context(), session, waiting); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, w.Return+returning)
}

// showKept shows what was typed into such a form and is longer than what waits over a
// log-in.
func (s *Server) showKept(c echo.Context, session *staff.Session, w way) error {
	if _, err := s.visitOn(c, session); err != nil {
		return err
	}
	title := s.voice.T("office.record.kept.heading")
	page := problemPage{Frame: s.frame(c, title), Heading: title, Texts: []string{s.voice.T("office.record.kept.text")}}
	for _, k := range w.Kept {
		if strings.HasPrefix(k.Name, said) || strings.HasPrefix(k.Name, "text.") || slices.Contains([]string{"reason", "redactions", "note"}, k.Name) {
			page.Texts = append(page.Texts, k.Value)
		}
	}
	return s.render(c, http.StatusOK, "problem", page)
}
