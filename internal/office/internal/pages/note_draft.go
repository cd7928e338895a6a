package pages

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/report"
	"recueil/internal/web"
)

// A draftedNote is a note while it is being written.
type draftedNote struct {
	note
	ID uuid.UUID `json:"id"`
}

// Format names the shape of its JSON.
func (*draftedNote) Format() string { return "recueil.note-draft/1" }

// draftPlace is where a member's draft of one revision stands: an older one that was
// put back does not open.
func draftPlace(author uuid.UUID, revision int) casefile.Place {
	return casefile.Place{Part: author, Kind: "note_draft", Sequence: revision}
}

// keepNoteDraft saves a note while it is being written: our script asks for it after
// each pause, and a button where there is none. Who types is there: unlike what a page
// asks by itself, it keeps the session alive.
func (s *Server) keepNoteDraft(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	quiet := form.Get("quiet") != ""
	typed := readNoting(form)
	if problems := s.problemsOfNote(typed); problems != nil && !typed.blank() {
		if quiet {
			return c.JSON(http.StatusUnprocessableEntity, draftSaid{Said: problems[0].Text})
		}
		return s.showReport(c, v, id, screen{Status: http.StatusUnprocessableEntity, Note: typed, Problems: problems})
	}
	saved, err := s.saveNoteDraft(c, v, id, typed)
	switch {
	case isConcurrent(err) && quiet:
		return c.JSON(http.StatusConflict, draftSaid{Said: s.voice.T("office.note.elsewhere")})
	case isConcurrent(err):
		typed.Revision = 0
		return s.showReport(c, v, id, screen{Status: http.StatusConflict, Note: typed, Notice: s.voice.T("office.note.conflict")})
	case err != nil:
		return err
	case quiet:
		return c.JSON(http.StatusOK, saved)
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+id.String()+"#note")
}

// draftSaid answers our script.
type draftSaid struct {
	Revision int    `json:"revision"`
	Said     string `json:"said"`
}

func (s *Server) saveNoteDraft(c echo.Context, v *visit, id report.ID, t noting) (draftSaid, error) {
	ctx := c.Request().Context()
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return draftSaid{}, err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		return draftSaid{}, err
	}
	if t.blank() {
		return draftSaid{}, s.Archive.ClearNoteDraft(ctx, id, v.ID, t.Revision)
	}
	next := archive.NoteDraft{Revision: t.Revision + 1, SavedAt: s.Now()}
	next.Body, err = casefile.Of(opened).Seal(draftPlace(v.ID, next.Revision), &draftedNote{*t.note(), t.ID})
	if err != nil {
		return draftSaid{}, err
	}
	err = s.Archive.SaveNoteDraft(ctx, id, v.ID, next)
	if isConcurrent(err) {
		err = s.adoptNoteDraft(c, v, opened, t, &next)
	}
	return draftSaid{next.Revision, s.voice.T("office.note.saved", "Time", s.clock(next.SavedAt))}, err
}

// adoptNoteDraft goes on from a stored draft that says the same, or that does not open:
// an answer was lost on the way, and nothing is overwritten.
func (s *Server) adoptNoteDraft(c echo.Context, v *visit, opened *report.Report, t noting, next *archive.NoteDraft) error {
	ctx := c.Request().Context()
	other, begun, err := s.noteDraft(ctx, v, opened)
	if err != nil {
		return err
	}
	if begun {
		if *other.note() != *t.note() {
			return archive.ErrConcurrent
		}
		next.Revision = other.Revision
		return nil
	}
	stored, err := s.Archive.NoteDraft(ctx, opened.ID, v.ID)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	next.Revision = stored.Revision + 1
	if next.Body, err = casefile.Of(opened).Seal(draftPlace(v.ID, next.Revision), &draftedNote{*t.note(), t.ID}); err != nil {
		return err
	}
	return s.Archive.SaveNoteDraft(ctx, opened.ID, v.ID, *next)
}
