package archive

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/facet"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// A Filter narrows the queue down. Its fields combine: a row meets each that is set.
// The zero Filter is the main queue: what is open, and of what is still to be verified
// only the urgent.
type Filter struct {
	Status        []triage.Status // any of them; empty: what is open
	Urgency       []report.Urgency
	Channel       report.Channel
	Lane          string // empty: the main queue
	Qualification []triage.Qualification
	Assigned      Assigned
	Person        uuid.UUID // with SomebodyS
	Overdue       bool
	Unseen        bool      // something was added that nobody on the desk has opened
	From          time.Time // received then or later
	Until         time.Time // and before then
	Department    Department
	Outside       *Filter     // of what is open, leaves out whatever that one shows
	Except        []report.ID // and these
}

// A Department is one as the database knows it: by the tokens it has under the keys at
// hand. What has none yet passes too; opening it decides.
type Department struct {
	Address string // what stands for it in an address
	Tokens  []int16
}

// Assigned says whose a report is.
type Assigned string

// Whose.
const (
	Anybody   Assigned = ""
	Nobody    Assigned = "nobody"
	Mine      Assigned = "me"
	MyTeam    Assigned = "team" // a member of one of one's teams
	SomebodyS Assigned = "person"
)

// The two parts of the table, each with an index in the order of the queue: these are
// their conditions, word for word.
const (
	open = `r.status in ('received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'reopened')`
	past = `r.status in ('transmitted', 'acknowledged', 'feedback_received', 'closed', 'merged', 'archived')`
)

// MostUnverified is how many urgent reports may wait unverified and unopened in the
// main queue. More are a flood, and stand beside it until somebody opens them: who
// sends thousands shall not bury what was verified.
const MostUnverified = 20

// What is to be verified stays out of the main queue unless it is urgent, and
// during a flood also then. The count is taken once for a query.
const mainQueue = `(r.lane = 'main' or r.urgency <= 1 and (r.status <> 'received' or
  (select count(*) from (select 1 from reports u where u.lane = 'to_verify' and u.urgency <= 1 and u.status = 'received' limit @flood) waiting) < @flood))`

// The rule is triage.Late.
const overdue = `r.status in ('received', 'reopened', 'in_triage', 'qualified', 'awaiting_validation')
  and r.due_at < @now and (r.urgency > 0 or r.due_at < @now - interval '3 minutes') and (r.lease_until is null or r.lease_until <= @now)`

const unseen = `exists (select from additions u where u.report_id = r.id and u.seen_at is null and u.team_id = any(@teams))`

const granted = `exists (select from report_grants g where g.report_id = r.id and g.team_id = any(@teams))`

const grantedThere = `exists (select from report_grants g where g.report_id = r.id and g.team_id = any(@teams) and g.department = any(@departments))`

// scopes are the parts of the table that a filter looks through.
func (f Filter) scopes() []string {
	switch {
	case len(f.Status) == 0 && f.Unseen: // also of what stands in the queue no more: who adds something waits
		return []string{open, past}
	case len(f.Status) == 0:
		return []string{open}
	}
	var scopes []string
	isOpen := func(s triage.Status) bool { return slices.Contains(triage.Open(), s) }
	if slices.ContainsFunc(f.Status, isOpen) {
		scopes = append(scopes, open)
	}
	if slices.ContainsFunc(f.Status, func(s triage.Status) bool { return !isOpen(s) }) {
		scopes = append(scopes, past)
	}
	return scopes
}

// everyLane reports whether a filter looks beyond the main queue without being asked:
// what is somebody's, what was answered and what is past stays in sight.
func (f Filter) everyLane() bool {
	return f.Unseen || f.Assigned == Mine || f.Assigned == MyTeam || f.Assigned == SomebodyS
}

// named are the values of a query, each by a name; those of one filter end in a suffix
// of its own, so that several stand in one query.
type named struct {
	pgx.NamedArgs
	suffix string
}

func (n named) set(condition, name string, value any) string {
	n.NamedArgs[name+n.suffix] = value
	return strings.ReplaceAll(condition, "@"+name, "@"+name+n.suffix)
}

// where writes the conditions of a filter beside those of its scope. Every value goes
// by a named argument.
func (f Filter) where(scope string, arguments named) string {
	text := scope
	add := func(condition string) { text += " and " + condition }
	with := func(condition, name string, value any) { add(arguments.set(condition, name, value)) }
	switch {
	case f.Lane != "":
		with("r.lane = @lane", "lane", f.Lane)
	case scope == open && !f.everyLane():
		add(mainQueue)
	}
	if len(f.Status) > 0 {
		with("r.status = any(@status)", "status", f.Status)
	}
	if len(f.Urgency) > 0 {
		with("r.urgency = any(@urgency)", "urgency", f.Urgency)
		// The order tells urgency 0 from the rest: only that part of the index is read.
		switch now := func(u report.Urgency) bool { return u == 0 }; {
		case !slices.ContainsFunc(f.Urgency, now):
			add(fmt.Sprintf("r.queue_rank = %d", LastRank))
		case !slices.ContainsFunc(f.Urgency, func(u report.Urgency) bool { return !now(u) }):
			add(fmt.Sprintf("r.queue_rank < %d", LastRank))
		}
	}
	if f.Channel != "" {
		with("r.channel = @channel", "channel", f.Channel)
	}
	if len(f.Qualification) > 0 {
		with("r.qualification = any(@qualification)", "qualification", f.Qualification)
	}
	switch f.Assigned {
	case Nobody:
		add("r.assignee is null")
	case Mine:
		add("r.assignee = @me")
	case SomebodyS:
		with("r.assignee = @person", "person", f.Person)
	case MyTeam:
		add("r.assignee in (select m.staff_id from memberships m where m.team_id = any(@teams))")
	}
	if f.Overdue {
		add(overdue)
	}
	if f.Unseen {
		add(unseen)
	}
	// A due time is never before a report came, nor further off than that of the least urgent:
	// by it the order of the queue leads to where those of some days stand in each rank.
	if !f.From.IsZero() {
		with("r.received_at >= @from and r.due_at >= @from", "from", f.From)
	}
	if !f.Until.IsZero() {
		with("r.received_at < @until", "until", f.Until)
		with("r.due_at < @last_due", "last_due", report.Urgency(3).Due(f.Until))
	}
	if !f.From.IsZero() || !f.Until.IsZero() {
		add("r.queue_rank in (0, 1, 2)")
	}
	if f.Outside != nil {
		add("(" + f.Outside.where(scope, named{arguments.NamedArgs, arguments.suffix + "_outside"}) + ") is not true")
	}
	if len(f.Except) > 0 {
		with("r.id <> all(@except)", "except", f.Except)
	}
	if len(f.Department.Tokens) > 0 {
		with(grantedThere, "departments", append([]int16{facet.Unknown}, f.Department.Tokens...))
		return text
	}
	return text + " and " + granted
}
