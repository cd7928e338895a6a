package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// A job sends one thing over a line and says whether it was acknowledged.
type job func(l *line, n int) error

// closedLoop keeps that many connections busy for a time, or until count jobs are
// done; each begins its next job when the last one is answered.
func closedLoop(ctx context.Context, p *process, workers int, d time.Duration, count int, do job) (sample, error) {
	lines, err := dialAll(p.addr, workers)
	if err != nil {
		return sample{}, err
	}
	defer hangUp(lines)
	var next atomic.Int64
	waits, failures := make([][]time.Duration, workers), make([]error, workers)
	return measured(p, func() ([]time.Duration, error) {
		end := time.Now().Add(d)
		var running sync.WaitGroup
		for w := range workers {
			running.Go(func() {
				for ctx.Err() == nil && time.Now().Before(end) {
					n := int(next.Add(1)) - 1
					if count > 0 && n >= count {
						return
					}
					begun := time.Now()
					if failures[w] = do(lines[w], n); failures[w] != nil {
						return
					}
					waits[w] = append(waits[w], time.Since(begun))
				}
			})
		}
		running.Wait()
		return joinWaits(waits), firstOf(ctx, failures)
	})
}

// openLoop sends at a given rate whether or not earlier jobs were answered, as many
// independent visitors would. A wait counts from the moment a job was due, so that a
// slow server cannot hide by being asked less often.
func openLoop(ctx context.Context, p *process, rate float64, d time.Duration, do job) (sample, error) {
	const connections = 256
	lines, err := dialAll(p.addr, connections)
	if err != nil {
		return sample{}, err
	}
	defer hangUp(lines)
	idle := make(chan *line, connections)
	for _, l := range lines {
		idle <- l
	}
	due := arrivals(rate, d)
	waits, failures := make([]time.Duration, len(due)), make([]error, len(due))
	return measured(p, func() ([]time.Duration, error) {
		begun := time.Now()
		var running sync.WaitGroup
		for n, at := range due {
			time.Sleep(time.Until(begun.Add(at)))
			if ctx.Err() != nil {
				break
			}
			running.Go(func() {
				l := <-idle
				failures[n] = do(l, n)
				waits[n] = time.Since(begun.Add(at))
				idle <- l
			})
		}
		running.Wait()
		return waits, firstOf(ctx, failures)
	})
}

// arrivals are the moments of a Poisson process; the same each time it is asked.
func arrivals(rate float64, d time.Duration) []time.Duration {
	random := rand.New(rand.NewPCG(1, 2))
	var at []time.Duration
	for t := time.Duration(0); ; {
		t += time.Duration(random.ExpFloat64() / rate * float64(time.Second))
		if t >= d {
			return at
		}
		at = append(at, t)
	}
}

// measured adds what the run cost the server and this program.
func measured(p *process, run func() ([]time.Duration, error)) (sample, error) {
	before, err := p.cpu()
	if err != nil {
		return sample{}, err
	}
	stored, err := childrenCPU(p.database)
	if err != nil {
		return sample{}, err
	}
	machine, err := machineCPU()
	if err != nil {
		return sample{}, err
	}
	own, begun := ownCPU(), time.Now()
	waits, err := run()
	if err != nil {
		return sample{}, err
	}
	s := sample{took: time.Since(begun), own: ownCPU() - own, waits: waits}
	after, err := p.cpu()
	if err != nil {
		return sample{}, err
	}
	storedAfter, err := childrenCPU(p.database)
	if err != nil {
		return sample{}, err
	}
	machineAfter, err := machineCPU()
	s.cpu, s.database = after-before, storedAfter-stored
	s.others = max(0, machineAfter-machine-s.cpu-s.database-s.own)
	return s, err
}

func dialAll(addr string, n int) ([]*line, error) {
	var lines []*line
	for range n {
		l, err := dial(addr)
		if err != nil {
			hangUp(lines)
			return nil, fmt.Errorf("opening %d connections: %w", n, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func hangUp(lines []*line) {
	for _, l := range lines {
		l.close()
	}
}

func joinWaits(each [][]time.Duration) []time.Duration {
	var all []time.Duration
	for _, w := range each {
		all = append(all, w...)
	}
	return all
}

func firstOf(ctx context.Context, failures []error) error {
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
