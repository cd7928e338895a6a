package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

func TestAProposalIsTakenBackAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille(), func(r *report.Report) {
		r.Attachments = append(r.Attachments, d.store(r.ID, r.CaseKey, "mot.txt", []byte("Il crie.")), d.store(r.ID, r.CaseKey, "autre.txt", []byte("Rien.")))
	})
	d.qualify(r, "concern")
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	agent.open(path(r) + "/transmission/" + to)
	left := agent.doc.Find(`input[name="omit"]`).First().AttrOr("value", "")
	agent.propose(r, to, url.Values{"redactions": {"Tremblay\nOdile"}, "omit": {left}, "file": {r.Attachments[0].ID.String()}}).want(200, path(r)+"/transmission")
	withdraw := agent.form("form.withdrawing").AttrOr("action", "")
	coordinator.open(path(r)+"/transmission").want(200, "")
	coordinator.post(withdraw, url.Values{"version": {"2"}, "reason": {"Je préfère."}}).want(http.StatusForbidden, "")
	agent.submit("form.withdrawing", nil).want(http.StatusUnprocessableEntity, "")
	agent.submit("form.withdrawing", url.Values{"reason": {"Il manque un nom."}}).want(200, path(r)+"/transmission")
	if got := ask[string](d, "select status || ' ' || qualification || ' ' || (proposed_by is null) from reports"); got != "qualified concern true" {
		t.Errorf("taken back, the report is %s", got)
	}
	coordinator.open(path(r) + "/transmission")
	if coordinator.doc.Find(`form[action$="/validation"]`).Length() != 0 || !strings.Contains(coordinator.text(".sent"), "Il manque un nom.") {
		t.Errorf("the coordinator reads %q", coordinator.text(".sent"))
	}
	coordinator.post(strings.TrimSuffix(withdraw, "retrait")+"validation", url.Values{"version": {"3"}}).want(http.StatusConflict, "")
	if n := ask[int](d, "select count(*) from audit_events where action = 'transmission.withdraw'"); n != 1 {
		t.Errorf("it is audited %d times", n)
	}
	for b, reads := range map[*browser]bool{agent: true, coordinator: false} {
		b.open(b.open(path(r)+"/transmission").doc.Find(`.sent a[href*="reprise="]`).AttrOr("href", "")).want(200, "")
		given := b.fields("form.preparing")
		if got := strings.Fields(given.Get("redactions")); len(got) != 2 || given.Get("omit") != left || given.Get("file") != r.Attachments[0].ID.String() {
			t.Errorf("what was prepared comes back as %v", given)
		}
		if (given["read"] != nil) != reads || given.Get("whole") != "" {
			t.Errorf("texts are ticked as read: %v, whole %q", given["read"], given.Get("whole"))
		}
	}
	agent.submit("form.preparing", url.Values{"whole": {"yes"}, "act": {"propose"}, "redactions": {"Tremblay\nOdile"}}).want(200, path(r)+"/transmission")
	coordinator.open(path(r)+"/transmission").submit(`form[action$="/validation"]`, nil).want(200, path(r)+"/transmission")
}
