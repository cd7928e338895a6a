package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

func TestAPromisedCallIsMadeOrMissed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young(), func(r *report.Report) {
		r.Contact.Channel, r.Contact.Value, r.Contact.Alias, r.Contact.MayLeaveMessage = report.ContactChannelPhone, "06 39 98 12 34", "Sacha", report.No
	})
	b := d.as("a.diallo").open(path(r)).want(200, "")
	promise := `form[action$="/rappels"]`
	form := b.fields(promise)
	form.Set("callback_time", "23:45") // it is a quarter past eleven in Paris
	form.Set("callback_note", "Demander si elle est seule. <b>Doucement</b>")
	form.Set("callback_who", d.staffID("c.martin").String())
	b.post(path(r)+"/rappels", form).want(200, path(r))
	b.post(path(r)+"/rappels", form).want(200, path(r)) // a double press
	if n := ask[int](d, "select count(*) from callbacks"); n != 1 {
		t.Fatalf("%d calls are promised", n)
	}
	if got := b.text("#rappels"); !strings.Contains(got, "Camille Martin") || !strings.Contains(got, "elle est seule. <b>Doucement</b>") {
		t.Errorf("the report says %q", got)
	}
	if got := b.text(".timeline"); !strings.Contains(got, "Rappel promis") {
		t.Errorf("the timeline says %q", got)
	}
	other := d.as("c.martin").open("/rappels").want(200, "/rappels")
	if got := other.text(".callbacks"); !strings.Contains(got, "06 39 98 12 34") || !strings.Contains(got, "Sacha") || strings.Contains(other.text(".bar nav"), "Rappels 1") {
		t.Errorf("before its time the list says %q", got)
	}
	d.clock.Add(40 * time.Minute)
	other = d.as("c.martin").open("/rappels").want(200, "/rappels")
	if got := other.text(".callbacks .is-now"); !strings.Contains(got, "10 min de retard") || !strings.Contains(other.text(".bar nav"), "Rappels 1") {
		t.Errorf("after its time the list says %q beside %q", got, other.text(".bar nav"))
	}
	if n, err := archive.New(d.db.Office).CallbacksDue(t.Context(), d.clock.Now(), []string{"plateau"}); n != 1 || err != nil {
		t.Errorf("notices are told of %d: %v", n, err)
	}
	late := d.as("a.diallo").open("/rappels")
	settle := `form[action^="/rappels/"]`
	other.submit(settle, url.Values{"note": {"Elle va bien."}}).want(http.StatusUnprocessableEntity, "") // no button was pressed
	if got := strings.TrimSpace(other.doc.Find(settle + " textarea").Text()); got != "Elle va bien." {
		t.Errorf("the note comes back as %q", got)
	}
	address := other.form(settle).AttrOr("action", "")
	other.post(address, url.Values{"outcome": {"missed"}, "note": {"Personne ne répond."}}).want(200, "/rappels")
	if !strings.Contains(other.text("main"), "Personne n’attend d’appel") {
		t.Errorf("the list still says %q", other.text("main"))
	}
	late.post(address, url.Values{"outcome": {"done"}, "note": {"Je l’ai eue."}}).want(http.StatusConflict, "")
	if !strings.Contains(late.text(".kept"), "Je l’ai eue.") {
		t.Errorf("who was second finds his note nowhere: %q", late.text("main"))
	}
	b = d.as("a.diallo").open(path(r))
	if got := b.text(".timeline"); !strings.Contains(got, "Rappel sans réponse") || !strings.Contains(got, "Personne ne répond.") {
		t.Errorf("the timeline says %q", got)
	}
	if n := ask[int](d, "select count(*) from audit_events where action in ('callback.promise', 'callback.settle') and object_id = $1 and digest is not null", r.ID.String()); n != 2 {
		t.Errorf("the trail has %d lines", n)
	}
}

func TestAPromiseWithoutATimeIsAskedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").open(path(r))
	for when, what := range map[string]string{"": "Donnez l’heure", "25:00": "n’en est pas une"} {
		b.open(path(r)).submit(`form[action$="/rappels"]`, url.Values{"callback_time": {when}, "callback_note": {"Garder ceci"}}).want(http.StatusUnprocessableEntity, "")
		if got := b.text(".error-summary"); !strings.Contains(got, what) || strings.TrimSpace(b.doc.Find("#callback_note").Text()) != "Garder ceci" {
			t.Errorf("%q is told %q, and %q is kept", when, got, b.doc.Find("#callback_note").Text())
		}
	}
	b.post("/rappels/"+uuid.NewString(), url.Values{"outcome": {"done"}}).want(http.StatusNotFound, "")
	d.as("s.leroy").post(path(r)+"/rappels", url.Values{}).want(http.StatusForbidden, "")
}

func TestTheSheetForTheEmergencyServices(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall()
	b.saveCall(url.Values{"situation.facts": {"Un homme frappe à la porte."}, "urgency_signs": {"dangerous_person_present"}, "place.child_now": {"12 rue des Tilleuls, 3e étage"},
		"place.commune": {"Lille"}, "children.0.first_name": {"Lina"}, "children.0.age": {"7"}, "suspects.0.relation": {"step_parent"}, "suspects.0.has_access_now": {"yes"},
		"contact.channel": {"phone"}, "contact.value": {"06 39 98 12 34"}, "contact.confidentiality": {"anonymous"}}).want(200, "")
	at := b.at
	b.open(at+"/relais").want(200, "")
	lines := b.texts(".relay > div")
	for i, want := range []string{"Où12 rue des Tilleuls, 3e étage", "Ce qui se passeUne personne dangereuse est présente", "QuiLina · 7 ans", "Qui peut atteindre l’enfant", "Téléphone06 39 98 12 34"} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d of %q is not %q", i, lines, want)
		}
	}
	if !strings.Contains(lines[4], "n’a pas permis") {
		t.Error("nothing warns that the number was given in confidence")
	}
	relay := `form[action$="/relais"]`
	b.submit(relay, url.Values{"service": {"17"}, "note": {"Patrouille en route"}}).want(200, at+"/relais")
	if got := b.text("#appels .relayed"); !strings.Contains(got, "Appelé le 17 aujourd’hui à 23") || !strings.Contains(got, "Patrouille en route") {
		t.Errorf("the log of the call says %q", got)
	}
	b.open(at).sendCall(nil)
	address := b.doc.Find(".receipt .actions a").AttrOr("href", "")
	b.open(address).want(200, address)
	if got := b.text(".timeline"); !strings.Contains(got, "Appelé le 17") || !strings.Contains(got, "Patrouille en route") {
		t.Errorf("the timeline says %q", got)
	}
	b.open(address+"/relais").want(200, "").submit(relay, url.Values{"service": {"3615"}, "note": {"Ceci reste"}}).want(http.StatusUnprocessableEntity, "")
	if !strings.Contains(b.text("textarea"), "Ceci reste") {
		t.Error("a note is lost with a service that is none")
	}
	b.submit(relay, url.Values{"service": {"15"}, "note": {""}}).want(200, address+"/relais")
	if got := b.texts("#appels .relayed li"); len(got) != 2 || !strings.HasPrefix(got[1], "Appelé le 15") {
		t.Errorf("the log of the report says %q", got)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'call.relay' and detail in ('17', '15')"); n != 3 {
		t.Errorf("calling is audited %d times", n)
	}
	// The sheet of the call was still open when the call was sent.
	b.post(at+"/relais", url.Values{"service": {"Quelqu’un de Lille"}, "note": {"Ceci reste"}}).want(http.StatusUnprocessableEntity, "")
	if got := strings.TrimSpace(b.text("textarea")); got != "Ceci reste" || b.form(relay).AttrOr("action", "") != address+"/relais" {
		t.Errorf("after sending, a service that is none keeps %q", got)
	}
	if n := ask[int](d, "select count(*) from audit_events where detail ~ 'Lille'"); n != 0 {
		t.Error("the trail holds what was typed as a service")
	}
	d.as("s.leroy").open(address+"/relais").want(http.StatusForbidden, "")
}

