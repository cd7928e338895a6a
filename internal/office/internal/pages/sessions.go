package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

type sessionsPage struct {
	Frame
	Account string
	Rows    []sessionRow
	Others  bool
}

type sessionRow struct {
	Device  string
	Since   string
	Seen    string
	Locked  bool
	Current bool
}

// sessions lists where the member is logged in.
func (s *Server) sessions(c echo.Context, v *visit) error {
	running, err := s.Desk.Sessions(c.Request().Context(), v.Session)
	if err != nil {
		return err
	}
	page := sessionsPage{Frame: s.frame(c, s.voice.T("office.sessions.title")), Account: "sessions", Others: len(running) > 1}
	page.Own = true
	for _, r := range running {
		page.Rows = append(page.Rows, sessionRow{upperFirst(s.deviceName(r.Device)), s.when(r.Since), s.when(r.Seen), r.Locked, r.Current})
	}
	return s.render(c, http.StatusOK, "sessions", page)
}

// closeOthers ends all of them but the one at hand.
func (s *Server) closeOthers(c echo.Context, v *visit) error {
	if err := s.Desk.CloseOthers(c.Request().Context(), v.Session); err != nil {
		return err
	}
	if err := s.mark(c, v.Session); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/compte/sessions")
}
