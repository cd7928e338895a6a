package triage_test

import (
	"testing"

	"recueil/internal/office/internal/triage"
)

// Whatever still has a way to go is missed by somebody when nothing happens to it.
func TestEveryStateThatWantsAStepIsMissedAfterAWhile(t *testing.T) {
	done := map[triage.Status]bool{triage.Closed: true, triage.Merged: true, triage.Archived: true, triage.Purged: true}
	seen := map[triage.Status]bool{}
	for _, p := range triage.Patiences() {
		if p.Time <= 0 || seen[p.Status] || done[p.Status] {
			t.Errorf("%s is missed after %s", p.Status, p.Time)
		}
		seen[p.Status] = true
	}
	for _, s := range append(triage.Open(), triage.Underway()...) {
		if !seen[s] {
			t.Errorf("nobody ever misses a report that is %s", s)
		}
	}
}
