package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// A CountedEntry is an entry with the sealed key of its record.
type CountedEntry struct {
	Record
	Entry RecordEntry
}

// EachEntry reads what a unit wrote within a span, record by record, for its figures. An
// opening counts when its record was opened, however late it was corrected.
// Bodies are handed over one by one, and none is kept.
func (a *Archive) EachEntry(ctx context.Context, team string, from, to time.Time, each func(CountedEntry)) error {
	rows, err := a.pool.Query(ctx, `select r.id, r.team_id, r.epoch, r.body, r.opening, r.opened_at, e.id, e.sequence, e.replaces, e.body, e.created_at
		from records r join record_entries e on e.record_id = r.id where r.team_id = $1
			and case when e.id = r.opening then r.opened_at else e.created_at end >= $2 and case when e.id = r.opening then r.opened_at else e.created_at end < $3
		order by r.id, e.sequence`, team, from, to)
	if err != nil {
		return fmt.Errorf("reading the figures of %s: %w", team, postgres.Sort(err))
	}
	var c CountedEntry
	_, err = pgx.ForEachRow(rows, []any{&c.ID, &c.TeamID, &c.Epoch, &c.Body, &c.Opening, &c.OpenedAt, &c.Entry.ID, &c.Entry.Sequence, &c.Entry.Replaces, &c.Entry.Body, &c.Entry.CreatedAt},
		func() error { each(c); return nil })
	if err != nil {
		return fmt.Errorf("reading the figures of %s: %w", team, postgres.Sort(err))
	}
	return nil
}

// CountOpinions counts the opinions of a span by profession.
func (a *Archive) CountOpinions(ctx context.Context, team string, from, to time.Time) (map[string]int, error) {
	return a.countBy(ctx, `select o.team_id, count(*)::int from record_opinions o join records r on r.id = o.record_id
		where r.team_id = $1 and o.created_at >= $2 and o.created_at < $3 group by 1`, team, from, to)
}

// CountAppointments counts the appointments of a span by what became of them.
func (a *Archive) CountAppointments(ctx context.Context, team string, from, to time.Time) (map[string]int, error) {
	return a.countBy(ctx, `select p.status, count(*)::int from record_appointments p join records r on r.id = p.record_id
		where r.team_id = $1 and p.starts_at >= $2 and p.starts_at < $3 group by 1`, team, from, to)
}

func (a *Archive) countBy(ctx context.Context, query string, arguments ...any) (map[string]int, error) {
	rows, err := a.pool.Query(ctx, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("counting: %w", postgres.Sort(err))
	}
	counts := map[string]int{}
	var code string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&code, &n}, func() error { counts[code] = n; return nil }); err != nil {
		return nil, fmt.Errorf("counting: %w", postgres.Sort(err))
	}
	return counts, nil
}
