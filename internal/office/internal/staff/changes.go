package staff

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
)

// Why an act on an account is refused.
var (
	ErrNotAllowed = errors.New("the member may not do this")
	ErrStale      = errors.New("the account is not, or no longer, what the act supposes")
	ErrLastHolder = errors.New("nobody else who could admit colleagues would hold the key of a team")
	ErrTaken      = errors.New("the log-in name is taken")
	ErrTeams      = errors.New("role and teams do not go together: who reads has teams, who does not has none")
)

// refusals are the codes that the functions of the database refuse with.
var refusals = map[string]error{"RC001": ErrNotAllowed, "RC002": ErrStale, "RC003": ErrLastHolder, "RC004": ErrTaken, "RC005": ErrPending, "RC006": ErrTeams}

func refusal(doing string, err error) error {
	if err == nil {
		return nil
	}
	if known := refusals[postgres.Code(err)]; known != nil {
		return fmt.Errorf("%s: %w", doing, known)
	}
	return fmt.Errorf("%s: %w", doing, postgres.Sort(err))
}

// A Place is what somebody does in the house.
type Place struct {
	Role  triage.Role
	Teams []string
}

// Disable shuts an account out at once: its sessions end and its wraps are deleted.
// Its name stays on what it did.
func (d *Desk) Disable(ctx context.Context, by, id uuid.UUID) error {
	return d.act(ctx, audit.Event{Actor: by, Action: "staff.disabled", ID: id.String()}, func(tx pgx.Tx, e audit.Event) error {
		_, err := tx.Exec(ctx, "select account_disable($1, $2, $3)", id, by, e.At)
		return err
	})
}

// Reinstate opens a disabled account again. It holds no key until a coordinator
// admits it anew.
func (d *Desk) Reinstate(ctx context.Context, by, id uuid.UUID, p Place) error {
	if err := checkPlace(p.Role, p.Teams); err != nil {
		return err
	}
	return d.act(ctx, audit.Event{Actor: by, Action: "staff.reinstated", ID: id.String(), Detail: string(p.Role)}, func(tx pgx.Tx, e audit.Event) error {
		_, err := tx.Exec(ctx, "select account_reinstate($1, $2, $3, $4, $5)", id, p.Role, named(p.Teams), by, e.At)
		return err
	})
}

// Assign gives an account this role and these teams, at once. The keys of teams it
// leaves are deleted; those of new ones wait for a coordinator.
func (d *Desk) Assign(ctx context.Context, by, id uuid.UUID, p Place) error {
	if err := checkPlace(p.Role, p.Teams); err != nil {
		return err
	}
	return d.act(ctx, audit.Event{Actor: by, Action: "staff.assigned", ID: id.String(), Detail: string(p.Role)}, func(tx pgx.Tx, e audit.Event) error {
		_, err := tx.Exec(ctx, "select account_assign($1, $2, $3, $4, $5)", id, p.Role, named(p.Teams), by, e.At)
		return err
	})
}

// HeldAlone lists the teams for which nobody could admit anybody without this account.
func (d *Desk) HeldAlone(ctx context.Context, id uuid.UUID) ([]string, error) {
	rows, err := d.Pool.Query(ctx, "select teams_held_alone($1)", id)
	if err != nil {
		return nil, fmt.Errorf("reading who holds the keys: %w", postgres.Sort(err))
	}
	teams, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reading who holds the keys: %w", postgres.Sort(err))
	}
	return teams, nil
}

// act does one thing to an account and writes its line, both or neither. One that is
// refused stands in the trail, too.
func (d *Desk) act(ctx context.Context, e audit.Event, do func(pgx.Tx, audit.Event) error) error {
	e.At = d.Now()
	if e.Object == "" {
		e.Object = "staff"
	}
	err := d.Trail.Within(ctx, e, func(tx pgx.Tx) error { return refusal(e.Action, do(tx, e)) })
	for _, refused := range refusals {
		if errors.Is(err, refused) {
			e.Action, e.Detail = e.Action+".refused", ""
			return errors.Join(err, d.Trail.Append(ctx, e))
		}
	}
	return err
}
