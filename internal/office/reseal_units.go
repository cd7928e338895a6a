package office

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/unseal"
)

// held seals again what else lies under the retired epoch: what was referred to the
// team, and what it was written about that.
func (r *resealer) held(ctx context.Context, done *Resealed) error {
	for _, table := range archive.HeldTables() {
		after := uuid.Nil
		for {
			last, err := r.nextHeld(ctx, table, after, done)
			if err != nil {
				return err
			}
			if last == uuid.Nil {
				break
			}
			after = last
		}
	}
	return nil
}

// nextHeld seals one batch again, all or none of it, and returns the last id it looked
// at. A body is replaced only by one that was read back and held the same bytes.
func (r *resealer) nextHeld(ctx context.Context, table archive.Held, after uuid.UUID, done *Resealed) (last uuid.UUID, err error) {
	so := *done
	so.Left = append([]uuid.UUID(nil), done.Left...)
	err = pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
		bodies, err := archive.TakeHeld(ctx, tx, table, r.Team, r.From, after, batch)
		if err != nil || len(bodies) == 0 {
			return err
		}
		last = bodies[len(bodies)-1].ID
		var events []audit.Event
		for _, old := range bodies {
			sealed, err := unseal.Again(r.older, old.Body, r.to)
			if err != nil {
				r.Log.Warn("a body stays under its old key", "id", old.ID, "err", err)
				so.Left = append(so.Left, old.ID)
				continue
			}
			stored, err := archive.PutHeld(ctx, tx, table, archive.HeldBody{ID: old.ID, Body: sealed}, r.to.Number)
			if err != nil {
				return err
			}
			if err := unseal.Same(r.older, old.Body, r.newer, stored); err != nil {
				return fmt.Errorf("reading %s back: %w", old.ID, err)
			}
			so.Referrals++
			events = append(events, audit.Event{At: r.Now(), Actor: r.by, Action: "entry.resealed", Object: table.Table, ID: old.ID.String(), Seen: stored,
				Detail: fmt.Sprintf("%s %d to %d", r.Team, r.From, r.to.Number)})
		}
		for _, event := range events {
			if err := audit.AppendIn(ctx, tx, event); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		*done = so
	}
	return last, err
}

// countHeld counts what else is sealed to one epoch of a team.
func countHeld(ctx context.Context, q querier, team string, epoch int) (int, error) {
	total := 0
	for _, h := range archive.HeldTables() {
		var n int
		if err := q.QueryRow(ctx, "select count(*)::int from "+h.Table+" where "+h.Team+" = $1 and epoch = $2", team, epoch).Scan(&n); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
