package pages

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// A keptNote is a note as it is stored.
type keptNote struct {
	note
	part archive.Part
}

// keptNotes are the notes of a report that open, oldest first.
type keptNotes []keptNote

// notesOf opens the notes of a report. What does not open is told by the timeline.
func notesOf(opened *report.Report, parts []archive.Part) (notes keptNotes) {
	places := casefile.Places(parts)
	for i, part := range parts {
		n := keptNote{part: part}
		if part.Kind == archive.NotePart && openPart(opened, places[i], part.Body, &n.note) == nil {
			notes = append(notes, n)
		}
	}
	return notes
}

func (k keptNotes) find(id uuid.UUID) *keptNote {
	if i := slices.IndexFunc(k, func(n keptNote) bool { return n.part.ID == id }); i >= 0 {
		return &k[i]
	}
	return nil
}

// corrections maps a note to the one that stands in its place. Only its author can
// have put that there.
func (k keptNotes) corrections() map[uuid.UUID]uuid.UUID {
	later := map[uuid.UUID]uuid.UUID{}
	for _, n := range k {
		if old := k.find(n.Replaces); old != nil && old.part.Author == n.part.Author {
			later[n.Replaces] = n.part.ID
		}
	}
	return later
}

// correctable reports whether a member may put another text in the place of a note:
// it is his own, and nothing stands there yet.
func (k keptNotes) correctable(id, who uuid.UUID) bool {
	n := k.find(id)
	_, corrected := k.corrections()[id]
	return n != nil && n.part.Author == who && !corrected
}

// A notePane is the notes of a report and where one is written.
type notePane struct {
	Notes   []shownNote
	Offered bool
	Open    bool // something is typed, or begun
	Typed   noting
	Kept    string // when the draft was saved, in words
	Other   string // what the same author began in another window
	Fixes   string // of when the note is that is corrected
	Max     int
}

// A shownNote is one note as it stands now.
type shownNote struct {
	ID      string
	At      string
	Author  string
	Text    string
	Share   bool
	Correct string      // address under which its author corrects it
	Before  []shownNote // what stood there, newest first
}

func (s *Server) notes(c echo.Context, v *visit, r *archive.Report, opened *report.Report, parts []archive.Part, typed noting) (notePane, error) {
	notes := notesOf(opened, parts)
	p := notePane{Notes: s.shownNotes(v, r, notes), Typed: typed, Max: maxNote}
	if opened == nil || !v.Role.May(triage.Note) {
		return p, nil
	}
	p.Offered = true
	draft, begun, err := s.noteDraft(c.Request().Context(), v, opened)
	if err != nil {
		return p, err
	}
	asked, _ := uuid.Parse(c.QueryParam("corriger"))
	switch {
	case typed.Text != "" || typed.ID != uuid.Nil: // comes back with the page
		if begun && draft.Revision != typed.Revision {
			p.Typed.Revision = draft.Revision
			if draft.Text != typed.Text {
				p.Other = draft.Text
			}
		}
	case notes.correctable(asked, v.ID):
		old := notes.find(asked)
		p.Typed = noting{Text: old.Text, Share: old.Share, Replaces: asked}
		if begun && draft.Replaces == asked {
			p.Typed = draft.noting
		} else if begun { // what was begun stands beside it, and is not lost unseen
			p.Typed.Revision, p.Other = draft.Revision, draft.Text
		}
	case begun:
		p.Typed, p.Kept = draft.noting, s.voice.T("office.note.saved", "Time", s.clock(draft.at))
	}
	if p.Typed.ID == uuid.Nil {
		p.Typed.ID = report.NewID()
	}
	if old := notes.find(p.Typed.Replaces); old != nil {
		p.Fixes = s.when(old.part.CreatedAt)
	}
	p.Open = p.Typed.Text != ""
	return p, nil
}

// shownNotes lists notes in the order of their first writing, each with what stood in
// its place before.
func (s *Server) shownNotes(v *visit, r *archive.Report, notes keptNotes) []shownNote {
	later := notes.corrections()
	var shown []shownNote
	for _, first := range notes {
		if old := notes.find(first.Replaces); old != nil && later[first.Replaces] == first.part.ID {
			continue // shown in the place of what it corrects
		}
		now, before := first, []shownNote(nil)
		for next, ok := later[now.part.ID]; ok; next, ok = later[now.part.ID] {
			before = append([]shownNote{s.shownNote(now)}, before...)
			now = *notes.find(next)
		}
		one := s.shownNote(now)
		one.Before = before
		if v.Role.May(triage.Note) && notes.correctable(now.part.ID, v.ID) {
			one.Correct = "/dossiers/" + r.ID.String() + "?corriger=" + now.part.ID.String() + "#note"
		}
		shown = append(shown, one)
	}
	return shown
}

func (s *Server) shownNote(n keptNote) shownNote {
	return shownNote{ID: "note-" + n.part.ID.String(), At: s.when(n.part.CreatedAt), Author: n.part.AuthorName, Text: n.Text, Share: n.Share}
}

// A begunNote is a draft that opened.
type begunNote struct {
	noting
	at time.Time
}

// noteDraft is what this member began to note on a report. One that does not open is
// as good as none: it hides no report, and the next save takes its place.
func (s *Server) noteDraft(ctx context.Context, v *visit, opened *report.Report) (draft begunNote, begun bool, err error) {
	stored, err := s.Archive.NoteDraft(ctx, opened.ID, v.ID)
	if errors.Is(err, archive.ErrNotFound) {
		return draft, false, nil
	}
	if err != nil {
		return draft, false, err
	}
	var d draftedNote
	if err := casefile.Of(opened).Open(draftPlace(v.ID, stored.Revision), stored.Body, &d); err != nil {
		s.Log.Warn("a note begun does not open", "report", opened.ID, "err", err)
		return draft, false, nil
	}
	return begunNote{noting{d.ID, d.Text, d.Share, d.Replaces, stored.Revision}, stored.SavedAt}, true, nil
}
