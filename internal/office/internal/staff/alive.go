package staff

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
)

// A Watch is what stays of a session that only listens: enough to ask whether it is
// still open, and no key.
type Watch struct {
	Staff uuid.UUID
	Role  triage.Role
	id    string
}

// Watch returns the session without what it opens.
func (s *Session) Watch() Watch { return Watch{s.ID, s.Role, string(s.id())} }

// Alive tells of each watch whether its session is still open, and for which teams its
// member still has a wrap. What is over, locked, disabled or of another role by now is
// left out. Nothing is extended by asking.
func (d *Desk) Alive(ctx context.Context, watches []Watch) (map[Watch][]string, error) {
	ids := make([][]byte, len(watches))
	for i, w := range watches {
		ids[i] = []byte(w.id)
	}
	now := d.Now()
	rows, err := d.Pool.Query(ctx, `select x.id, x.staff_id, s.role, array(select distinct w.team_id from team_key_wraps w where w.staff_id = x.staff_id)
		from sessions x join staff s on s.id = x.staff_id
		where x.id = any($1) and x.expires_at > $2 and x.last_seen_at > $3 and x.proof is not null and x.sealed_identity is not null and s.disabled_at is null`,
		ids, now, now.Add(-d.Idle))
	if err != nil {
		return nil, fmt.Errorf("looking whether sessions are open: %w", postgres.Sort(err))
	}
	alive := map[Watch][]string{}
	var id []byte
	var w Watch
	var teams []string
	_, err = pgx.ForEachRow(rows, []any{&id, &w.Staff, &w.Role, &teams}, func() error {
		w.id = string(id)
		alive[w] = teams
		teams = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking whether sessions are open: %w", postgres.Sort(err))
	}
	return alive, nil
}
