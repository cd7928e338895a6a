// Command bench measures the public side against a yardstick, and the back office with
// a hundred thousand reports behind it, on this machine.
//
// It starts a private durable PostgreSQL, the real intake as a process of its own,
// and a bare echo handler that inserts as many bytes unvalidated and unsealed. Both
// get the same requests over the same connections, in turns, so that what the
// machine does meanwhile touches both; what counts is their ratio within one run.
// After each turn the rows of the database are counted: every acknowledged report
// must be there. A missed goal is printed, not an error; anything that does not
// run, or a report that is missing, is.
//
//	go run ./internal/tests/bench            six minutes
//	go run ./internal/tests/bench -brief     a quarter of that, noisier
//	go run ./internal/tests/bench -only files    or drafts, or desk: the back office, or unit
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A plan says how much is measured.
type plan struct {
	turns   int           // of each side at each level
	turn    time.Duration // one turn under full load
	paced   time.Duration // load at half the top rate
	drafts  int           // full drafts sent in a turn
	starts  int
	workers []int // connections that send at once
	file    int64 // bytes of the large file
	reports int   // behind the queue
	looks   int   // at each of its views
	records int   // open ones, of the unit
	entries int   // of one of them
	opened  int   // reports, one by one
	aloud   bool  // each view of the queue
	only    measure
}

// A measure adds its figures to the table.
type measure func(context.Context, *house, plan, *table) error

// apart are the measures that can be taken alone, while one works on them.
var apart = map[string]measure{"drafts": measureDrafts, "files": measureFiles, "desk": measureDesk, "unit": measureUnit}

func main() {
	if len(os.Args) > 1 && os.Args[1] == bareCommand {
		exit(runBare(os.Args[2:]))
	}
	brief := flag.Bool("brief", false, "measure a quarter of the time")
	only := flag.String("only", "", "measure only full drafts (drafts), the large file (files) the back office (desk) or its follow-up unit (unit)")
	dir := flag.String("dir", "var", "folder on a real disk for the database")
	flag.Parse()
	p := plan{turns: 4, turn: 1500 * time.Millisecond, paced: 10 * time.Second, drafts: 2500, starts: 9, workers: []int{1, 16, 64}, file: 1 << 30,
		reports: 100_000, looks: 42, opened: 300, records: 2_000, entries: 200}
	if *brief {
		p.turns, p.turn, p.paced, p.drafts, p.starts, p.file = 2, 700*time.Millisecond, 4*time.Second, 400, 5, 256<<20
		p.reports, p.looks, p.opened, p.records, p.entries = 20_000, 22, 100, 200, 50
	}
	if p.only = apart[*only]; p.only == nil && *only != "" {
		exit(fmt.Errorf("there is no measure %q", *only))
	}
	p.aloud = *only == "desk"
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(bench(ctx, *dir, p))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func bench(ctx context.Context, dir string, p plan) error {
	begun := time.Now()
	h, err := openHouse(ctx, dir)
	if err != nil {
		return err
	}
	defer h.close()
	t := &table{}
	if err := h.describe(ctx, t); err != nil {
		return err
	}
	measures := []measure{measureStart, startYardstick, measureShort, measurePaced, measureDrafts, measureJourneys, measureRest, measureFiles, measureDesk, measureUnit}
	if p.only != nil {
		measures = []measure{startYardstick, p.only}
	}
	for _, measure := range measures {
		if err := measure(ctx, h, p, t); err != nil {
			return err
		}
	}
	t.print(os.Stdout)
	fmt.Printf("\n%d reports acknowledged, %d stored; the run took %s.\n", h.acknowledged, h.stored, time.Since(begun).Round(time.Second))
	return nil
}
