package office

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/postgres"
	"recueil/internal/secret"
)

// An epochPlan is what a team's next key is made from.
type epochPlan struct {
	Team         string
	Number       int
	TrustVersion int    // of the file that will name it first
	Recovery     string // the offline recipient, from the trust file
	By           uuid.UUID
	At           time.Time
}

// A begunEpoch is a new key with its shred key, held while members are given it.
type begunEpoch struct {
	key   keyring.Team
	shred secret.Key
}

// beginEpoch makes a key and its shred key, wraps it for the recovery from the safe
// and remembers it. Members are given it by the caller, in the same transaction; when
// that fails, the caller destroys the shred key.
func beginEpoch(ctx context.Context, tx pgx.Tx, shreds keyring.ShredKeys, p epochPlan) (begunEpoch, error) {
	key, err := keyring.NewTeam(p.Team, p.Number)
	if err != nil {
		return begunEpoch{}, err
	}
	shred, err := shreds.Create(p.Team, p.Number)
	if err != nil {
		return begunEpoch{}, err
	}
	begun := begunEpoch{key, shred}
	wrap, err := keyring.WrapTeam(key, p.Recovery, shred)
	if err != nil {
		return begun, err
	}
	_, err = tx.Exec(ctx, "insert into recovery_wraps (team_id, epoch, wrap, created_at) values ($1, $2, $3, $4)", p.Team, p.Number, wrap, p.At)
	if err != nil {
		return begun, fmt.Errorf("keeping the recovery wrap of %s: %w", p.Team, postgres.Sort(err))
	}
	var by *uuid.UUID
	if p.By != uuid.Nil {
		by = &p.By
	}
	_, err = tx.Exec(ctx, "insert into team_epochs (team_id, epoch, trust_version, prepared_by, prepared_at) values ($1, $2, $3, $4, $5)",
		p.Team, p.Number, p.TrustVersion, by, p.At)
	if err != nil {
		return begun, fmt.Errorf("keeping epoch %d of %s: %w", p.Number, p.Team, postgres.Sort(err))
	}
	return begun, nil
}
