package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// openRecord opens a record by the short form and stays on its page.
func (b *browser) openRecord(label string, more ...url.Values) *browser {
	b.t.Helper()
	values := url.Values{"said.label": {label}, "said.origin": {"phone"}, "said.consent": {"young_person"}, "said.department": {"69"}, "said.age": {"15"},
		"said.alias": {"Camille du club"}, "said.phone": {"06 39 98 12 34"}, "said.hours": {"après 17 h"}, "said.voicemail": {"neutral"}, "who": {b.desk.staffID("t.colin").String()}}
	for _, m := range more {
		for name, given := range m {
			values[name] = given
		}
	}
	b.open("/suivi/nouveau").submit("form.record-form, .record-form form", values)
	if !strings.HasPrefix(b.at, "/suivi/") || b.status != 200 || b.at == "/suivi/nouveau" {
		b.t.Fatalf("the record was not opened: %d %s %s", b.status, b.at, b.text(".error-summary"))
	}
	return b
}

// record is the address of the record at hand.
func (b *browser) recordAt() string { return strings.Join(strings.Split(b.at, "/")[:3], "/") }

// adds fills the form of an act in and comes back to the record.
func (b *browser) adds(record, act string, values url.Values) *browser {
	b.t.Helper()
	b.open(record+"/ajouter/"+act).want(200, "").submit(".record-form form", values)
	return b
}

func (d *desk) day(in time.Duration) string {
	return d.clock.Now().Add(in).In(paris).Format(time.DateOnly)
}

var paris, _ = time.LoadLocation("Europe/Paris")

func TestRecordTellsItsWholeStory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Marée")
	record, me := b.recordAt(), d.staffID("t.colin").String()
	if got := b.text(".safe"); !strings.Contains(got, "Camille du club") || !strings.Contains(got, "après 17 h") || !strings.Contains(got, "confirmer le rendez-vous") {
		t.Errorf("before a call stands %q", got)
	}
	if got := b.text(".record-next"); !strings.Contains(got, "Personne ne s’en occupe") {
		t.Errorf("nothing is planned, and the page says %q", got)
	}
	b.adds(record, "contact", url.Values{"said.way": {"call_made"}, "said.with": {"young_person", "mother"}, "said.minutes": {"25"}, "said.note": {"Elle a parlé du foyer."}}).want(200, record)
	for _, in := range []time.Duration{24 * time.Hour, 48 * time.Hour} {
		b.adds(record, "rendez-vous", url.Values{"said.day": {d.day(in)}, "said.hour": {"14:00"}, "said.minutes": {"45"}, "said.place": {"unit"}, "said.note": {"Premier entretien"}, "who": {me}}).want(200, record)
	}
	if n := b.doc.Find(".planned > li").Length(); n != 2 {
		t.Fatalf("%d appointments are planned", n)
	}
	d.clock.Add(72 * time.Hour)
	b = d.as("t.colin")
	for _, how := range []string{"done", "no_show"} {
		b.open(record)
		b.open(b.doc.Find(".planned .does a").First().AttrOr("href", "")).submit(".record-form form", url.Values{"said.status": {how}, "said.note": {"vu"}}).want(200, record)
	}
	b.adds(record, "plan", url.Values{"said.step": {"Appeler le collège"}, "said.owner": {"Tess Colin"}, "said.due": {d.day(96 * time.Hour)}, "said.state": {"to_do"}}).want(200, record)
	b.open(b.doc.Find(".plan-steps a").AttrOr("href", "")).submit(".record-form form", url.Values{"said.state": {"done"}}).want(200, record)
	b.adds(record, "bilan", url.Values{"said.note": {"La situation se calme."}, "said.next": {d.day(30 * 24 * time.Hour)}}).want(200, record)
	b.adds(record, "orientation", url.Values{"said.towards": {"care"}, "said.service": {"Maison des adolescents"}}).want(200, record)
	b.adds(record, "document", url.Values{"said.title": {"Courrier du collège"}, "said.note": {"Absences depuis janvier."}}).want(200, record)
	b.adds(record, "cloture", url.Values{"said.reason": {"relayed"}, "said.note": {"Relais pris."}}).want(200, record)
	if got := ask[string](d, "select status from records"); got != "closed" {
		t.Fatalf("the record is %s", got)
	}
	b.open(record+"/ajouter/contact").submit(".record-form form", url.Values{"said.way": {"sms"}, "said.note": {"Trop tard"}}).want(http.StatusConflict, "")
	if got := b.doc.Find("#f-note").Text(); !strings.Contains(got, "Trop tard") {
		t.Errorf("what was typed on a closed record is lost: %q", got)
	}
	b.adds(record, "reprise", url.Values{"said.way": {"call_received"}, "said.note": {"Elle rappelle."}}).want(200, record)
	told := b.text(".record-lines")
	for _, part := range []string{"Elle a parlé du foyer.", "Le jeune, La mère", "Il a eu lieu", "Personne n’est venu", "Fait", "La situation se calme.", "Soins", "Maison des adolescents", "Absences depuis janvier.", "Relais pris ailleurs", "Elle rappelle."} {
		if !strings.Contains(told, part) {
			t.Errorf("the timeline does not tell %q", part)
		}
	}
	b.open(record+"/synthese").want(200, "")
	if got := b.text(".summary"); !strings.Contains(got, "La situation se calme.") || strings.Contains(got, "remplacé") {
		t.Errorf("the summary says %q", got)
	}
	if n := ask[int](d, "select count(*) from record_entries"); n != 13 {
		t.Errorf("%d entries stand in the record", n)
	}
	if n := ask[int](d, "select count(*) from audit_events where object_type = 'record' and action in ('record.begin', 'record.write', 'record.close', 'record.reopen')"); n != 13 {
		t.Errorf("%d acts stand in the trail", n)
	}
}

