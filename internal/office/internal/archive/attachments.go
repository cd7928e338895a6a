package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/audit"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// pieceSize is how the public side cuts files; the last piece may be shorter.
const pieceSize = 1 << 20

// ErrPieces says that what is stored of a file is not what was stored when it came.
var ErrPieces = errors.New("pieces of the file are missing, or too many")

// An Attachment is the row of a file, and what the rows of its pieces add up to.
type Attachment struct {
	ID         uuid.UUID
	Owner      report.ID
	Size       int64
	Pieces     int
	Complete   bool
	Stored     int64 // bytes of all pieces
	Found      int   // pieces there are
	Regular    bool  // they are numbered from 0 without a gap, and each but the last is of full size
	FrozenAt   *time.Time
	FrozenName *string

	pool *pgxpool.Pool
	rows pieceRows
}

// pieceRows are the statements that read the pieces of a file where they lie, a part of
// one, and one; and that freeze the file.
type pieceRows struct{ part, whole, freeze string }

var reportPieces = pieceRows{
	part:  "select substring(body from $3 for $4) from attachment_pieces where attachment_id = $1 and number = $2",
	whole: "select body from attachment_pieces where attachment_id = $1 and number = $2",

	freeze: "insert into attachment_freezes (attachment_id, author, frozen_at) values ($1, $2, $3) on conflict (attachment_id) do nothing",
}

// Attachments lists the files of a report and of what was added to it, as far as one
// of the teams was given them.
func (a *Archive) Attachments(ctx context.Context, id report.ID, teams []string) ([]Attachment, error) {
	return a.attachments(ctx, id, attachmentQuery+`
		where exists (select from report_grants g where g.report_id = $1 and g.team_id = any($2))
		  and (t.owner = $1 or t.owner in (select d.id from additions d where d.report_id = $1 and d.team_id = any($2)))
		order by t.id limit 2000`, id, teams, pieceSize)
}

// ReferredFile returns one file by the ids that a referral names it by. Its key came
// with the referral; without that the row opens nothing.
func (a *Archive) ReferredFile(ctx context.Context, id uuid.UUID, owner report.ID) (*Attachment, error) {
	found, err := a.attachments(ctx, owner, attachmentQuery+" where t.id = $1 and t.owner = $2", id, owner, pieceSize)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("file %s: %w", id, ErrPieces)
	}
	return &found[0], nil
}

const attachmentQuery = `select t.id, t.owner, t.size, t.pieces, t.complete, p.stored, p.found, p.regular,
	  f.frozen_at, s.display_name as frozen_name
	from attachments t
	cross join lateral (select count(*)::int as found, coalesce(sum(octet_length(x.body)), 0)::bigint as stored,
	  coalesce(bool_and(octet_length(x.body) = $3 or x.number = t.pieces - 1) and max(x.number) = count(*) - 1, false) as regular
	  from attachment_pieces x where x.attachment_id = t.id) p
	left join attachment_freezes f on f.attachment_id = t.id
	left join staff s on s.id = f.author`

func (a *Archive) attachments(ctx context.Context, id report.ID, query string, arguments ...any) ([]Attachment, error) {
	rows, err := a.pool.Query(ctx, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("reading the files of %s: %w", id, postgres.Sort(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[Attachment])
	if err != nil {
		return nil, fmt.Errorf("reading the files of %s: %w", id, postgres.Sort(err))
	}
	for i := range found {
		found[i].pool, found[i].rows = a.pool, reportPieces
	}
	return found, nil
}

// Check compares the rows of a file with what the body of its owner says is stored.
// It sees what is missing or too much; opening the file sees the rest.
func (t *Attachment) Check(stored int64) error {
	if !t.Complete || !t.Regular || t.Found != t.Pieces || t.Stored != t.Size || t.Size != stored {
		return fmt.Errorf("file %s: %w", t.ID, ErrPieces)
	}
	return nil
}

// Glance reads a few bytes here and there: only those leave the database.
func (t *Attachment) Glance(ctx context.Context) io.ReaderAt {
	return readerAt(func(p []byte, off int64) (int, error) {
		n := 0
		for n < len(p) && off < t.Size {
			number, from := off/pieceSize, off%pieceSize
			most := min(int64(len(p)-n), pieceSize-from)
			got, err := t.fetch(ctx, p[n:n+int(most)], t.rows.part, number, from+1, most)
			if err != nil {
				return n, err
			}
			n, off = n+got, off+int64(got)
		}
		if n < len(p) {
			return n, io.EOF
		}
		return n, nil
	})
}

type readerAt func([]byte, int64) (int, error)

func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return r(p, off) }

// fetch copies one value into p. A piece that is not there, or is longer, is damage.
func (t *Attachment) fetch(ctx context.Context, p []byte, query string, number int64, more ...any) (int, error) {
	rows, err := t.pool.Query(ctx, query, append([]any{t.ID, number}, more...)...)
	if err != nil {
		return 0, fmt.Errorf("reading file %s: %w", t.ID, postgres.Sort(err))
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return 0, fmt.Errorf("reading file %s: %w", t.ID, postgres.Sort(err))
		}
		return 0, fmt.Errorf("file %s: %w", t.ID, ErrPieces)
	}
	var piece pgtype.DriverBytes // pgx's own memory until the next row: copied once, not twice
	if err := rows.Scan(&piece); err != nil {
		return 0, fmt.Errorf("reading file %s: %w", t.ID, postgres.Sort(err))
	}
	if len(piece) == 0 || len(piece) > len(p) {
		return 0, fmt.Errorf("file %s: %w", t.ID, ErrPieces)
	}
	return copy(p, piece), nil
}

