package triage

import (
	"fmt"
	"slices"
	"strings"
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

// States lists them in the order of the work.
func States() []Status {
	return []Status{Received, InTriage, AwaitingInformation, Qualified, AwaitingValidation, Transmitted, Acknowledged,
		FeedbackReceived, Closed, Reopened, Merged, Archived, Purged}
}

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

// Next lists where a report may go from a state.
func Next(from Status) []Status { return slices.Clone(edges[from]) }

// Final reports whether a report stays where it is for good. What was merged goes on
// in the report it was merged into.
func Final(s Status) bool { return s == Merged || s == Purged }

// Open lists the states that stand in the queue.
func Open() []Status {
	return []Status{Received, InTriage, AwaitingInformation, Qualified, AwaitingValidation, Reopened}
}

// Underway lists the states in which somebody has something left to do: those of the
// queue, and what was sent and is not closed.
func Underway() []Status { return append(Open(), Transmitted, Acknowledged, FeedbackReceived) }

// A ForbiddenMove names both states and what would be allowed.
type ForbiddenMove struct {
	From, To Status
	Allowed  []Status
}

func (e *ForbiddenMove) Error() string {
	return fmt.Sprintf("a report cannot go from %s to %s; allowed: %s", e.From, e.To, listed(e.Allowed))
}

func listed(states []Status) string {
	if len(states) == 0 {
		return "nothing"
	}
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// Move checks that there is an edge. Who may take it, and what it asks for besides,
// is for [Change.Check].
func Move(from, to Status) error {
	if !slices.Contains(edges[from], to) {
		return &ForbiddenMove{from, to, Next(from)}
	}
	return nil
}

// Answerable reports whether one may write to the reporter: somebody has taken the
// report up, and it is still there. One that is closed may be answered too, since its
// reporter still may add to it.
func Answerable(s Status) bool {
	return !slices.Contains([]Status{Received, Reopened, Merged, Archived, Purged}, s)
}
