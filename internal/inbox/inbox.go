// Package inbox is all the SQL of the recueil_intake role: it puts sealed reports
// down and keeps drafts and the files of both. It cannot read a report back, and has
// no need to.
//
// Inserts are plain. Only a primary key means "already stored": the same text sent
// twice meets the key of submissions, changed text under the same id becomes an
// addition. A collision of references or of anything else stores both. Concurrent
// calls share a transaction, and so one write to disk; when a shared one fails,
// each is tried alone, so that a bad one harms nobody.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/envelope"
	"recueil/internal/postgres"
)

// An Outcome says what became of an envelope.
type Outcome int

// The outcomes. After each of them the text is durable.
const (
	Stored        Outcome = iota + 1
	AlreadyStored         // the same text was there; its receipt may be over, so the tombstone is not written
	Added                 // other text was there under this id; this one is an addition to it
	Spooled               // the database is away; the text waits on disk
)

// A Delivery is an envelope and, from a browser that had a draft or is to show a
// receipt, the draft that replaces it in the same transaction. Should that one name a
// revision that is not there, nothing is stored, and the error is ErrConflict.
type Delivery struct {
	Envelope  envelope.Envelope
	Tombstone *Draft
}

const (
	groupLimit = 64                   // deliveries that share a transaction at most
	workers    = 3                    // groups under way at once
	patience   = 5 * time.Second      // for one group
	company    = 5 * time.Millisecond // how long a group gathers while another is under way
)

// An Inbox stores deliveries.
type Inbox struct {
	pool    *pgxpool.Pool
	waiting chan *request
	gather  chan struct{} // held by the one worker that gathers
	turn    chan struct{} // held by the group that began when none was under way
	pieces  chan struct{} // a place for each piece of a file under way
	ended   <-chan struct{}
}

// errEnded says that nobody stores any more; what was handed in may be stored yet.
var errEnded = errors.New("the inbox has ended")

type request struct {
	delivery Delivery
	done     chan result
}

type result struct {
	outcome Outcome
	err     error
}

// New starts an Inbox; it ends with ctx, which must outlive the servers that hand
// deliveries in.
func New(ctx context.Context, pool *pgxpool.Pool) *Inbox {
	in := &Inbox{pool: pool, waiting: make(chan *request, groupLimit*workers), ended: ctx.Done(),
		gather: make(chan struct{}, 1), turn: make(chan struct{}, 1), pieces: make(chan struct{}, piecesAtOnce)}
	for range workers {
		go in.work(ctx)
	}
	return in
}

// Accept returns when the delivery is durable. A caller that goes away does not
// take the delivery with it.
func (in *Inbox) Accept(ctx context.Context, d Delivery) (Outcome, error) {
	if err := d.Envelope.Check(); err != nil {
		return 0, fmt.Errorf("accepting %s: %w", d.Envelope.ID, err)
	}
	r := &request{d, make(chan result, 1)}
	select {
	case in.waiting <- r:
	case <-in.ended:
		return 0, errEnded
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	select {
	case got := <-r.done:
		return got.outcome, got.err
	case <-in.ended:
		return 0, errEnded
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (in *Inbox) work(ctx context.Context) {
	for ctx.Err() == nil {
		group, release := in.nextGroup(ctx)
		if len(group) > 0 {
			in.storeGroup(ctx, group)
		}
		release()
	}
}

// nextGroup waits for a delivery and takes along what comes while another group is
// on its way to the disk: a delivery waits for company only when it would wait
// anyway, and for 5 ms at most. The caller calls release when the group is stored.
func (in *Inbox) nextGroup(ctx context.Context) (group []*request, release func()) {
	release = func() {}
	select {
	case in.gather <- struct{}{}:
		defer func() { <-in.gather }()
	case <-ctx.Done():
		return nil, release
	}
	select {
	case first := <-in.waiting:
		group = append(group, first)
	case <-ctx.Done():
		return nil, release
	}
	enough := time.NewTimer(company)
	defer enough.Stop()
	for len(group) < groupLimit {
		select {
		case in.turn <- struct{}{}:
			return in.joinWaiting(group), func() { <-in.turn }
		case next := <-in.waiting:
			group = append(group, next)
		case <-enough.C:
			return group, release
		}
	}
	return group, release
}

// joinWaiting takes what waits right now.
func (in *Inbox) joinWaiting(group []*request) []*request {
	for len(group) < groupLimit {
		select {
		case next := <-in.waiting:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

func (in *Inbox) storeGroup(ctx context.Context, group []*request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := in.insert(ctx, group...)
	if err == nil {
		for _, r := range group {
			r.done <- result{outcome: firstOutcome(r.delivery.Envelope.Kind)}
		}
		return
	}
	if postgres.Unavailable(err) {
		for _, r := range group {
			r.done <- result{err: fmt.Errorf("storing %s: %w", r.delivery.Envelope.ID, postgres.Sort(err))}
		}
		return
	}
	for _, r := range group {
		outcome, err := in.storeAlone(ctx, r.delivery)
		r.done <- result{outcome, err}
	}
}

func firstOutcome(k envelope.Kind) Outcome {
	if k == envelope.Addition {
		return Added
	}
	return Stored
}

// storeAlone tries one delivery, first as what it is, then as an addition to the
// report that is already there.
func (in *Inbox) storeAlone(ctx context.Context, d Delivery) (Outcome, error) {
	err := in.insert(ctx, &request{delivery: d})
	if d.Envelope.Kind == envelope.Report && reportIsThere(postgres.Constraint(err)) {
		d.Envelope = d.Envelope.AsAddition()
		err = in.insert(ctx, &request{delivery: d})
	}
	switch constraint := postgres.Constraint(err); {
	case err == nil:
		return firstOutcome(d.Envelope.Kind), nil
	case constraint == "submissions_pkey", constraint == "additions_pkey":
		return AlreadyStored, nil
	case constraint == "drafts_revision":
		return 0, ErrConflict
	}
	return 0, fmt.Errorf("storing %s: %w", d.Envelope.ID, postgres.Sort(err))
}

// reportIsThere reports whether the constraint that was broken says that a report
// of this id is stored. Which of the three speaks first is the planner's choice.
func reportIsThere(constraint string) bool {
	return constraint == "reports_pkey" || constraint == "report_grants_pkey" || constraint == "submissions_pkey"
}
