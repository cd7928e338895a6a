package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A table gathers facts and rows until the run is over, so that one reads the same
// way whatever was measured first.
type table struct {
	facts [][2]string
	sides [][12]string // intake against bare handler
	rows  [][4]string
}

func (t *table) fact(name, format string, args ...any) {
	t.facts = append(t.facts, [2]string{name, fmt.Sprintf(format, args...)})
}

// compare adds a line of the intake beside the bare handler.
func (t *table) compare(what string, ours, theirs []sample) {
	a, b, r := total(ours), total(theirs), ratios(ours, theirs)
	both := func(x, y time.Duration) string { return short(x) + " : " + short(y) }
	t.sides = append(t.sides, [12]string{what, fmt.Sprintf("%.0f", a.rate()), fmt.Sprintf("%.0f", b.rate()), fmt.Sprintf("%.2f", a.rate()/b.rate()),
		fmt.Sprintf("%.2f–%.2f", slices.Min(r), slices.Max(r)), fmt.Sprintf("%.2f", b.work()/a.work()), both(percentile(a.waits, 50), percentile(b.waits, 50)),
		both(percentile(a.waits, 99), percentile(b.waits, 99)), both(a.each(a.cpu), b.each(b.cpu)), both(a.each(a.database), b.each(b.database)), both(a.each(a.own), b.each(b.own)),
		fmt.Sprintf("%.0f %% : %.0f %%", 100*a.disturbed(), 100*b.disturbed())})
}

// row adds a figure without a goal.
func (t *table) row(what, figure string) { t.rows = append(t.rows, [4]string{what, figure}) }

// goal adds a figure and says whether it is what it should be.
func (t *table) goal(what, figure, goal string, reached bool) {
	t.rows = append(t.rows, [4]string{what, figure, goal, verdict(reached)})
}

// nearer adds a figure that has a nearer goal on the way.
func (t *table) nearer(what, figure, goal string, reached, near bool) {
	words := verdict(reached)
	if !reached && near {
		words += ", reaches the nearer one"
	}
	t.rows = append(t.rows, [4]string{what, figure, goal, words})
}

func verdict(reached bool) string {
	if reached {
		return "reached"
	}
	return "misses the goal"
}

func (t *table) print(w io.Writer) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range t.facts {
		fmt.Fprintf(out, "%s\t%s\n", f[0], f[1])
	}
	out.Flush()
	fmt.Fprintln(w)
	fmt.Fprintln(out, "intake : bare handler\tper second\t\tratio\tits turns\tby CPU\tp50\tp99\tits CPU\tPostgreSQL CPU\tclient CPU\ttaken by others")
	for _, s := range t.sides {
		fmt.Fprintln(out, strings.Join(s[:], "\t"))
	}
	out.Flush()
	fmt.Fprintln(w)
	fmt.Fprintln(out, "what\tfigure\tgoal\t")
	for _, r := range t.rows {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", r[0], r[1], r[2], r[3])
	}
	out.Flush()
}

// short writes a duration with three digits.
func short(d time.Duration) string {
	switch {
	case d >= 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
