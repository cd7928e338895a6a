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

// BulkUndoTime is how long what was closed in one act can be taken back in one.
const BulkUndoTime = 24 * time.Hour

// A BulkClosing is what somebody closed in one act.
type BulkClosing struct {
	ID         uuid.UUID
	AuthorName string
	ClosedAt   time.Time
	Reports    int // of those one was given
}

// BeginBulk writes down that somebody closes several at once.
func (a *Archive) BeginBulk(ctx context.Context, id, author uuid.UUID, at time.Time) error {
	if _, err := a.pool.Exec(ctx, "insert into bulk_closings (id, author, closed_at) values ($1, $2, $3)", id, author, at); err != nil {
		return fmt.Errorf("closing several: %w", postgres.Sort(err))
	}
	return nil
}

// CloseInBulk takes a report that nobody has open from wherever it stands in the lane to
// its end, by the moves of the table, and notes it as one of several.
func CloseInBulk(ctx context.Context, tx pgx.Tx, bulk uuid.UUID, s Step) error {
	if s.From == triage.Received || s.From == triage.Reopened {
		taken := s
		taken.To, taken.Qualification = triage.InTriage, nil
		if err := Move(ctx, tx, taken); err != nil {
			return err
		}
		s.From, s.Version = triage.InTriage, s.Version+1
	}
	s.To = triage.Closed
	if err := Move(ctx, tx, s); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "insert into bulk_closed (bulk_id, report_id, version) values ($1, $2, $3)", bulk, s.Report, s.Version+1)
	if err != nil {
		return fmt.Errorf("closing %s among several: %w", s.Report, postgres.Sort(err))
	}
	return nil
}

// RecentBulks lists what was closed at once since a time and not taken back, of what
// some teams were given, the latest first.
func (a *Archive) RecentBulks(ctx context.Context, teams []string, since time.Time) ([]BulkClosing, error) {
	found, err := collect[BulkClosing](ctx, a.pool, `select b.id, s.display_name as author_name, b.closed_at, n.reports from bulk_closings b join staff s on s.id = b.author
		cross join lateral (select count(*)::int as reports from bulk_closed c join reports r on r.id = c.report_id
			where c.bulk_id = b.id and r.status = 'closed' and r.version = c.version
			and exists (select from report_grants g where g.report_id = r.id and g.team_id = any($1))) n
		where b.closed_at > $2 and b.undone_at is null and n.reports > 0 order by b.closed_at desc limit 10`, teams, since)
	if err != nil {
		return nil, fmt.Errorf("listing what was closed at once: %w", err)
	}
	return found, nil
}

// A Bulked is one of what was closed at once, as it was left.
type Bulked struct {
	Report  report.ID
	Version int
}

const untouched = `from bulk_closed c join reports r on r.id = c.report_id where c.bulk_id = $1 and r.status = 'closed' and r.version = c.version`

// Bulked lists what was closed at once, was given to some teams, and nobody has touched
// since; nothing of what was taken back already, or too long ago.
func (a *Archive) Bulked(ctx context.Context, bulk uuid.UUID, teams []string, now time.Time) ([]Bulked, error) {
	found, err := collect[Bulked](ctx, a.pool, "select c.report_id as report, c.version "+untouched+`
		and exists (select from report_grants g where g.report_id = r.id and g.team_id = any($2))
		and exists (select from bulk_closings b where b.id = $1 and b.undone_at is null and b.closed_at > $3) order by c.report_id`,
		bulk, teams, now.Add(-BulkUndoTime))
	if err != nil {
		return nil, fmt.Errorf("reading what %s closed: %w", bulk, err)
	}
	return found, nil
}

// EndBulk notes that all was taken back, once nothing is left of it that anybody could
// still take back: what others alone were given stays theirs to reopen.
func (a *Archive) EndBulk(ctx context.Context, bulk, by uuid.UUID, now time.Time) error {
	_, err := a.pool.Exec(ctx, "update bulk_closings set undone_at = $2, undone_by = $3 where id = $1 and undone_at is null and not exists (select "+untouched+")", bulk, now, by)
	if err != nil {
		return fmt.Errorf("taking back %s: %w", bulk, postgres.Sort(err))
	}
	return nil
}
