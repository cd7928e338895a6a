package archive

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// A Held table keeps bodies that are sealed to an epoch of a team, each in a row of its
// own, beside the reports and what was added to them.
type Held struct{ Table, Team string } // and the column that names the team

// HeldTables lists them: what lies there is brought forward, and counted before a key
// is destroyed.
func HeldTables() []Held {
	return []Held{{"referrals", "to_team"}, {"referral_letters", "team_id"}, {"referral_additions", "team_id"}}
}

// A HeldBody is one of those bodies.
type HeldBody struct {
	ID   uuid.UUID
	Body []byte
}

// TakeHeld reads bodies of one epoch in the order of their ids, and keeps others from
// changing them until the transaction ends.
func TakeHeld(ctx context.Context, tx pgx.Tx, h Held, team string, epoch int, after uuid.UUID, most int) ([]HeldBody, error) {
	found, err := collect[HeldBody](ctx, tx, "select id, body from "+h.Table+" where "+h.Team+" = $1 and epoch = $2 and id > $3 order by id limit $4 for update", team, epoch, after, most)
	if err != nil {
		return nil, fmt.Errorf("reading %s of epoch %d of %s: %w", h.Table, epoch, team, err)
	}
	return found, nil
}

// PutHeld keeps a body under a newer epoch, in the place of the older one, and returns
// it as it was stored.
func PutHeld(ctx context.Context, tx pgx.Tx, h Held, b HeldBody, epoch int) (stored []byte, err error) {
	err = tx.QueryRow(ctx, "update "+h.Table+" set epoch = $2, body = $3 where id = $1 returning body", b.ID, epoch, b.Body).Scan(&stored)
	if err != nil {
		return nil, fmt.Errorf("sealing %s of %s again: %w", b.ID, h.Table, postgres.Sort(err))
	}
	return stored, nil
}
