// Package audit appends to the audit trail: who did what to which object, and the
// digest of the ciphertext he saw. Rows come only through audit_append(), each
// bound to the one before. No word of a report belongs here.
package audit

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/postgres"
)

// An Event is one line of the trail.
type Event struct {
	At     time.Time
	Actor  uuid.UUID // uuid.Nil when nobody was logged in
	Action string    // "report.open", "login.failed", …
	Object string    // type of the object: "report", "staff"
	ID     string
	Seen   []byte // the ciphertext that was opened; its digest is kept
	Detail string // a code, never free text
}

// A Trail appends events. Each line's number and head also go to a log stream that
// is meant for another machine, where nobody who changes the database can reach it.
type Trail struct {
	Pool *pgxpool.Pool
	Log  *slog.Logger
}

// Append writes one line. What cannot be audited must not happen: callers stop on
// an error.
func (t Trail) Append(ctx context.Context, e Event) error {
	seq, head, err := write(ctx, t.Pool, e)
	if err != nil {
		return err
	}
	t.Log.Info("audit", "seq", seq, "head", fmt.Sprintf("%x", head))
	return nil
}

// Within does an act and writes its line, or lines, in one transaction, so that
// neither is ever there without the other.
func (t Trail) Within(ctx context.Context, e Event, act func(pgx.Tx) error, more ...Event) error {
	return t.Record(ctx, func(tx pgx.Tx) ([]Event, error) { return append([]Event{e}, more...), act(tx) })
}

// Record is Within for an act that only tells afterwards what is to be written of it.
func (t Trail) Record(ctx context.Context, act func(pgx.Tx) ([]Event, error)) error {
	type line struct {
		seq  int64
		head []byte
	}
	var lines []line
	err := pgx.BeginFunc(ctx, t.Pool, func(tx pgx.Tx) error {
		events, err := act(tx)
		if err != nil {
			return err
		}
		for _, event := range events {
			seq, head, err := write(ctx, tx, event)
			if err != nil {
				return err
			}
			lines = append(lines, line{seq, head})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range lines {
		t.Log.Info("audit", "seq", l.seq, "head", fmt.Sprintf("%x", l.head))
	}
	return nil
}

// AppendIn writes one line in a transaction of the operator's terminal: the act and
// its line stand or fall together.
func AppendIn(ctx context.Context, tx pgx.Tx, e Event) error {
	_, _, err := write(ctx, tx, e)
	return err
}

type querier interface {
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

func write(ctx context.Context, q querier, e Event) (seq int64, head []byte, err error) {
	var actor *uuid.UUID
	if e.Actor != uuid.Nil {
		actor = &e.Actor
	}
	var digest []byte
	if e.Seen != nil {
		sum := sha256.Sum256(e.Seen)
		digest = sum[:]
	}
	err = q.QueryRow(ctx, "select seq, head from audit_append($1, $2, $3, $4, $5, $6, $7)",
		e.At, actor, e.Action, e.Object, e.ID, digest, e.Detail).Scan(&seq, &head)
	if err != nil {
		return 0, nil, fmt.Errorf("writing the audit trail: %w", postgres.Sort(err))
	}
	return seq, head, nil
}
