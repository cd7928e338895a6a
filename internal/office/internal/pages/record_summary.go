package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
)

// showSummary is the sheet for a meeting: what stands now, without opinions, in an
// order to be read aloud.
func (s *Server) showSummary(c echo.Context, v *visit) error {
	f, err := s.recordOf(c, v)
	if err != nil {
		return err
	}
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.summary", Object: "record", ID: f.row.ID.String(), Seen: f.row.Body}
	if err := s.Trail.Append(c.Request().Context(), line); err != nil {
		return err
	}
	page := s.recordPage(c, v, f)
	lines := page.Lines
	page.Lines = nil
	for _, l := range lines {
		if l.Kind != "opinion" && !l.Replaced {
			page.Lines = append(page.Lines, l)
		}
	}
	page.Title = s.voice.T("office.record.summary")
	return s.render(c, http.StatusOK, "record_summary", page)
}
