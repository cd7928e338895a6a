package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/report"
	"recueil/internal/web"
)

// maxNote is in code points.
const maxNote = 10_000

// A note is an entry of a case: what somebody of the staff wrote down. One that
// corrects another of the same author stands in its place; both are kept.
type note struct {
	Text     string    `json:"text"`
	Share    bool      `json:"share"` // may leave the house with a transmission
	Replaces uuid.UUID `json:"replaces,omitzero"`
}

// Format names the shape of its JSON.
func (*note) Format() string { return "recueil.note/1" }

// A noting is what is typed for a note.
type noting struct {
	ID       uuid.UUID // made with the page: a double tap is one note
	Text     string
	Share    bool
	Replaces uuid.UUID
	Revision int // of the draft, as this page last saw it
}

func readNoting(form url.Values) noting {
	id, err := uuid.Parse(form.Get("note_id"))
	if err != nil || id == uuid.Nil {
		id = report.NewID()
	}
	replaces, _ := uuid.Parse(form.Get("replaces"))
	revision, _ := strconv.ParseInt(form.Get("revision"), 10, 32)
	return noting{id, strings.ReplaceAll(form.Get("note"), "\r\n", "\n"), form.Get("share") != "", replaces, max(0, int(revision))}
}

// blank reports whether nothing is left of what was begun.
func (t noting) blank() bool { return strings.TrimSpace(t.Text) == "" }

func (t noting) note() *note { return &note{t.Text, t.Share, t.Replaces} }

func (s *Server) problemsOfNote(t noting) []problem {
	return s.problemsOfText("note", t.Text, noteRule)
}

// errNoteChanged says that the same author wrote on elsewhere: in the draft, or in a
// correction of the note he corrects here.
var errNoteChanged = errors.New("the note was changed in another window")

// note keeps what was typed as a note of the report.
func (s *Server) note(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := readNoting(form)
	if problems := s.problemsOfNote(typed); problems != nil {
		return s.showReport(c, v, id, screen{Status: http.StatusUnprocessableEntity, Note: typed, Problems: problems})
	}
	err = s.keepNote(c, v, id, typed)
	if errors.Is(err, errNoteChanged) {
		typed.Revision = 0 // the page now shows the other text: sending again is a choice
		return s.showReport(c, v, id, screen{Status: http.StatusConflict, Note: typed, Notice: s.voice.T("office.note.conflict")})
	}
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+id.String()+"#notes")
}

func (s *Server) keepNote(c echo.Context, v *visit, id report.ID, t noting) error {
	ctx := c.Request().Context()
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		return err
	}
	parts, err := s.Archive.Parts(ctx, id)
	if err != nil {
		return err
	}
	switch known := notesOf(opened, parts).find(t.ID); {
	case known != nil && known.note == *t.note():
		return nil // the second tap
	case known != nil:
		t.ID = report.NewID()
	}
	if t.Replaces != uuid.Nil && !notesOf(opened, parts).correctable(t.Replaces, v.ID) {
		return errNoteChanged
	}
	other, begun, err := s.noteDraft(ctx, v, opened)
	if err != nil {
		return err
	}
	if begun && other.Revision != t.Revision && other.Text != t.Text {
		return errNoteChanged
	}
	detail := "internal"
	if t.Share {
		detail = "transmissible"
	}
	line := audit.Event{Action: "note.write", Object: "report", ID: id.String(), Detail: detail}
	err = s.record(c, v, casefile.Of(opened).NewAs(t.ID, archive.NotePart, t.note()), line, func(tx pgx.Tx) error {
		return archive.DropNoteDraft(ctx, tx, id, v.ID)
	})
	if errors.Is(err, archive.ErrPartID) {
		return nil // two taps at once: the other one is stored, and this one nowhere
	}
	return err
}