// Open reads a file from any place, piece by piece: two are in memory, the one being
// read and the one that comes next. It is for one reader at a time; Close waits for
// what is under way.
func (t *Attachment) Open(ctx context.Context) *Pieces {
	return &Pieces{of: t, ctx: ctx, now: fetched{number: -1, buffer: make([]byte, 0, pieceSize)}, spare: make([]byte, pieceSize)}
}

// Pieces are a file as it is stored, in one run of bytes.
type Pieces struct {
	of    *Attachment
	ctx   context.Context
	now   fetched
	spare []byte
	next  chan fetched // the following piece, under way
}

type fetched struct {
	number int64
	buffer []byte
	err    error
}

func (p *Pieces) ReadAt(to []byte, off int64) (n int, err error) {
	for n < len(to) && off < p.of.Size {
		number, from := off/pieceSize, off%pieceSize
		if p.now.number != number {
			if err := p.turn(number); err != nil {
				return n, err
			}
		}
		if from >= int64(len(p.now.buffer)) {
			return n, fmt.Errorf("file %s: %w", p.of.ID, ErrPieces)
		}
		copied := copy(to[n:], p.now.buffer[from:])
		n, off = n+copied, off+int64(copied)
	}
	if n < len(to) {
		return n, io.EOF
	}
	return n, nil
}

// turn makes a piece the one that is read. Who turns to the next one will want the
// one after: it is fetched meanwhile.
func (p *Pieces) turn(number int64) error {
	following := number == p.now.number+1 && number > 0
	got := fetched{number: -1}
	if p.next != nil {
		got = <-p.next
		p.next = nil
	}
	if got.number != number {
		buffer := p.spare
		if got.buffer != nil {
			buffer = got.buffer
		}
		got = p.fetch(number, buffer)
	}
	if got.err != nil {
		p.spare = got.buffer[:pieceSize]
		return got.err
	}
	p.spare, p.now = p.now.buffer[:pieceSize], got
	if following && (number+1)*pieceSize < p.of.Size {
		p.next = make(chan fetched, 1)
		buffer, to := p.spare, p.next
		go func() { to <- p.fetch(number+1, buffer) }()
	}
	return nil
}

func (p *Pieces) fetch(number int64, buffer []byte) fetched {
	n, err := p.of.fetch(p.ctx, buffer[:pieceSize], p.of.rows.whole, number)
	return fetched{number, buffer[:n], err}
}

// Close waits for the piece that is under way, so that no query outlives its request.
func (p *Pieces) Close() error {
	if p.next != nil {
		<-p.next
		p.next = nil
	}
	return nil
}

// Freeze keeps everybody from a file, together with its line in the trail. A file that
// is frozen already stays so.
func (t *Attachment) Freeze(ctx context.Context, trail audit.Trail, line audit.Event) error {
	return trail.Within(ctx, line, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, t.rows.freeze, t.ID, line.Actor, line.At); err != nil {
			return fmt.Errorf("freezing file %s: %w", t.ID, postgres.Sort(err))
		}
		return nil
	})
}