// A record is not there for who does not hold the unit's key, whatever his role.
func TestRecordIsOfItsUnitAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	record := d.as("t.colin").openRecord("Galet").recordAt()
	for _, login := range []string{"c.martin", "s.leroy"} {
		b := d.as(login)
		for _, path := range []string{"", "/synthese", "/ajouter/contact", "/avis", "/avis/" + uuid.NewString(), "/rendez-vous/" + uuid.NewString(), "/rendez-vous/" + uuid.NewString() + "/ics"} {
			if b.open(record + path); b.status != http.StatusNotFound {
				t.Errorf("%s is given %s%s: %d", login, record, path, b.status)
			}
		}
		b.open("/suivi").want(http.StatusForbidden, "")
		b.post(record+"/ajouter/contact", url.Values{"said.note": {"x"}}).want(http.StatusNotFound, "")
	}
	d.as("a.diallo").open(record).want(http.StatusForbidden, "")
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.refused'"); n < 14 {
		t.Errorf("%d refusals stand in the trail", n)
	}
	if n := ask[int](d, "select count(*) from record_entries"); n != 1 {
		t.Errorf("%d entries stand in the record", n)
	}
}

func TestRecordRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Dune")
	record, me := b.recordAt(), d.staffID("t.colin").String()
	plan := func(day, hour, who string) url.Values {
		return url.Values{"said.day": {day}, "said.hour": {hour}, "said.minutes": {"60"}, "said.place": {"unit"}, "said.note": {"Garder ceci"}, "who": {who}}
	}
	b.adds(record, "rendez-vous", plan(d.day(24*time.Hour), "10:00", me)).want(200, record)
	d.exec("update staff set disabled_at = now() where login = 'z.brun'")
	for name, c := range map[string]struct {
		act    string
		values url.Values
		says   string
	}{
		"overlap":       {"rendez-vous", plan(d.day(24*time.Hour), "10:30", me), "déjà un rendez-vous"},
		"past":          {"rendez-vous", plan(d.day(-24*time.Hour), "10:00", me), "passée"},
		"no date":       {"rendez-vous", plan("31/02", "10:00", me), "n’existe pas"},
		"disabled":      {"rendez-vous", plan(d.day(48*time.Hour), "10:00", d.staffID("z.brun").String()), "actif"},
		"not a member":  {"rendez-vous", plan(d.day(48*time.Hour), "10:00", d.staffID("c.martin").String()), "actif"},
		"future":        {"contact", url.Values{"said.day": {d.day(48 * time.Hour)}, "said.way": {"visit"}, "said.note": {"Garder ceci"}}, "déjà eu lieu"},
		"too long":      {"contact", url.Values{"said.way": {"visit"}, "said.note": {"Garder ceci" + strings.Repeat("é", 5000)}}, "trop long"},
		"no reason":     {"cloture", url.Values{"said.note": {"Garder ceci"}}, "Choisissez"},
		"unknown code":  {"orientation", url.Values{"said.towards": {"ailleurs"}, "said.note": {"Garder ceci"}}, "Choisissez"},
		"disabled lead": {"referent", url.Values{"who": {d.staffID("z.brun").String()}, "said.note": {"Garder ceci"}}, "actif"},
		"same lead":     {"referent", url.Values{"who": {me}, "said.note": {"Garder ceci"}}, "déjà référente"},
		"past review":   {"bilan", url.Values{"said.note": {"Garder ceci"}, "said.next": {d.day(-48 * time.Hour)}}, "passée"},
	} {
		b.open(record+"/ajouter/"+c.act).submit(".record-form form", c.values)
		if b.status != http.StatusUnprocessableEntity || !strings.Contains(b.text(".error-summary"), c.says) {
			t.Errorf("%s: %d %q", name, b.status, b.text(".error-summary"))
		}
		if !strings.Contains(b.doc.Find("#f-note").Text(), "Garder ceci") {
			t.Errorf("%s: what was typed is lost", name)
		}
		if href := b.doc.Find(".error-summary a").AttrOr("href", "#none"); b.doc.Find(href).Length() != 1 {
			t.Errorf("%s: the summary leads to %s", name, href)
		}
	}
	b.adds(record, "cloture", url.Values{"said.reason": {"moved"}, "said.note": {"Garder ceci"}}).want(http.StatusConflict, "")
	if got := b.text(".notice"); !strings.Contains(got, "rendez-vous est encore prévu") {
		t.Errorf("closing with an appointment planned says %q", got)
	}
	b.open("/suivi/nouveau").submit(".record-form form", url.Values{"said.label": {"Lagune"}, "said.origin": {"phone"}, "said.consent": {"both"}, "said.situation": {"Garder ceci"}, "who": {d.staffID("z.brun").String()}}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "actif") || b.doc.Find(b.doc.Find(".error-summary a").AttrOr("href", "#none")).Length() != 1 || !strings.Contains(b.text(".record-form"), "Garder ceci") {
		t.Errorf("a record whose lead is disabled: %q", got)
	}
	if n := ask[int](d, "select count(*) from record_entries"); n != 2 {
		t.Errorf("%d entries were written", n)
	}
}

