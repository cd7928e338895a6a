package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
)

// MostForgotten is how many a page of forgotten reports has. They are dealt with from
// the top; there is no second page.
const MostForgotten = 50

// A Quiet report is one to which nobody did anything for too long.
type Quiet struct {
	Report
	Since time.Time // the last act, or when it came
}

// underway is the condition of the indexes reports_quiet and reports_hands.
const underway = `r.status not in ('closed', 'merged', 'archived', 'purged')`

// Forgotten lists what stands still for longer than its state may, the longest first,
// and says how many there are, up to MostCounted. What a call-back is promised for is
// not forgotten: that has its own clock.
func (a *Archive) Forgotten(ctx context.Context, teams []string, now time.Time) (page []Quiet, all int, err error) {
	var states []triage.Status
	var before []time.Time
	for _, p := range triage.Patiences() {
		states, before = append(states, p.Status), append(before, now.Add(-p.Time))
	}
	args := pgx.NamedArgs{"teams": teams, "states": states, "before": before, "now": now, "most": MostForgotten, "counted": MostCounted}
	const still = ` join unnest(@states::text[], @before::timestamptz[]) q(state, before) on q.state = r.status
		where ` + underway + ` and coalesce(r.acted_at, r.received_at) < q.before
			and not exists (select from messages m where m.report_id = r.id and m.sent_at >= q.before)
			and not exists (select from callbacks k where k.report_id = r.id and k.outcome is null and k.due_at >= @now)`
	rows, err := a.pool.Query(ctx, "select "+lineColumns+", coalesce(r.acted_at, r.received_at) as since"+lineJoins+still+
		" order by coalesce(r.acted_at, r.received_at), r.id limit @most", args)
	if err == nil {
		page, err = pgx.CollectRows(rows, pgx.RowToStructByName[Quiet])
	}
	if err != nil {
		return nil, 0, fmt.Errorf("looking for forgotten reports: %w", postgres.Sort(err))
	}
	err = a.pool.QueryRow(ctx, `select count(*)::int from (select 1 from reports r`+still+`
		and exists (select from report_grants g where g.report_id = r.id and g.team_id = any(@teams)) limit @counted) n`, args).Scan(&all)
	if err != nil {
		return nil, 0, fmt.Errorf("counting forgotten reports: %w", postgres.Sort(err))
	}
	return page, all, nil
}
