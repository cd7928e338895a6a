package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// The queue forgets nobody: first whose lead left, then what is late, then what nobody
// planned anything for.
func TestUnitQueueForgetsNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b, me := d.as("t.colin"), d.staffID("t.colin").String()
	plan := func(label string, in time.Duration) {
		record := b.openRecord(label).recordAt()
		b.adds(record, "plan", url.Values{"said.step": {"rappeler"}, "said.owner": {"Tess"}, "said.due": {d.day(in)}, "said.state": {"to_do"}}).want(200, record)
	}
	plan("Plus tard", 20*24*time.Hour)
	b.openRecord("Sans suite")
	plan("En retard", 24*time.Hour)
	b.openRecord("Orphelin", url.Values{"who": {d.staffID("z.brun").String()}})
	d.clock.Add(72 * time.Hour)
	d.exec("update staff set disabled_at = now() where login = 'z.brun'")
	b = d.as("t.colin").open("/suivi").want(200, "/suivi")
	if got := strings.Join(b.texts(".records th b"), ", "); got != "Orphelin, En retard, Sans suite, Plus tard" {
		t.Errorf("the queue is %s", got)
	}
	for filter, want := range map[string]string{"en-retard": "En retard", "sans-suite": "Orphelin, Sans suite", "les-miens": "En retard, Sans suite, Plus tard", "clos": ""} {
		if got := strings.Join(b.open("/suivi?vue="+filter).texts(".records th b"), ", "); got != want {
			t.Errorf("%s: %s", filter, got)
		}
	}
	b.open("/suivi/equipe")
	if got := b.text(".loads .is-orphan"); !strings.Contains(got, "Zoé Brun") || !strings.Contains(got, "n’est plus dans l’équipe") {
		t.Errorf("who left is shown as %q", got)
	}
	b.post("/suivi/equipe", url.Values{"from": {d.staffID("z.brun").String()}, "to": {d.staffID("c.martin").String()}}).want(http.StatusUnprocessableEntity, "")
	b.post("/suivi/equipe", url.Values{"from": {d.staffID("z.brun").String()}, "to": {me}}).want(200, "")
	if n := ask[int](d, "select count(*) from records where lead = $1", d.staffID("t.colin")); n != 4 {
		t.Errorf("%d records are theirs now", n)
	}
	if got := b.text(".loads"); strings.Contains(got, "Zoé Brun") {
		t.Errorf("who left still carries: %q", got)
	}
}

func TestCalendarShowsTimesAndItsFileNothingElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Falaise")
	record := b.recordAt()
	b.adds(record, "rendez-vous", url.Values{"said.day": {"2026-03-20"}, "said.hour": {"09:30"}, "said.minutes": {"45"}, "said.place": {"visit"}, "said.note": {"parler du foyer"}, "who": {d.staffID("t.colin").String()}})
	file := ""
	b.doc.Find(".planned a").Each(func(_ int, a *goquery.Selection) {
		if href := a.AttrOr("href", ""); strings.HasSuffix(href, "/ics") {
			file = href
		}
	})
	const opened = "select count(*) from audit_events where action = 'record.open' and object_id = $1"
	before := ask[int](d, opened, record[len("/suivi/"):])
	b.open(file).want(200, file)
	if n := ask[int](d, opened, record[len("/suivi/"):]); n != before+1 {
		t.Errorf("the trail has %d lines of the file", n-before)
	}
	for _, line := range []string{"DTSTART:20260320T083000Z", "DTEND:20260320T091500Z", "SUMMARY:Rendez-vous\r\n", "END:VCALENDAR"} {
		if !strings.Contains(b.body, line) {
			t.Errorf("the file lacks %s", line)
		}
	}
	for _, word := range []string{"Falaise", "foyer", "Tess", "Colin", "06 39", record[7:]} {
		if strings.Contains(b.body, word) {
			t.Errorf("the file holds %q", word)
		}
	}
	for path, want := range map[string]int{"/suivi/rendez-vous": 7, "/suivi/rendez-vous?vue=mois": 42, "/suivi/rendez-vous?du=2026-03-25": 7, "/suivi/rendez-vous?du=rien": 7} {
		if b.open(path); b.status != 200 {
			t.Fatalf("%s: %d %s", path, b.status, d.log)
		}
		if n := b.doc.Find(".calendar > .day").Length(); n != want {
			t.Errorf("%s shows %d days", path, n)
		}
		if found := strings.Contains(b.text(".calendar"), "Falaise"); found == strings.Contains(path, "25") {
			t.Errorf("%s shows the appointment: %t", path, found)
		}
	}
	if other := d.as("y.noel").open("/suivi/rendez-vous"); strings.Contains(other.text(".calendar"), "Falaise") {
		t.Error("another's appointment stands among one's own")
	}
	b = d.as("y.noel").open("/suivi/rendez-vous?qui=tous")
	if !strings.Contains(b.text(".calendar"), "Falaise") {
		t.Error("everybody's calendar lacks it")
	}
}
