package pages

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/web"
)

// claim makes a report the member's own to work on.
func (s *Server) claim(c echo.Context, v *visit) error {
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
	version, _ := strconv.ParseInt(form.Get("version"), 10, 32) // what is none is no report's
	if err := s.Trail.Append(ctx, audit.Event{At: s.Now(), Actor: v.ID, Action: "report.claim", Object: "report", ID: id.String()}); err != nil {
		return err
	}
	if err := s.Archive.Claim(ctx, id, int(version), v.ID, s.Now()); isConcurrent(err) {
		return s.showReport(c, v, id, screen{Status: http.StatusConflict, Notice: s.voice.T("office.claim.conflict")})
	} else if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/dossiers/"+id.String())
}

// renew keeps the lease of an open page; 409 says that it is another's now.
func (s *Server) renew(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	if err := s.Archive.Renew(c.Request().Context(), id, v.ID, v.keys.Teams(), s.Now()); isConcurrent(err) {
		if _, err := s.Archive.Get(c.Request().Context(), id, v.keys.Teams()); err != nil {
			return err // it is not there for him, whoever has it open
		}
		return c.NoContent(http.StatusConflict)
	} else if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
