package archive_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A told is a row as the test put it in.
type told struct {
	id            report.ID
	at, due       time.Time
	urgency       report.Urgency
	lane          string
	status        triage.Status
	channel       report.Channel
	qualification triage.Qualification
	assignee      uuid.UUID
	held, unseen  bool
	elsewhere     bool // granted to another team only
}

var mates = []uuid.UUID{{1}, {2}, {3}} // the last is of another team

// shows says by itself whether a filter shows a row, in words apart from the SQL.
func shows(f archive.Filter, r told) bool {
	in := func(ok bool, list int) bool { return list == 0 || ok }
	isOpen := slices.Contains(triage.Open(), r.status)
	ofTeam := r.assignee == mates[0] || r.assignee == mates[1]
	somebodys := f.Assigned == archive.Mine || f.Assigned == archive.MyTeam || f.Assigned == archive.SomebodyS
	switch {
	case r.elsewhere, r.status == triage.Purged,
		len(f.Status) == 0 && !f.Unseen && !isOpen,
		!in(slices.Contains(f.Status, r.status), len(f.Status)),
		!in(slices.Contains(f.Urgency, r.urgency), len(f.Urgency)),
		!in(slices.Contains(f.Qualification, r.qualification), len(f.Qualification)),
		f.Channel != "" && f.Channel != r.channel,
		f.Lane != "" && f.Lane != r.lane,
		f.Lane == "" && isOpen && !somebodys && !f.Unseen && r.lane == "to_verify" && r.urgency > 1,
		f.Assigned == archive.Nobody && r.assignee != uuid.Nil,
		f.Assigned == archive.Mine && r.assignee != mates[0],
		f.Assigned == archive.MyTeam && !ofTeam,
		f.Assigned == archive.SomebodyS && r.assignee != f.Person,
		f.Overdue && !triage.Late(r.status, r.urgency, r.due, r.held, at),
		f.Unseen && !r.unseen,
		!f.From.IsZero() && r.at.Before(f.From),
		!f.Until.IsZero() && !r.at.Before(f.Until):
		return false
	}
	return true
}

// singles are the filters of which each asks one thing.
func singles() map[string]archive.Filter {
	filters := map[string]archive.Filter{"the main queue": {}, "overdue": {Overdue: true}, "unseen answers": {Unseen: true},
		"nobody's": {Assigned: archive.Nobody}, "mine": {Assigned: archive.Mine}, "my team's": {Assigned: archive.MyTeam},
		"a colleague's": {Assigned: archive.SomebodyS, Person: mates[1]}, "a stranger's": {Assigned: archive.SomebodyS, Person: mates[2]},
		"the lane": toVerify, "verified only": {Lane: "main"}, "web": {Channel: report.Web}, "telephone": {Channel: report.Phone},
		"of today": {From: at.Add(-24 * time.Hour)}, "before today": {Until: at.Add(-24 * time.Hour)}, "of a day": {From: at.Add(-72 * time.Hour), Until: at.Add(-48 * time.Hour)},
		"sent": {Status: []triage.Status{triage.Transmitted, triage.Acknowledged}}, "open and closed": {Status: []triage.Status{triage.InTriage, triage.Closed}},
		"purged": {Status: []triage.Status{triage.Purged}}, "a state that is none": {Status: []triage.Status{"lost"}}}
	for _, status := range append(triage.Open(), triage.Transmitted, triage.Acknowledged, triage.FeedbackReceived, triage.Closed, triage.Merged, triage.Archived) {
		filters[string(status)] = archive.Filter{Status: []triage.Status{status}}
	}
	for u := range report.Urgency(4) {
		filters[fmt.Sprint("urgency ", u)] = archive.Filter{Urgency: []report.Urgency{u}}
	}
	for _, q := range []triage.Qualification{triage.Concern, triage.OutOfScope} {
		filters[string(q)] = archive.Filter{Qualification: []triage.Qualification{q}}
	}
	return filters
}

