package notify

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
)

// begin sends what waits and does not wait for it: each medium has places of its own, so
// that a mail server that takes half a minute for each keeps no webhook back, and none of
// its mails those that find a place beside it.
func (n *Notifier) begin(ctx context.Context) error {
	for medium, places := range n.places {
		free := cap(places) - len(places) // only this loop takes any
		if free == 0 {
			continue
		}
		claimed, err := n.claim(ctx, claiming{media: []Medium{medium}, most: free})
		if err != nil {
			return err
		}
		if len(claimed) == 0 {
			continue
		}
		set, err := n.Settings(ctx)
		if err != nil {
			return err // the claims expire
		}
		for _, notice := range claimed {
			places <- struct{}{}
			go func() {
				defer func() { <-places }()
				if err := n.sendOne(ctx, notice, n.words(set.Language)); err != nil && ctx.Err() == nil {
					n.Log.Warn("what became of a notice was not written down", "notice", notice.ID, "err", err)
				}
			}()
		}
	}
	return nil
}

// Send sends what waits, several at a time, and waits for it.
func (n *Notifier) Send(ctx context.Context) error { return n.send(ctx, uuid.Nil) }

func (n *Notifier) send(ctx context.Context, only uuid.UUID) error {
	claimed, err := n.claim(ctx, claiming{only: only, media: slices.Collect(maps.Keys(n.Channels)), most: atOnce})
	if err != nil || len(claimed) == 0 {
		return err
	}
	set, err := n.Settings(ctx)
	if err != nil {
		return err // the claims expire
	}
	var sending sync.WaitGroup
	failures := make([]error, len(claimed))
	for i, notice := range claimed {
		sending.Go(func() { failures[i] = n.sendOne(ctx, notice, n.words(set.Language)) })
	}
	sending.Wait()
	return errors.Join(failures...)
}

// sendOne sends one notice and writes down what became of it.
func (n *Notifier) sendOne(ctx context.Context, notice Notice, words Words) error {
	if notice.Kind == Alarm { // as it is by now, which may be over
		left, err := n.Archive.CountUnanswered(ctx)
		if err != nil {
			return err
		}
		if left.Raised == 0 {
			return n.finish(ctx, notice, dropped, nil)
		}
		notice.Count, notice.Minutes = left.Count, int(left.Age(n.Now())/time.Minute)
	}
	// The settings may have changed since somebody typed the address, and whoever writes
	// the database was never held to them.
	if medium, _, err := ParseContact(notice.Address, n.Hosts); err != nil || medium != notice.Medium {
		return n.finish(ctx, notice, failed, &Failure{Code: "unset"})
	}
	within, cancel := context.WithTimeout(ctx, sendTime)
	err := n.Channels[notice.Medium].Send(within, notice.Address, notice, words)
	cancel()
	if ctx.Err() != nil {
		return nil // this process stops; the claim expires
	}
	if n.Meter != nil {
		n.Meter.Told(notice.Kind, notice.Medium, err == nil)
	}
	if err == nil {
		return n.finish(ctx, notice, sent, nil)
	}
	var failure *Failure
	if !errors.As(err, &failure) {
		failure = &Failure{Code: "other", Err: err}
	}
	n.Log.Warn("a notice was not sent", "notice", notice.ID, "kind", notice.Kind, "by", notice.Medium, "attempt", notice.Attempts, "failure", failure.Code, "err", failure.Err)
	state := waiting
	if notice.Kind == Test { // somebody stands by and will press again
		state = failed
	}
	return n.finish(ctx, notice, state, failure)
}

// Try sends a test to an address of the settings at once, and returns how it went:
// a nil Failure says that it was taken.
func (n *Notifier) Try(ctx context.Context, by uuid.UUID, medium Medium, address string) (*Failure, error) {
	now := n.Now()
	notice := Notice{Kind: Test, Slot: uuid.NewString(), Medium: medium, Address: address, CreatedAt: now}
	err := n.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		// Later for everybody else: it is sent here, while somebody waits for the answer.
		err := putFor(ctx, tx, &notice, now.Add(claimTime))
		return []audit.Event{{At: now, Actor: by, Action: "notice.tested", Object: "notice", ID: notice.ID.String()}}, err
	})
	if err != nil {
		return nil, err
	}
	if err := n.send(ctx, notice.ID); err != nil {
		return nil, err
	}
	became, err := n.one(ctx, notice.ID)
	switch {
	case err != nil:
		return nil, err
	case became.State == sent:
		return nil, nil
	case became.Failure != nil:
		return &Failure{Code: *became.Failure}, nil
	}
	return &Failure{Code: "unset"}, nil // nobody here can send it
}

// observe tells the meter, and the pages, how things stand.
func (n *Notifier) observe(ctx context.Context) error {
	now := n.Now()
	unanswered, err := n.Archive.CountUnanswered(ctx)
	if err != nil {
		return err
	}
	overdue, err := n.Archive.CountOverdue(ctx, now)
	if err != nil {
		return err
	}
	if n.Meter != nil {
		n.Meter.Waits(Waiting{Alarms: unanswered.Raised, Oldest: unanswered.Age(now), Overdue: overdue})
	}
	return n.findTrouble(ctx, unanswered)
}
