package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// A Notice is one thing told to one address.
type Notice struct {
	ID           uuid.UUID
	Kind         Kind
	Slot         string // what there is one notice of: an hour, a day, a moment
	Medium       Medium `db:"channel"`
	Address      string
	Step         int // of the ladder, from 1
	Count        int
	Minutes      int // that the oldest waits
	CreatedAt    time.Time
	ClaimedUntil *time.Time
	Attempts     int
	State        string
	Failure      *string
	FinishedAt   *time.Time
}

// What may become of a notice.
const (
	waiting = "waiting"
	sent    = "sent"
	failed  = "failed"
	dropped = "dropped" // somebody came before it was sent
)

const noticeColumns = `id, kind, slot, channel, address, step, count, minutes, created_at, claimed_until, attempts, state, failure, finished_at`

type executor interface {
	querier
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

// put writes a notice that is to be sent. Its id is drawn, and says nothing.
func put(ctx context.Context, q executor, n *Notice) error { return putFor(ctx, q, n, n.CreatedAt) }

// putFor writes one that is due at a time.
func putFor(ctx context.Context, q executor, n *Notice, due time.Time) error {
	n.ID = uuid.New()
	rows, err := q.Query(ctx, `insert into notices (id, kind, slot, channel, address, step, count, minutes, created_at, next_at)
		values (@id, @kind, @slot, @channel, @address, @step, @count, @minutes, @now, @due) on conflict on constraint notices_once do nothing`,
		pgx.NamedArgs{"id": n.ID, "kind": n.Kind, "slot": n.Slot, "channel": n.Medium, "address": n.Address, "step": n.Step, "count": n.Count, "minutes": n.Minutes, "now": n.CreatedAt, "due": due})
	if err == nil {
		rows.Close()
		err = rows.Err()
	}
	if err != nil {
		return fmt.Errorf("writing a notice: %w", postgres.Sort(err))
	}
	return nil
}

// lastAlarm reports whether a contact had no alarm since then.
func lastAlarm(ctx context.Context, q executor, s Step, since time.Time) (quiet bool, err error) {
	err = q.QueryRow(ctx, `select not exists (select from notices where kind = $1 and channel = $2 and address = $3 and created_at > $4)`, Alarm, s.Medium, s.Address, since).Scan(&quiet)
	if err != nil {
		return false, fmt.Errorf("looking for an earlier alarm: %w", postgres.Sort(err))
	}
	return quiet, nil
}

const (
	// claimTime is how long a notice is its sender's; sendTime, all it gives itself, is
	// well under it.
	claimTime = time.Minute
	sendTime  = 25 * time.Second
	// atOnce bounds what one process sends at the same time.
	atOnce = 8
	// lifetime is how long a notice is tried. One that is older would tell of another hour.
	lifetime = time.Hour
	// keptFor is how long the page shows what became of notices.
	keptFor = 30 * 24 * time.Hour
)

// A claiming is what a process takes to send: so many by some media, or one alone, due or
// not.
type claiming struct {
	only  uuid.UUID
	media []Medium
	most  int
}

// claim takes notices that are due for this process, alarms first. What only one or
// nobody can send stays for whoever can.
func (n *Notifier) claim(ctx context.Context, want claiming) ([]Notice, error) {
	now := n.Now()
	rows, err := n.Pool.Query(ctx, `update notices set claimed_until = @until, attempts = attempts + 1 where id in (
		select id from notices where state = 'waiting' and (next_at <= @now or id = @only::uuid) and created_at > @oldest and (claimed_until is null or claimed_until <= @now)
			and channel = any(@media) and (@only::uuid = @none::uuid or id = @only::uuid)
		order by kind <> 'alarm', created_at, id limit @most for update skip locked)
		returning `+noticeColumns, pgx.NamedArgs{"until": now.Add(claimTime), "now": now, "oldest": now.Add(-lifetime), "media": want.media, "most": want.most, "only": want.only, "none": uuid.Nil})
	if err != nil {
		return nil, fmt.Errorf("claiming notices: %w", postgres.Sort(err))
	}
	claimed, err := pgx.CollectRows(rows, pgx.RowToStructByName[Notice])
	if err != nil {
		return nil, fmt.Errorf("claiming notices: %w", postgres.Sort(err))
	}
	return claimed, nil
}

// finish writes down what became of a notice, as long as its claim holds.
func (n *Notifier) finish(ctx context.Context, notice Notice, state string, failure *Failure) error {
	now := n.Now()
	arguments := pgx.NamedArgs{"id": notice.ID, "claim": notice.ClaimedUntil, "state": state, "failure": (*string)(nil), "finished": &now, "next": now, "count": notice.Count, "minutes": notice.Minutes}
	if failure != nil {
		arguments["failure"] = failure.Code
	}
	if state == waiting {
		arguments["finished"], arguments["next"] = (*time.Time)(nil), now.Add(backoff(notice.Attempts))
	}
	_, err := n.Pool.Exec(ctx, `update notices set state = @state, failure = @failure, finished_at = @finished, next_at = @next, claimed_until = null, count = @count, minutes = @minutes
		where id = @id and state = 'waiting' and claimed_until = @claim`, arguments)
	if err != nil {
		return fmt.Errorf("writing down what became of a notice: %w", postgres.Sort(err))
	}
	return nil
}

// backoff is how long to wait after so many attempts.
func backoff(attempts int) time.Duration {
	pauses := []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute}
	return pauses[min(max(attempts, 1), len(pauses))-1]
}

// tidy gives up what is too old to be told, and forgets what is old.
func (n *Notifier) tidy(ctx context.Context) error {
	now := n.Now()
	_, err := n.Pool.Exec(ctx, `update notices set state = 'failed', failure = coalesce(failure, 'unset'), finished_at = $1, claimed_until = null
		where state = 'waiting' and created_at <= $2 and (claimed_until is null or claimed_until <= $1)`, now, now.Add(-lifetime))
	if err == nil {
		_, err = n.Pool.Exec(ctx, `delete from notices where created_at < $1`, now.Add(-keptFor))
	}
	if err != nil {
		return fmt.Errorf("tidying the notices: %w", postgres.Sort(err))
	}
	return nil
}

// Recent lists the last notices, the newest first.
func (n *Notifier) Recent(ctx context.Context, most int) ([]Notice, error) {
	rows, err := n.Pool.Query(ctx, `select `+noticeColumns+` from notices order by created_at desc, id limit $1`, most)
	if err != nil {
		return nil, fmt.Errorf("reading the notices: %w", postgres.Sort(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Notice])
	if err != nil {
		return nil, fmt.Errorf("reading the notices: %w", postgres.Sort(err))
	}
	return found, nil
}
