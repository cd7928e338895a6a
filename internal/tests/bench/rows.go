package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// The goals of the design.
const (
	shortGoal  = 0.7
	shortFloor = 0.6 // what holds already now
	draftGoal  = 0.5
	cpuGoal    = time.Millisecond
	tailGoal   = 50 * time.Millisecond
	idleGoal   = 40 << 20
	startGoal  = 150 * time.Millisecond
)

// measureStart times the intake from its start to its first answer, and weighs it
// when nothing has happened yet.
func measureStart(ctx context.Context, h *house, p plan, t *table) error {
	var starts []time.Duration
	var idle []float64
	for range p.starts {
		begun := time.Now()
		var err error
		if h.spare, err = h.startIntake("spare"); err != nil {
			return err
		}
		if err := h.spare.await(ctx, "/"); err != nil {
			return err
		}
		starts = append(starts, time.Since(begun))
		time.Sleep(time.Second)
		rss, err := h.spare.rss()
		if err != nil {
			return err
		}
		idle = append(idle, float64(rss))
		h.spare.stop()
		h.spare = nil
	}
	middle := percentile(starts, 50)
	t.goal(fmt.Sprintf("intake: start to first answer, median of %d (worst %s)", p.starts, short(slices.Max(starts))), short(middle), "< 150 ms", middle < startGoal)
	rss := int64(median(idle))
	t.goal("intake: idle memory after its start", mebibytes(rss), "< 40 MiB", rss < idleGoal)
	return nil
}

// startYardstick starts the bare handler with the sizes that the intake stores.
func startYardstick(ctx context.Context, h *house, _ plan, t *table) error {
	if err := h.learnSizes(ctx, t); err != nil {
		return err
	}
	return h.startBare(ctx)
}

// measureShort compares the short form with the bare handler, level by level, turn
// by turn.
func measureShort(ctx context.Context, h *house, p plan, t *table) error {
	send := acknowledgedShort(h.signer)
	for _, side := range []*process{h.intake, h.bare} { // caches, prepared statements, pools
		if _, err := h.turn(ctx, side, 16, p.turn/2, 0, send); err != nil {
			return err
		}
	}
	var best, bareBest float64
	var all sample
	if err := h.calm(ctx); err != nil {
		return err
	}
	for _, workers := range p.workers {
		var ours, theirs []sample
		for range p.turns {
			a, err := h.turn(ctx, h.intake, workers, p.turn, 0, send)
			if err != nil {
				return err
			}
			b, err := h.turn(ctx, h.bare, workers, p.turn, 0, send)
			if err != nil {
				return err
			}
			ours, theirs = append(ours, a), append(theirs, b)
		}
		t.compare(fmt.Sprintf("short form, %d at once", workers), ours, theirs)
		a, b := total(ours), total(theirs)
		best, bareBest = max(best, a.rate()), max(bareBest, b.rate())
		all.add(a)
	}
	h.topRate = best
	ratio := best / bareBest
	t.nearer("short form: top rate against the bare handler's top rate", fmt.Sprintf("%.0f/s : %.0f/s = %.3f", best, bareBest, ratio),
		fmt.Sprintf("≥ %.1f (≥ %.1f now)", shortGoal, shortFloor), ratio >= shortGoal, ratio >= shortFloor)
	cpu := all.each(all.cpu)
	t.goal("short form: intake CPU per report", short(cpu), "< 1 ms", cpu < cpuGoal)
	return nil
}

// learnSizes sends one report of each kind and looks how large they lie in the database.
func (h *house) learnSizes(ctx context.Context, t *table) error {
	if _, err := h.turn(ctx, h.intake, 1, time.Minute, 1, acknowledgedShort(h.signer)); err != nil {
		return err
	}
	var err error
	if h.shortBytes, err = h.newestBody(ctx); err != nil {
		return err
	}
	drafts, err := h.fillDrafts(ctx, 1)
	if err != nil {
		return err
	}
	if _, err := h.turn(ctx, h.intake, 1, time.Minute, 1, sendDrafts(drafts)); err != nil {
		return err
	}
	if h.draftBytes, err = h.newestBody(ctx); err != nil {
		return err
	}
	t.fact("bytes stored", "%d for a short form, %d for a full draft (sealed bodies; the receipt's row beside them is not asked of the bare handler)", h.shortBytes, h.draftBytes)
	return nil
}

// turn runs one side under full load and counts its rows afterwards.
func (h *house) turn(ctx context.Context, side *process, workers int, d time.Duration, count int, do job) (sample, error) {
	s, err := closedLoop(ctx, side, workers, d, count, do)
	if err != nil {
		return s, err
	}
	return s, h.settle(ctx, side, s)
}

