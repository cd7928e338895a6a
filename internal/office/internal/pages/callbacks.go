package pages

import (
	"context"
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
	rows, err := s.openCallbacks(c, v)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Now {
			page.Due = append(page.Due, row)
		} else {
			page.Later = append(page.Later, row)
		}
	}
	page.Unsent = page.Typed != "" && !slices.ContainsFunc(slices.Concat(page.Due, page.Later), func(row callbackRow) bool { return row.ID == page.TypedOf })
	return s.render(c, status, "callbacks", page)
}

// openCallbacks lists the calls to be made, by the time that was sealed. Whose number a
// row shows has a line in the trail, beside that of the list.
func (s *Server) openCallbacks(c echo.Context, v *visit) ([]callbackRow, error) {
	ctx := c.Request().Context()
	listed, err := s.Archive.Callbacks(ctx, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	about, err := s.callbackReports(ctx, v, listed)
	if err != nil {
		return nil, err
	}
	names, err := s.Archive.Colleagues(ctx, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	var who []choice
	for _, one := range names {
		who = append(who, choice{Value: one.ID.String(), Text: one.Name})
	}
	var rows []callbackRow
	lines := []audit.Event{s.listSeen(v, "rappels", len(listed))}
	for i := range listed {
		of := about[listed[i].ReportID]
		if of == nil {
			continue // taken from this member's teams meanwhile
		}
		row := s.callbackRow(v, &listed[i], of.sealed, who)
		if of.opened == nil {
			row.Damaged, row.Altered, row.Situation = true, false, s.voice.T("office.damaged.short")
		} else if err := s.fillCallback(c, v, &row, of); err != nil {
			return nil, err
		}
		if row.Calling != nil {
			lines = append(lines, s.reportSeen(v, of.found))
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b callbackRow) int { return a.Due.Compare(b.Due) })
	return rows, s.Trail.Record(ctx, func(pgx.Tx) ([]audit.Event, error) { return lines, nil })
}

// A callbackReport is what calls were promised about.
type callbackReport struct {
	found  *archive.Report
	opened *report.Report // nil: it does not open
	sealed map[uuid.UUID]promised
}

// callbackReports opens the reports of some promised calls, all at once.
func (s *Server) callbackReports(ctx context.Context, v *visit, listed []archive.Callback) (map[report.ID]*callbackReport, error) {
	var ids []report.ID
	for _, one := range listed {
		ids = append(ids, one.ReportID)
	}
	found, err := s.Archive.GetAll(ctx, ids, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	parts, err := s.Archive.PartsOf(ctx, ids, archive.CallPart)
	if err != nil {
		return nil, err
	}
	about := map[report.ID]*callbackReport{}
	for i := range found {
		of := &callbackReport{found: &found[i]}
		if of.opened, err = s.unseal(v, of.found); err != nil {
			s.Log.Warn("a report does not open", "report", of.found.ID, "err", err)
		}
		of.sealed = promisesOf(of.opened, parts[of.found.ID])
		about[of.found.ID] = of
	}
	return about, nil
}

// fillCallback says of a promised call whom it is about, and how the person may be called
// without endangering anybody. Where the number stands, its rules stand too.
func (s *Server) fillCallback(c echo.Context, v *visit, row *callbackRow, of *callbackReport) error {
	line := s.row(v, of.found, of.opened)
	row.Situation, row.Detail = line.Situation, s.join(line.Detail, line.Where)
	if !row.Now && !row.Mine {
		return nil
	}
	calling := s.calling(of.opened)
	additions, err := s.additions(c, v, of.found)
	calling.Later = s.later(additions)
	row.Calling = &calling
	return err
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
