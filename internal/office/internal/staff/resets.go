package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/postgres"
)

// resetLife is how long a proposal to take somebody's factors away waits for the
// second person.
const resetLife = 48 * time.Hour

// ErrNoReset says that there is nothing to propose or to decide: no factor, no
// proposal, or one's own.
var ErrNoReset = errors.New("there is no such proposal to take factors away")

// A Resettable is a member who has a factor, and who proposes to take it away.
type Resettable struct {
	ID          uuid.UUID
	Login       string
	DisplayName string
	ByID        *uuid.UUID
	ByName      *string
	At          *time.Time
}

// Resettables lists the members who have a factor: those with a proposal first.
func (d *Desk) Resettables(ctx context.Context) ([]Resettable, error) {
	rows, err := d.Pool.Query(ctx, `select s.id, s.login, s.display_name, b.id as by_id, b.display_name as by_name, case when b.id is not null then r.proposed_at end as at
		from staff s join staff_factors f on f.staff_id = s.id left join factor_resets r on r.staff_id = s.id and r.proposed_at > $1 left join staff b on b.id = r.proposed_by
		where s.disabled_at is null order by r.proposed_at is null, lower(s.display_name), s.login`, d.Now().Add(-resetLife))
	if err != nil {
		return nil, fmt.Errorf("listing who has a second factor: %w", postgres.Sort(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Resettable])
	if err != nil {
		return nil, fmt.Errorf("listing who has a second factor: %w", postgres.Sort(err))
	}
	return all, nil
}

// CountResets counts the proposals that wait for somebody to confirm them.
func (d *Desk) CountResets(ctx context.Context, by uuid.UUID) (n int, err error) {
	err = d.Pool.QueryRow(ctx, "select count(*) from factor_resets where staff_id <> $1 and proposed_by <> $1 and proposed_at > $2", by, d.Now().Add(-resetLife)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting proposals to take factors away: %w", postgres.Sort(err))
	}
	return n, nil
}

// ProposeReset is the first of two people's acts. An older proposal is replaced.
func (d *Desk) ProposeReset(ctx context.Context, by, id uuid.UUID) error {
	return d.onReset(ctx, audit.Event{Actor: by, Action: "factor.reset_proposed", Object: "staff", ID: id.String()}, func(tx pgx.Tx) (int64, error) {
		if _, err := tx.Exec(ctx, "delete from factor_resets where staff_id = $1", id); err != nil {
			return 0, err
		}
		done, err := tx.Exec(ctx, `insert into factor_resets (staff_id, proposed_by, proposed_at)
			select f.staff_id, $2, $3 from staff_factors f where f.staff_id = $1 and f.staff_id <> $2`, id, by, d.Now())
		return done.RowsAffected(), err
	})
}

// ConfirmReset is the second, of another person than the first and the member: the
// factors go, every session of his ends, and he makes new ones at his next log-in.
func (d *Desk) ConfirmReset(ctx context.Context, by, id uuid.UUID) error {
	return d.onReset(ctx, Cleared(by, id, d.Now(), ""), func(tx pgx.Tx) (int64, error) {
		n, err := d.takeProposal(ctx, tx, by, id)
		if err != nil || n == 0 {
			return n, err
		}
		return n, ClearFactors(ctx, tx, id)
	})
}

// RefuseReset takes a proposal back, whoever made it.
func (d *Desk) RefuseReset(ctx context.Context, by, id uuid.UUID) error {
	return d.onReset(ctx, audit.Event{Actor: by, Action: "factor.reset_refused", Object: "staff", ID: id.String()}, func(tx pgx.Tx) (int64, error) {
		done, err := tx.Exec(ctx, "delete from factor_resets where staff_id = $1 and staff_id <> $2", id, by)
		return done.RowsAffected(), err
	})
}

func (d *Desk) takeProposal(ctx context.Context, tx pgx.Tx, by, id uuid.UUID) (int64, error) {
	done, err := tx.Exec(ctx, "delete from factor_resets where staff_id = $1 and staff_id <> $2 and proposed_by <> $2 and proposed_at > $3",
		id, by, d.Now().Add(-resetLife))
	return done.RowsAffected(), err
}

// onReset does one of the acts and writes its line, both or neither.
func (d *Desk) onReset(ctx context.Context, e audit.Event, act func(pgx.Tx) (int64, error)) error {
	e.At = d.Now()
	err := d.Trail.Within(ctx, e, func(tx pgx.Tx) error {
		n, err := act(tx)
		if err == nil && n == 0 {
			err = ErrNoReset
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("taking the factors of a member away: %w", postgres.Sort(err))
	}
	return nil
}
