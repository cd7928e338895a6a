package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/postgres"
)

// What verification finds wrong with a line.
const (
	Changed    = "changed"    // its content, its head or its place is not what was written
	Missing    = "missing"    // a line of that number was written and is gone
	Recomputed = "recomputed" // the line, and all that follow, stand in the place of others
)

// mostFindings bounds what is listed of lines that are gone: a number planted far
// ahead makes a gap without end.
const mostFindings = 10_000

// A Finding is one line that is not as it was written.
type Finding struct {
	Seq  int64
	Kind string
}

// A Result says how many lines were read and what is wrong with them.
type Result struct {
	Lines    int64
	Findings []Finding
	Last     Position // as far as was read
	Newest   int64    // the number of the last line that there should be
	unread   bool
}

// More reports whether a part ended before the end of the trail.
func (r Result) More() bool { return r.unread }

// A Position is a line that was read, to go on from: its number and its head. The
// zero Position is the beginning.
type Position struct {
	Seq  int64
	Head []byte
}

// A witness is a line's head as another machine saw it when it was written; the zero head
// where it saw two. A number is given out once: whoever sets the trail back has it given
// out again, and the lines that the office then writes in good faith hide the gap from
// everything but this.
type witness map[int64][32]byte

var headLine = regexp.MustCompile(`\bmsg=audit seq=(\d+) head=([0-9a-f]{64})\b`)

// Verify reads the whole trail. A line whose content was changed, removed or moved
// is found from the chain alone. Lines cut off at the end, or a chain recomputed
// from some line on, leave the chain whole: they are found with the stream of heads
// that the office logged to another machine, also when it wrote on since. heads may be nil.
func Verify(ctx context.Context, pool *pgxpool.Pool, heads io.Reader) (Result, error) {
	seen, err := readHeads(heads)
	if err != nil {
		return Result{}, err
	}
	var result Result
	// One snapshot, so that a line written meanwhile is in both reads or in neither.
	err = pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		result, err = verify(ctx, tx, seen, Position{}, 0)
		return err
	})
	return result, err
}

// VerifyPart reads at most so many lines from a position on, so that a screen need
// not wait for all of a long trail. It finds what the chain alone shows.
func (t Trail) VerifyPart(ctx context.Context, from Position, most int) (Result, error) {
	var result Result
	err := pgx.BeginTxFunc(ctx, t.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var err error
		result, err = verify(ctx, tx, witness{}, from, most)
		return err
	})
	return result, err
}

func readHeads(from io.Reader) (witness, error) {
	seen := witness{}
	if from == nil {
		return seen, nil
	}
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		found := headLine.FindSubmatch(lines.Bytes())
		if found == nil {
			continue // a log holds other lines
		}
		seq, err := strconv.ParseInt(string(found[1]), 10, 64)
		if err != nil {
			continue
		}
		var head [32]byte
		// The expression vouches for 64 hexadecimal digits.
		_, _ = hex.Decode(head[:], found[2])
		if before, known := seen[seq]; known && before != head {
			head = [32]byte{} // is no line's
		}
		seen[seq] = head
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the stream of heads: %w", err)
	}
	return seen, nil
}

type row struct {
	Seq        int64
	At         time.Time
	Actor      *uuid.UUID
	Action     string
	ObjectType string
	ObjectID   string
	Digest     []byte
	Detail     string
	Head       []byte
}

// verify reads on from a line; most 0 reads to the end.
func verify(ctx context.Context, tx pgx.Tx, seen witness, from Position, most int) (Result, error) {
	var result Result
	find := func(seq int64, kind string) { result.Findings = append(result.Findings, Finding{seq, kind}) }
	missing := func(first, behind int64) {
		for n := first; n < behind && len(result.Findings) < mostFindings; n++ {
			find(n, Missing)
		}
	}
	rows, err := tx.Query(ctx, `select seq, at, actor, action, object_type, object_id, digest, detail, head from audit_events
		where seq > $1 order by seq limit nullif($2, 0)`, from.Seq, most)
	if err != nil {
		return result, fmt.Errorf("reading the audit trail: %w", postgres.Sort(err))
	}
	last, previous := from.Seq, from.Head
	if from.Seq == 0 {
		previous = firstHead()
	}
	var r row
	_, err = pgx.ForEachRow(rows, []any{&r.Seq, &r.At, &r.Actor, &r.Action, &r.ObjectType, &r.ObjectID, &r.Digest, &r.Detail, &r.Head}, func() error {
		result.Lines++
		gap := r.Seq != last+1
		missing(last+1, r.Seq)
		// Behind a gap the head before is not known; the line after it is again held
		// to this one's.
		if !gap && !bytes.Equal(r.Head, headOf(previous, &r)) {
			find(r.Seq, Changed)
		} else if head, known := seen[r.Seq]; known && !bytes.Equal(head[:], r.Head) {
			find(r.Seq, Recomputed)
		}
		delete(seen, r.Seq)
		last, previous = r.Seq, slices.Clone(r.Head)
		return nil
	})
	if err != nil {
		return result, fmt.Errorf("reading the audit trail: %w", postgres.Sort(err))
	}
	result.Last = Position{last, previous}
	var newest int64
	if err := tx.QueryRow(ctx, "select seq from audit_head").Scan(&newest); err != nil {
		return result, fmt.Errorf("reading the head of the audit trail: %w", postgres.Sort(err))
	}
	result.Newest = newest
	if result.unread = most > 0 && result.Lines == int64(most) && last < newest; result.unread {
		return result, nil // the rest is for the next part
	}
	for seq := range seen { // what is left was witnessed and is behind the end
		newest = max(newest, seq)
	}
	result.Newest = newest
	missing(last+1, newest+1)
	return result, nil
}

// firstHead is what the first line is bound to.
func firstHead() []byte {
	sum := sha256.Sum256([]byte("recueil.audit/1"))
	return sum[:]
}

// headOf computes a line's head as the function of the database does.
func headOf(previous []byte, r *row) []byte {
	actor := ""
	if r.Actor != nil {
		actor = r.Actor.String()
	}
	hash := sha256.New()
	hash.Write(previous)
	for _, field := range []string{
		strconv.FormatInt(r.Seq, 10), r.At.UTC().Format("2006-01-02T15:04:05.000000"), actor,
		r.Action, r.ObjectType, r.ObjectID, hex.EncodeToString(r.Digest), r.Detail,
	} {
		fmt.Fprintf(hash, "%d:%s", len(field), field)
	}
	return hash.Sum(nil)
}
