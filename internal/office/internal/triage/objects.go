package triage

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// An Object is a report as it stands when somebody wants to do something to it.
type Object struct {
	Status   Status
	Assignee *uuid.UUID
	Holder   *uuid.UUID // who has it open for work now
	Proposed *uuid.UUID // who proposed what another has to agree to
}

var (
	// ErrRole says that a role may never do something.
	ErrRole = errors.New("this role may not do that")
	// ErrHeld says that somebody else has the report open for work.
	ErrHeld = errors.New("somebody else has the report open for work")
	// ErrNotAssignee says that the report is somebody else's.
	ErrNotAssignee = errors.New("the report is somebody else's")
	// ErrNotProposer says that somebody else proposed it.
	ErrNotProposer = errors.New("somebody else proposed it")
)

// A NotNow says that something is not done to a report in its state.
type NotNow struct {
	Action  Action
	Status  Status
	Allowed []Status
}

func (e *NotNow) Error() string {
	return fmt.Sprintf("%s is not for a report that is %s; it is for: %s", e.Action, e.Status, listed(e.Allowed))
}

// A condition is what an action asks of the report.
type condition struct {
	in       []Status // the states it is for; nil: all but purged
	free     bool     // nobody else has it open for work
	assignee bool     // it is one's own; who may reassign needs not to be asked
	another  bool     // another person proposed it
	proposer bool     // one proposed it oneself
}

// conditions is the table of what may be done to a report when.
var conditions = map[Action]condition{
	Read:     {},
	Claim:    {in: []Status{Received, Reopened, InTriage, AwaitingInformation, Qualified}, free: true},
	GiveBack: {in: []Status{InTriage}, free: true, assignee: true},
	Note:     {in: kept},
	Write:    {in: []Status{InTriage, AwaitingInformation, Qualified, AwaitingValidation, Transmitted, Acknowledged, FeedbackReceived, Closed}, free: true},
	Call:     {in: kept},
	Wait:     {in: []Status{InTriage, AwaitingInformation}, free: true},
	Qualify:  {in: []Status{InTriage, Qualified}, free: true},
	Resume:   {in: []Status{Qualified}, free: true},
	Shut:     {in: []Status{InTriage, Qualified, Acknowledged, FeedbackReceived}, free: true},
	Merge:    {in: []Status{Received, InTriage}, free: true},
	Link:     {in: kept},
	Reopen:   {in: []Status{Closed}},
	HandOver: {in: Underway(), free: true, assignee: true},
	Reassign: {in: Underway()},
	Override: {in: Open()},
	Restrict: {in: kept},

	Propose:  {in: []Status{Qualified}, free: true},
	Withdraw: {in: []Status{AwaitingValidation}, proposer: true},
	Validate: {in: []Status{AwaitingValidation}, another: true},
	Follow:   {in: []Status{Transmitted, Acknowledged, FeedbackReceived}},

	ConfirmMalice: {in: []Status{Qualified}, free: true, another: true},

	Refer: {in: []Status{InTriage, AwaitingInformation, Qualified, AwaitingValidation, Transmitted, Acknowledged, FeedbackReceived}},

	Reveal:   {},
	Download: {},
	Freeze:   {},
}

// kept are the states in which staff still write on a report.
var kept = []Status{Received, InTriage, AwaitingInformation, Qualified, AwaitingValidation, Transmitted, Acknowledged,
	FeedbackReceived, Closed, Reopened, Merged}

// When lists the states that an action is for; nil when it is for any.
func When(a Action) []Status { return slices.Clone(conditions[a].in) }

// May says why a member may not do something to a report as it stands, or nil. It is one
// that he was granted: what is restricted to others is never read for him.
func May(who Person, a Action, o Object) error {
	c, onReports := conditions[a]
	switch {
	case !onReports || !who.Role.May(a):
		return ErrRole
	case c.in == nil && o.Status == Purged || c.in != nil && !slices.Contains(c.in, o.Status):
		return &NotNow{a, o.Status, c.in}
	case c.free && o.Holder != nil && *o.Holder != who.ID:
		return ErrHeld
	case c.assignee && !who.Role.May(Reassign) && (o.Assignee == nil || *o.Assignee != who.ID):
		return ErrNotAssignee
	case c.proposer && (o.Proposed == nil || *o.Proposed != who.ID):
		return ErrNotProposer
	case c.another:
		return Second(o.Proposed, who.ID)
	}
	return nil
}
