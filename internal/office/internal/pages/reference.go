package pages

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/seal"
	"recueil/internal/web"
)

// A referencePage lists the reports that carry what somebody quotes on the telephone.
type referencePage struct {
	Frame
	Typed    string
	Groups   []rowGroup
	Searched bool
	Problems []problem
}

// maxReference bounds what is shown again of what was typed.
const maxReference = 40

// askReference offers the look-up on a page of its own.
func (s *Server) askReference(c echo.Context, _ *visit) error {
	return s.render(c, http.StatusOK, "reference", s.referencePage(c))
}

func (s *Server) referencePage(c echo.Context) referencePage {
	page := referencePage{Frame: s.frame(c, s.voice.T("office.reference.title"))}
	page.Queue = true
	return page
}

// findReference opens the report that a reference names. Where several carry it, all of
// them are listed; the caller then says which.
func (s *Server) findReference(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	page := s.referencePage(c)
	typed := []rune(strings.TrimSpace(form.Get("reference")))
	page.Typed = string(typed[:min(len(typed), maxReference)])
	reference, ok := seal.ParseReference(form.Get("reference"))
	if !ok {
		page.Error, page.Problems = true, []problem{{"reference", s.voice.T("office.reference.malformed")}}
		return s.render(c, http.StatusUnprocessableEntity, "reference", page)
	}
	ctx := c.Request().Context()
	found, err := s.Archive.ByReference(ctx, reference, archive.View{Teams: v.keys.Teams(), Me: v.ID, Now: s.Now()})
	if err != nil {
		return err
	}
	if len(found) == 1 {
		return c.Redirect(http.StatusSeeOther, "/dossiers/"+found[0].ID.String())
	}
	page.Searched, page.Typed = true, seal.FormatReference(reference)
	if len(found) > 0 {
		if err := s.sawList(ctx, v, "reference", len(found)); err != nil {
			return err
		}
		page.Groups = []rowGroup{{Rows: s.openRows(c.Request().Context(), v, found)}}
	}
	return s.render(c, http.StatusOK, "reference", page)
}
