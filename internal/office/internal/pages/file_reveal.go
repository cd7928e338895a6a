package pages

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/web"
)

// maxMotive is in code points: why somebody looks at a file takes a few words.
const maxMotive = 400

// A revealPage covers a file until a reason is given.
type revealPage struct {
	filePage
	Reason    string
	Notice    string
	Problems  []problem
	MaxReason int
}

// Bad returns what is wrong with a field, or "".
func (p revealPage) Bad(field string) string { return textOf(p.Problems, field) }

// A revelation is the entry that is left when somebody looks at a file.
type revelation struct {
	File   report.ID `json:"attachment"`
	Name   string    `json:"name"`
	Reason string    `json:"reason"`
}

// Format names the shape of its JSON.
func (*revelation) Format() string { return "recueil.revelation/1" }

func (s *Server) askReveal(c echo.Context, v *visit) error {
	f, err := s.openedFile(c, v)
	if err != nil {
		return err
	}
	return s.showReveal(c, v, f, http.StatusOK, s.motiveReturned(c, v))
}

func (s *Server) showReveal(c echo.Context, v *visit, f *openedFile, status int, page revealPage) error {
	page.filePage = s.filePage(c, v, f, s.voice.T("office.file.title"))
	return s.cover(c, status, page)
}

// motiveReturned is the reason that was typed before a session ended, or none.
func (s *Server) motiveReturned(c echo.Context, v *visit) (page revealPage) {
	if typed, ok := returned(c, v); ok {
		page.Reason, page.Notice = typed.Get("reason"), s.voice.T("office.file.reason.kept")
	}
	return page
}

func (s *Server) cover(c echo.Context, status int, page revealPage) error {
	page.MaxReason, page.Error = maxMotive, len(page.Problems) > 0
	return s.render(c, status, "file", page)
}

// reveal takes the reason, writes it down where only the team reads it, and leads to
// what can be shown. Who looked at what stands in the trail, without a word of it.
func (s *Server) reveal(c echo.Context, v *visit) error {
	f, err := s.openedFile(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	reason, problems := s.motive(form)
	switch {
	case f.frozen():
		return errFrozen
	case f.broken:
		return errDamaged
	case problems != nil:
		return s.showReveal(c, v, f, http.StatusUnprocessableEntity, revealPage{Reason: reason, Problems: problems})
	}
	note := casefile.Of(f.opened).New(archive.NotePart, &revelation{f.listed.ID, f.listed.Name, reason})
	if err := s.write(c, v, note, s.fileEvent(v, f, "attachment.open")); err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fileAddress(f.report.ID, f.listed.ID)+"/apercu")
}

// motive reads why somebody looks at a file, and says what is wrong with it.
func (s *Server) motive(form url.Values) (reason string, problems []problem) {
	reason = strings.ReplaceAll(form.Get("reason"), "\r\n", "\n")
	return reason, s.problemsOfText("reason", reason, motiveRule)
}

// revealed reports whether this member gave a reason to look at the file, not long
// ago. It is read from what he left, so that any server of the house knows it.
func (s *Server) revealed(c echo.Context, v *visit, f *openedFile) (bool, error) {
	parts, err := s.Archive.Parts(c.Request().Context(), f.report.ID)
	if err != nil {
		return false, err
	}
	places := casefile.Places(parts)
	for i, part := range parts {
		if part.Kind != archive.NotePart || part.Author != v.ID || s.Now().Sub(part.CreatedAt) > triage.RevealTime {
			continue
		}
		var left revelation
		if openPart(f.opened, places[i], part.Body, &left) == nil && left.File == f.listed.ID {
			return true, nil
		}
	}
	return false, nil
}
