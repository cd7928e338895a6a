package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// An Admission lets a person in: a new account and, by a coordinator who holds
// them, the keys of teams.
type Admission struct {
	Pool     *pgxpool.Pool // as recueil_owner
	ShredDir string
	Trust    *trust.Source
	Account  Account
	Teams    []string
	Sponsor  string // log-in name of the coordinator; not needed without teams
	Secret   secret.Text
	Now      func() time.Time
	Log      *slog.Logger
}

// Admit makes the account and gives it the keys, both or neither.
func Admit(ctx context.Context, a Admission) error {
	if reads := triage.Role(a.Account.Role).May(triage.Read); len(a.Teams) > 0 && !reads {
		return fmt.Errorf("a member with the role %s reads no report and holds no key; leave out the teams", a.Account.Role)
	}
	if err := a.Account.new().Check(); err != nil {
		return err
	}
	var sponsor *staff.Session
	var keys staff.Keys
	if len(a.Teams) > 0 {
		var err error
		house := House{a.Pool, a.ShredDir, a.Trust, a.Now, a.Log}
		if sponsor, keys, err = house.vouch(ctx, a.Teams, a.Sponsor, a.Secret); err != nil {
			return err
		}
	}
	return pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		id, identity, err := staff.CreateAccount(ctx, tx, a.Account.new(), a.Now())
		if err != nil {
			return err
		}
		event := audit.Event{At: a.Now(), Action: "staff.created", Object: "staff", ID: id.String(), Detail: a.Account.Role}
		if sponsor != nil {
			event.Actor = sponsor.ID
		}
		for _, team := range a.Teams {
			epochs := keys.Epochs(team)
			if len(epochs) == 0 {
				return fmt.Errorf("%s does not hold the key of the team %s; let somebody vouch who does", a.Sponsor, team)
			}
			err := staff.Admit(ctx, tx, staff.Admission{Staff: id, Recipient: identity.Recipient(), By: sponsor.ID, Epochs: epochs,
				Shred: keyring.NewShredKeys(a.ShredDir), At: a.Now()})
			if err != nil {
				return err
			}
		}
		return audit.AppendIn(ctx, tx, event)
	})
}

// A Person is an account as the operator's terminal lists it.
type Person struct {
	Login, Name, Role string
	Teams             []string
	Disabled          bool
}

// People lists the accounts.
func People(ctx context.Context, pool *pgxpool.Pool) ([]Person, error) {
	rows, err := pool.Query(ctx, `select s.login, s.display_name as name, s.role, s.disabled_at is not null as disabled,
		coalesce(array_agg(distinct w.team_id) filter (where w.team_id is not null), '{}') as teams
		from staff s left join team_key_wraps w on w.staff_id = s.id group by s.id order by s.login`)
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", postgres.Sort(err))
	}
	people, err := pgx.CollectRows(rows, pgx.RowToStructByName[Person])
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", postgres.Sort(err))
	}
	return people, nil
}

// Disable shuts an account out at once: its sessions end and its wraps are deleted,
// so that it holds no key any more. Its name stays on what it did.
func Disable(ctx context.Context, pool *pgxpool.Pool, login string, now time.Time) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := staff.LockAccounts(ctx, tx); err != nil {
			return err
		}
		var id string
		err := tx.QueryRow(ctx, "update staff set disabled_at = $2 where login = $1 and disabled_at is null returning id::text", login, now).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("there is no active account %s", login)
		}
		if err != nil {
			return fmt.Errorf("disabling an account: %w", postgres.Sort(err))
		}
		for _, table := range []string{"sessions", "team_key_wraps", "memberships"} {
			if _, err := tx.Exec(ctx, "delete from "+table+" where staff_id = $1", id); err != nil {
				return fmt.Errorf("disabling an account: %w", postgres.Sort(err))
			}
		}
		return audit.AppendIn(ctx, tx, audit.Event{At: now, Action: "staff.disabled", Object: "staff", ID: id})
	})
}
