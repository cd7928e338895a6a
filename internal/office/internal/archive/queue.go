package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// PageSize is how many rows a page of the queue has.
const PageSize = 50

// A View is one look at the queue.
type View struct {
	Teams  []string
	Filter Filter
	Me     uuid.UUID
	Now    time.Time
	After  Position
	Rows   int // of the page; 0 is PageSize
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

// arguments are those that every query of the queue may name.
func (v View) arguments() pgx.NamedArgs {
	return pgx.NamedArgs{"teams": v.Teams, "me": v.Me, "now": v.Now, "flood": MostUnverified + 1}
}

// inOrder selects what a filter shows, from a place in the order on and up to a limit.
// The conditions stand on columns of the index that gives the order: rows are read
// only of what is shown. The limit is written out: a planner that does not know it
// takes it for a tenth of the table.
func (f Filter) inOrder(arguments named, after Position, limit int) string {
	var parts []string
	for _, scope := range f.scopes() {
		part := "select r.id, r.queue_rank, r.due_at from reports r where " + f.where(scope, arguments)
		if after != (Position{}) {
			arguments.NamedArgs["rank"], arguments.NamedArgs["due"], arguments.NamedArgs["after"] = after.Rank, after.DueAt, after.ID
			part += " and (r.queue_rank, r.due_at, r.id) > (@rank, @due, @after)"
		}
		parts = append(parts, fmt.Sprintf("(%s order by r.queue_rank, r.due_at, r.id limit %d)", part, limit))
	}
	return fmt.Sprintf("select p.id, p.queue_rank, p.due_at from (%s) p order by p.queue_rank, p.due_at, p.id limit %d", strings.Join(parts, " union all "), limit)
}

// planned has each query planned for its own values: the plan that suits most filters is
// a bad one for a rare one.
const planned = pgx.QueryExecModeCacheDescribe

// Queue returns a page: urgency 0 first, and among those the verified; then by due
// time. more says that rows follow.
func (a *Archive) Queue(ctx context.Context, v View) (page []Report, more bool, err error) {
	arguments, most := v.arguments(), cmp.Or(v.Rows, PageSize)
	query := "with page as materialized (" + v.Filter.inOrder(named{arguments, ""}, v.After, most+1) + ") select " + lineColumns + lineJoins +
		" join page on page.id = r.id order by page.queue_rank, page.due_at, page.id"
	rows, err := a.pool.Query(ctx, query, planned, arguments)
	if err != nil {
		return nil, false, fmt.Errorf("reading the queue: %w", postgres.Sort(err))
	}
	page, err = pgx.CollectRows(rows, pgx.RowToStructByName[Report])
	if err != nil {
		return nil, false, fmt.Errorf("reading the queue: %w", postgres.Sort(err))
	}
	if len(page) > most {
		return page[:most], true, nil
	}
	return page, false, nil
}

// MostCounted is where counting stops: the eye needs no more, and what is counted is
// most of what a page asks of the database.
const MostCounted = 100

// Counts returns how many rows each of some filters shows, up to MostCounted.
func (a *Archive) Counts(ctx context.Context, v View, filters []Filter) (counts []int, err error) {
	arguments := v.arguments()
	var each []string
	for i, f := range filters {
		each = append(each, "(select count(*)::int from ("+f.inOrder(named{arguments, fmt.Sprint("_", i)}, Position{}, MostCounted)+") n)")
	}
	err = a.pool.QueryRow(ctx, "select array["+strings.Join(each, ", ")+"]::int[]", planned, arguments).Scan(&counts)
	if err != nil {
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
