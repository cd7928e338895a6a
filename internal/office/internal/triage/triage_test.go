package triage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"recueil/internal/office/internal/triage"
)

var all = []triage.Status{triage.Received, triage.InTriage, triage.AwaitingInformation, triage.Qualified, triage.AwaitingValidation,
	triage.Transmitted, triage.Acknowledged, triage.FeedbackReceived, triage.Closed, triage.Reopened, triage.Merged, triage.Archived, triage.Purged}

// The edges once more, written down apart from the table: a slip in one shows.
func TestEveryMoveIsAllowedOrForbiddenAsDesigned(t *testing.T) {
	allowed := "received>in_triage received>merged in_triage>awaiting_information in_triage>qualified in_triage>received in_triage>merged " +
		"awaiting_information>in_triage qualified>awaiting_validation qualified>closed qualified>in_triage awaiting_validation>transmitted " +
		"awaiting_validation>qualified transmitted>acknowledged transmitted>qualified acknowledged>feedback_received acknowledged>closed " +
		"feedback_received>closed feedback_received>qualified closed>reopened reopened>in_triage closed>archived archived>purged"
	for _, from := range all {
		for _, to := range all {
			want := slices.Contains(strings.Fields(allowed), string(from)+">"+string(to))
			err := triage.Move(from, to)
			if (err == nil) != want {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			var forbidden *triage.ForbiddenMove
			if err != nil && (!errors.As(err, &forbidden) || !strings.Contains(err.Error(), string(from)) || !strings.Contains(err.Error(), string(to))) {
				t.Errorf("%s to %s: the error does not name both: %v", from, to, err)
			}
		}
	}
}

func TestEveryOpenStateHasAWayToTheEnd(t *testing.T) {
	for _, start := range all {
		if start == triage.Merged || start == triage.Purged {
			continue
		}
		seen, todo := map[triage.Status]bool{}, []triage.Status{start}
		for len(todo) > 0 {
			at := todo[0]
			todo = todo[1:]
			for _, next := range all {
				if !seen[next] && triage.Move(at, next) == nil {
					seen[next] = true
					todo = append(todo, next)
				}
			}
		}
		if !seen[triage.Purged] {
			t.Errorf("%s never ends", start)
		}
	}
}

func TestClosingAlone(t *testing.T) {
	for _, c := range []struct {
		from triage.Status
		as   triage.Qualification
		ok   bool
	}{
		{triage.InTriage, triage.ImmediateHelp, true}, {triage.InTriage, triage.OutOfScope, true}, {triage.Qualified, triage.OutOfScope, true},
		{triage.Received, triage.ImmediateHelp, false}, {triage.Closed, triage.ImmediateHelp, false},
		{triage.InTriage, triage.Malicious, false}, {triage.InTriage, triage.Concern, false}, {triage.InTriage, "", false},
	} {
		if err := triage.Close(c.from, c.as); (err == nil) != c.ok {
			t.Errorf("%s as %q: %v", c.from, c.as, err)
		}
	}
}

func TestWhoMayBeWrittenTo(t *testing.T) {
	const answerable = "in_triage awaiting_information qualified awaiting_validation transmitted acknowledged feedback_received closed"
	for _, status := range all {
		if got := triage.Answerable(status); got != slices.Contains(strings.Fields(answerable), string(status)) {
			t.Errorf("%s: %v", status, got)
		}
	}
}

// Who may do what, written down apart from the table: a slip in one shows, and so
// does an action that nobody wrote down here.
func TestEveryRoleMayDoWhatItsWorkWantsAndNoMore(t *testing.T) {
	const table = `
		action     agent coordinator follow_up statistician account_administrator auditor
		read       yes   yes         yes       no           no                    no
		claim      yes   yes         no        no           no                    no
		close      yes   yes         no        no           no                    no
		write      yes   yes         no        no           no                    no
		admit      no    yes         no        no           no                    no
		reveal     yes   yes         yes       no           no                    no
		download   yes   yes         yes       no           no                    no
		freeze     yes   yes         no        no           no                    no
		roster     no    no          no        no           yes                   no
		invite     no    no          no        no           yes                   no
		disable    no    no          no        no           yes                   no
		reinstate  no    no          no        no           yes                   no
		assign     no    no          no        no           yes                   no
		reset      no    no          no        no           yes                   no
		propose_factor_reset no no   no        no           yes                   no
		confirm_factor_reset no yes  no        no           no                    no
		audit      no    no          no        no           no                    yes`
	lines := strings.Split(strings.TrimSpace(table), "\n")
	roles := strings.Fields(lines[0])[1:]
	if len(roles) != len(triage.Roles()) {
		t.Fatalf("the table has %d roles, the house %d", len(roles), len(triage.Roles()))
	}
	var written []triage.Action
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		action := triage.Action(cells[0])
		written = append(written, action)
		for i, role := range roles {
			if got := triage.Role(role).May(action); got != (cells[i+1] == "yes") {
				t.Errorf("%s may %s: %v", role, action, got)
			}
		}
	}
	slices.Sort(written)
	if !slices.Equal(written, triage.Actions()) {
		t.Errorf("the table has %v, the house %v", written, triage.Actions())
	}
	if triage.Role("chef").May(triage.Read) || triage.Agent.May("fly") {
		t.Error("a role or an action that is none may something")
	}
}
