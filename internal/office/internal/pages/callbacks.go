package pages

import (
	"errors"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/report"
	"recueil/internal/web"
)

// A callbacksPage lists the calls that were promised, the ones whose time has come on
// top.
type callbacksPage struct {
	Frame
	Due      []callbackRow
	Later    []callbackRow
	Notice   string
	Problems []problem
	Typed    string // a note that was not taken
	TypedOf  string // and the call it belongs to
	Unsent   bool   // which is not to be made any more
	MaxNote  int
}

// A callbackList is one half of the page.
type callbackList struct {
	Rows           []callbackRow
	Typed, TypedOf string
	Problems       []problem
}

// Part is the half whose time has come, or the other.
func (p callbacksPage) Part(now bool) callbackList {
	rows := p.Later
	if now {
		rows = p.Due
	}
	return callbackList{rows, p.Typed, p.TypedOf, p.Problems}
}

// Bad is what is wrong with the note of a call, or "".
func (l callbackList) Bad(id string) string {
	if l.TypedOf == id && len(l.Problems) > 0 {
		return l.Problems[0].Text
	}
	return ""
}

func (s *Server) callbacks(c echo.Context, v *visit) error {
	if typed, ok := returned(c, v); ok {
		page := callbacksPage{Notice: s.voice.T("office.close.kept"), Typed: typed.Get("note"), TypedOf: typed.Get("callback")}
		return s.showCallbacks(c, v, http.StatusOK, page)
	}
	return s.showCallbacks(c, v, http.StatusOK, callbacksPage{})
}

func (s *Server) showCallbacks(c echo.Context, v *visit, status int, page callbacksPage) error {
	page.Frame, page.MaxNote = s.frame(c, s.voice.T("office.phone.callbacks.title")), maxCallNote
	page.Error = len(page.Problems) > 0
	rows, err := s.Archive.Callbacks(c.Request().Context(), v.keys.Teams())
	if err != nil {
		return err
	}
	for i := range rows {
		row, err := s.openCallback(c, v, &rows[i])
		if errors.Is(err, archive.ErrNotFound) {
			continue // taken from this member's teams meanwhile
		}
		if err != nil {
			return err
		}
		if row.Now {
			page.Due = append(page.Due, row)
		} else {
			page.Later = append(page.Later, row)
		}
	}
	page.Unsent = page.Typed != "" && !slices.ContainsFunc(slices.Concat(page.Due, page.Later), func(row callbackRow) bool { return row.ID == page.TypedOf })
	return s.render(c, status, "callbacks", page)
}

// openCallback says of a promised call whom it is about, what is to be said, and how
// the person may be called without endangering anybody. Where the number stands, its
// rules stand too.
func (s *Server) openCallback(c echo.Context, v *visit, one *archive.Callback) (callbackRow, error) {
	ctx := c.Request().Context()
	row := s.callbackRow(v, one)
	found, opened, err := s.openedOf(c, v, one.ReportID)
	if err != nil {
		return row, err
	}
	if opened == nil {
		row.Damaged, row.Situation = true, s.voice.T("office.damaged.short")
		return row, nil
	}
	line := s.row(v, found, opened)
	row.Situation, row.Detail = line.Situation, s.join(line.Detail, line.Where)
	if row.Now || row.Mine {
		calling := s.calling(opened)
		additions, err := s.additions(c, v, found)
		if err != nil {
			return row, err
		}
		calling.Later = s.later(additions)
		row.Calling = &calling
	}
	parts, err := s.Archive.Parts(ctx, one.ReportID)
	if err != nil {
		return row, err
	}
	row.Note = callbackNotes(opened, parts)[one.ID]
	return row, nil
}

// openedOf reads a report; what does not open is nil.
func (s *Server) openedOf(c echo.Context, v *visit, id report.ID) (*archive.Report, *report.Report, error) {
	found, err := s.Archive.Get(c.Request().Context(), id, v.keys.Teams())
	if err != nil {
		return nil, nil, err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		s.Log.Warn("a report does not open", "report", id, "err", err)
	}
	return &found, opened, nil
}

// settle says what became of a promised call.
func (s *Server) settle(c echo.Context, v *visit) error {
	id, err := uuid.Parse(c.Param("rappel"))
	if err != nil {
		return archive.ErrNotFound
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	outcome, note := archive.CallbackOutcome(form.Get("outcome")), report.NormaliseText(form.Get("note"))
	refuse := func(status int, text string) error {
		return s.showCallbacks(c, v, status, callbacksPage{Problems: []problem{{"note-" + id.String(), text}}, Typed: note, TypedOf: id.String()})
	}
	ctx := c.Request().Context()
	one, err := s.Archive.Callback(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	switch {
	case outcome != archive.CallbackDone && outcome != archive.CallbackMissed && outcome != archive.CallbackCancelled:
		return refuse(http.StatusUnprocessableEntity, s.voice.T("office.phone.callback.choose"))
	case !utf8.ValidString(note) || utf8.RuneCountInString(note) > maxCallNote:
		return refuse(http.StatusUnprocessableEntity, s.voice.T("problem.too_long", "Max", maxCallNote))
	}
	_, opened, err := s.openedOf(c, v, one.ReportID)
	if err != nil {
		return err
	}
	if opened == nil {
		return errCallDamaged
	}
	line := audit.Event{Action: "callback.settle", Object: "report", ID: one.ReportID.String(), Detail: string(outcome)}
	err = s.record(c, v, casefile.Of(opened).New(archive.CallPart, &settled{id, outcome, note}), line, func(tx pgx.Tx) error {
		return archive.SettleCallback(ctx, tx, id, outcome, v.ID, s.Now())
	})
	if errors.Is(err, archive.ErrConcurrent) {
		if now, err := s.Archive.Callback(ctx, id, v.keys.Teams()); err == nil && pressedTwice(&now, outcome, v.ID, s.Now()) {
			return goTo(c, "/rappels")
		}
		return s.showCallbacks(c, v, http.StatusConflict, callbacksPage{Notice: s.voice.T("office.phone.callback.conflict"), Typed: note, TypedOf: id.String()})
	}
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/rappels")
}

// pressedTwice reports whether a member said the same of a promised call a moment ago.
func pressedTwice(one *archive.Callback, outcome archive.CallbackOutcome, by uuid.UUID, now time.Time) bool {
	return one.Outcome != nil && *one.Outcome == outcome && *one.SettledBy == by && now.Sub(*one.SettledAt) < time.Minute
}
