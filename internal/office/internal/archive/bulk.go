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
	rows, err := a.pool.Query(ctx, `select b.id, s.display_name as author_name, b.closed_at, n.reports from bulk_closings b join staff s on s.id = b.author
		cross join lateral (select count(*)::int as reports from bulk_closed c join reports r on r.id = c.report_id
			where c.bulk_id = b.id and r.status = 'closed' and r.version = c.version
			and exists (select from report_grants g where g.report_id = r.id and g.team_id = any($1))) n
		where b.closed_at > $2 and b.undone_at is null and n.reports > 0 order by b.closed_at desc limit 10`, teams, since)
	if err != nil {
		return nil, fmt.Errorf("listing what was closed at once: %w", postgres.Sort(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[BulkClosing])
	if err != nil {
		return nil, fmt.Errorf("listing what was closed at once: %w", postgres.Sort(err))
	}
	return found, nil
}

// UndoBulk reopens what was closed at once and nobody has touched since: a move like any
// other, and the reasons stay. It returns which; the error is ErrNotFound for what was
// taken back already, or too long ago.
func UndoBulk(ctx context.Context, tx pgx.Tx, bulk uuid.UUID, by uuid.UUID, teams []string, now time.Time) (reopened []report.ID, err error) {
	tag, err := tx.Exec(ctx, "update bulk_closings set undone_at = $2, undone_by = $3 where id = $1 and undone_at is null and closed_at > $4", bulk, now, by, now.Add(-BulkUndoTime))
	if err != nil {
		return nil, fmt.Errorf("taking back %s: %w", bulk, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return nil, ErrNotFound
	}
	rows, err := tx.Query(ctx, `select c.report_id, c.version from bulk_closed c join reports r on r.id = c.report_id
		where c.bulk_id = $1 and r.status = 'closed' and r.version = c.version
		and exists (select from report_grants g where g.report_id = r.id and g.team_id = any($2)) order by c.report_id`, bulk, teams)
	if err != nil {
		return nil, fmt.Errorf("taking back %s: %w", bulk, postgres.Sort(err))
	}
	type one struct {
		Report  report.ID
		Version int
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[one])
	if err != nil {
		return nil, fmt.Errorf("taking back %s: %w", bulk, postgres.Sort(err))
	}
	for _, r := range all {
		if err := Move(ctx, tx, Step{Report: r.Report, Version: r.Version, From: triage.Closed, To: triage.Reopened, By: by, At: now}); err != nil {
			return nil, err
		}
		reopened = append(reopened, r.Report)
	}
	return reopened, nil
}
