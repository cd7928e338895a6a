package triage

import (
	"time"

	"recueil/internal/report"
)

// LeaseTime is how long a report is somebody's to work on without a sign of life.
const LeaseTime = 15 * time.Minute

// RevealTime is how long somebody who gave a reason may look at a file for it.
const RevealTime = 30 * time.Minute

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