// Whatever is asked, the list has the rows it should, in the order of the queue, and
// the count beside it says how many.
func TestEveryFilterListsAndCountsTheSameRows(t *testing.T) {
	d := newDesk(t)
	rows := d.tell(400)
	filters := singles()
	random := rand.New(rand.NewPCG(4, 2))
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range filters {
			if !yield(name) {
				return
			}
		}
	})
	for range 80 { // and pairs of them
		a, b := names[random.IntN(len(names))], names[random.IntN(len(names))]
		filters[a+" and "+b] = both(filters[a], filters[b])
	}
	empty := 0
	for name, f := range filters {
		var want []report.ID
		for _, r := range rows {
			if shows(f, r) {
				want = append(want, r.id)
			}
		}
		if len(want) == 0 {
			empty++
		}
		got := d.all(f)
		slices.SortFunc(got, compareIDs)
		slices.SortFunc(want, compareIDs)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d rows are shown, %d should be", name, len(got), len(want))
		}
		now := archive.Filter{Urgency: []report.Urgency{0}}
		outside := 0
		for _, r := range rows {
			if shows(now, r) && !shows(f, r) {
				outside++
			}
		}
		now.Outside = &f
		counts, err := d.Counts(t.Context(), d.mine(f), []archive.Filter{f, now})
		if err != nil || counts[0] != min(len(want), archive.MostCounted) || counts[1] != outside {
			t.Errorf("%s: %v are counted, %d shown and %d urgent ones are not: %v", name, counts, len(want), outside, err)
		}
		if standing, err := d.StandingCounts(t.Context(), d.mine(f), []archive.Filter{f, now}); err != nil || !slices.Equal(standing, counts) {
			t.Errorf("%s: %v are counted by the plan that is kept, %v by its own: %v", name, standing, counts, err)
		}
	}
	if empty > len(filters)*2/3 {
		t.Errorf("%d of %d filters show nothing: the rows are too few", empty, len(filters))
	}
}

// The plan of the standing counts is kept whatever the values, and other queries of the
// connection are planned as before.
func TestStandingCountsKeepTheirPlanAndNoOtherDoes(t *testing.T) {
	d := newDesk(t)
	d.tell(50)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: d.db.URL("recueil_office"), MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	view, filters := d.mine(archive.Filter{}), []archive.Filter{{}, {Assigned: archive.Mine}}
	for range 3 {
		if _, err := archive.New(pool).StandingCounts(t.Context(), view, filters); err != nil {
			t.Fatal(err)
		}
	}
	var kept, anew int
	var mode string
	err = pool.QueryRow(t.Context(), `select generic_plans, custom_plans, current_setting('plan_cache_mode') from pg_prepared_statements where statement like 'select array%'`).Scan(&kept, &anew, &mode)
	if err != nil || kept != 3 || anew != 0 || mode != "auto" {
		t.Errorf("of three times %d by the kept plan, %d by another; then the connection says %q, %v", kept, anew, mode, err)
	}
}

// both asks what two filters ask; where both ask the same thing, the second counts.
func both(a, b archive.Filter) archive.Filter {
	if b.Status != nil {
		a.Status = b.Status
	}
	if b.Urgency != nil {
		a.Urgency = b.Urgency
	}
	if b.Qualification != nil {
		a.Qualification = b.Qualification
	}
	if b.Assigned != archive.Anybody {
		a.Assigned, a.Person = b.Assigned, b.Person
	}
	if !b.From.IsZero() || !b.Until.IsZero() {
		a.From, a.Until = b.From, b.Until
	}
	a.Channel, a.Lane = a.Channel+b.Channel, a.Lane+b.Lane
	if b.Channel != "" {
		a.Channel = b.Channel
	}
	if b.Lane != "" {
		a.Lane = b.Lane
	}
	a.Overdue, a.Unseen = a.Overdue || b.Overdue, a.Unseen || b.Unseen
	return a
}

func compareIDs(a, b report.ID) int { return slices.Compare(a[:], b[:]) }

func (d desk) mine(f archive.Filter) archive.View {
	v := d.view(f)
	v.Me = mates[0]
	return v
}

