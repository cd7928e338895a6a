package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// postsTwice sends a form twice at the same moment, then once more, and wants the same
// answer each time: the way to the same place.
func (b *browser) postsTwice(at string, form url.Values) (location string) {
	b.t.Helper()
	client := http.Client{Transport: b.client.Transport, Jar: b.client.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var answers [3]string
	send := func(i int) {
		response, err := client.PostForm(b.base+at, form)
		if err != nil {
			b.t.Error(err)
			return
		}
		response.Body.Close()
		answers[i] = response.Status + " " + response.Header.Get("Location")
	}
	var both sync.WaitGroup
	both.Go(func() { send(0) })
	both.Go(func() { send(1) })
	both.Wait()
	send(2)
	if answers[0] != answers[1] || answers[1] != answers[2] || !strings.HasPrefix(answers[2], "303 ") {
		b.t.Errorf("%s answers %q", at, answers)
	}
	_, location, _ = strings.Cut(answers[2], "/")
	location, _, _ = strings.Cut("/"+location, "#")
	return location
}

func TestADoubleTapIsAnsweredLikeTheFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b, me, other := d.as("t.colin"), d.staffID("t.colin").String(), d.staffID("y.noel").String()
	form := func(values url.Values) url.Values {
		values.Set("entry", uuid.NewString())
		return values
	}
	opening := form(url.Values{"said.label": {"Étale"}, "said.origin": {"phone"}, "said.consent": {"young_person"}, "who": {me}})
	record := b.postsTwice("/suivi/nouveau", opening)
	// Other words from the same page open another record: nothing typed is lost.
	opening.Set("said.label", "Flot")
	if b.post("/suivi/nouveau", opening); b.at == record || !strings.Contains(b.text("h1"), "Flot") {
		t.Errorf("other words lead to %s", b.at)
	}
	planned := form(url.Values{"said.day": {d.day(24 * time.Hour)}, "said.hour": {"10:00"}, "said.minutes": {"60"}, "said.place": {"unit"}, "who": {me}})
	b.postsTwice(record+"/ajouter/rendez-vous", planned)
	opinion := form(url.Values{"said.note": {"Avis réservé"}})
	b.postsTwice(record+"/avis", opinion)
	at := record + "/rendez-vous/" + planned.Get("entry")
	b.postsTwice(at, form(url.Values{"said.status": {"cancelled"}}))
	// Sent again once it was cancelled, it is not planned anew.
	b.post(record+"/ajouter/rendez-vous", planned).want(200, record)
	planned.Set("said.note", "d’autres mots") // from the same page: another appointment
	b.post(record+"/ajouter/rendez-vous", planned).want(200, record)
	second := ask[string](d, "select id::text from record_appointments where status = 'planned'")
	b.post(record+"/rendez-vous/"+second, form(url.Values{"said.status": {"cancelled"}})).want(200, record)
	b.postsTwice(record+"/ajouter/referent", form(url.Values{"who": {other}, "said.note": {"Congé"}}))
	if got := b.open(record).text(".record-lines"); !strings.Contains(got, "Nouveau référent") || !strings.Contains(got, "Yaël Noël") {
		t.Errorf("to whom it was handed over is not said: %q", got)
	}
	b.postsTwice(record+"/ajouter/cloture", form(url.Values{"said.reason": {"moved"}, "said.note": {"Fin."}}))
	b.post(record+"/avis", opinion).want(200, record) // on a record that was closed meanwhile, too
	for table, want := range map[string]int{"records": 2, "record_appointments": 2, "record_opinions": 1, "record_entries": 8} {
		if n := ask[int](d, "select count(*) from "+table); n != want {
			t.Errorf("%d rows stand in %s, want %d", n, table, want)
		}
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.hand_over' and detail = $1", other); n != 1 {
		t.Errorf("the hand-over stands %d times in the trail", n)
	}
}

