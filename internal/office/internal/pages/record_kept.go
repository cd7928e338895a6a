package pages

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
)

// mostSaid is how long what was typed into a form of the unit may be, in bytes, to wait
// in the row of a session.
const mostSaid = 64000

// resumeRecord leads back to a form of the unit: what was typed waits for it, sealed, in
// the session's row.
func (s *Server) resumeRecord(c echo.Context, session *staff.Session, w way) error {
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

// showKept shows what was typed into a form of the unit and is longer than what waits
// over a log-in.
func (s *Server) showKept(c echo.Context, session *staff.Session, w way) error {
	if _, err := s.visitOn(c, session); err != nil {
		return err
	}
	title := s.voice.T("office.record.kept.heading")
	page := problemPage{Frame: s.frame(c, title), Heading: title, Texts: []string{s.voice.T("office.record.kept.text")}}
	for _, k := range w.Kept {
		if strings.HasPrefix(k.Name, said) {
			page.Texts = append(page.Texts, k.Value)
		}
	}
	return s.render(c, http.StatusOK, "problem", page)
}
