package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// apart is how long a contact is left alone between two alarms. What comes meanwhile
// is in the count of the next: a flood rings once a minute.
const apart = time.Minute

// errBusy says that another process is looking.
var errBusy = errors.New("another process looks after the notices")

// decide locks the settings for one look. Whoever holds them decides alone, and only
// he: the others pass on.
func decide(ctx context.Context, tx pgx.Tx) (Settings, error) {
	s, err := readSettings(ctx, tx, "for update of n skip locked")
	if errors.Is(err, pgx.ErrNoRows) {
		return s, errBusy
	}
	if err != nil {
		return s, fmt.Errorf("reading the settings of the notices: %w", postgres.Sort(err))
	}
	return s, nil
}

// raise alerts the next step of the ladder for every urgency 0 whose time has come.
// The row of a report moves on in the transaction that writes the notice.
func (n *Notifier) raise(ctx context.Context) error {
	err := n.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		set, err := decide(ctx, tx)
		if err != nil {
			return nil, err
		}
		now, first := n.Now(), FirstAfter*time.Minute
		if len(set.Steps) > 0 {
			first = set.Steps.Wait(0)
		}
		due, err := archive.Alarms(ctx, tx, first, now)
		if err != nil || len(due) == 0 || len(set.Steps) == 0 {
			return nil, err
		}
		return n.climb(ctx, tx, set.Steps, due)
	})
	if errors.Is(err, errBusy) {
		return nil
	}
	return err
}

// climb tells each step that is due once, whatever the number of its reports.
func (n *Notifier) climb(ctx context.Context, tx pgx.Tx, ladder Ladder, due []archive.Alarm) ([]audit.Event, error) {
	now := n.Now()
	waiting, err := archive.CountUnanswered(ctx, tx)
	if err != nil {
		return nil, err
	}
	moves := map[int][]report.ID{} // by how many steps are told then
	steps := map[int]int{}
	for _, a := range due {
		step, then := ladder.At(a.Step, now.In(n.paris))
		moves[then] = append(moves[then], a.ReportID)
		steps[then] = step
	}
	var events []audit.Event
	told := map[int]bool{}
	for then, ids := range moves {
		step := steps[then]
		if !told[step] {
			quiet, err := lastAlarm(ctx, tx, ladder[step], now.Add(-apart))
			if err != nil {
				return nil, err
			}
			if !quiet {
				continue // these stay due
			}
			told[step] = true
			notice := Notice{Kind: Alarm, Slot: fmt.Sprintf("%d/%d", now.UnixMilli(), step+1), Medium: ladder[step].Medium, Address: ladder[step].Address,
				Step: step + 1, Count: waiting.Count, Minutes: int(waiting.Age(now) / time.Minute), CreatedAt: now}
			if err := put(ctx, tx, &notice); err != nil {
				return nil, err
			}
			events = append(events, audit.Event{At: now, Action: "notice.alarm", Object: "notice", ID: notice.ID.String(), Detail: fmt.Sprintf("%d", step+1)})
		}
		if err := archive.Climb(ctx, tx, ids, then, now.Add(ladder.Wait(then))); err != nil {
			return nil, err
		}
	}
	return events, nil
}
