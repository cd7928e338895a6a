package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// A Query chooses lines of the trail, the newest first.
type Query struct {
	Actor  uuid.UUID // uuid.Nil for any
	Action string    // "" for any
	Object string    // id, or ""
	From   time.Time // zero for any
	Until  time.Time // not included
	Before int64     // lines older than this one; 0 begins at the newest
}

// A Line is one event as it was written, with the names of people as they are now.
type Line struct {
	Seq        int64
	At         time.Time
	Actor      *uuid.UUID
	ActorName  string
	Action     string
	ObjectType string
	ObjectID   string
	ObjectName string // of an account
	Detail     string
	Head       []byte
}

const lines = `select e.seq, e.at, e.actor, coalesce(a.display_name, '') as actor_name, e.action, e.object_type, e.object_id,
  coalesce(o.display_name, '') as object_name, e.detail, e.head
  from audit_events e left join staff a on a.id = e.actor
  left join staff o on e.object_type in ('staff', 'factor') and o.id::text = e.object_id
  where ($1::uuid is null or e.actor = $1) and ($2 = '' or e.action = $2) and ($3 = '' or e.object_id = $3)
    and ($4::timestamptz is null or e.at >= $4) and ($5::timestamptz is null or e.at < $5) and ($6::bigint = 0 or e.seq < $6)
  order by e.seq desc limit $7`

func (q Query) arguments(most int) []any {
	optional := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	var actor *uuid.UUID
	if q.Actor != uuid.Nil {
		actor = &q.Actor
	}
	return []any{actor, q.Action, q.Object, optional(q.From), optional(q.Until), q.Before, most}
}

// Read returns at most so many lines, and whether there are older ones.
func (t Trail) Read(ctx context.Context, q Query, most int) (found []Line, more bool, err error) {
	rows, err := t.Pool.Query(ctx, lines, q.arguments(most+1)...)
	if err != nil {
		return nil, false, fmt.Errorf("reading the audit trail: %w", postgres.Sort(err))
	}
	if found, err = pgx.CollectRows(rows, pgx.RowToStructByName[Line]); err != nil {
		return nil, false, fmt.Errorf("reading the audit trail: %w", postgres.Sort(err))
	}
	if more = len(found) > most; more {
		found = found[:most]
	}
	return found, more, nil
}

// Each hands on at most so many lines, one after the other, without keeping them.
func (t Trail) Each(ctx context.Context, q Query, most int, do func(Line) error) error {
	rows, err := t.Pool.Query(ctx, lines, q.arguments(most)...)
	if err != nil {
		return fmt.Errorf("reading the audit trail: %w", postgres.Sort(err))
	}
	defer rows.Close()
	for rows.Next() {
		line, err := pgx.RowToStructByName[Line](rows)
		if err != nil {
			return fmt.Errorf("reading the audit trail: %w", postgres.Sort(err))
		}
		if err := do(line); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the audit trail: %w", postgres.Sort(err))
	}
	return nil
}

// Actions lists the actions there are in the trail.
func (t Trail) Actions(ctx context.Context) ([]string, error) {
	// A walk along the index, one step for each action, however many lines there are.
	rows, err := t.Pool.Query(ctx, `with recursive walk as (
		(select action from audit_events order by action limit 1)
		union all
		select (select e.action from audit_events e where e.action > w.action order by e.action limit 1) from walk w where w.action is not null)
		select action from walk where action is not null`)
	if err != nil {
		return nil, fmt.Errorf("listing what was done: %w", postgres.Sort(err))
	}
	actions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("listing what was done: %w", postgres.Sort(err))
	}
	return actions, nil
}
