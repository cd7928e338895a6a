package triage

import (
	"slices"
	"time"

	"recueil/internal/report"
)

// Due lists the states whose due time runs: somebody of the house has to do the next
// step. What waits for the reporter, or has left the house, has clocks of its own.
func Due() []Status { return []Status{Received, Reopened, InTriage, Qualified, AwaitingValidation} }

// Late reports whether a report stands overdue: its time is over, and nobody has it
// open for work.
func Late(s Status, u report.Urgency, due time.Time, held bool, now time.Time) bool {
	return slices.Contains(Due(), s) && !held && Overdue(u, due, now)
}
