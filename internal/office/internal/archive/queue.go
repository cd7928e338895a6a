package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// PageSize is how many rows a page of the queue has.
const PageSize = 50

// A Filter narrows the queue down.
type Filter string

// The filters.
const (
	All        Filter = ""
	Overdue    Filter = "en-retard"
	ToVerify   Filter = "a-verifier"
	Unassigned Filter = "non-attribues"
	Mine       Filter = "les-miens"
	Answered   Filter = "reponses"
)

// Filters lists them in the order of the screen.
func Filters() []Filter { return []Filter{All, Answered, Overdue, ToVerify, Unassigned, Mine} }

// open is the condition of the index reports_queue, word for word.
const open = `r.status in ('received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'reopened')`

// MostUnverified is how many urgent reports may wait unverified and unopened in the
// main queue. More are a flood, and stand beside it until somebody opens them: who
// sends thousands shall not bury what was verified.
const MostUnverified = 20

// What is to be verified stays out of the main queue unless it is urgent, and
// during a flood also then. The count is taken once for a query.
const mainQueue = `(r.lane = 'main' or r.urgency <= 1 and (r.status <> 'received' or
  (select count(*) from (select 1 from reports u where u.lane = 'to_verify' and u.urgency <= 1 and u.status = 'received' limit @flood) waiting) < @flood))`

var conditions = map[Filter]string{
	All:        open + ` and ` + mainQueue,
	Overdue:    open + ` and ` + mainQueue + ` and r.due_at < @now and (r.urgency > 0 or r.due_at < @now - interval '3 minutes') and r.status = 'received'`,
	ToVerify:   open + ` and r.lane = 'to_verify'`,
	Unassigned: open + ` and ` + mainQueue + ` and r.assignee is null`,
	Mine:       open + ` and r.assignee = @me`,
	// Also of a report that stands in the queue no more: who adds something waits.
	Answered: `r.status <> 'purged' and r.id in (select u.report_id from additions u where u.seen_at is null and u.team_id = any(@teams))`,
}

// A View is one look at the queue.
type View struct {
	Teams  []string
	Filter Filter
	Me     uuid.UUID
	Now    time.Time
	After  Position
}

// A Position is the place of a row in the order of the queue; the zero Position
// stands before the first.
type Position struct {
	Rank  int
	DueAt time.Time
	ID    report.ID
}

// LastRank is that of whatever is not of urgency 0.
const LastRank = 2

// Position returns the row's own.
func (r *Report) Position() Position {
	rank := LastRank
	switch {
	case r.Urgency == 0 && r.Lane == "main":
		rank = 0
	case r.Urgency == 0:
		rank = 1
	}
	return Position{rank, r.DueAt, r.ID}
}

// Queue returns a page: urgency 0 first, and among those the verified; then by due
// time. more says that rows follow.
func (a *Archive) Queue(ctx context.Context, v View) (page []Report, more bool, err error) {
	condition, known := conditions[v.Filter]
	if !known {
		condition = conditions[All]
	}
	query := "select " + columns + joins + ` where ` + condition + `
		and (r.queue_rank, r.due_at, r.id) > (@rank, @due, @id)
		order by r.queue_rank, r.due_at, r.id limit @limit`
	rows, err := a.pool.Query(ctx, query, pgx.NamedArgs{"teams": v.Teams, "me": v.Me, "now": v.Now,
		"rank": v.After.Rank, "due": v.After.DueAt, "id": v.After.ID, "limit": PageSize + 1, "flood": MostUnverified + 1})
	if err != nil {
		return nil, false, fmt.Errorf("reading the queue: %w", postgres.Sort(err))
	}
	page, err = pgx.CollectRows(rows, pgx.RowToStructByName[Report])
	if err != nil {
		return nil, false, fmt.Errorf("reading the queue: %w", postgres.Sort(err))
	}
	if len(page) > PageSize {
		return page[:PageSize], true, nil
	}
	return page, false, nil
}

// MostCounted is where counting stops: the eye needs no more.
const MostCounted = 1000

// Counts returns how many rows each filter shows, up to MostCounted.
func (a *Archive) Counts(ctx context.Context, v View) (map[Filter]int, error) {
	batch := &pgx.Batch{}
	counts := map[Filter]int{}
	for _, f := range Filters() {
		batch.Queue(`select count(*)::int from (select 1 from reports r where `+conditions[f]+`
			and exists (select 1 from report_grants g where g.report_id = r.id and g.team_id = any(@teams)) limit @most) n`,
			pgx.NamedArgs{"teams": v.Teams, "me": v.Me, "now": v.Now, "most": MostCounted, "flood": MostUnverified + 1}).QueryRow(func(row pgx.Row) error {
			var n int
			err := row.Scan(&n)
			counts[f] = n
			return err
		})
	}
	if err := a.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("counting the queue: %w", postgres.Sort(err))
	}
	return counts, nil
}

// Snapshot names what the database shows now; [Archive.Arrived] later tells what
// came since, however late its transaction committed.
func (a *Archive) Snapshot(ctx context.Context) (string, error) {
	var snapshot string
	err := a.pool.QueryRow(ctx, "select pg_current_snapshot()::text").Scan(&snapshot)
	if err != nil {
		return "", fmt.Errorf("reading the snapshot: %w", postgres.Sort(err))
	}
	return snapshot, nil
}

// ErrSnapshot says that a text is no snapshot's name.
var ErrSnapshot = errors.New("this names no snapshot")

// Arrived counts the reports for the main queue that a snapshot could not see.
func (a *Archive) Arrived(ctx context.Context, snapshot string, teams []string) (int, error) {
	var n int
	err := a.pool.QueryRow(ctx, `select count(*)::int from reports r
		where r.arrival >= pg_snapshot_xmin(@snapshot::text::pg_snapshot) and not pg_visible_in_snapshot(r.arrival, @snapshot::text::pg_snapshot)
		and `+mainQueue+` and exists (select 1 from report_grants g where g.report_id = r.id and g.team_id = any(@teams))`,
		pgx.NamedArgs{"snapshot": snapshot, "teams": teams, "flood": MostUnverified + 1}).Scan(&n)
	if postgres.Malformed(err) {
		return 0, ErrSnapshot // PostgreSQL's own message repeats what was sent
	}
	if err != nil {
		return 0, fmt.Errorf("counting arrivals: %w", postgres.Sort(err))
	}
	return n, nil
}
