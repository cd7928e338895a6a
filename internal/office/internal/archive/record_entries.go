package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// MostEntries is how many entries one record may have. LastEntries are kept for those
// that end it, and are read with them.
const (
	MostEntries = 2000
	LastEntries = 100
)

// A RecordEntry is one sealed entry of a record.
type RecordEntry struct {
	ID         uuid.UUID
	Sequence   int
	Author     uuid.UUID
	AuthorName string
	Replaces   *uuid.UUID
	Body       []byte
	CreatedAt  time.Time
}

// RecordEntries lists a record's entries in the order of their places.
func (a *Archive) RecordEntries(ctx context.Context, record uuid.UUID) ([]RecordEntry, error) {
	found, err := collect[RecordEntry](ctx, a.pool, `select e.id, e.sequence, e.author, s.display_name as author_name, e.replaces, e.body, e.created_at
		from record_entries e join staff s on s.id = e.author where e.record_id = $1 order by e.sequence limit $2`, record, MostEntries+LastEntries)
	if err != nil {
		return nil, fmt.Errorf("reading the entries of record %s: %w", record, err)
	}
	return found, nil
}

// AppendEntry stores an entry at its place. It fails with ErrReplaced when another
// corrects the same one already; a place that is taken, with ErrConcurrent.
func AppendEntry(ctx context.Context, tx pgx.Tx, record uuid.UUID, e RecordEntry) error {
	_, err := tx.Exec(ctx, `insert into record_entries (id, record_id, sequence, author, replaces, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
		e.ID, record, e.Sequence, e.Author, e.Replaces, e.Body, e.CreatedAt)
	switch postgres.Constraint(err) {
	case "record_entries_replaced":
		return ErrReplaced
	case "record_entries_place", "record_entries_pkey":
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("writing in record %s: %w", record, postgres.Sort(err))
	}
	return nil
}

// An Opinion is sealed to the team of a profession.
type Opinion struct {
	ID         uuid.UUID
	RecordID   uuid.UUID
	TeamID     string
	Epoch      int
	Author     uuid.UUID
	AuthorName string
	Body       []byte
	CreatedAt  time.Time
}

// Opinions lists all opinions on a record, those too that the reader cannot open: that
// they exist is told.
func (a *Archive) Opinions(ctx context.Context, record uuid.UUID) ([]Opinion, error) {
	found, err := collect[Opinion](ctx, a.pool, `select o.id, o.record_id, o.team_id, o.epoch, o.author, s.display_name as author_name, o.body, o.created_at
		from record_opinions o join staff s on s.id = o.author where o.record_id = $1 order by o.created_at, o.id limit 500`, record)
	if err != nil {
		return nil, fmt.Errorf("reading the opinions on record %s: %w", record, err)
	}
	return found, nil
}

// AppendOpinion stores an opinion. One of that id that is stored already is
// ErrConcurrent, and so is a record that somebody closed meanwhile.
func AppendOpinion(ctx context.Context, tx pgx.Tx, o Opinion) error {
	open, err := tx.Exec(ctx, "select from records where id = $1 and status = 'open' for share", o.RecordID)
	if err != nil {
		return fmt.Errorf("writing an opinion on record %s: %w", o.RecordID, postgres.Sort(err))
	}
	if open.RowsAffected() == 0 {
		return ErrConcurrent
	}
	_, err = tx.Exec(ctx, "insert into record_opinions (id, record_id, team_id, epoch, author, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
		o.ID, o.RecordID, o.TeamID, o.Epoch, o.Author, o.Body, o.CreatedAt)
	if postgres.Constraint(err) == "record_opinions_pkey" {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("writing an opinion on record %s: %w", o.RecordID, postgres.Sort(err))
	}
	return nil
}
