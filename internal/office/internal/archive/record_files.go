package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// MostRecordFiles is how many files one record may have.
const MostRecordFiles = 200

// unfinished is how long a file may take to come in. What is not whole by then is
// removed before the next one begins.
const unfinished = 6 * time.Hour

// ErrRecordFull says that a record takes no more files.
var ErrRecordFull = errors.New("the record has as many files as it may")

var recordPieces = pieceRows{
	part:  "select substring(body from $3 for $4) from record_file_pieces where file_id = $1 and number = $2",
	whole: "select body from record_file_pieces where file_id = $1 and number = $2",

	freeze: "insert into record_file_freezes (file_id, author, frozen_at) values ($1, $2, $3) on conflict (file_id) do nothing",
}

// RecordFile returns a whole file of a record; its owner is the record. The error is
// ErrPieces when there is none.
func (a *Archive) RecordFile(ctx context.Context, record, id uuid.UUID) (*Attachment, error) {
	rows, err := a.pool.Query(ctx, `select f.id, f.record_id as owner, f.size, f.pieces, f.complete, p.stored, p.found, p.regular, z.frozen_at, s.display_name as frozen_name
		from record_files f cross join lateral (select count(*)::int as found, coalesce(sum(octet_length(x.body)), 0)::bigint as stored,
			coalesce(bool_and(octet_length(x.body) = $3 or x.number = f.pieces - 1) and max(x.number) = count(*) - 1, false) as regular
			from record_file_pieces x where x.file_id = f.id) p
		left join record_file_freezes z on z.file_id = f.id left join staff s on s.id = z.author
		where f.id = $1 and f.record_id = $2`, id, record, pieceSize)
	if err != nil {
		return nil, fmt.Errorf("reading file %s of record %s: %w", id, record, postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByNameLax[Attachment])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("file %s: %w", id, ErrPieces)
	}
	if err != nil {
		return nil, fmt.Errorf("reading file %s of record %s: %w", id, record, postgres.Sort(err))
	}
	found.pool, found.rows = a.pool, recordPieces
	return &found, nil
}

// A RecordFreeze says who keeps everybody from a file of a record, since when.
type RecordFreeze struct {
	FileID     uuid.UUID
	FrozenAt   time.Time
	FrozenName string
}

// RecordFreezes lists the files of a record that are frozen.
func (a *Archive) RecordFreezes(ctx context.Context, record uuid.UUID) ([]RecordFreeze, error) {
	found, err := collect[RecordFreeze](ctx, a.pool, `select z.file_id, z.frozen_at, s.display_name as frozen_name
		from record_files f join record_file_freezes z on z.file_id = f.id join staff s on s.id = z.author where f.record_id = $1`, record)
	if err != nil {
		return nil, fmt.Errorf("reading what is frozen in record %s: %w", record, err)
	}
	return found, nil
}

// BeginRecordFile makes room for a file, and removes those that broke off long ago.
func (a *Archive) BeginRecordFile(ctx context.Context, record, id uuid.UUID, at time.Time) error {
	if _, err := a.pool.Exec(ctx, "select record_files_drop(null, $1)", at.Add(-unfinished)); err != nil {
		return fmt.Errorf("removing unfinished files: %w", postgres.Sort(err))
	}
	tag, err := a.pool.Exec(ctx, `insert into record_files (id, record_id, begun_at)
		select $1, $2, $3 where (select count(*) from record_files where record_id = $2) < $4`, id, record, at, MostRecordFiles)
	if err != nil {
		return fmt.Errorf("beginning file %s of record %s: %w", id, record, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrRecordFull
	}
	return nil
}

// StoreRecordPiece stores one piece of a file that is coming in.
func (a *Archive) StoreRecordPiece(ctx context.Context, id uuid.UUID, number int, piece []byte) error {
	if _, err := a.pool.Exec(ctx, "insert into record_file_pieces (file_id, number, body) values ($1, $2, $3)", id, number, piece); err != nil {
		return fmt.Errorf("storing piece %d of file %s: %w", number, id, postgres.Sort(err))
	}
	return nil
}

// A StoredFile is a file all of whose pieces are stored.
type StoredFile struct {
	ID, Record uuid.UUID
	Size       int64 // as sealed
	Pieces     int
}

// FinishRecordFile makes a file whole, in the transaction of the entry that lists it.
func FinishRecordFile(ctx context.Context, tx pgx.Tx, f StoredFile) error {
	var there bool
	if err := tx.QueryRow(ctx, "select record_file_finish($1, $2, $3, $4)", f.ID, f.Record, f.Size, f.Pieces).Scan(&there); err != nil {
		return fmt.Errorf("finishing file %s: %w", f.ID, postgres.Sort(err))
	}
	if !there {
		return fmt.Errorf("finishing file %s: %w", f.ID, ErrPieces)
	}
	return nil
}

// DropRecordFile removes a file that no entry lists. One that is whole stays.
func (a *Archive) DropRecordFile(ctx context.Context, id uuid.UUID) error {
	if _, err := a.pool.Exec(ctx, "select record_files_drop($1, '-infinity')", id); err != nil {
		return fmt.Errorf("dropping file %s: %w", id, postgres.Sort(err))
	}
	return nil
}
