package main

import (
	"math"
	"runtime"
	"slices"
	"time"
)

// A sample is what one turn gave: how many answers in what time, and how long each
// took.
type sample struct {
	took     time.Duration
	waits    []time.Duration
	cpu      time.Duration // of the server's process
	database time.Duration // of PostgreSQL's
	own      time.Duration // of this process, which drives it
	others   time.Duration // of everything else on the machine
}

func (s *sample) add(o sample) {
	s.took += o.took
	s.waits = append(s.waits, o.waits...)
	s.cpu += o.cpu
	s.database += o.database
	s.own += o.own
	s.others += o.others
}

// rate is answers per second.
func (s sample) rate() float64 {
	if s.took <= 0 {
		return 0
	}
	return float64(len(s.waits)) / s.took.Seconds()
}

// work is the processor time that one answer took of all who share the machine, in
// seconds. On a machine that does nothing else and is fully busy, rates compare as
// this does; it still tells the truth where others take a share.
func (s sample) work() float64 { return s.each(s.cpu + s.database + s.own).Seconds() }

// disturbed is the share of the machine that others took meanwhile.
func (s sample) disturbed() float64 {
	if s.took <= 0 {
		return 0
	}
	return s.others.Seconds() / s.took.Seconds() / float64(runtime.NumCPU())
}

func (s sample) each(total time.Duration) time.Duration {
	if len(s.waits) == 0 {
		return 0
	}
	return total / time.Duration(len(s.waits))
}

// percentile is the smallest value that p percent of all do not exceed (nearest
// rank); 0 of nothing.
func percentile(values []time.Duration, p float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median is the middle one of an odd number, the mean of the middle two else.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratios compares two sides turn by turn: turns that lie side by side in time met
// the same machine.
func ratios(ours, theirs []sample) []float64 {
	var r []float64
	for i := range min(len(ours), len(theirs)) {
		if theirs[i].rate() > 0 {
			r = append(r, ours[i].rate()/theirs[i].rate())
		}
	}
	return r
}

func total(turns []sample) sample {
	var sum sample
	for _, s := range turns {
		sum.add(s)
	}
	return sum
}
