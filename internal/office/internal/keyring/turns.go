package keyring

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrBusy says that too many already wait in one lane.
var ErrBusy = errors.New("too many passphrases wait to be tried")

// A Lane is where somebody waits for a place: all who come from one address wait in
// one. Places go to the lanes in turn, so that a thousand tries from one address put
// off those from another by one place each. Devices that somebody logged in on
// before go first: nobody can make himself one.
type Lane struct {
	Name  string
	Known bool
}

// mostWaiting is how many may wait in one lane: the shift of a large team behind
// one address, all at once.
const mostWaiting = 64

// turns hands out places.
type turns struct {
	mu      sync.Mutex
	free    int
	waiting map[Lane][]chan struct{}
	known   []Lane // lanes with somebody in them, in the order of their turn
	others  []Lane
}

// take waits for a place until ctx ends.
func (t *turns) take(ctx context.Context, lane Lane) error {
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	if len(t.waiting[lane]) >= mostWaiting {
		t.mu.Unlock()
		return ErrBusy
	}
	if len(t.waiting[lane]) == 0 {
		*t.ring(lane) = append(*t.ring(lane), lane)
	}
	mine := make(chan struct{})
	t.waiting[lane] = append(t.waiting[lane], mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.Index(t.waiting[lane], mine)
	if at < 0 { // it was given a moment ago: the next one has it
		t.pass()
		return ctx.Err()
	}
	t.leave(lane, at)
	return ctx.Err()
}

// give returns a place.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pass()
}

func (t *turns) pass() {
	ring := &t.known
	if len(t.known) == 0 {
		ring = &t.others
	}
	if len(*ring) == 0 {
		t.free++
		return
	}
	lane := (*ring)[0]
	next := t.waiting[lane][0]
	*ring = append((*ring)[1:], lane) // its turn comes again after the others'
	t.leave(lane, 0)
	close(next)
}

func (t *turns) leave(lane Lane, at int) {
	t.waiting[lane] = slices.Delete(t.waiting[lane], at, at+1)
	if len(t.waiting[lane]) > 0 {
		return
	}
	delete(t.waiting, lane)
	ring := t.ring(lane)
	*ring = slices.DeleteFunc(*ring, func(other Lane) bool { return other == lane })
}

func (t *turns) ring(lane Lane) *[]Lane {
	if lane.Known {
		return &t.known
	}
	return &t.others
}
