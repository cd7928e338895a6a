package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// remindEvery is how often reminders are counted: they are about hours.
const remindEvery = time.Minute

// remind writes the reminders of the hour or the day that are not written yet, and
// have something to tell.
func (n *Notifier) remind(ctx context.Context) error {
	var uncounted error
	err := pgx.BeginFunc(ctx, n.Pool, func(tx pgx.Tx) error {
		set, err := decide(ctx, tx)
		if err != nil {
			return err
		}
		now := n.Now()
		tag, err := tx.Exec(ctx, `update notice_settings set reminded_at = $1 where single and (reminded_at is null or reminded_at <= $2 or reminded_at > $1)`, now, now.Add(-remindEvery))
		if err != nil {
			return fmt.Errorf("looking after the reminders: %w", postgres.Sort(err))
		}
		if tag.RowsAffected() == 0 || set.Reminders.Address == "" {
			return nil
		}
		for _, kind := range Kinds() {
			// Each for itself: what one of them cannot count keeps no other back.
			err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return n.remindOf(ctx, tx, set.Reminders, kind) })
			uncounted = errors.Join(uncounted, err)
		}
		return nil
	})
	if errors.Is(err, errBusy) {
		return nil
	}
	return errors.Join(err, uncounted)
}

func (n *Notifier) remindOf(ctx context.Context, tx pgx.Tx, r Reminders, kind Kind) error {
	now := n.Now()
	counter, slot := n.Counters[kind], r.slot(kind, now.In(n.paris))
	if counter == nil || slot == "" {
		return nil
	}
	var written bool
	if err := tx.QueryRow(ctx, `select exists (select from notices where kind = $1 and slot = $2)`, kind, slot).Scan(&written); err != nil {
		return fmt.Errorf("looking after the reminders: %w", postgres.Sort(err))
	}
	if written {
		return nil
	}
	count, err := counter(ctx, now)
	if err != nil || count == 0 {
		return err
	}
	return put(ctx, tx, &Notice{Kind: kind, Slot: slot, Medium: r.Medium, Address: r.Address, Count: count, CreatedAt: now})
}

// slot names the hour or the day that a reminder of a kind belongs to; it is empty
// when none is due.
func (r Reminders) slot(kind Kind, paris time.Time) string {
	switch r.Pace[kind] {
	case Hourly:
		return paris.UTC().Format("2006-01-02T15")
	case Daily:
		if paris.Hour() >= r.Hour {
			return paris.Format(time.DateOnly)
		}
	}
	return ""
}
