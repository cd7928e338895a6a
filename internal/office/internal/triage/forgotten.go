package triage

import "time"

// A Patience is how long a report may stand in a state without anybody doing anything.
type Patience struct {
	Status Status
	Time   time.Duration
}

// patience is ours, but for the evaluation of a département, which the law gives three
// months (CASF, D226-2-4): that one is chased by its own clock as well.
var patience = []Patience{
	{Received, 72 * time.Hour}, // the longest delay of all: what is due before stands in the queue as late
	{Reopened, 24 * time.Hour},
	{InTriage, 24 * time.Hour},
	{AwaitingInformation, 7 * 24 * time.Hour},
	{Qualified, 24 * time.Hour},
	{AwaitingValidation, 24 * time.Hour},
	{Transmitted, 7 * 24 * time.Hour}, // nobody said that it arrived
	{Acknowledged, 92 * 24 * time.Hour},
	{FeedbackReceived, 7 * 24 * time.Hour},
}

// Patiences lists how long each state that wants a next step may stand still. Those
// that are missing want none.
func Patiences() []Patience { return append([]Patience(nil), patience...) }