// Two who change the same thing: the second sees what the first did, and nothing typed
// is lost. A double tap writes once.
func TestRecordKeepsBothOfTwoEdits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, two := d.as("t.colin").openRecord("Ilot"), d.as("y.noel")
	record := one.recordAt()
	one.open(record + "/ajouter/ouverture")
	two.open(record + "/ajouter/ouverture")
	one.submit(".record-form form", url.Values{"said.label": {"Ilot un"}, "said.department": {""}}).want(200, record)
	two.submit(".record-form form", url.Values{"said.label": {"Ilot deux"}, "said.department": {"69"}}).want(http.StatusConflict, "")
	if got := two.text(".notice"); !strings.Contains(got, "Tess Colin") {
		t.Errorf("the second is told %q", got)
	}
	if got := two.text(".since"); !strings.Contains(got, "Ilot un") || !strings.Contains(got, "Départementnon dit") || strings.Contains(got, "Consentement") {
		t.Errorf("what the first wrote is shown as %q", got)
	}
	two.submit(".record-form form", url.Values{"said.department": {"69"}}).want(200, record)
	if got := two.text("h1"); !strings.Contains(got, "Ilot deux") {
		t.Errorf("the record is called %q", got)
	}
	form := url.Values{"entry": {uuid.NewString()}, "said.day": {d.day(0)}, "said.hour": {"12:00"}, "said.way": {"sms"}, "said.note": {"une fois"}}
	for range 2 {
		one.post(record+"/ajouter/contact", form).want(200, record)
	}
	if n := ask[int](d, "select count(*) from record_entries"); n != 4 {
		t.Errorf("%d entries stand in the record, want 4", n)
	}
}

func TestRecordFormOutlivesTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Brume")
	record := b.recordAt()
	b.open(record + "/ajouter/contact")
	d.clock.Add(time.Hour)
	b.submit(".record-form form", url.Values{"said.way": {"visit"}, "said.with": {"mother", "friend"}, "said.note": {"Écrit avant la fin"}}).want(http.StatusUnauthorized, "")
	b.logIn("t.colin", passphrase)
	if !strings.HasPrefix(b.at, record+"/ajouter/contact") || !strings.Contains(b.doc.Find("#f-note").Text(), "Écrit avant la fin") || b.doc.Find("[name='said.with'][checked]").Length() != 2 {
		t.Fatalf("after the log-in stands %s: %q", b.at, b.doc.Find("#f-note").Text())
	}
	b.submit(".record-form form", nil).want(200, record)
}
