package office_test

import (
	"strings"
	"testing"

	"recueil/internal/office"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A listener who went home on the night of a rotation finds his call again.
func TestAnUnfinishedCallKeepsItsKey(t *testing.T) {
	h, first, _, _ := newRotated(t, 0)
	body, err := seal.Draft([]byte("{}"), first.Receiving())
	h.must(err)
	check := office.Shredding{House: h.house(), Team: "plateau", Epoch: 1}.Check
	h.exec("insert into calls (id, author, team_id, epoch, body, revision, begun_at, saved_at) values ($1, $2, 'plateau', 1, $3, 1, now(), now())",
		report.NewID(), h.staffID("camille"), body)
	if lost, err := check(t.Context()); err == nil || lost.Calls != 1 || !strings.Contains(err.Error(), "1 unfinished calls") {
		t.Errorf("the older key would be destroyed with %d calls under it: %v", lost.Calls, err)
	}
	h.exec("update calls set dropped_at = now()") // its author may come back to it
	if lost, err := check(t.Context()); err == nil || lost.Calls != 1 || !strings.Contains(lost.String(), "1 unfinished calls") {
		t.Errorf("given up a moment ago, %s are counted: %v", lost, err)
	}
	h.exec("update calls set sent_at = now()") // a receipt needs it no more
	if lost, err := check(t.Context()); lost.Calls != 0 || err != nil && strings.Contains(err.Error(), "calls") {
		t.Errorf("a receipt keeps the key: %d, %v", lost.Calls, err)
	}
}
