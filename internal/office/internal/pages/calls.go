package pages

import (
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
	return callRow{ID: row.ID.String(), Address: callAddress(row.ID), Saved: s.when(row.SavedAt), Begun: s.when(row.BegunAt), Author: row.AuthorName, Urgency: -1}
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
		return archive.ErrNotFound
	}
	if err != nil {
		return err
	}
	return goTo(c, callAddress(id))
}

// dropCall gives a call up. For a minute that can be taken back.
func (s *Server) dropCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	if err := s.giveUp(c, v, id); err != nil {
		return err
	}
	return goTo(c, "/appels")
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
