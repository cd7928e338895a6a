package triage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"recueil/internal/office/internal/triage"
)

// Who may do what, written down apart from the table: a slip in one shows, and so
// does an action that nobody wrote down here.
func TestEveryRoleMayDoWhatItsWorkWantsAndNoMore(t *testing.T) {
	const table = `
		action     agent coordinator follow_up statistician account_administrator auditor
		read       yes   yes         yes       no           no                    no
		claim      yes   yes         no        no           no                    no
		give_back  yes   yes         no        no           no                    no
		note       yes   yes         no        no           no                    no
		write      yes   yes         no        no           no                    no
		call       yes   yes         no        no           no                    no
		wait       yes   yes         no        no           no                    no
		qualify    yes   yes         no        no           no                    no
		resume     yes   yes         no        no           no                    no
		close      yes   yes         no        no           no                    no
		merge      no    yes         no        no           no                    no
		link       yes   yes         no        no           no                    no
		reopen     yes   yes         no        no           no                    no
		hand_over  yes   yes         no        no           no                    no
		reassign   no    yes         no        no           no                    no
		override   no    yes         no        no           no                    no
		restrict   no    yes         no        no           no                    no
		propose    yes   yes         no        no           no                    no
		withdraw   yes   yes         no        no           no                    no
		validate   no    yes         no        no           no                    no
		follow     yes   yes         no        no           no                    no
		confirm_malicious yes   yes         no        no           no                    no
		refer      yes   yes         no        no           no                    no
		answer_referral no    yes         yes       no           no                    no
		record     no    yes         yes       no           no                    no
		admit      no    yes         yes       no           no                    no
		alert      no    yes         no        no           no                    no
		directory  yes   yes         no        no           no                    no
		confirm_key no   yes         no        no           no                    no
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

var me, other = uuid.UUID{1}, uuid.UUID{2}

// objects are reports as somebody may find them, by the names of the matrix.
var objects = map[string]triage.Object{
	"received":   {Status: triage.Received},
	"mine":       {Status: triage.InTriage, Assignee: &me, Holder: &me},
	"theirs":     {Status: triage.InTriage, Assignee: &other},
	"held":       {Status: triage.InTriage, Assignee: &other, Holder: &other},
	"waiting":    {Status: triage.AwaitingInformation, Assignee: &me},
	"qualified":  {Status: triage.Qualified, Assignee: &me},
	"mal_mine":   {Status: triage.Qualified, Proposed: &me}, // found malicious, by oneself or another
	"mal_other":  {Status: triage.Qualified, Proposed: &other},
	"prop_mine":  {Status: triage.AwaitingValidation, Proposed: &me},
	"prop_other": {Status: triage.AwaitingValidation, Proposed: &other},
	"sent":       {Status: triage.Transmitted},
	"closed":     {Status: triage.Closed},
	"merged":     {Status: triage.Merged},
	"archived":   {Status: triage.Archived},
}

// matrix is who may do what to which report: "no" for the role, and otherwise what stands
// in the way. The roles that are left out may do none of it.
const matrix = `
	action            role        received   mine       theirs     held       waiting    qualified  mal_mine   mal_other  prop_mine  prop_other sent       closed     merged     archived
	read              agent       yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	read              coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	read              follow_up   yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	claim             agent       yes        yes        yes        held       yes        yes        yes        yes        state      state      state      state      state      state
	claim             coordinator yes        yes        yes        held       yes        yes        yes        yes        state      state      state      state      state      state
	claim             follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	give_back         agent       state      yes        whose      held       state      state      state      state      state      state      state      state      state      state
	give_back         coordinator state      yes        yes        held       state      state      state      state      state      state      state      state      state      state
	give_back         follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	note              agent       yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state
	note              coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state
	note              follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	write             agent       state      yes        yes        held       yes        yes        yes        yes        yes        yes        yes        yes        state      state
	write             coordinator state      yes        yes        held       yes        yes        yes        yes        yes        yes        yes        yes        state      state
	write             follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	call              agent       yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state
	call              coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state
	call              follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	wait              agent       state      yes        yes        held       yes        state      state      state      state      state      state      state      state      state
	wait              coordinator state      yes        yes        held       yes        state      state      state      state      state      state      state      state      state
	wait              follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	qualify           agent       state      yes        yes        held       state      yes        yes        yes        state      state      state      state      state      state
	qualify           coordinator state      yes        yes        held       state      yes        yes        yes        state      state      state      state      state      state
	qualify           follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	resume            agent       state      state      state      state      state      yes        yes        yes        state      state      state      state      state      state
	resume            coordinator state      state      state      state      state      yes        yes        yes        state      state      state      state      state      state
	resume            follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	close             agent       state      yes        yes        held       state      yes        yes        yes        state      state      state      state      state      state
	close             coordinator state      yes        yes        held       state      yes        yes        yes        state      state      state      state      state      state
	close             follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	merge             agent       no         no         no         no         no         no         no         no         no         no         no         no         no         no
	merge             coordinator yes        yes        yes        held       state      state      state      state      state      state      state      state      state      state
	merge             follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	link              agent       yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state
	link              coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state
	link              follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	reopen            agent       state      state      state      state      state      state      state      state      state      state      state      yes        state      state
	reopen            coordinator state      state      state      state      state      state      state      state      state      state      state      yes        state      state
	reopen            follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	hand_over         agent       whose      yes        whose      held       yes        yes        whose      whose      whose      whose      whose      state      state      state
	hand_over         coordinator yes        yes        yes        held       yes        yes        yes        yes        yes        yes        yes        state      state      state
	hand_over         follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	reassign          agent       no         no         no         no         no         no         no         no         no         no         no         no         no         no
	reassign          coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state      state      state
	reassign          follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	override          agent       no         no         no         no         no         no         no         no         no         no         no         no         no         no
	override          coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state      state      state      state
	override          follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	restrict          agent       no         no         no         no         no         no         no         no         no         no         no         no         no         no
	restrict          coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state
	restrict          follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	propose           agent       state      state      state      state      state      yes        yes        yes        state      state      state      state      state      state
	propose           coordinator state      state      state      state      state      yes        yes        yes        state      state      state      state      state      state
	propose           follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	withdraw          agent       state      state      state      state      state      state      state      state      yes        whose      state      state      state      state
	withdraw          coordinator state      state      state      state      state      state      state      state      yes        whose      state      state      state      state
	withdraw          follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	validate          agent       no         no         no         no         no         no         no         no         no         no         no         no         no         no
	validate          coordinator state      state      state      state      state      state      state      state      same       yes        state      state      state      state
	validate          follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	follow            agent       state      state      state      state      state      state      state      state      state      state      yes        state      state      state
	follow            coordinator state      state      state      state      state      state      state      state      state      state      yes        state      state      state
	follow            follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	confirm_malicious agent       state      state      state      state      state      none       same       yes        state      state      state      state      state      state
	confirm_malicious coordinator state      state      state      state      state      none       same       yes        state      state      state      state      state      state
	confirm_malicious follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	refer             agent       state      yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state      state      state
	refer             coordinator state      yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        state      state      state
	refer             follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	reveal            agent       yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	reveal            coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	reveal            follow_up   yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	download          agent       yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	download          coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	download          follow_up   yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	freeze            agent       yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	freeze            coordinator yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes        yes
	freeze            follow_up   no         no         no         no         no         no         no         no         no         no         no         no         no         no
	`

var reasons = []struct {
	word string
	err  error
}{
	{"no", triage.ErrRole}, {"held", triage.ErrHeld}, {"whose", triage.ErrNotAssignee},
	{"whose", triage.ErrNotProposer}, {"same", triage.ErrSamePerson}, {"none", triage.ErrNotProposed},
}

// word is an answer as the matrix writes it.
func word(err error) string {
	if err == nil {
		return "yes"
	}
	var state *triage.NotNow
	if errors.As(err, &state) {
		return "state"
	}
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return err.Error()
}

func TestWhoMayDoWhatToWhichReport(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	columns := strings.Fields(lines[0])[2:]
	if len(columns) != len(objects) {
		t.Fatalf("the matrix has %d objects, the test %d", len(columns), len(objects))
	}
	seen := map[triage.Action]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(columns)+2 {
			t.Fatalf("the row %q has %d cells", line, len(cells))
		}
		action, role := triage.Action(cells[0]), triage.Role(cells[1])
		seen[action] = true
		for i, column := range columns {
			if got := word(triage.May(triage.Person{ID: me, Role: role}, action, objects[column])); got != cells[i+2] {
				t.Errorf("%s may %s what is %s: %s, want %s", role, action, column, got, cells[i+2])
			}
		}
	}
	for action := range seen {
		for _, role := range []triage.Role{triage.Statistician, triage.AccountAdministrator, triage.Auditor} {
			for name, object := range objects {
				if triage.May(triage.Person{ID: me, Role: role}, action, object) == nil {
					t.Errorf("%s may %s what is %s", role, action, name)
				}
			}
		}
	}
	for _, action := range triage.Actions() {
		if slices.Contains([]triage.Action{triage.Admit, triage.Directory, triage.AnswerReferral, triage.Record}, action) {
			continue // done to accounts, recipients, referrals and records; their own tests have it
		}
		missing := !seen[action] && slices.ContainsFunc([]triage.Role{triage.Agent, triage.FollowUp}, func(r triage.Role) bool { return r.May(action) })
		if missing {
			t.Errorf("%s is done to reports and has no row in the matrix", action)
		}
	}
}

func TestWhatIsNotForAStateSaysForWhichItIs(t *testing.T) {
	err := triage.May(triage.Person{ID: me, Role: triage.Agent}, triage.GiveBack, objects["closed"])
	for _, want := range []string{"give_back", "closed", "in_triage"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}
