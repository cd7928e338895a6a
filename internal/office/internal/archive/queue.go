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
		for _, further := range after.further(arguments) {
			part := "select r.queue_rank, r.due_at, r.id from reports r where " + f.where(scope, arguments) + further
			parts = append(parts, fmt.Sprintf("(%s order by r.queue_rank, r.due_at, r.id limit %d)", part, limit))
		}
	}
	return fmt.Sprintf("select p.queue_rank, p.due_at, p.id from (%s) p order by p.queue_rank, p.due_at, p.id limit %d", strings.Join(parts, " union all "), limit)
}

// further are the conditions, each of a part of the order, of what comes after a place. As
// one, PostgreSQL takes it by its first column alone, expects no row at all behind the last
// rank, and plans for that.
func (p Position) further(arguments named) []string {
	if p == (Position{}) {
		return []string{""}
	}
	arguments.NamedArgs["due"], arguments.NamedArgs["after"] = p.DueAt, p.ID
	conditions := []string{fmt.Sprintf(" and r.queue_rank = %d and (r.due_at, r.id) > (@due, @after)", p.Rank)}
	if p.Rank < LastRank {
		conditions = append(conditions, fmt.Sprintf(" and r.queue_rank > %d", p.Rank))
	}
	return conditions
}

// planned has each query planned for its own values: the plan that suits most filters is
// a bad one for a rare one.
const planned = pgx.QueryExecModeCacheDescribe

// Queue returns a page: urgency 0 first, and among those the verified; then by due
// time. more says that rows follow, after the place next.
func (a *Archive) Queue(ctx context.Context, v View) (page []Report, next Position, more bool, err error) {
	places, more, err := a.places(ctx, v)
	if err != nil || len(places) == 0 {
		return nil, next, false, err
	}
	page, err = a.Lines(ctx, v.Teams, places)
	return page, places[len(places)-1], more, err
}

// places finds the rows of a page. What they show is asked for by itself: planning that
// takes longer than finding them does, and PostgreSQL keeps a plan that has no filter in it.
func (a *Archive) places(ctx context.Context, v View) (places []Position, more bool, err error) {
	arguments, most := v.arguments(), cmp.Or(v.Rows, PageSize)
	rows, err := a.pool.Query(ctx, v.Filter.inOrder(named{arguments, ""}, v.After, most+1), planned, arguments)
	if err == nil {
		places, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Position])
	}
	if err != nil {
		return nil, false, fmt.Errorf("looking through the queue: %w", postgres.Sort(err))
	}
	return places[:min(most, len(places))], len(places) > most, nil
}

// Lines returns what a list shows of the rows that were found at some places, in the order
// in which they stand now. What was taken away meanwhile is left out.
func (a *Archive) Lines(ctx context.Context, teams []string, places []Position) ([]Report, error) {
	if len(places) == 0 {
		return nil, nil
	}
	found, err := collect[Report](ctx, a.pool, "select "+lineColumns+lineJoins+" where r.id = any(@ids) order by r.queue_rank, r.due_at, r.id", pgx.NamedArgs{"ids": idsOf(places), "teams": teams})
	if err != nil {
		return nil, fmt.Errorf("reading the queue: %w", err)
	}
	return found, nil
}

func idsOf(places []Position) []report.ID {
	ids := make([]report.ID, len(places))
	for i, place := range places {
		ids[i] = place.ID
	}
	return ids
}

// MostCounted is where counting stops: the eye needs no more, and what is counted is
// most of what a page asks of the database.
const MostCounted = 100

// Counts returns how many rows each of some filters shows, up to MostCounted.
func (a *Archive) Counts(ctx context.Context, v View, filters []Filter) (counts []int, err error) {
	query, arguments := v.counting(filters)
	if err = a.pool.QueryRow(ctx, query, planned, arguments).Scan(&counts); err != nil {
		return nil, fmt.Errorf("counting the queue: %w", postgres.Sort(err))
	}
	return counts, nil
}

// StandingCounts is Counts for filters that every look counts. Planning those takes longer
// than counting them, so it is done once for a connection, whatever the values; each of
// them has to find its rows fast by that one plan.
func (a *Archive) StandingCounts(ctx context.Context, v View, filters []Filter) (counts []int, err error) {
	query, arguments := v.counting(filters)
	var batch pgx.Batch
	batch.Queue("select set_config('plan_cache_mode', 'force_generic_plan', true)") // for these two: a batch is a transaction
	batch.Queue(query, arguments).QueryRow(func(row pgx.Row) error { return row.Scan(&counts) })
	if err := a.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("counting the queue: %w", postgres.Sort(err))
	}
	return counts, nil
}

func (v View) counting(filters []Filter) (query string, arguments pgx.NamedArgs) {
	arguments = v.arguments()
	var each []string
	for i, f := range filters {
		each = append(each, "(select count(*)::int from ("+f.inOrder(named{arguments, fmt.Sprint("_", i)}, Position{}, MostCounted)+") n)")
	}
	return "select array[" + strings.Join(each, ", ") + "]::int[]", arguments
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
