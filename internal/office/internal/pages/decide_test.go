package pages_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

// decide opens the page of a decision on a report and takes it.
func (b *browser) decide(r *report.Report, deed string, values url.Values) *browser {
	b.t.Helper()
	return b.open(path(r)+"/decision/"+deed).want(200, "").submit(".deed form", values).want(200, path(r))
}

func (d *desk) state(r *report.Report) string {
	d.t.Helper()
	return ask[string](d, "select status || ' ' || coalesce(qualification, '-') || ' ' || coalesce((select login from staff where id = proposed_by), '-') from reports where id = $1", r.ID)
}

func TestFromReceivedToQualified(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	agent := d.as("a.diallo").claim(r)
	if got := agent.text(".decision .next a"); got != "Qualifier" {
		t.Errorf("the next step in triage is %q", got)
	}
	agent.open(path(r) + "/decision/qualification")
	if agent.doc.Find(".deed input[checked]").Length() != 0 || agent.doc.Find(".rules li").Length() == 0 {
		t.Error("something is chosen beforehand, or the rules that fired are not shown")
	}
	agent.submit(".deed form", nil).want(http.StatusUnprocessableEntity, "")
	for _, field := range []string{"choice-0", "reason"} {
		if agent.doc.Find(`.error-summary a[href="#`+field+`"]`).Length() != 1 || agent.doc.Find("#"+field+`[aria-invalid="true"]`).Length() != 1 {
			t.Errorf("%s is not said to be missing", field)
		}
	}
	agent.decide(r, "qualification", url.Values{"choice": {"concern"}, "reason": {motive}})
	if got, to := agent.text(".decision .next a"), agent.doc.Find(".decision .next a").AttrOr("href", ""); got != "Proposer la transmission" || to != path(r)+"/transmission" {
		t.Errorf("the next step of a concern is %q at %s", got, to)
	}
	if agent.doc.Find("[data-claim]").Length() != 0 {
		t.Error("what is qualified, and one's own, is offered to be taken up")
	}
	agent.decide(r, "qualification", url.Values{"choice": {"out_of_scope"}, "reason": {"Canular avéré."}})
	agent.decide(r, "fin", url.Values{"reason": {"Rien à transmettre."}})
	if got := d.state(r); got != "closed out_of_scope -" {
		t.Errorf("the row says %q", got)
	}
	got := strings.ReplaceAll(agent.text(".timeline"), "\u00a0", " ")
	for _, want := range []string{"Qualifié : Information préoccupante", "assistante sociale", "Qualifié : Hors champ", "Clos : Hors champ", "Rien à transmettre."} {
		if !strings.Contains(got, want) {
			t.Errorf("the timeline does not tell %q: %s", want, got)
		}
	}
	if n := ask[int](d, "select count(*) from audit_events where action in ('report.qualify', 'report.shut') and object_id = $1", r.ID.String()); n != 3 {
		t.Errorf("the trail has %d of 3 lines", n)
	}
	if strings.Contains(d.log.String(), "assistante") {
		t.Error("the log holds a reason")
	}
}

func TestMaliciousTakesTwo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	first, second := d.as("a.diallo").claim(r), d.as("c.martin")
	first.decide(r, "qualification", url.Values{"choice": {"malicious"}, "reason": {motive}})
	first.open(path(r)+"/decision/malveillance").want(http.StatusConflict, "")
	first.post(path(r)+"/decision/malveillance", url.Values{"version": {"3"}, "reason": {motive}}).want(http.StatusConflict, "")
	first.open(path(r)+"/decision/fin").want(http.StatusConflict, "") // nor by the ordinary way
	if got := d.state(r); got != "qualified malicious a.diallo" {
		t.Fatalf("the row says %q", got)
	}
	second.decide(r, "malveillance", url.Values{"reason": {"Même constat."}})
	if got := d.state(r); got != "closed malicious -" {
		t.Errorf("the row says %q", got)
	}
	second.decide(r, "reouverture", url.Values{"reason": {"Une précision est arrivée."}})
	if got := ask[string](d, "select status || (assignee is null)::text from reports"); got != "reopenedtrue" {
		t.Errorf("reopened, the row says %q", got)
	}
}

func TestTwoWhoDecideAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	d.as("a.diallo").claim(r).decide(r, "qualification", url.Values{"choice": {"concern"}, "reason": {"Premier avis."}})
	d.clock.Add(time.Minute)
	first, second := d.as("a.diallo"), d.as("c.martin")
	first.open(path(r) + "/decision/qualification")
	second.open(path(r) + "/decision/qualification")
	d.clock.Add(time.Minute)
	first.submit(".deed form", url.Values{"choice": {"concern_urgent"}, "reason": {"Deux nuits dehors."}}).want(200, path(r))
	second.submit(".deed form", url.Values{"choice": {"prosecutor"}, "reason": {motive}}).want(http.StatusConflict, "")
	if got := second.text(".since"); !strings.Contains(got, "Deux nuits dehors.") || strings.Contains(got, "Premier avis") {
		t.Errorf("what the other did meanwhile is %q", got)
	}
	if got := strings.TrimPrefix(second.doc.Find("#reason").Text(), "\n"); got != motive || second.doc.Find("[value=prosecutor][checked]").Length() != 1 {
		t.Errorf("what was typed is %q", got)
	}
	second.submit(".deed form", nil).want(200, path(r)) // sending again is a choice
	if got := d.state(r); got != "qualified prosecutor -" {
		t.Errorf("the row says %q", got)
	}
}

func TestADecisionOutlivesTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("c.martin").claim(r).open(path(r) + "/decision/qualification")
	d.clock.Add(13 * time.Hour)
	b.submit(".deed form", url.Values{"choice": {"concern"}, "reason": {motive}}).want(http.StatusUnauthorized, "")
	b.logIn("c.martin", passphrase).want(200, path(r)+"/decision/qualification?texte=garde")
	if got := strings.TrimPrefix(b.doc.Find("#reason").Text(), "\n"); got != motive || b.doc.Find("[value=concern][checked]").Length() != 1 {
		t.Errorf("after the log-in the page holds %q", got)
	}
	b.submit(".deed form", nil).want(200, path(r))
	if got := d.state(r); got != "qualified concern -" {
		t.Errorf("the row says %q", got)
	}
}

func TestHandingOverGivingBackAndWaiting(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	agent, coordinator := d.as("a.diallo").claim(r), d.as("c.martin")
	agent.decide(r, "passation", url.Values{"choice": {d.staffID("c.martin").String()}, "reason": {"Fin de service."}})
	if got := ask[string](d, "select login from staff where id = (select assignee from reports)"); got != "c.martin" {
		t.Errorf("the report is %s's", got)
	}
	agent.open(path(r)+"/decision/retour").want(http.StatusConflict, "")
	coordinator.decide(r, "attente", nil)
	if got := d.state(r); got != "awaiting_information - -" {
		t.Errorf("the row says %q", got)
	}
	coordinator.claim(r).decide(r, "retour", nil)
	if got := ask[string](d, "select status || (assignee is null)::text from reports"); got != "receivedtrue" {
		t.Errorf("given back, the row says %q", got)
	}
	// A follow-up member, who holds no lease and decides nothing, is given no report.
	agent.claim(r).open(path(r) + "/decision/passation")
	if agent.doc.Find("[value='"+d.staffID("s.leroy").String()+"']").Length() != 0 {
		t.Error("a report is handed to somebody who decides nothing")
	}
}

func TestACoordinatorSetsTheUrgency(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("c.martin").open(path(r))
	b.decide(r, "urgence", url.Values{"choice": {"0"}, "reason": {"L’école confirme : il est seul."}})
	if got := ask[string](d, "select urgency || ' ' || urgency_sealed || ' ' || queue_rank from reports"); !strings.HasPrefix(got, "0 ") || !strings.HasSuffix(got, " 0") {
		t.Errorf("the row says %q", got)
	}
	if b.doc.Find("[data-altered]").Length() != 0 || !strings.Contains(b.text(".state"), "Urgence à l’arrivée") {
		t.Errorf("what a coordinator set looks altered, or the sealed one is not shown: %q", b.text(".state"))
	}
	if b.open("/file").doc.Find("[data-row] .badge.is-error").Length() != 0 {
		t.Error("its row looks altered")
	}
	// Who writes the database lowers it, and no sealed decision says so.
	d.exec("update reports set urgency = 3, due_at = received_at + interval '72 hours'")
	if got := b.open("/file").row(r).Find(".badge.is-error").Text(); got != "ligne modifiée" {
		t.Errorf("in the queue, a lowered urgency says %q", got)
	}
	if got := b.open(path(r)).text("[data-altered]"); !strings.Contains(got, "urgence") {
		t.Errorf("a lowered urgency passes: %q", got)
	}
	d.as("a.diallo").open(path(r)+"/decision/urgence").want(http.StatusForbidden, "")
}

