package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/call"
	"recueil/internal/web"
)

// A callOutcome is a way in which a call ends without a report; its number is its key.
type callOutcome struct {
	Kind, Text string
	Number     int
}

func (s *Server) callOutcomes() []callOutcome {
	var all []callOutcome
	for i, kind := range archive.OutcomeKinds() {
		all = append(all, callOutcome{string(kind), s.voice.T("office.phone.outcome." + string(kind)), i + 1})
	}
	return all
}

// A tally is what was counted today.
type tally struct {
	Lines []tallyLine
	Sent  int // became reports
	Total int
}

type tallyLine struct {
	Text  string
	Count int
}

func (s *Server) tally(ctx context.Context, v *visit) (tally, error) {
	now := s.Now().In(s.paris)
	counted, err := s.Archive.Tallies(ctx, now, v.keys.Teams())
	if err != nil {
		return tally{}, err
	}
	var t tally
	for _, kind := range archive.OutcomeKinds() {
		i := slices.IndexFunc(counted, func(one archive.Tally) bool { return one.Kind == kind })
		line := tallyLine{Text: s.voice.T("office.phone.outcome." + string(kind))}
		if i >= 0 {
			line.Count = counted[i].Count
		}
		t.Lines, t.Total = append(t.Lines, line), t.Total+line.Count
	}
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.paris)
	t.Sent, err = s.Archive.CallsSince(ctx, midnight, v.keys.Teams())
	t.Total += t.Sent
	return t, err
}

// An undo offers to take the last count back, and the call that was given up with it.
type undo struct {
	ID   string // of the count; "" when there is nothing to take back
	Call string
	Text string
}

// endCall counts a call that leaves no report, in one press. A draft it was written in
// is given up.
func (s *Server) endCall(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	kind := archive.OutcomeKind(form.Get("outcome"))
	if !slices.Contains(archive.OutcomeKinds(), kind) {
		return goTo(c, "/appels")
	}
	ctx, to := c.Request().Context(), s.Desk.Trust.File().Receiving()
	id, err := uuid.Parse(form.Get("count"))
	if err != nil {
		id = uuid.New()
	}
	if draft, err := parseID(c.Param("id")); err == nil {
		id = outcomeOf(draft)
		typed := s.typedCall(form)
		if h, err := s.endDraft(c, v, draft, typed); err != nil {
			return s.callRefused(c, v, draft, typed, h, err)
		}
	}
	if err := s.Archive.CountOutcome(ctx, id, kind, to.TeamID, s.Now().In(s.paris)); err != nil {
		return err
	}
	back := url.Values{"compte": {id.String()}, "fin": {string(kind)}}
	if draft := c.Param("id"); draft != "" {
		back.Set("appel", draft)
	}
	return goTo(c, "/appels?"+back.Encode())
}

// outcomeOf is the id under which the end of a call is counted: it ends once.
func outcomeOf(draft uuid.UUID) uuid.UUID { return uuid.NewSHA1(draft, []byte("outcome")) }

// endDraft saves what is on the page before it is given up, so that taking that back
// brings all of it. What another page saved meanwhile is not given up unseen; a call
// that was sent stays so.
func (s *Server) endDraft(c echo.Context, v *visit, id uuid.UUID, typed *typedCall) (*heldCall, error) {
	if !typed.holdsText() {
		row, err := s.Archive.Call(c.Request().Context(), id, v.keys.Teams())
		if err != nil || row.Revision == typed.revision {
			return nil, s.giveUp(c, v, id)
		}
	}
	h, err := s.keepCall(c, v, id, typed)
	switch {
	case errors.Is(err, errCallSent):
		return h, nil
	case err != nil:
		return h, err
	}
	return h, s.giveUp(c, v, h.ID)
}

// holdsText reports whether anything was written.
func (t *typedCall) holdsText() bool {
	draft := call.Draft{Answers: t.answers}
	answers := draft.Complete()
	return answers.Sendable() || len(t.refused) > 0
}

// undoable is what the page at hand offers to take back.
func (s *Server) undoable(c echo.Context, v *visit) (undo, error) {
	kind, id := c.QueryParam("fin"), c.QueryParam("compte")
	if _, err := uuid.Parse(id); err != nil || !slices.Contains(archive.OutcomeKinds(), archive.OutcomeKind(kind)) {
		return undo{}, nil
	}
	u := undo{ID: id, Text: s.voice.T("office.phone.counted", "Kind", s.voice.T("office.phone.outcome."+kind))}
	if draft, err := uuid.Parse(c.QueryParam("appel")); err == nil {
		if row, err := s.Archive.Call(c.Request().Context(), draft, v.keys.Teams()); err == nil && row.Author == v.ID && row.DroppedAt != nil {
			u.Call = row.ID.String()
		}
	}
	return u, nil
}

// undoEnd takes a count back, and the giving up of the call with it.
func (s *Server) undoEnd(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	id, err := uuid.Parse(form.Get("count"))
	if err != nil {
		return goTo(c, "/appels")
	}
	if _, err := s.Archive.UndoOutcome(ctx, id, s.Now()); err != nil {
		return err
	}
	draft, err := uuid.Parse(form.Get("call"))
	if err != nil {
		return goTo(c, "/appels")
	}
	err = s.Trail.Within(ctx, s.callLine(v, "call.restore", draft, nil), func(tx pgx.Tx) error {
		return archive.RestoreCall(ctx, tx, draft, v.ID, s.Now())
	})
	if isConcurrent(err) {
		if s.isOwn(c, v, draft) == nil {
			return nil
		}
		return c.Redirect(http.StatusSeeOther, "/appels")
	}
	if err != nil {
		return err
	}
	return goTo(c, callAddress(draft))
}
