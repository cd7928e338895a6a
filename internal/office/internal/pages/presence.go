package pages

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/web"
)

// presence hears from an open page that its report is being looked at, and says who
// else looks. The trail has the opening already; this is forgotten within a minute.
func (s *Server) presence(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := s.Archive.Get(ctx, id, v.keys.Teams()); err != nil {
		return err
	}
	if form.Get("leaving") != "" {
		if err := s.Archive.Leave(ctx, id, v.ID); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	}
	others, err := s.Archive.Attend(ctx, id, v.ID, form.Get("writing") != "", s.Now())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Said string `json:"said"`
	}{s.present(others)})
}

// present says who else has a report open: "Awa Diallo lit aussi ce dossier."
func (s *Server) present(others []archive.Presence) string {
	var said []string
	for _, p := range others {
		key := "office.presence.reads"
		if p.Writing {
			key = "office.presence.writes"
		}
		said = append(said, s.voice.T(key, "Who", p.Name))
	}
	return strings.Join(said, " ")
}
