package archive

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// A RecordBody is the sealed key of a record, or an opinion on one.
type RecordBody struct {
	ID     uuid.UUID
	Record uuid.UUID
	Sealed []byte
}

// A RecordBodySpan says which are to be sealed again.
type RecordBodySpan struct {
	Opinions bool
	Team     string
	Epoch    int
	After    uuid.UUID
	Most     int
}

// RecordBodies lists what is sealed to an epoch, in the order of ids, and keeps others
// from changing it.
func RecordBodies(ctx context.Context, tx pgx.Tx, s RecordBodySpan) ([]RecordBody, error) {
	query := "select id, id as record, body as sealed from records where team_id = $1 and epoch = $2 and id > $3 order by id limit $4 for update"
	if s.Opinions {
		query = "select id, record_id as record, body as sealed from record_opinions where team_id = $1 and epoch = $2 and id > $3 order by id limit $4 for update"
	}
	found, err := collect[RecordBody](ctx, tx, query, s.Team, s.Epoch, s.After, s.Most)
	if err != nil {
		return nil, fmt.Errorf("listing the records sealed to epoch %d of %s: %w", s.Epoch, s.Team, err)
	}
	return found, nil
}

// PutRecordBody keeps a body under a newer epoch.
func PutRecordBody(ctx context.Context, tx pgx.Tx, opinion bool, id uuid.UUID, epoch int, sealed []byte) error {
	query := "update records set epoch = $2, body = $3 where id = $1"
	if opinion {
		query = "update record_opinions set epoch = $2, body = $3 where id = $1"
	}
	if _, err := tx.Exec(ctx, query, id, epoch, sealed); err != nil {
		return fmt.Errorf("sealing %s again: %w", id, postgres.Sort(err))
	}
	return nil
}
