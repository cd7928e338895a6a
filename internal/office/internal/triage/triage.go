// Package triage holds the rules of the desk as tables: states and the edges
// between them, who may do what, how long a lease lasts. It is pure; nothing here
// decides about a child.
package triage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"recueil/internal/report"
)

// A Status is where a report stands.
type Status string

// The states.
const (
	Received            Status = "received"
	InTriage            Status = "in_triage"
	AwaitingInformation Status = "awaiting_information"
	Qualified           Status = "qualified"
	AwaitingValidation  Status = "awaiting_validation"
	Transmitted         Status = "transmitted"
	Acknowledged        Status = "acknowledged"
	FeedbackReceived    Status = "feedback_received"
	Closed              Status = "closed"
	Reopened            Status = "reopened"
	Merged              Status = "merged"
	Archived            Status = "archived"
	Purged              Status = "purged"
)

// edges is the table of the design.
var edges = map[Status][]Status{
	Received:            {InTriage, Merged},
	InTriage:            {AwaitingInformation, Qualified, Received, Merged},
	AwaitingInformation: {InTriage},
	Qualified:           {AwaitingValidation, Closed, InTriage},
	AwaitingValidation:  {Transmitted, Qualified},
	Transmitted:         {Acknowledged, Qualified},
	Acknowledged:        {FeedbackReceived, Closed},
	FeedbackReceived:    {Closed, Qualified},
	Closed:              {Reopened, Archived},
	Reopened:            {InTriage},
	Archived:            {Purged},
}

// Open lists the states that stand in the queue.
func Open() []Status {
	return []Status{Received, InTriage, AwaitingInformation, Qualified, AwaitingValidation, Reopened}
}

// A ForbiddenMove names both states and what would be allowed.
type ForbiddenMove struct {
	From, To Status
	Allowed  []Status
}

func (e *ForbiddenMove) Error() string {
	allowed := "nothing"
	if len(e.Allowed) > 0 {
		names := make([]string, len(e.Allowed))
		for i, s := range e.Allowed {
			names[i] = string(s)
		}
		allowed = strings.Join(names, ", ")
	}
	return fmt.Sprintf("a report cannot go from %s to %s; allowed: %s", e.From, e.To, allowed)
}

// Move checks one step.
func Move(from, to Status) error {
	if !slices.Contains(edges[from], to) {
		return &ForbiddenMove{from, to, edges[from]}
	}
	return nil
}

// Answerable reports whether one may write to the reporter: somebody has taken the
// report up, and it is still there. One that is closed may be answered too, since its
// reporter still may add to it.
func Answerable(s Status) bool {
	return !slices.Contains([]Status{Received, Reopened, Merged, Archived, Purged}, s)
}

// A Qualification is what a report was found to be.
type Qualification string

// The qualifications.
const (
	Concern         Qualification = "concern"
	ConcernUrgent   Qualification = "concern_urgent"
	ImmediateHelp   Qualification = "immediate_help"
	FirstResponders Qualification = "first_responders"
	Prosecutor      Qualification = "prosecutor"
	OutOfScope      Qualification = "out_of_scope"
	Duplicate       Qualification = "duplicate"
	Malicious       Qualification = "malicious"
)

// ClosingAlone lists the qualifications under which one person may close a report
// that is in triage: qualified and closed in one act. Duplicates come with merging,
// malice wants two people.
func ClosingAlone() []Qualification { return []Qualification{ImmediateHelp, OutOfScope} }

// Close checks that a report may be closed under a qualification by one person.
func Close(from Status, q Qualification) error {
	if from != Qualified {
		if err := Move(from, Qualified); err != nil {
			return &ForbiddenMove{from, Closed, edges[from]}
		}
	}
	if !slices.Contains(ClosingAlone(), q) {
		return fmt.Errorf("a report cannot be closed as %q by one person", q)
	}
	return nil
}

// A Role is what somebody is on the staff.
type Role string

// The roles.
const (
	Agent                Role = "agent"
	Coordinator          Role = "coordinator"
	FollowUp             Role = "follow_up"
	Statistician         Role = "statistician"
	AccountAdministrator Role = "account_administrator"
	Auditor              Role = "auditor"
)

// Roles lists them.
func Roles() []Role {
	return []Role{Agent, Coordinator, FollowUp, Statistician, AccountAdministrator, Auditor}
}

// An Action is something a role may do.
type Action string

// The actions there are so far: on reports, on accounts, on what is written down.
const (
	Read  Action = "read"
	Claim Action = "claim"
	Shut  Action = "close"
	Write Action = "write" // to the reporter, and see to what he adds
	Admit Action = "admit" // to the key of a team, or refuse it

	// On the files of a report.
	Reveal   Action = "reveal" // for a reason
	Download Action = "download"
	Freeze   Action = "freeze" // for everybody, for good

	Roster    Action = "roster" // the list of accounts
	Invite    Action = "invite"
	Disable   Action = "disable"
	Reinstate Action = "reinstate"
	Assign    Action = "assign" // a role and teams
	Reset     Action = "reset"  // open a way to a new passphrase

	// Taking somebody's second factor away takes two people.
	ProposeReset Action = "propose_factor_reset"
	ConfirmReset Action = "confirm_factor_reset"

	Audit Action = "audit" // read, export and verify the trail
)

// permissions is the one table of who may do what. Who stands in no list may
// nothing: administrators, statisticians and auditors read no report, and whoever
// makes accounts can give them no key.
var permissions = map[Action][]Role{
	Read:  {Agent, Coordinator, FollowUp},
	Claim: {Agent, Coordinator},
	Shut:  {Agent, Coordinator},
	Write: {Agent, Coordinator},
	Admit: {Coordinator},

	Reveal:   {Agent, Coordinator, FollowUp},
	Download: {Agent, Coordinator, FollowUp},
	Freeze:   {Agent, Coordinator},

	Roster:    {AccountAdministrator},
	Invite:    {AccountAdministrator},
	Disable:   {AccountAdministrator},
	Reinstate: {AccountAdministrator},
	Assign:    {AccountAdministrator},
	Reset:     {AccountAdministrator},

	ProposeReset: {AccountAdministrator},
	ConfirmReset: {Coordinator},

	Audit: {Auditor},
}

// Actions lists what somebody may do at all.
func Actions() []Action { return slices.Sorted(maps.Keys(permissions)) }

// May reports whether a role may do something.
func (r Role) May(a Action) bool { return slices.Contains(permissions[a], r) }

// RevealTime is how long somebody who gave a reason may look at a file for it.
const RevealTime = 30 * time.Minute

// LeaseTime is how long a report is somebody's to work on without a sign of life.
const LeaseTime = 15 * time.Minute

// grace is how long an urgency 0, due the moment it comes, may stand unopened
// before it counts as late.
const grace = 3 * time.Minute

// Overdue reports whether a report that was due then should have been taken up.
func Overdue(u report.Urgency, due, now time.Time) bool {
	if u == 0 {
		due = due.Add(grace)
	}
	return now.After(due)
}
