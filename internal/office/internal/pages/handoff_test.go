package pages_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

func TestAShiftPassesOnWhatItHasInHand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first, second := d.receive(time.Hour, report.Answers{}), d.receive(2*time.Hour, report.Answers{})
	awa := d.as("a.diallo")
	awa.claim(first)
	awa.claim(second)
	awa.open("/releve").want(200, "/releve")
	boxes := awa.doc.Find(".hand input[name=report]")
	if boxes.Length() != 2 {
		t.Fatalf("two reports are in hand, and %d are offered", boxes.Length())
	}
	values := url.Values{"to": {d.staffID("c.martin").String()}, "note": {"Le père rappelle à vingt heures."}}
	for i := range 2 {
		values.Add("report", boxes.Eq(i).AttrOr("value", ""))
	}
	// One of them is changed by her elsewhere meanwhile: it stays, and is told.
	elsewhere := d.as("a.diallo").open(path(first))
	elsewhere.submit(noteForm, url.Values{"note": {"Rien de nouveau."}})
	d.exec("update reports set version = version + 1 where id = $1", first.ID)
	awa.post("/releve", values).want(409, "/releve")
	if !strings.Contains(awa.text("main > .notice"), "Un dossier n’a pas été passé") || awa.doc.Find(".hand input[name=report][checked]").Length() != 1 {
		t.Errorf("the page says %q and offers %d", awa.text("main > .notice"), awa.doc.Find(".hand input[name=report]").Length())
	}
	camille := d.as("c.martin").open(path(second))
	if got := camille.text(".timeline"); !strings.Contains(got, "Passé à Camille Martin") || !strings.Contains(got, "Le père rappelle à vingt heures.") {
		t.Errorf("the timeline says %q", got)
	}
	if who := ask[string](d, "select s.login from reports r join staff s on s.id = r.assignee where r.id = $1", second.ID); who != "c.martin" {
		t.Errorf("the report is now of %s", who)
	}
	if who := ask[string](d, "select s.login from reports r join staff s on s.id = r.assignee where r.id = $1", first.ID); who != "a.diallo" {
		t.Errorf("the changed report is now of %s", who)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'report.hand_over' and detail = $1", d.staffID("c.martin").String()); n != 1 {
		t.Errorf("the trail has %d handovers", n)
	}
}

func TestAHandoverWithoutWhatOrWhomIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	awa := d.as("a.diallo")
	r := d.receive(time.Hour, report.Answers{})
	if got := awa.open("/releve").text("#miens"); got != "Vous n’avez aucun dossier en main" {
		t.Errorf("with nothing in hand the page says %q", got) // in French, none counts like one
	}
	awa.claim(r)
	for name, values := range map[string]url.Values{
		"nothing chosen":      {"note": {"gardé"}},
		"to herself":          {"note": {"gardé"}, "to": {d.staffID("a.diallo").String()}, "report": {r.ID.String() + "/2"}},
		"to an administrator": {"note": {"gardé"}, "to": {d.staffID("k.petit").String()}, "report": {r.ID.String() + "/2"}},
		"to who holds no key": {"note": {"gardé"}, "to": {d.staffID("n.roche").String()}, "report": {r.ID.String() + "/2"}},
		"no text":             {"note": {"gar\x00dé"}, "to": {d.staffID("c.martin").String()}, "report": {r.ID.String() + "/2"}},
	} {
		awa.post("/releve", values)
		if awa.status != 422 || name != "no text" && awa.doc.Find("#note").Text() != "gardé" {
			t.Errorf("%s: %d, and %q is left", name, awa.status, awa.doc.Find("#note").Text())
		}
	}
	camille := d.as("c.martin")
	camille.post("/releve", url.Values{"to": {d.staffID("a.diallo").String()}, "report": {r.ID.String() + "/2"}})
	if camille.status != 409 {
		t.Errorf("passing on what is somebody else's answers %d", camille.status)
	}
}

func TestAPauseLetsOthersWork(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	awa := d.as("a.diallo")
	awa.claim(r)
	if n := ask[int](d, "select count(*) from reports where lease_holder is not null"); n != 1 {
		t.Fatalf("%d leases", n)
	}
	awa.open("/releve").submit("form[action='/releve/pause']", nil).want(200, "/releve")
	if n := ask[int](d, "select count(*) from reports where lease_holder is not null"); n != 0 {
		t.Errorf("%d leases are left after the pause began", n)
	}
	if awa.doc.Find(".hand input[name=report]").Length() != 1 {
		t.Error("after the pause the report is no longer hers")
	}
}

func TestNobodyIsForgotten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	still, moved := d.receive(2*time.Hour, report.Answers{}), d.receive(2*time.Hour, report.Answers{})
	awa := d.as("a.diallo")
	awa.claim(still)
	awa.claim(moved)
	if awa.open("/releve/oublies").want(200, "/releve/oublies"); awa.doc.Find(".still tbody tr").Length() != 0 {
		t.Error("what was just taken up is forgotten already")
	}
	d.clock.Add(25 * time.Hour)
	awa = d.as("a.diallo").noted(moved, "Rappelé, pas de réponse.")
	awa.open("/releve/oublies")
	var left []string
	for _, a := range awa.doc.Find(".still a").EachIter() {
		left = append(left, a.AttrOr("href", ""))
	}
	if !slices.Equal(left, []string{path(still)}) || awa.text(".head .n") != "1" {
		t.Errorf("forgotten are %q (%s), want %s alone", left, awa.text(".head .n"), path(still))
	}
	if awa.text(".still .late") != "25 h" {
		t.Errorf("it stands still for %q", awa.text(".still .late"))
	}
	d.exec(`insert into callbacks (id, report_id, assignee, due_at, created_by, created_at)
		values (gen_random_uuid(), $1, $2, $3, $2, $3)`, still.ID, d.staffID("a.diallo"), d.clock.Now().Add(time.Hour))
	if awa.open("/releve/oublies"); awa.doc.Find(".still a").Length() != 0 {
		t.Error("a report is forgotten while a call-back is promised")
	}
	d.clock.Add(23 * time.Hour)
	if awa = d.as("a.diallo").open("/releve/oublies"); awa.doc.Find(".still a").Length() != 1 {
		t.Error("a note does not keep a report from being forgotten for its whole time")
	}
	d.clock.Add(3 * time.Hour)
	if awa = d.as("a.diallo").open("/releve/oublies"); awa.doc.Find(".still a").Length() != 2 {
		t.Error("a day after its last note a report is not missed")
	}
}
