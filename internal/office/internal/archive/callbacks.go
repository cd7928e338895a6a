package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A CallbackOutcome is what became of a promised call.
type CallbackOutcome string

// The outcomes.
const (
	CallbackDone      CallbackOutcome = "done"
	CallbackMissed    CallbackOutcome = "missed" // nobody answered, or it could not be made
	CallbackCancelled CallbackOutcome = "cancelled"
)

// A Callback is a call promised to somebody, with the report it is about.
type Callback struct {
	ID           uuid.UUID
	ReportID     report.ID
	Assignee     uuid.UUID
	AssigneeName string
	DueAt        time.Time
	CreatedBy    uuid.UUID
	CreatedAt    time.Time
	Outcome      *CallbackOutcome
	SettledBy    *uuid.UUID
	SettledAt    *time.Time
}

const callbackQuery = `select c.id, c.report_id, c.assignee, s.display_name as assignee_name, c.due_at, c.created_by, c.created_at, c.outcome, c.settled_by, c.settled_at
	from callbacks c join staff s on s.id = c.assignee
	where exists (select from report_grants g where g.report_id = c.report_id and g.team_id = any(@teams))`

// Callbacks lists the promised calls that are to be made, the first due first.
func (a *Archive) Callbacks(ctx context.Context, teams []string) ([]Callback, error) {
	return a.callbacks(ctx, callbackQuery+" and c.outcome is null order by c.due_at, c.id limit 200", pgx.NamedArgs{"teams": teams})
}

// CallbacksOf lists the calls promised about a report, those to be made first.
func (a *Archive) CallbacksOf(ctx context.Context, id report.ID, teams []string) ([]Callback, error) {
	return a.callbacks(ctx, callbackQuery+" and c.report_id = @id order by c.outcome is not null, c.due_at, c.id limit 50", pgx.NamedArgs{"teams": teams, "id": id})
}

func (a *Archive) callbacks(ctx context.Context, query string, arguments pgx.NamedArgs) ([]Callback, error) {
	found, err := collect[Callback](ctx, a.pool, query, arguments)
	if err != nil {
		return nil, fmt.Errorf("listing promised calls: %w", err)
	}
	return found, nil
}

// Callback returns one promised call of the teams.
func (a *Archive) Callback(ctx context.Context, id uuid.UUID, teams []string) (Callback, error) {
	found, err := a.callbacks(ctx, callbackQuery+" and c.id = @id", pgx.NamedArgs{"teams": teams, "id": id})
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Callback{}, err
	}
	return found[0], nil
}

// CallbacksDue counts the promised calls of the teams that a time has come for.
func (a *Archive) CallbacksDue(ctx context.Context, by time.Time, teams []string) (int, error) {
	var n int
	err := a.pool.QueryRow(ctx, `select count(*)::int from (select 1 from callbacks c where c.outcome is null and c.due_at <= $1
		and exists (select from report_grants g where g.report_id = c.report_id and g.team_id = any($2)) limit 1000) due`, by, teams).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting promised calls: %w", postgres.Sort(err))
	}
	return n, nil
}

// CountCallbacksDue counts those of everybody, for a reminder without a word of content:
// who waits for a call about a report that is restricted to people is not forgotten.
func (a *Archive) CountCallbacksDue(ctx context.Context, by time.Time) (int, error) {
	return a.count(ctx, "from callbacks c join reports r on r.id = c.report_id where c.outcome is null and c.due_at <= @by and r.status <> @purged",
		pgx.NamedArgs{"by": by, "purged": triage.Purged})
}

// PromiseCallback stores a promised call. The same id twice is one.
func PromiseCallback(ctx context.Context, tx pgx.Tx, c Callback) error {
	_, err := tx.Exec(ctx, "insert into callbacks (id, report_id, assignee, due_at, created_by, created_at) values ($1, $2, $3, $4, $5, $6)",
		c.ID, c.ReportID, c.Assignee, c.DueAt, c.CreatedBy, c.CreatedAt)
	if postgres.Constraint(err) == "callbacks_pkey" {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("promising a call: %w", postgres.Sort(err))
	}
	return nil
}

// SettleCallback says what became of a promised call. The error is ErrConcurrent when
// somebody else said so first.
func SettleCallback(ctx context.Context, tx pgx.Tx, id uuid.UUID, outcome CallbackOutcome, by uuid.UUID, at time.Time) error {
	tag, err := tx.Exec(ctx, "update callbacks set outcome = $2, settled_by = $3, settled_at = $4 where id = $1 and outcome is null", id, outcome, by, at)
	if err != nil {
		return fmt.Errorf("settling a promised call: %w", postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}