// All that somebody leads goes to another: how many, and to whom, is said and written down.
func TestAllThatSomebodyLeadsIsHandedOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b, from, to := d.as("t.colin"), d.staffID("t.colin").String(), d.staffID("y.noel").String()
	for _, label := range []string{"Cap", "Rade", "Baie"} {
		b.openRecord(label)
	}
	d.exec("update records set body = (select body from records order by id limit 1) where id = (select id from records order by id desc limit 1)")
	for range 2 { // a second tap is told the same
		b.post("/suivi/equipe", url.Values{"from": {from}, "to": {to}}).want(200, "")
		if got := b.text(".notice.is-done"); !strings.Contains(got, "2 suivis ont été confiés à Yaël Noël") || !strings.Contains(got, "1 suivi n’a pas pu") {
			t.Errorf("it says %q", got)
		}
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.hand_over_all'"); n != 1 {
		t.Errorf("it stands %d times in the trail", n)
	}
	if got := ask[string](d, "select detail from audit_events where action = 'record.hand_over_all' and object_id = $1", from); got != "2 "+to {
		t.Errorf("the trail says %q", got)
	}
}

// Who can write the database has the row name an older opening: the number that is no
// longer safe is not shown.
func TestAnOlderOpeningDoesNotStandInFrontOfACall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Jusant")
	record := b.recordAt()
	b.adds(record, "ouverture", url.Values{"said.phone": {"06 39 98 77 77"}, "said.department": {"69"}}).want(200, record)
	d.exec("update records set opening = (select id from record_entries order by sequence limit 1)")
	if got := b.open(record).text(".brief .safe"); strings.Contains(got, "12 34") || !strings.Contains(got, "77 77") {
		t.Errorf("before a call stands %q", got)
	}
	if got := b.text("main"); !strings.Contains(got, "n’est pas celle qui a été scellée") {
		t.Error("that the row was changed is not said")
	}
	b.adds(record, "ouverture", url.Values{"said.hours": {"le matin"}, "said.department": {"69"}}).want(200, record)
	if got := b.text("main"); strings.Contains(got, "n’est pas celle qui a été scellée") || !strings.Contains(b.text(".brief .safe"), "le matin") {
		t.Errorf("after it was corrected stands %q", b.text(".brief .safe"))
	}
}

// Nor does what a list reads of a row: an older opening names nobody, one that is nowhere
// hides no record, and a moved appointment is told as moved.
func TestAListSaysWhatWasChangedInItsRow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Jusant")
	record := b.recordAt()
	b.adds(record, "ouverture", url.Values{"said.label": {"Reflux"}, "said.department": {"69"}}).want(200, record)
	b.adds(record, "rendez-vous", url.Values{"said.day": {d.day(24 * time.Hour)}, "said.hour": {"10:00"}, "said.minutes": {"60"}, "said.place": {"unit"}, "who": {d.staffID("t.colin").String()}}).want(200, record)
	const month = "/suivi/rendez-vous?vue=mois"
	if got := b.open(month).text(".calendar"); !strings.Contains(got, "Reflux") || strings.Contains(got, "scellée") {
		t.Fatalf("the calendar says %q", got)
	}
	d.exec("update record_appointments set starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour'")
	if got := b.open(month).text(".calendar"); !strings.Contains(got, "n’est pas celle qui a été scellée") {
		t.Errorf("of a moved appointment the calendar says %q", got)
	}
	for name, opening := range map[string]string{"an older opening": "(select id from record_entries order by sequence limit 1)", "none": "gen_random_uuid()"} {
		d.exec("update records set opening = " + opening)
		for _, page := range []string{"/suivi", month} {
			if got := b.open(page).want(200, "").text("main"); strings.Contains(got, "Jusant") || !strings.Contains(got, "Suivi illisible") {
				t.Errorf("with %s %s says %q", name, page, got)
			}
		}
	}
	if got := b.open(record).want(200, record).text("main"); !strings.Contains(got, "Reflux") || !strings.Contains(got, "n’est pas celle qui a été scellée") {
		t.Errorf("the record says %q", got)
	}
}
