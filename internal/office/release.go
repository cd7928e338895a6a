package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/staff"
	"recueil/internal/postgres"
)

// A Parting is the end of somebody's place in one team.
type Parting struct {
	Login string
	Team  string
	Now   time.Time
}

// Release takes one team's key from an account that keeps all else. So the founder,
// who held the key of every team to admit its first coordinator, hands a unit over.
// The last coordinator of a team keeps its key. What he could open until then he may
// have kept: a rotation gives the team a key that he never held.
func Release(ctx context.Context, pool *pgxpool.Pool, p Parting) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := staff.LockAccounts(ctx, tx); err != nil {
			return err
		}
		var id string
		var alone bool
		err := tx.QueryRow(ctx, `select s.id::text, exists (select from teams_held_alone(s.id) t(team) where t.team = $2)
			from staff s join memberships m on m.staff_id = s.id and m.team_id = $2 where s.login = $1 and s.disabled_at is null`, p.Login, p.Team).Scan(&id, &alone)
		if errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("%s is no member of the team %s", p.Login, p.Team)
		}
		if err != nil {
			return fmt.Errorf("releasing a member: %w", postgres.Sort(err))
		}
		if alone {
			return fmt.Errorf("no other coordinator holds the key of %s; admit one before %s goes", p.Team, p.Login)
		}
		for _, table := range []string{"team_key_wraps", "memberships"} {
			if _, err := tx.Exec(ctx, "delete from "+table+" where staff_id = $1 and team_id = $2", id, p.Team); err != nil {
				return fmt.Errorf("releasing a member: %w", postgres.Sort(err))
			}
		}
		return audit.AppendIn(ctx, tx, audit.Event{At: p.Now, Action: "staff.released", Object: "staff", ID: id, Detail: p.Team})
	})
}
