package keyring

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
)

// queued waits until n are in the queue.
func queued(t *testing.T, q *turns, n int) {
	t.Helper()
	for range 5000 {
		q.mu.Lock()
		waiting := 0
		for _, lane := range q.waiting {
			waiting += len(lane)
		}
		q.mu.Unlock()
		if waiting == n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d never wait", n)
}

func TestAFloodFromOnePlacePutsOthersOffByOneTurnEach(t *testing.T) {
	q := &turns{free: 1, waiting: map[Lane][]chan struct{}{}}
	if err := q.take(t.Context(), Lane{Name: "first"}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var order []string
	var all sync.WaitGroup
	n := 0
	come := func(lane Lane) {
		all.Go(func() {
			if err := q.take(t.Context(), lane); err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, lane.Name)
			mu.Unlock()
			q.give()
		})
		n++
		queued(t, q, n)
	}
	for range 50 {
		come(Lane{Name: "flood"})
	}
	come(Lane{Name: "victim"})
	come(Lane{Name: "other"})
	come(Lane{Name: "known", Known: true})
	q.give()
	all.Wait()
	if want := []string{"known", "flood", "victim", "other"}; !slices.Equal(order[:4], want) {
		t.Errorf("served in the order %v, want %v", order[:6], want)
	}
	if q.free != 1 || len(q.waiting)+len(q.others)+len(q.known) > 0 {
		t.Errorf("%d places are free, %v wait", q.free, q.waiting)
	}
}

func TestWhoLeavesKeepsNoPlace(t *testing.T) {
	q := &turns{free: 1, waiting: map[Lane][]chan struct{}{}}
	if err := q.take(t.Context(), Lane{}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	ctx, leave := context.WithCancel(t.Context())
	for range 20 {
		all.Go(func() {
			if err := q.take(ctx, Lane{}); err == nil {
				q.give()
			}
		})
	}
	queued(t, q, 20)
	go leave() // while places are passed on
	q.give()
	all.Wait()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.free != 1 || len(q.waiting)+len(q.others) > 0 {
		t.Errorf("%d places are free, %v wait", q.free, q.waiting)
	}
}

// Somebody leaves at the very moment that his place comes: it goes on to the next.
func TestAPlaceGivenToWhoHasLeftIsPassedOn(t *testing.T) {
	for range 20 {
		q := &turns{waiting: map[Lane][]chan struct{}{}}
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { left <- q.take(ctx, Lane{}) }()
		queued(t, q, 1)
		q.mu.Lock()
		leave()
		time.Sleep(time.Millisecond) // he is on his way out, and waits for the lock
		q.pass()
		q.mu.Unlock()
		if err := <-left; err == nil {
			q.give() // he had it after all
		}
		if q.free != 1 {
			t.Fatalf("%d places are free", q.free)
		}
	}
}

func TestALaneHoldsNoMoreThanATeam(t *testing.T) {
	q := &turns{waiting: map[Lane][]chan struct{}{}}
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range mostWaiting {
		all.Go(func() { q.take(ctx, Lane{Name: "flood"}) })
	}
	queued(t, q, mostWaiting)
	if err := q.take(ctx, Lane{Name: "flood"}); !errors.Is(err, ErrBusy) {
		t.Errorf("one more is told %v", err)
	}
	leave()
	all.Wait()
}
