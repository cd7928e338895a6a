package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

const recordGoal = 50 * time.Millisecond

// measureUnit times the follow-up unit: its queue with many open records behind it, and
// one record with many entries. Both are written through the forms, as members write them:
// nothing but the office seals a record.
func measureUnit(ctx context.Context, h *house, p plan, t *table) error {
	d, err := openDesk(ctx, h)
	if err != nil {
		return err
	}
	defer d.close()
	var record string
	for i := range p.records {
		if record, err = d.beginRecord(fmt.Sprintf("Situation %d", i)); err != nil {
			return err
		}
	}
	for i := 1; i < p.entries; i++ { // the opening is one
		form := url.Values{"entry": {uuid.NewString()}, "said.day": {time.Now().Format(time.DateOnly)}, "said.hour": {"00:00"}, "said.way": {"call_made"},
			"said.with": {"young_person"}, "said.minutes": {"20"}, "said.note": {strings.Repeat("Un appel de suivi, calme. ", 12)}}
		if _, err := d.writes(record+"/ajouter/contact", form); err != nil {
			return err
		}
	}
	if _, err := d.pool.Exec(ctx, "vacuum (analyze) records"); err != nil {
		return err
	}
	if _, err := d.pool.Exec(ctx, "vacuum (analyze) record_entries"); err != nil {
		return err
	}
	if err := h.calm(ctx); err != nil {
		return err
	}
	if err := d.redial(); err != nil {
		return err
	}
	var worst time.Duration
	for _, view := range []string{"/suivi", "/suivi?page=3", "/suivi?vue=sans-suite", "/suivi?vue=les-miens"} {
		tail, err := d.tail(view, p.looks)
		if err != nil {
			return err
		}
		worst = max(worst, tail)
	}
	t.goal(fmt.Sprintf("queue of the unit with %d open records behind it: p95 of the slowest view", p.records), short(worst), "< 60 ms", worst < queueGoal)
	tail, err := d.tail(record, p.looks)
	if err != nil {
		return err
	}
	t.goal(fmt.Sprintf("one record with %d entries opened: p95", p.entries), short(tail), "< 50 ms", tail < recordGoal)
	return nil
}

// beginRecord opens a record, and returns its address.
func (d *desk) beginRecord(label string) (string, error) {
	return d.writes("/suivi/nouveau", url.Values{"entry": {uuid.NewString()}, "who": {d.member}, "said.label": {label}, "said.origin": {"phone"},
		"said.consent": {"young_person"}, "said.department": {"69"}, "said.age": {"15"}})
}

// writes sends a form of the unit, and returns where it leads.
func (d *desk) writes(path string, form url.Values) (string, error) {
	a, err := d.send(request(http.MethodPost, path, d.cookie, form.Encode()))
	if err != nil {
		return "", err
	}
	if a.status != http.StatusSeeOther {
		return "", fmt.Errorf("%s was answered by %d", path, a.status)
	}
	address, _, _ := strings.Cut(a.location, "#")
	return address, nil
}

// tail opens a page so often, and returns the 95th percentile of all but the first two,
// which prepare statements.
func (d *desk) tail(path string, looks int) (time.Duration, error) {
	var waits []time.Duration
	for range looks {
		_, took, err := d.get(path)
		if err != nil {
			return 0, err
		}
		waits = append(waits, took)
	}
	return percentile(waits[2:], 95), nil
}

// redial begins a new connection: on the old one nobody spoke for long.
func (d *desk) redial() (err error) {
	d.line.close()
	d.line, err = dial(d.server.addr)
	return err
}