// With somebody in danger now the sheet is beside the first step; otherwise it waits below.
func TestTheSheetStandsAtTheTopOfAnUrgentReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	urgent, later := d.receive(time.Minute, now()), d.receive(time.Minute, within24h())
	b := d.as("a.diallo")
	for r, where := range map[*report.Report]string{urgent: ".decision", later: "#rappels"} {
		b.open(path(r)).want(200, "")
		if got := b.doc.Find(where + ` a[href$="/relais"]`).Length(); got != 1 || b.doc.Find(`a[href$="/relais"]`).Length() != 1 {
			t.Errorf("at urgency %d the sheet stands %d times in %s", r.Urgency, got, where)
		}
	}
}

func TestACallWithoutAReportIsCounted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").open("/appels").want(200, "/appels")
	form := b.fields(`form[action="/appels/fin"]`)
	form.Set("outcome", "advice")
	b.post("/appels/fin", form).post("/appels/fin", form).want(200, "")
	if got := b.texts(".tally > div"); got[1] != "Conseil donné1" || got[len(got)-1] != "En tout1" {
		t.Errorf("a double press counts %q", got)
	}
	if row := ask[string](d, "select day || ' ' || hour || ' ' || kind || ' ' || team_id from call_outcomes"); row != "2026-03-17 23 advice plateau" {
		t.Errorf("counted is %q", row)
	}
	b.submit(".undo", nil).want(200, "/appels")
	if n := ask[int](d, "select count(*) from call_outcomes"); n != 0 {
		t.Errorf("taken back, %d are counted", n)
	}
	// From a call: what was written comes back with the count.
	b.newCall()
	at := b.form(callForm).AttrOr("action", "")
	b.post(at+"/fin", b.typed(url.Values{"situation.facts": {"Une question sur la garde."}, "outcome": {"orientation"}}))
	if got := b.text(`[aria-labelledby="miens"]`); b.status != 200 || strings.Contains(got, "garde") {
		t.Errorf("the call that ended is still listed: %d %q", b.status, got)
	}
	undo := b.fields(".undo")
	b.submit(".undo", nil).want(200, at)
	if got := strings.TrimSpace(b.doc.Find("#situation-facts").Text()); got != "Une question sur la garde." {
		t.Errorf("taken back, the call says %q", got)
	}
	b.post(at+"/fin", b.typed(url.Values{"outcome": {"silent"}}))
	d.clock.Add(25 * time.Hour)
	b = d.seat("a.diallo", true)
	b.post("/appels/fin/annulation", undo)
	if n := ask[int](d, "select count(*) from call_outcomes"); n != 1 {
		t.Errorf("after a day, %d are counted", n)
	}
	// What another window saved is not given up unseen; a call that was sent is counted.
	b.newCall()
	at = b.form(callForm).AttrOr("action", "")
	empty := b.typed(url.Values{"outcome": {"silent"}})
	b.saveCall(url.Values{"situation.facts": {"D’abord"}}).want(200, at)
	stale := b.typed(url.Values{"situation.facts": {"Ici"}, "outcome": {"silent"}})
	b.open(at).saveCall(url.Values{"situation.facts": {"Là"}}).want(200, at)
	for _, form := range []url.Values{stale, empty} {
		b.post(at+"/fin", form).want(http.StatusConflict, "")
		if !strings.Contains(b.text(".notice .answers-list"), "Là") {
			t.Errorf("what another window saved is told as %q", b.text(".notice"))
		}
	}
	if n := ask[int](d, "select count(*) from calls where dropped_at is not null and id::text = $1", strings.TrimPrefix(at, "/appels/")); n != 0 {
		t.Error("what another window saved was given up")
	}
	b.open(at).sendCall(nil)
	b.post(at+"/fin", stale).want(200, "")
	b.post("/appels/fin", url.Values{"outcome": {"nonsense"}}).want(200, "/appels")
	d.as("p.blanc").post("/appels/fin", url.Values{"outcome": {"advice"}}).want(http.StatusForbidden, "")
}

func TestACallAboutAReportJoinsIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	twin := func(r *report.Report) { r.Reference = "7KQ4M2XB" }
	r := d.receive(time.Hour, young(), twin)
	d.receive(2*time.Hour, young(), twin) // references are not unique
	b := d.as("a.diallo").newCall()
	action := b.form(callForm).AttrOr("action", "")
	b.post(action, b.typed(url.Values{"situation.facts": {"Elle rappelle, elle est chez sa tante."}, "done.earlier_reference": {"7kq4 m2xb"}, "lookup": {"1"}})).want(200, action)
	if n := b.doc.Find("[name=same]").Length(); n != 3 || strings.Contains(b.at, "7") && strings.Contains(b.at, "?") {
		t.Errorf("%d choices at %s", n, b.at)
	}
	b.sendCall(url.Values{"same": {r.ID.String()}, "callback_time": {"23:50"}})
	if !strings.HasSuffix(b.at, "/recu") || b.doc.Find(".spelled").Length() != 1 || !strings.Contains(b.text("h1"), "ajouté") {
		t.Errorf("at %s the receipt says %q", b.at, b.text("main"))
	}
	if got := ask[string](d, "select (select count(*) from reports) || ' ' || (select count(*) from additions where report_id = $1) || ' ' || (select count(*) from callbacks where report_id = $1)", r.ID); got != "2 1 1" {
		t.Errorf("there are %s", got)
	}
	b.open(path(r)).want(200, "")
	if got := b.text("#conversation"); !strings.Contains(got, "chez sa tante") || strings.Contains(got, "n’est plus dit") {
		t.Errorf("the report says %q", got)
	}
	b.newCall().saveCall(url.Values{"done.earlier_reference": {"ZZZZ-ZZZZ"}})
	if !strings.Contains(b.text("main"), "Aucun dossier de cette référence") {
		t.Error("a reference of nothing is told nothing")
	}
}

// When a call is to be made, and by whom, was sealed: a database that says otherwise
// hides nobody who waits.
func TestAPromisedCallIsMadeWhenItWasSealed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, other := d.receive(time.Hour, lille()), d.receive(time.Hour, young())
	b := d.as("a.diallo")
	for _, about := range []*report.Report{r, other} {
		b.open(path(about)).submit(`form[action$="/rappels"]`, url.Values{"callback_time": {"23:30"}}).want(200, path(about))
	}
	d.exec("update callbacks set due_at = '2099-01-01', assignee = $2 where report_id = $1", r.ID, d.staffID("c.martin"))
	d.clock.Add(20 * time.Minute)
	b = d.as("a.diallo").open("/rappels")
	rows := b.texts(".callbacks .is-now")
	if len(rows) != 2 {
		t.Fatalf("the list holds %q as due", rows)
	}
	for _, row := range rows {
		moved := strings.Contains(row, "06 39 98 12 34")
		if strings.Contains(row, "ligne modifiée") != moved || !strings.Contains(row, "Awa Diallo") || !strings.Contains(row, "5 min de retard") {
			t.Errorf("the list says %q", row)
		}
	}
	if got := b.open(path(r)).text("[data-altered]"); !strings.Contains(got, "un rappel promis") || b.doc.Find("#rappels .is-now .badge.is-error").Length() != 1 {
		t.Errorf("the report says %q", got)
	}
	if n := b.open(path(other)).doc.Find("[data-altered]").Length(); n != 0 {
		t.Error("a report whose promise is as it was sealed is marked")
	}
}

// Who is not named on a restricted report would find no call to make.
func TestACallAboutARestrictedReportIsPromisedToWhoIsNamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("c.martin")
	offered := func() []string { return b.open(path(r)).texts("#callback_who option") }
	if got := offered(); len(got) < 2 {
		t.Fatalf("before it is restricted %q are offered", got)
	}
	d.restrict(b, r, "c.martin")
	if got := offered(); len(got) != 1 || got[0] != "Camille Martin" {
		t.Errorf("%q are offered", got)
	}
	b.post(path(r)+"/rappels", url.Values{"callback_time": {"23:45"}, "callback_who": {d.staffID("a.diallo").String()}}).want(200, path(r))
	if got := ask[string](d, "select s.login from callbacks c join staff s on s.id = c.assignee"); got != "c.martin" {
		t.Errorf("%s is to call", got)
	}
}
