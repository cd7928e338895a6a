package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

func TestACallThatIsGivenUpIsTakenBackForADay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.seat("a.diallo", true).newCall()
	b.saveCall(url.Values{"situation.facts": {"Une voisine entend crier."}})
	at := b.at
	form := b.typed(url.Values{"situation.facts": {"Une voisine entend crier le soir."}}) // not saved yet
	for range 2 {                                                                         // a double press
		b.post(at+"/abandon", form).want(200, "/appels")
	}
	if got := b.text(`[aria-labelledby="abandonnes"]`); !strings.Contains(got, "crier le soir") {
		t.Errorf("the list of what was given up says %q", got)
	}
	if got := d.seat("c.martin", true).open("/appels").text(`[aria-labelledby="abandonnes"]`); got != "" {
		t.Errorf("a colleague is shown %q", got)
	}
	d.clock.Add(23 * time.Hour)
	store := archive.New(d.db.Office)
	if err := store.SweepCalls(t.Context(), d.clock.Now()); err != nil {
		t.Fatal(err)
	}
	b = d.seat("a.diallo", true).open("/appels")
	again := b.form(`form[action$="/retour"]`).AttrOr("action", "")
	for range 2 {
		b.post(again, nil).want(200, at)
	}
	if got := strings.TrimSpace(b.doc.Find("#situation-facts").Text()); got != "Une voisine entend crier le soir." {
		t.Errorf("it comes back as %q", got)
	}
	// Counted as an advice, and taken back from the list: the count goes with it.
	b.post(at+"/fin", b.typed(url.Values{"outcome": {"advice"}})).want(200, "")
	if n := ask[int](d, "select count(*) from call_outcomes"); n != 1 {
		t.Fatalf("%d calls are counted", n)
	}
	b.open("/appels").submit(`form[action$="/retour"]`, nil).want(200, at)
	if n := ask[int](d, "select count(*) from call_outcomes"); n != 0 {
		t.Error("a call that goes on is counted as over")
	}
	b.post(at+"/abandon", b.typed(nil))
	d.clock.Add(25 * time.Hour)
	if err := store.SweepCalls(t.Context(), d.clock.Now()); err != nil || ask[int](d, "select count(*) from calls") != 0 {
		t.Errorf("after a day it is still there: %v", err)
	}
	for action, want := range map[string]int{"call.drop": 3, "call.restore": 2} {
		if n := d.audited(action); n != want {
			t.Errorf("%s stands %d times in the trail, want %d", action, n, want)
		}
	}
}

func TestACallJoinsARestrictedReportOfWhoIsNamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	named, other := d.seat("c.martin", true), d.seat("a.diallo", true)
	other.newCall()
	before := other.typed(url.Values{"situation.facts": {"La même voix."}, "same": {r.ID.String()}}) // found before it was restricted
	action := other.form(callForm).AttrOr("action", "")
	d.restrict(named, r, "c.martin").want(200, path(r))

	named.newCall().saveCall(url.Values{"situation.facts": {"Elle rappelle."}, "done.earlier_reference": {r.Reference}})
	if named.doc.Find(`[name="same"][value="`+r.ID.String()+`"]`).Length() != 1 {
		t.Fatal("the report is not found by its reference")
	}
	draft := named.at
	named.saveCall(url.Values{"same": {r.ID.String()}})
	other.post(draft+"/reprise", nil).want(200, draft)
	if strings.Contains(other.body, r.ID.String()) {
		t.Error("who takes the call over reads which report it is about")
	}
	named.post(draft+"/reprise", nil).want(200, draft)
	named.saveCall(url.Values{"same": {r.ID.String()}}).sendCall(url.Values{"same": {r.ID.String()}})
	if named.status != 200 || !strings.HasSuffix(named.at, "/recu") {
		t.Fatalf("not sent: %d %s %s", named.status, named.at, named.text(".notice:not([hidden])"))
	}
	if named.open(path(r)); !strings.Contains(named.body, "Elle rappelle.") {
		t.Error("the report does not show the call that joined it")
	}

	missing := other.post(action+"/envoi", before).want(http.StatusConflict, "").text(".notice:not([hidden])")
	if other.doc.Find("#situation-facts").Text() == "" || strings.Contains(other.body, r.ID.String()) {
		t.Error("the text is lost, or the page names the report")
	}
	before.Set("same", report.NewID().String())
	before.Set("revision", other.doc.Find("[name=revision]").AttrOr("value", ""))
	if got := other.post(action+"/envoi", before).want(http.StatusConflict, "").text(".notice:not([hidden])"); got != missing {
		t.Errorf("a report that is none is answered %q, a restricted one %q", got, missing)
	}
	if n := ask[int](d, "select count(*) from additions"); n != 1 {
		t.Errorf("%d calls joined it", n)
	}
	if _, err := d.db.Office.Exec(t.Context(), `select call_add(gen_random_uuid(), $1, now(), 'plateau', 1, body, $2) from additions`, r.ID, d.staffID("a.diallo")); err != nil {
		t.Fatal(err)
	}
	if n := ask[int](d, "select count(*) from additions"); n != 1 {
		t.Error("the database adds a call of who is not named")
	}
}

func TestAPageOfACallThatJoinedAReportGoesOnAfterItsReceipt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.seat("a.diallo", true).newCall()
	b.saveCall(url.Values{"situation.facts": {"Premier"}, "done.earlier_reference": {r.Reference}})
	at := b.at
	form := b.typed(url.Values{"same": {r.ID.String()}})
	b.post(at+"/envoi", form).want(200, at+"/recu")
	d.clock.Add(11 * time.Minute)
	if err := archive.New(d.db.Office).SweepCalls(t.Context(), d.clock.Now()); err != nil {
		t.Fatal(err)
	}
	b.open(at).want(200, path(r))
	form.Set("situation.facts", "Premier et second")
	b.post(at+"/envoi", form)
	if b.status != 200 || !strings.HasSuffix(b.at, "/recu") {
		t.Fatalf("what was added later is answered %d at %s", b.status, b.at)
	}
	if n := ask[int](d, "select count(*) from additions where report_id = $1", r.ID); n != 2 {
		t.Errorf("%d calls joined the report", n)
	}
}

func TestADoublePressOfWhatBelongsToACallIsOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b, other := d.seat("a.diallo", true).newCall(), d.seat("c.martin", true)
	b.saveCall(url.Values{"situation.facts": {"Il crie."}})
	at := b.at
	other.post(at+"/reprise", nil).want(200, at)
	typed := other.typed(url.Values{"situation.facts": {"Il crie fort."}})
	other.post(at+"/reprise", nil).want(200, at)
	other.post(at, typed).want(200, at) // the page of the first press saves
	for address, count := range map[string]int{at + "/relais": 1, path(r) + "/relais": 1} {
		other.open(address)
		form := other.fields(`form[action$="/relais"]`)
		form.Set("service", "17")
		for range 2 {
			other.post(address, form).want(200, "")
		}
		if got := other.doc.Find(".relayed li").Length(); got != count {
			t.Errorf("%s notes %d calls", address, got)
		}
	}
	form := other.open(path(r)).fields(`form[action$="/rappels"]`)
	form.Set("callback_time", "23:45")
	other.post(path(r)+"/rappels", form)
	address := other.open("/rappels").form(`form[action^="/rappels/"]`).AttrOr("action", "")
	for range 2 {
		other.post(address, url.Values{"outcome": {"done"}}).want(200, "/rappels")
	}
	other.post(address, url.Values{"outcome": {"missed"}}).want(http.StatusConflict, "")
}
