package inbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// What a file can be refused for.
var (
	ErrNoRoom   = errors.New("there is no room for another file that was not sent yet")
	ErrFileSent = errors.New("what the file would belong to was sent already")
	ErrFileGone = errors.New("the file is no longer kept")
)

// Room is how much may lie here in all.
type Room struct {
	Unsent  int64 // bytes of files that were not sent yet
	Ceiling int64 // bytes of the whole database; 0: no limit
}

// piecesAtOnce bounds how many connections bring files at a time: reports share the
// pool, and find one free.
const piecesAtOnce = 2

// BeginFile sets room aside for a file of at most size bytes as sealed. Not finished
// by expires it is removed. The errors are ErrNoRoom and ErrFileSent.
func (in *Inbox) BeginFile(ctx context.Context, owner, id report.ID, size int64, expires time.Time, room Room) error {
	var answer string
	err := in.pool.QueryRow(ctx, "select attachment_begin($1, $2, $3, $4, $5, $6)", id, owner, size, expires, room.Unsent, room.Ceiling).Scan(&answer)
	switch {
	case err != nil:
		return fmt.Errorf("beginning file %s: %w", id, postgres.Sort(err))
	case answer == "full":
		return ErrNoRoom
	case answer == "sent":
		return ErrFileSent
	}
	return nil
}

// StorePiece stores one piece, which the caller may use again afterwards. Whatever
// removed the file meanwhile makes it ErrFileGone.
func (in *Inbox) StorePiece(ctx context.Context, id report.ID, number int, piece []byte) error {
	select {
	case in.pieces <- struct{}{}:
		defer func() { <-in.pieces }()
	case <-ctx.Done():
		return ctx.Err()
	}
	err := in.copyPiece(ctx, id, number, piece)
	if postgres.Missing(err) {
		return ErrFileGone
	}
	if err != nil {
		return fmt.Errorf("storing piece %d of file %s: %w", number, id, postgres.Sort(err))
	}
	return nil
}

// copyPiece is an insert of one row by COPY, which sends the piece as it lies in memory.
// As a parameter of a statement it would be copied twice, into buffers that grow by
// doubling: some five times its size of garbage for each piece of a large file.
func (in *Inbox) copyPiece(ctx context.Context, id report.ID, number int, piece []byte) error {
	conn, err := in.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	row := append([]byte("PGCOPY\n\xff\r\n\x00"), 0, 0, 0, 0, 0, 0, 0, 0, 0, 3) // no flags, no extension, three columns
	row = append(binary.BigEndian.AppendUint32(row, uint32(len(id))), id[:]...)
	row = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(row, 4), uint32(number))
	row = binary.BigEndian.AppendUint32(row, uint32(len(piece)))
	end := []byte{0xff, 0xff}
	_, err = conn.Conn().PgConn().CopyFrom(ctx, io.MultiReader(bytes.NewReader(row), bytes.NewReader(piece), bytes.NewReader(end)),
		"copy attachment_pieces (attachment_id, number, body) from stdin (format binary)")
	return err
}

// A StoredFile is a file all of whose pieces are stored.
type StoredFile struct {
	Owner, ID report.ID
	Size      int64 // as sealed
	Pieces    int
	Expires   time.Time // unless its owner is sent by then
}

// FinishFile says that nothing is missing; from then on the room set aside is what
// the file takes. Removed meanwhile it is ErrFileGone.
func (in *Inbox) FinishFile(ctx context.Context, f StoredFile) error {
	var there bool
	err := in.pool.QueryRow(ctx, "select attachment_finish($1, $2, $3, $4, $5)", f.ID, f.Owner, f.Size, f.Pieces, f.Expires).Scan(&there)
	switch {
	case err != nil:
		return fmt.Errorf("finishing file %s: %w", f.ID, postgres.Sort(err))
	case !there:
		return ErrFileGone
	}
	return nil
}

// KeepFiles makes an owner's files live at least until expires.
func (in *Inbox) KeepFiles(ctx context.Context, owner report.ID, expires time.Time) error {
	if _, err := in.pool.Exec(ctx, "select attachments_keep($1, $2)", owner, expires); err != nil {
		return fmt.Errorf("keeping the files of %s: %w", owner, postgres.Sort(err))
	}
	return nil
}

// RemoveFile removes one file, and RemoveFiles all of an owner, unless the owner was
// sent. What is not there is no error.
func (in *Inbox) RemoveFile(ctx context.Context, owner, id report.ID) error {
	return in.removeFiles(ctx, owner, &id)
}

// RemoveFiles removes all files of an owner; see RemoveFile.
func (in *Inbox) RemoveFiles(ctx context.Context, owner report.ID) error {
	return in.removeFiles(ctx, owner, nil)
}

// RemoveOthers removes what an owner has beyond the files that it lists, unless the owner
// was sent.
func (in *Inbox) RemoveOthers(ctx context.Context, owner report.ID, than []report.ID) error {
	if _, err := in.pool.Exec(ctx, "select attachments_remove_others($1, $2)", owner, than); err != nil {
		return fmt.Errorf("removing what %s does not list: %w", owner, postgres.Sort(err))
	}
	return nil
}

func (in *Inbox) removeFiles(ctx context.Context, owner report.ID, id *report.ID) error {
	if _, err := in.pool.Exec(ctx, "select attachments_remove($1, $2)", owner, id); err != nil {
		return fmt.Errorf("removing files of %s: %w", owner, postgres.Sort(err))
	}
	return nil
}

// How many rows one statement takes: long ones hold others up.
const (
	draftBatch = 500
	fileBatch  = 200 // each may bring its pieces along
)

// ExpireFiles removes files that were never sent and whose time is over, and says
// how many. Several servers may do it at once. Those that were sent are not counted:
// it ends with the first batch of which none was removed.
func (in *Inbox) ExpireFiles(ctx context.Context, now time.Time) (int, error) {
	return in.expireAll(ctx, "select attachments_expire($1, $2)", now, fileBatch, 1)
}

// expireAll repeats a statement until it removed fewer than enough.
func (in *Inbox) expireAll(ctx context.Context, statement string, now time.Time, batch, enough int) (int, error) {
	for all := 0; ; {
		var gone int
		if err := in.pool.QueryRow(ctx, statement, now, batch).Scan(&gone); err != nil {
			return all, fmt.Errorf("expiring by %s: %w", statement, postgres.Sort(err))
		}
		if all += gone; gone < enough {
			return all, nil
		}
	}
}
