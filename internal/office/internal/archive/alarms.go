package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// Opened notes that somebody who answers for a report has it before his eyes. The
// first time stays.
func (a *Archive) Opened(ctx context.Context, id report.ID, now time.Time) error {
	_, err := a.pool.Exec(ctx, `update reports set opened_at = $2 where id = $1 and opened_at is null`, id, now)
	if err != nil {
		return fmt.Errorf("noting the opening of %s: %w", id, postgres.Sort(err))
	}
	return nil
}

// unanswered is the condition of the index reports_unopened, word for word. What is to
// be verified counts too: an alarm hides nothing, and tells a flood by its count.
const unanswered = `r.urgency = 0 and r.status = 'received' and r.opened_at is null`

// An Alarm is a report of urgency 0 whose next step of the ladder has come.
type Alarm struct {
	ReportID report.ID
	Step     int // how many were told
}

// mostAlarms bounds one look; the next one takes the rest.
const mostAlarms = 1000

// Alarms drops the alarms of reports that somebody has opened since, begins those of
// reports that nobody opened within first, and locks what is due. Rows that another
// process holds are left to it.
func Alarms(ctx context.Context, tx pgx.Tx, first time.Duration, now time.Time) ([]Alarm, error) {
	fail := func(err error) ([]Alarm, error) {
		return nil, fmt.Errorf("looking after the alarms: %w", postgres.Sort(err))
	}
	if _, err := tx.Exec(ctx, `delete from alarms where report_id in (
		select a.report_id from alarms a join reports r on r.id = a.report_id where not (`+unanswered+`) limit @most for update of a skip locked)`,
		pgx.NamedArgs{"most": mostAlarms}); err != nil {
		return fail(err)
	}
	if _, err := tx.Exec(ctx, `insert into alarms (report_id, step, next_at) select r.id, 0, r.received_at + @first::interval from reports r
		where `+unanswered+` and r.received_at <= @now::timestamptz - @first::interval and not exists (select from alarms a where a.report_id = r.id)
		order by r.received_at limit @most on conflict (report_id) do nothing`, pgx.NamedArgs{"first": first, "now": now, "most": mostAlarms}); err != nil {
		return fail(err)
	}
	rows, err := tx.Query(ctx, `select report_id, step from alarms where next_at <= @now order by next_at, report_id limit @most for update skip locked`,
		pgx.NamedArgs{"now": now, "most": mostAlarms})
	if err != nil {
		return fail(err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowToStructByName[Alarm])
	if err != nil {
		return fail(err)
	}
	return due, nil
}

// Climb notes that a step was told for these reports, and when the next one comes.
func Climb(ctx context.Context, tx pgx.Tx, ids []report.ID, step int, next time.Time) error {
	if _, err := tx.Exec(ctx, `update alarms set step = $2, next_at = $3 where report_id = any($1)`, ids, step, next); err != nil {
		return fmt.Errorf("looking after the alarms: %w", postgres.Sort(err))
	}
	return nil
}

// Unanswered is how many reports of urgency 0 nobody has opened, and since when the
// oldest waits; Raised is how many of them are past the first step of the ladder.
type Unanswered struct {
	Count  int
	Raised int
	Oldest *time.Time
}

// Age is how long the oldest waits.
func (u Unanswered) Age(now time.Time) time.Duration {
	if u.Oldest == nil {
		return 0
	}
	return max(0, now.Sub(*u.Oldest))
}

// CountUnanswered looks at the urgencies 0 that wait, whatever was told.
func (a *Archive) CountUnanswered(ctx context.Context) (Unanswered, error) {
	return CountUnanswered(ctx, a.pool)
}

// CountUnanswered is the same within a transaction.
func CountUnanswered(ctx context.Context, q querier) (Unanswered, error) {
	rows, err := q.Query(ctx, `select count(*)::int as count, count(a.report_id)::int as raised, min(r.received_at) as oldest
		from reports r left join alarms a on a.report_id = r.id and a.step > 0 where `+unanswered)
	if err != nil {
		return Unanswered{}, fmt.Errorf("counting what nobody opened: %w", postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Unanswered])
	if err != nil {
		return Unanswered{}, fmt.Errorf("counting what nobody opened: %w", postgres.Sort(err))
	}
	return found, nil
}

// What the reminders count, each up to MostCounted.

// CountUnopened counts reports of urgency 0 and 1 that nobody has opened since then.
func (a *Archive) CountUnopened(ctx context.Context, before time.Time) (int, error) {
	return a.count(ctx, `from reports r where `+open+` and r.status = 'received' and r.urgency <= 1 and r.opened_at is null and r.received_at <= @before`,
		pgx.NamedArgs{"before": before})
}

// CountOverdue counts reports that should have been taken up by now. What is to be
// verified and not urgent is none of them.
func (a *Archive) CountOverdue(ctx context.Context, now time.Time) (int, error) {
	return a.count(ctx, `from reports r where `+open+` and r.status = 'received' and (r.lane = 'main' or r.urgency <= 1)
		and r.due_at < @now and (r.urgency > 0 or r.due_at < @now - interval '3 minutes')`, pgx.NamedArgs{"now": now})
}

// CountUnseen counts reports to which something was added that nobody has opened
// since then.
func (a *Archive) CountUnseen(ctx context.Context, before time.Time) (int, error) {
	return a.count(ctx, `from reports r where r.status <> @purged and r.id in (select u.report_id from additions u where u.seen_at is null and u.received_at <= @before)`,
		pgx.NamedArgs{"before": before, "purged": triage.Purged})
}

func (a *Archive) count(ctx context.Context, from string, arguments pgx.NamedArgs) (n int, err error) {
	arguments["most"] = MostCounted
	if err := a.pool.QueryRow(ctx, `select count(*)::int from (select 1 `+from+` limit @most) counted`, arguments).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting what waits: %w", postgres.Sort(err))
	}
	return n, nil
}
