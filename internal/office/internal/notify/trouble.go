package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/postgres"
)

// Trouble is what a coordinator must know: addresses that notices do not reach, and
// reports of urgency 0 that wait while nobody can be told.
type Trouble struct {
	Failing []Contact
	Untold  int
}

// A Contact is where notices go.
type Contact struct {
	Medium  Medium `db:"channel"`
	Address string
}

// Any reports whether there is any.
func (t Trouble) Any() bool { return len(t.Failing) > 0 || t.Untold > 0 }

// Trouble is as of the last look.
func (n *Notifier) Trouble() Trouble { return *n.trouble.Load() }

// patience is how long a notice may wait for a process that can send it before that
// counts as a failure.
const patience = 2 * time.Minute

// findTrouble lists the contacts of the settings whose last notice of the day did not
// go, or goes only now and then.
func (n *Notifier) findTrouble(ctx context.Context, waits archive.Unanswered) error {
	set, err := n.Settings(ctx)
	if err != nil {
		return err
	}
	now := n.Now()
	rows, err := n.Pool.Query(ctx, `select distinct n.channel, n.address from notices n
		where n.created_at > @since and (n.state = 'failed' or n.state = 'waiting' and (n.failure is not null or n.created_at < @late))
		and not exists (select from notices l where l.channel = n.channel and l.address = n.address and l.state = 'sent' and l.created_at > @since and l.finished_at >= n.created_at)`,
		pgx.NamedArgs{"since": now.Add(-24 * time.Hour), "late": now.Add(-patience)})
	if err != nil {
		return fmt.Errorf("looking for notices that were not sent: %w", postgres.Sort(err))
	}
	failing, err := pgx.CollectRows(rows, pgx.RowToStructByName[Contact])
	if err != nil {
		return fmt.Errorf("looking for notices that were not sent: %w", postgres.Sort(err))
	}
	current := set.Contacts()
	found := Trouble{Failing: slices.DeleteFunc(failing, func(c Contact) bool { return !slices.Contains(current, c) })}
	if len(set.Steps) == 0 && waits.Age(now) >= FirstAfter*time.Minute {
		found.Untold = waits.Count
	}
	n.trouble.Store(&found)
	return nil
}

// Contacts lists where notices go, each once.
func (s Settings) Contacts() []Contact {
	var all []Contact
	for _, step := range s.Steps {
		all = append(all, Contact{step.Medium, step.Address})
	}
	if s.Reminders.Address != "" {
		all = append(all, Contact{s.Reminders.Medium, s.Reminders.Address})
	}
	var once []Contact
	for _, c := range all {
		if !slices.Contains(once, c) {
			once = append(once, c)
		}
	}
	return once
}

func (n *Notifier) one(ctx context.Context, id uuid.UUID) (Notice, error) {
	rows, err := n.Pool.Query(ctx, `select `+noticeColumns+` from notices where id = $1`, id)
	if err != nil {
		return Notice{}, fmt.Errorf("reading a notice: %w", postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Notice])
	if err != nil {
		return Notice{}, fmt.Errorf("reading a notice: %w", postgres.Sort(err))
	}
	return found, nil
}