func TestLinkingAndMerging(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, two := d.receive(time.Hour, young()), d.receive(2*time.Hour, young())
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	agent.decide(one, "lien", url.Values{"reference": {two.Reference}, "reason": {"Même prénom, même collège."}})
	for _, r := range []*report.Report{one, two} {
		if got := coordinator.open(path(r)).text(".linked"); !strings.Contains(got, "Même enfant") {
			t.Errorf("one of the two reads %q", got)
		}
	}
	agent.open(path(two)+"/decision/separation").submit(".deed form", url.Values{"other": {one.ID.String()}}).want(200, path(two))
	if coordinator.open(path(one)).doc.Find(".linked").Length() != 0 {
		t.Error("a link that was undone is shown")
	}
	agent.open(path(one)+"/decision/reunion").want(http.StatusForbidden, "")
	coordinator.open(path(one)+"/decision/reunion").submit(".deed form", url.Values{"reference": {"ZZZZ-ZZZZ"}}).want(http.StatusUnprocessableEntity, "")
	coordinator.submit(".deed form", url.Values{"reference": {one.Reference}}).want(http.StatusUnprocessableEntity, "") // itself
	coordinator.submit(".deed form", url.Values{"reference": {two.Reference}}).want(200, path(one))
	if got := d.state(one); got != "merged - -" {
		t.Errorf("the row says %q", got)
	}
	for r, want := range map[*report.Report]string{one: "Réuni avec", two: "Contient le dossier"} {
		if got := agent.open(path(r)).want(200, "").text(".linked"); !strings.Contains(got, want) {
			t.Errorf("one of the two reads %q, want %q", got, want)
		}
	}
}

func TestNothingIsMergedIntoWhatIsOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, two := d.receive(time.Hour, young()), d.receive(2*time.Hour, young())
	b := d.as("c.martin").open(path(one) + "/decision/reunion")
	for status, want := range map[string]string{"closed": "est clos", "merged": "déjà réuni", "archived": "Aucun dossier"} {
		d.exec("update reports set status = $2 where id = $1", two.ID, status)
		b.submit(".deed form", url.Values{"reference": {two.Reference}}).want(http.StatusUnprocessableEntity, "")
		if got := b.text(".error-summary"); !strings.Contains(got, want) || d.state(one) != "received - -" {
			t.Errorf("into what is %s: %q, %s", status, got, d.state(one))
		}
	}
}

// Two who merge each into the other at once wait for each other; whoever comes second
// sees where the other stands by then.
func TestCrossedMergesLeaveOneReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, two := d.receive(time.Hour, young()), d.receive(2*time.Hour, young())
	for _, way := range [][2]*report.Report{{one, two}, {two, one}} {
		from, into := way[0], way[1]
		d.exec("update reports set status = 'received'")
		b := d.as("c.martin").open(path(from) + "/decision/reunion")
		ctx := context.Background()
		tx, err := d.db.Owner.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, "update reports set status = 'merged' where id = $1", into.ID); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.submit(".deed form", url.Values{"reference": {into.Reference}})
		}()
		for waits := false; !waits; {
			select {
			case <-done:
				t.Fatal("it did not wait for the other")
			default:
			}
			waits = ask[bool](d, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
		}
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		<-done
		b.want(http.StatusConflict, "")
		if got := d.state(from); got != "received - -" {
			t.Errorf("the one that is left is %q", got)
		}
	}
}

func TestWhatADecisionShowsIsInTheTrail(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, two := d.receive(time.Hour, young()), d.receive(2*time.Hour, young())
	three := d.receive(3*time.Hour, young(), func(r *report.Report) { r.Reference = two.Reference })
	b := d.as("a.diallo").open(path(one)+"/decision/lien").want(200, "")
	const seen = "select count(*) from audit_events where action = 'report.open' and object_id = $1 and digest = (select sha256(body) from report_grants where report_id::text = $1)"
	if n := ask[int](d, seen, one.ID.String()); n != 1 {
		t.Errorf("opening the page left %d lines", n)
	}
	b.submit(".deed form", url.Values{"reference": {two.Reference}, "reason": {motive}}).want(http.StatusUnprocessableEntity, "")
	if b.doc.Find("[value='"+two.ID.String()+"'], [value='"+three.ID.String()+"']").Length() != 2 {
		t.Error("the two of one reference are not to be chosen from")
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'queue.open' and object_id = 'reference' and detail = '2'"); n != 1 {
		t.Errorf("listing two reports left %d lines", n)
	}
}
