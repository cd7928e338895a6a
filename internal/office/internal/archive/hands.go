package archive

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// MostInHand is how many reports one member's list shows.
const MostInHand = 100

// InHand lists what is a member's and not over, in the order of the queue.
func (a *Archive) InHand(ctx context.Context, teams []string, who uuid.UUID) ([]Report, error) {
	found, err := collect[Report](ctx, a.pool, "select "+lineColumns+lineJoins+" where r.assignee = @who and "+underway+
		" order by r.queue_rank, r.due_at, r.id limit @most", pgx.NamedArgs{"teams": teams, "who": who, "most": MostInHand})
	if err != nil {
		return nil, fmt.Errorf("listing what is in hand: %w", err)
	}
	return found, nil
}

// A Load is what one member has in hand.
type Load struct {
	Who      uuid.UUID
	Name     string
	Disabled bool // nobody works on these
	Reports  int
	Waiting  int // of those, for an answer
	Sent     int // of those, transmitted and not over
}

// Loads lists who has what in hand: first who is no longer here, then by name.
func (a *Archive) Loads(ctx context.Context, teams []string) ([]Load, error) {
	found, err := collect[Load](ctx, a.pool, `select s.id as who, s.display_name as name, s.disabled_at is not null as disabled, count(*)::int as reports,
			count(*) filter (where r.status = 'awaiting_information')::int as waiting,
			count(*) filter (where r.status in ('transmitted', 'acknowledged', 'feedback_received'))::int as sent
		from reports r join staff s on s.id = r.assignee
		where r.assignee is not null and `+underway+` and exists (select from report_grants g where g.report_id = r.id and g.team_id = any($1))
		group by s.id order by s.disabled_at is null, lower(s.display_name), s.id limit 200`, teams)
	if err != nil {
		return nil, fmt.Errorf("counting what is in hand: %w", err)
	}
	return found, nil
}

// Pause ends every lease of a member, who is the assignee wherever he has one: what he had open, others may take up. It says
// how many there were.
func Pause(ctx context.Context, tx pgx.Tx, who uuid.UUID) (int, error) {
	tag, err := tx.Exec(ctx, "update reports r set lease_holder = null, lease_until = null where assignee = $1 and lease_holder = $1 and "+underway, who)
	if err != nil {
		return 0, fmt.Errorf("ending leases: %w", postgres.Sort(err))
	}
	return int(tag.RowsAffected()), nil
}