// all walks through the pages of a filter, and looks at their order.
func (d desk) all(f archive.Filter) (ids []report.ID) {
	d.t.Helper()
	v := d.mine(f)
	var last archive.Report
	for {
		page, next, more, err := d.Queue(d.t.Context(), v)
		if err != nil {
			d.t.Fatal(err)
		}
		for i, r := range page {
			if (len(ids) > 0) && (r.Urgency == 0) == (last.Urgency == 0) && r.Lane == last.Lane && r.DueAt.Before(last.DueAt) {
				d.t.Errorf("row %d is due before the one above it", i)
			}
			ids, last = append(ids, r.ID), r
		}
		candidates, moreOf, err := d.Candidates(d.t.Context(), v)
		if err != nil || moreOf != more || !slices.EqualFunc(candidates, page, func(c archive.Candidate, r archive.Report) bool { return c.Place == r.Position() }) {
			d.t.Errorf("%d candidates for a page of %d rows: %v", len(candidates), len(page), err)
		}
		if !more {
			return ids
		}
		v.After = next
	}
}

// tell puts rows of every kind in, the same each time.
func (d desk) tell(n int) (rows []told) {
	d.t.Helper()
	ctx, random := context.Background(), rand.New(rand.NewPCG(1, 2))
	exec := func(statement string, arguments ...any) {
		d.t.Helper()
		if _, err := d.db.Owner.Exec(ctx, statement, arguments...); err != nil {
			d.t.Fatal(err)
		}
	}
	exec("insert into teams (id, name) values ('plateau', 'Plateau'), ('suivi', 'Suivi') on conflict do nothing")
	for i, id := range mates {
		exec("insert into staff (id, login, display_name, role, recipient, sealed_identity) values ($1, $2, $2, 'agent', $2, 'age-encryption.org/v1' || chr(10)::bytea)", id, fmt.Sprint("m", i))
		exec("insert into memberships (team_id, staff_id) values ($1, $2)", []string{"plateau", "plateau", "suivi"}[i], id)
	}
	states := append(triage.Open(), triage.Received, triage.Transmitted, triage.Acknowledged, triage.FeedbackReceived, triage.Closed, triage.Merged, triage.Archived, triage.Purged)
	for i := range n {
		r := told{id: report.NewID(), at: at.Add(-time.Duration(random.IntN(5*24*60)) * time.Minute), urgency: report.Urgency(random.IntN(4)), lane: "main", channel: report.Web,
			status: states[random.IntN(len(states))], held: random.IntN(4) == 0, unseen: random.IntN(4) == 0, elsewhere: i%10 == 9}
		r.due = r.urgency.Due(r.at)
		if i%5 == 0 && (r.urgency > 1 || i%25 == 0) { // few urgent ones: this is no flood
			r.lane = "to_verify"
		}
		if i%3 == 0 {
			r.channel = report.Phone
		}
		if r.status != triage.Received && i%6 > 0 {
			r.assignee = mates[i%3]
		}
		if i%2 == 0 && r.status != triage.Received {
			r.qualification = []triage.Qualification{triage.Concern, triage.OutOfScope}[i/2%2]
		}
		d.put(exec, r)
		rows = append(rows, r)
	}
	exec("analyze")
	return rows
}

func (d desk) put(exec func(string, ...any), r told) {
	var assignee, holder *uuid.UUID
	var until *time.Time
	var qualification *triage.Qualification
	if r.assignee != uuid.Nil {
		assignee = &r.assignee
	}
	if r.held {
		soon := at.Add(time.Minute)
		holder, until = &mates[0], &soon
	}
	if r.qualification != "" {
		qualification = &r.qualification
	}
	exec(`insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane, status, qualification, assignee, lease_holder, lease_until)
		values ($1, 'ABCDEFGH', sha256('x'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		r.id, r.at, r.channel, int16(r.urgency), r.due, r.lane, r.status, qualification, assignee, holder, until)
	team := "plateau"
	if r.elsewhere {
		team = "suivi"
	}
	exec("insert into report_grants (report_id, team_id, epoch, body) values ($1, $2, 1, 'age-encryption.org/v1' || chr(10)::bytea)", r.id, team)
	if r.unseen {
		exec("insert into additions (id, report_id, team_id, epoch, body, received_at) values ($1, $2, $3, 1, 'age-encryption.org/v1' || chr(10)::bytea, $4)", report.NewID(), r.id, team, r.at)
	}
}
