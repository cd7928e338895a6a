package pages_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/report"
)

func (d *desk) restrict(b *browser, r *report.Report, logins ...string) *browser {
	d.t.Helper()
	var people []string
	for _, login := range logins {
		people = append(people, d.staffID(login).String())
	}
	return b.open(path(r)+"/decision/acces").want(200, "").submit(".deed form", url.Values{"person": people, "reason": {"Nomme un membre de l’équipe."}})
}

func TestARestrictedReportIsThereForNobodyElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, other := d.receive(time.Hour, young()), d.receive(2*time.Hour, young())
	coordinator, agent := d.as("c.martin"), d.as("a.diallo")
	agent.open("/file").want(200, "")
	stream := agent.doc.Find("[data-arrivals-url]").AttrOr("data-arrivals-url", "")
	coordinator.open(path(r)+"/decision/acces").submit(".deed form", nil).want(http.StatusUnprocessableEntity, "")
	if got := coordinator.texts(".error-summary li"); len(got) != 2 || !strings.Contains(got[0], "coordinateur") {
		t.Errorf("what is missing is told as %q", got)
	}
	d.restrict(coordinator, r, "a.diallo").want(http.StatusUnprocessableEntity, "") // nobody could lift it
	d.restrict(coordinator, r, "c.martin").want(200, path(r))
	if got := coordinator.text(".restricted"); got == "" {
		t.Error("the named coordinator is not told that it is restricted")
	}
	for name, answer := range map[string]*browser{
		"the report": agent.open(path(r)), "a decision": agent.open(path(r) + "/decision/reunion"), "a claim": agent.post(path(r)+"/prise-en-charge", url.Values{"version": {"2"}}),
		"its lease": agent.post(path(r)+"/bail", nil),
	} {
		if answer.status != http.StatusNotFound && answer.status != http.StatusForbidden && answer.status != http.StatusConflict {
			t.Errorf("%s answers %d", name, answer.status)
		}
	}
	agent.open(path(r)).want(http.StatusNotFound, "")
	agent.post("/file/reference", url.Values{"reference": {r.Reference}})
	if strings.Contains(agent.at, r.ID.String()) || strings.Contains(agent.body, r.ID.String()) {
		t.Error("the look-up by reference finds it")
	}
	if agent.open("/file"); len(agent.rows()) != 1 || agent.row(other).Length() != 1 {
		t.Errorf("the queue shows %d rows", len(agent.rows()))
	}
	if coordinator.open("/file"); len(coordinator.rows()) != 2 {
		t.Errorf("the named coordinator's queue shows %d rows", len(coordinator.rows()))
	}
	d.answer(r, report.Added{Text: "Je voulais ajouter ceci."})
	if got := agent.open(stream + "&dossier=" + r.ID.String()); strings.Contains(got.body, `"count":1`) {
		t.Error("an addition to it is announced to who is not named")
	}
	if coordinator.open(path(r)); !strings.Contains(coordinator.body, "Je voulais ajouter ceci.") {
		t.Error("the named coordinator does not read what was added since")
	}
	// The wider circle, and back to the team.
	d.restrict(coordinator, r, "c.martin", "a.diallo").want(200, path(r))
	agent.open(path(r)).want(200, "")
	coordinator.decide(r, "ouverture", url.Values{"reason": {"Vérifié : homonyme."}})
	d.as("s.leroy").open(path(r)).want(200, "")
	if n := ask[int](d, "select count(*) from audit_events where action in ('report.restrict', 'report.lift') and object_id = $1", r.ID.String()); n != 3 {
		t.Errorf("the trail has %d of 3 lines", n)
	}
}

// A coordinator who is not named, and who holds the key of the team, finds nothing in
// the database that it opens; nor may he change who is named, past the pages either.
func TestTheKeyOfTheTeamDoesNotOpenARestrictedReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	d.exec("update staff set role = 'coordinator' where login = 'a.diallo'")
	first, second := d.as("c.martin"), d.as("a.diallo")
	d.restrict(first, r, "a.diallo").want(200, "/file") // a report that names who restricts it
	first.open(path(r)).want(http.StatusNotFound, "")
	second.open(path(r)).want(200, "")
	if n := ask[int](d, "select count(*) from report_grants where report_id = $1 and team_id = 'plateau'", r.ID); n != 0 {
		t.Errorf("%d bodies are still sealed to the team", n)
	}
	bodies := ask[int](d, "select count(*) from report_grants where report_id = $1 and team_id in ('safe:recovery', 'member:' || $2)", r.ID, d.staffID("a.diallo").String())
	if bodies != 2 {
		t.Errorf("it is sealed to %d keys, want the named person's and the one in the safe", bodies)
	}
	body := ask[[]byte](d, "select body from report_grants where report_id = $1 and team_id like 'member:%'", r.ID)
	stranger, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := age.Decrypt(bytes.NewReader(body), stranger); err == nil {
		raw, _ := io.ReadAll(opened)
		t.Errorf("another key opens it: %d bytes", len(raw))
	}
	_, err = d.db.Office.Exec(context.Background(), "select report_restrict($1, 2, $2, 'plateau', array[$2]::uuid[], array[$3]::bytea[], $3)", r.ID, d.staffID("c.martin"), body)
	if err == nil || !strings.Contains(err.Error(), "RC001") {
		t.Errorf("who is not named changes who is: %v", err)
	}
	_, err = d.db.Office.Exec(context.Background(), "insert into report_grants (report_id, team_id, epoch, body) values ($1, 'plateau', 1, $2)", r.ID, body)
	if err == nil {
		t.Error("the office grants a report past the functions")
	}
}

// A recipient that was put into the account from outside is nobody's to be named.
func TestAPlantedKeyCannotBeNamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	planted, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	d.exec("update staff set recipient = $1 where login = 'a.diallo'", planted.Recipient().String())
	b := d.as("c.martin").open(path(r) + "/decision/acces")
	if b.doc.Find("[value='"+d.staffID("a.diallo").String()+"']").Length() != 0 || b.doc.Find("[name=person]").Length() == 0 {
		t.Error("a key that nobody of the team admitted is offered")
	}
}
