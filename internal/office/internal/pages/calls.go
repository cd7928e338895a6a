package pages

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

// A callsPage is where a listener begins a call, finds the ones he has not finished,
// and counts those that need no report.
type callsPage struct {
	Frame
	Mine     []callRow
	Others   []callRow // of colleagues: they can be taken over
	Dropped  []callRow // given up by oneself in the last day
	Outcomes []callOutcome
	CountID  string // of the next count: a double press is one
	Tally    tally
	Undo     undo
	NoKey    bool
}

// A callRow is one unfinished call.
type callRow struct {
	ID, Address string
	Saved       string
	Begun       string
	Dropped     string
	Author      string
	Urgency     int
	Text        string // what it is about, of one's own
	Where       string
	Damaged     bool
}

func (s *Server) calls(c echo.Context, v *visit) error {
	return s.showCalls(c, v, http.StatusOK, callsPage{})
}

func (s *Server) showCalls(c echo.Context, v *visit, status int, page callsPage) error {
	ctx := c.Request().Context()
	page.Frame = s.frame(c, s.voice.T("office.phone.calls.title"))
	page.NoKey, page.CountID = !s.takesCalls(v), uuid.NewString()
	open, err := s.Archive.OpenCalls(ctx, v.keys.Teams())
	if err != nil {
		return err
	}
	for _, row := range open {
		if row.Author == v.ID {
			page.Mine = append(page.Mine, s.ownCall(v, row))
		} else {
			page.Others = append(page.Others, s.callRow(row))
		}
	}
	dropped, err := s.Archive.DroppedCalls(ctx, v.ID, v.keys.Teams(), s.Now())
	if err != nil {
		return err
	}
	for _, row := range dropped {
		page.Dropped = append(page.Dropped, s.ownCall(v, row))
	}
	page.Outcomes = s.callOutcomes()
	if page.Tally, err = s.tally(ctx, v); err != nil {
		return err
	}
	if page.Undo, err = s.undoable(c, v); err != nil {
		return err
	}
	return s.render(c, status, "calls", page)
}

func (s *Server) callRow(row archive.Call) callRow {
	line := callRow{ID: row.ID.String(), Address: callAddress(row.ID), Saved: s.when(row.SavedAt), Begun: s.when(row.BegunAt), Author: row.AuthorName, Urgency: -1}
	if row.DroppedAt != nil {
		line.Dropped = s.when(*row.DroppedAt)
	}
	return line
}

// ownCall says what an unfinished call is about. A colleague's stays closed until
// somebody takes it over.
func (s *Server) ownCall(v *visit, row archive.Call) callRow {
	line := s.callRow(row)
	h, err := s.openCall(v, row)
	if err != nil {
		s.Log.Warn("a call does not open", "call", row.ID, "err", err)
		line.Damaged, line.Text = true, s.voice.T("office.damaged.short")
		return line
	}
	r := h.draft.Report(row.SavedAt, s.voice.Lang)
	situation, detail := s.situation(&r)
	line.Urgency, line.Text, line.Where = int(r.Urgency), s.join(situation, detail, shorten(h.draft.Answers.Situation.Facts)), firstOf(s.department(&r), shorten(r.Place.ChildNow))
	return line
}

// takeCall makes a colleague's unfinished call one's own.
func (s *Server) takeCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = s.Trail.Within(ctx, s.callLine(v, "call.take", id, nil), func(tx pgx.Tx) error { return archive.TakeCall(ctx, tx, id, v.ID, v.keys.Teams()) })
	if isConcurrent(err) {
		return s.isOwn(c, v, id)
	}
	if err != nil {
		return err
	}
	return goTo(c, callAddress(id))
}

// isOwn leads to a call that is the member's already, as the second press of a button
// finds it.
func (s *Server) isOwn(c echo.Context, v *visit, id report.ID) error {
	row, err := s.Archive.Call(c.Request().Context(), id, v.keys.Teams())
	if err != nil || row.Author != v.ID || row.SentAt != nil || row.DroppedAt != nil {
		return errors.Join(archive.ErrNotFound, err)
	}
	return goTo(c, callAddress(id))
}

// dropCall gives a call up, with what is on the page. For a day the list of calls gives
// it back.
func (s *Server) dropCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	typed, err := s.readCall(c)
	if err != nil {
		return err
	}
	stored, err := s.loadCall(c, v, id)
	if unopened(err) && !typed.holdsText() {
		return s.dropUnopened(c, v, id)
	}
	if err != nil {
		return s.callRefused(c, v, id, typed, nil, err)
	}
	page := stored.draft
	if typed.put(&page); stored.DroppedAt != nil && stored.Author == v.ID && alike(&page, &stored.draft) {
		return goTo(c, "/appels") // the second press
	}
	if h, err := s.endDraft(c, v, id, typed); err != nil {
		return s.callRefused(c, v, id, typed, h, err)
	}
	return goTo(c, "/appels")
}

// dropUnopened gives up a call whose draft does not open any more: it would stand among
// those to finish for ever. For a day it can be taken back all the same, since the key
// that it wants may turn up.
func (s *Server) dropUnopened(c echo.Context, v *visit, id report.ID) error {
	ctx := c.Request().Context()
	err := s.Trail.Within(ctx, s.callLine(v, "call.drop_unopened", id, nil), func(tx pgx.Tx) error { return archive.DropCall(ctx, tx, id, v.ID, s.Now()) })
	if err != nil && !isConcurrent(err) { // it is given up already, or a colleague's by now
		return err
	}
	return goTo(c, "/appels")
}

// restoreCall takes back that a call was given up, and a count that it was given up for.
func (s *Server) restoreCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = s.Trail.Within(ctx, s.callLine(v, "call.restore", id, nil), func(tx pgx.Tx) error { return archive.RestoreCall(ctx, tx, id, v.ID, s.Now()) })
	if isConcurrent(err) {
		return s.isOwn(c, v, id)
	}
	if err != nil {
		return err
	}
	if _, err := s.Archive.UndoOutcome(ctx, outcomeOf(id), s.Now()); err != nil {
		return err
	}
	return goTo(c, callAddress(id))
}

func (s *Server) giveUp(c echo.Context, v *visit, id report.ID) error {
	ctx := c.Request().Context()
	err := s.Trail.Within(ctx, s.callLine(v, "call.drop", id, nil), func(tx pgx.Tx) error { return archive.DropCall(ctx, tx, id, v.ID, s.Now()) })
	if isConcurrent(err) {
		return nil // there is nothing to give up
	}
	return err
}

// waitingCalls counts the member's unfinished calls, and the promised ones that a time
// has come for.
func (s *Server) waitingCalls(c echo.Context, v *visit) (calls, due int) {
	ctx := c.Request().Context()
	calls, err := s.Archive.CountOpenCalls(ctx, v.ID)
	if err != nil {
		s.Log.Warn("unfinished calls were not counted", "err", err)
	}
	due, err = s.Archive.CallbacksDue(ctx, s.Now(), v.keys.Teams())
	if err != nil {
		s.Log.Warn("promised calls were not counted", "err", err)
	}
	return calls, due
}
