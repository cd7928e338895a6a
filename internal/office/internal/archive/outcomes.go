package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"recueil/internal/postgres"
)

// An OutcomeKind is how a call ended that left no report.
type OutcomeKind string

// The kinds.
const (
	AdviceGiven OutcomeKind = "advice"
	Orientation OutcomeKind = "orientation"
	Information OutcomeKind = "information"
	SilentCall  OutcomeKind = "silent"
	Unrelated   OutcomeKind = "unrelated"
)

// OutcomeKinds lists them in the order of their keys.
func OutcomeKinds() []OutcomeKind {
	return []OutcomeKind{AdviceGiven, Orientation, Information, SilentCall, Unrelated}
}

// UndoTime is how long a count can be taken back.
const UndoTime = DropTime

// CountOutcome counts a call. The same id twice counts once. The day and hour are those
// of at, in its time zone.
func (a *Archive) CountOutcome(ctx context.Context, id uuid.UUID, kind OutcomeKind, team string, at time.Time) error {
	_, err := a.pool.Exec(ctx, `insert into call_outcomes (id, kind, team_id, day, hour, undo_until) values ($1, $2, $3, $4::date, $5, $6)`,
		id, kind, team, at.Format(time.DateOnly), at.Hour(), at.Add(UndoTime))
	if postgres.Constraint(err) == "call_outcomes_pkey" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("counting a call: %w", postgres.Sort(err))
	}
	return nil
}

// UndoOutcome takes a count back while that may be done, and reports whether it did.
func (a *Archive) UndoOutcome(ctx context.Context, id uuid.UUID, now time.Time) (bool, error) {
	tag, err := a.pool.Exec(ctx, "delete from call_outcomes where id = $1 and undo_until > $2", id, now)
	if err != nil {
		return false, fmt.Errorf("taking a count back: %w", postgres.Sort(err))
	}
	return tag.RowsAffected() > 0, nil
}

// A Tally is how many calls of a day ended in one way.
type Tally struct {
	Kind  OutcomeKind
	Count int
}

// Tallies counts the calls of a day that left no report, for the teams.
func (a *Archive) Tallies(ctx context.Context, day time.Time, teams []string) ([]Tally, error) {
	found, err := collect[Tally](ctx, a.pool, "select kind, count(*)::int as count from call_outcomes where day = $1::date and team_id = any($2) group by kind", day.Format(time.DateOnly), teams)
	if err != nil {
		return nil, fmt.Errorf("counting the calls of a day: %w", err)
	}
	return found, nil
}

// CallsSince counts the reports that came by telephone since then.
func (a *Archive) CallsSince(ctx context.Context, since time.Time, teams []string) (int, error) {
	var n int
	err := a.pool.QueryRow(ctx, `select count(*)::int from reports r where r.channel = 'phone' and r.received_at >= $1
		and exists (select from report_grants g where g.report_id = r.id and g.team_id = any($2))`, since, teams).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting calls: %w", postgres.Sort(err))
	}
	return n, nil
}