func (h *house) settle(ctx context.Context, side *process, s sample) error {
	if side == h.bare {
		h.bareAcknowledged += len(s.waits)
	} else {
		h.acknowledged += len(s.waits)
	}
	return h.count(ctx)
}

// measurePaced sends at half the top rate, as visitors who know nothing of each other.
func measurePaced(ctx context.Context, h *house, p plan, t *table) error {
	rate := h.topRate / 2
	s, err := openLoop(ctx, h.intake, rate, p.paced, acknowledgedShort(h.signer))
	if err != nil {
		return err
	}
	if err := h.settle(ctx, h.intake, s); err != nil {
		return err
	}
	tail := percentile(s.waits, 99)
	t.row(fmt.Sprintf("short form at half the top rate, %.0f/s for %s: p50, CPU per report", rate, p.paced), short(percentile(s.waits, 50))+", "+short(s.each(s.cpu)))
	t.goal("short form at half the top rate: p99", short(tail), "< 50 ms", tail < tailGoal)
	bare, err := openLoop(ctx, h.bare, rate, p.paced/2, acknowledgedShort(h.signer))
	if err != nil {
		return err
	}
	t.row("the bare handler at that same rate: p50, p99", short(percentile(bare.waits, 50))+", "+short(percentile(bare.waits, 99)))
	return h.settle(ctx, h.bare, bare)
}

// A filledDraft is ready to be sent.
type filledDraft struct{ post []byte }

func (h *house) fillDrafts(ctx context.Context, n int) ([]filledDraft, error) {
	drafts := make([]filledDraft, n)
	_, err := closedLoop(ctx, h.intake, min(n, 16), time.Minute, n, func(l *line, i int) error {
		v := &visitor{line: l}
		form, err := v.fill(fullWay, true)
		drafts[i].post = request("POST", "/v", v.cookie, form.Encode())
		return err
	})
	return drafts, err
}

func sendDrafts(drafts []filledDraft) job {
	return func(l *line, n int) error {
		a, err := l.send(drafts[n].post)
		return receipted(a, err)
	}
}

// measureDrafts compares the final POST of full drafts with the bare handler. The
// filling in goes before each turn and is not counted.
func measureDrafts(ctx context.Context, h *house, p plan, t *table) error {
	const workers = 64
	var ours, theirs []sample
	for range p.turns {
		drafts, err := h.fillDrafts(ctx, p.drafts)
		if err != nil {
			return err
		}
		a, err := h.turn(ctx, h.intake, workers, time.Minute, p.drafts, sendDrafts(drafts))
		if err != nil {
			return err
		}
		b, err := h.turn(ctx, h.bare, workers, time.Minute, p.drafts, sendDrafts(drafts))
		if err != nil {
			return err
		}
		ours, theirs = append(ours, a), append(theirs, b)
	}
	t.compare("final POST of a full draft, 64 at once", ours, theirs)
	a, b := total(ours), total(theirs)
	ratio := a.rate() / b.rate()
	t.goal("final POST of a full draft against the bare handler", fmt.Sprintf("%.2f", ratio), fmt.Sprintf("≥ %.1f", draftGoal), ratio >= draftGoal)
	cpu := a.each(a.cpu)
	t.goal("final POST of a full draft: intake CPU per report", short(cpu), "< 1 ms", cpu < cpuGoal)
	return nil
}

// measureJourneys goes the young person's whole way, page by page, to the receipt.
func measureJourneys(ctx context.Context, h *house, p plan, t *table) error {
	probe, err := dial(h.intake.addr)
	if err != nil {
		return err
	}
	v := &visitor{line: probe}
	_, err = v.fill(youngWay, false)
	probe.close()
	if err != nil {
		return err
	}
	pages := v.pages + 2
	s, err := h.turn(ctx, h.intake, 16, 2*p.turn, 0, journey(youngWay))
	if err != nil {
		return err
	}
	t.row(fmt.Sprintf("young way, home to receipt, %d requests, 16 at once", pages), fmt.Sprintf("%.0f journeys/s, %.0f requests/s; p50 %s, p99 %s", s.rate(), s.rate()*float64(pages),
		short(percentile(s.waits, 50)), short(percentile(s.waits, 99))))
	t.row("young way: intake CPU per journey", short(s.each(s.cpu)))
	return nil
}

// measureRest weighs the intake when all that is over.
func measureRest(ctx context.Context, h *house, p plan, t *table) error {
	loaded, err := h.intake.rss()
	if err != nil {
		return err
	}
	select {
	case <-time.After(25 * time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	rested, err := h.intake.rss()
	if err != nil {
		return err
	}
	t.row("intake: memory right after the load, and 25 s later", mebibytes(loaded)+", "+mebibytes(rested))
	return nil
}
