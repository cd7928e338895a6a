package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
)

// States of an account, as its administrator sees it.
type AccountState string

const (
	Invited  AccountState = "invited" // its code was not used yet
	Expired  AccountState = "expired" // nor in time
	Awaiting AccountState = "awaiting"
	Active   AccountState = "active"
	Disabled AccountState = "disabled"
)

// A Listed account, or the invitation that is to become one.
type Listed struct {
	ID          uuid.UUID // of the account; of the invitation where there is none yet
	Login       string
	DisplayName string
	Role        triage.Role
	Teams       []string // whose keys it holds
	Wanted      []string // and those it waits for
	State       AccountState
	Until       *time.Time // of an open code
	Reset       *uuid.UUID // an open code for a new passphrase
}

const roster = `
with codes as (select i.id, i.kind, i.staff_id, i.login, i.display_name, i.role, i.teams, i.expires_at from invitations i
    where i.used_at is null and i.revoked_at is null),
accounts as (
  select s.id, s.login, s.display_name, s.role,
    array(select m.team_id from memberships m where m.staff_id = s.id order by m.team_id) as teams,
    array(select k.team_id from key_requests k where k.staff_id = s.id order by k.team_id) as wanted,
    case when s.disabled_at is not null then 'disabled' when exists (select 1 from key_requests k where k.staff_id = s.id) then 'awaiting' else 'active' end as state,
    c.expires_at as until, c.id as reset
  from staff s left join codes c on c.staff_id = s.id and c.expires_at > $1
  union all
  select c.id, c.login, c.display_name, c.role, '{}', c.teams, case when c.expires_at > $1 then 'invited' else 'expired' end, c.expires_at, null
  from codes c where c.kind = 'join')
select id, login, display_name, role, teams, wanted, state, until, reset from accounts`

// Roster lists the accounts and who is invited, by name.
func (d *Desk) Roster(ctx context.Context) ([]Listed, error) {
	rows, err := d.Pool.Query(ctx, roster+" order by state = 'disabled', lower(display_name), login", d.Now())
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", postgres.Sort(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Listed])
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", postgres.Sort(err))
	}
	return all, nil
}

// Account reads one of them; ErrNoAccount when there is none of that id.
func (d *Desk) Account(ctx context.Context, id uuid.UUID) (Listed, error) {
	rows, err := d.Pool.Query(ctx, roster+" where id = $2", d.Now(), id)
	if err != nil {
		return Listed{}, fmt.Errorf("reading an account: %w", postgres.Sort(err))
	}
	one, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Listed])
	if errors.Is(err, pgx.ErrNoRows) {
		return Listed{}, ErrNoAccount
	}
	if err != nil {
		return Listed{}, fmt.Errorf("reading an account: %w", postgres.Sort(err))
	}
	return one, nil
}

// ErrNoAccount says that there is no account or open invitation of that id.
var ErrNoAccount = errors.New("there is no such account")

// A Team is a group of people with a key of its own.
type Team struct{ ID, Name string }

// Teams lists them.
func (d *Desk) Teams(ctx context.Context) ([]Team, error) {
	rows, err := d.Pool.Query(ctx, "select id, name from teams order by created_at, id")
	if err != nil {
		return nil, fmt.Errorf("listing teams: %w", postgres.Sort(err))
	}
	teams, err := pgx.CollectRows(rows, pgx.RowToStructByName[Team])
	if err != nil {
		return nil, fmt.Errorf("listing teams: %w", postgres.Sort(err))
	}
	return teams, nil
}

// A Person is somebody who has, or had, an account.
type Person struct {
	ID          uuid.UUID
	Login       string
	DisplayName string
}

// People lists everybody by name: who acted stands in the audit trail for good.
func (d *Desk) People(ctx context.Context) ([]Person, error) {
	rows, err := d.Pool.Query(ctx, "select id, login, display_name from staff order by lower(display_name), login")
	if err != nil {
		return nil, fmt.Errorf("listing people: %w", postgres.Sort(err))
	}
	people, err := pgx.CollectRows(rows, pgx.RowToStructByName[Person])
	if err != nil {
		return nil, fmt.Errorf("listing people: %w", postgres.Sort(err))
	}
	return people, nil
}

// CountHolders counts the active members who were given one epoch of a team's key.
func (d *Desk) CountHolders(ctx context.Context, team string, epoch int) (int, error) {
	var n int
	err := d.Pool.QueryRow(ctx, `select count(*)::int from team_key_wraps w join memberships m on m.team_id = w.team_id and m.staff_id = w.staff_id
		join staff s on s.id = w.staff_id where w.team_id = $1 and w.epoch = $2 and s.disabled_at is null`, team, epoch).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting the members of %s: %w", team, postgres.Sort(err))
	}
	return n, nil
}
