package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// PresenceTime is how long somebody counts as present without a sign of him.
const PresenceTime = 45 * time.Second

// A Presence is somebody who has a report before his eyes.
type Presence struct {
	Name    string
	Writing bool
}

// Attend notes that a member has a report before his eyes, and returns who else has.
func (a *Archive) Attend(ctx context.Context, id report.ID, who uuid.UUID, writing bool, now time.Time) ([]Presence, error) {
	others, err := collect[Presence](ctx, a.pool, `with gone as (delete from presences where seen_at < @gone and (report_id, staff_id) <> (@id, @who)),
		here as (insert into presences (report_id, staff_id, writing, seen_at) values (@id, @who, @writing, @now)
			on conflict (report_id, staff_id) do update set writing = excluded.writing, seen_at = excluded.seen_at)
		select s.display_name as name, p.writing from presences p join staff s on s.id = p.staff_id
			where p.report_id = @id and p.staff_id <> @who and p.seen_at >= @gone order by s.display_name, s.id limit 20`,
		pgx.NamedArgs{"id": id, "who": who, "writing": writing, "now": now, "gone": now.Add(-PresenceTime)})
	if err != nil {
		return nil, fmt.Errorf("noting who reads %s: %w", id, err)
	}
	return others, nil
}

// Leave notes that a member looks at a report no more.
func (a *Archive) Leave(ctx context.Context, id report.ID, who uuid.UUID) error {
	if _, err := a.pool.Exec(ctx, "delete from presences where report_id = $1 and staff_id = $2", id, who); err != nil {
		return fmt.Errorf("noting who reads %s: %w", id, postgres.Sort(err))
	}
	return nil
}
