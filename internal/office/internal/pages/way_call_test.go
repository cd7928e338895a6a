package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What the emergency services answered, and what was said on the telephone, cannot be
// asked for again: it survives the end of a session wherever it was typed.
func TestASessionThatEndsKeepsWhatACallBrought(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").newCall().saveCall(url.Values{"situation.facts": {"Un homme frappe à la porte."}})
	call := b.at
	relay, kept := `form[action$="/relais"]`, "Patrouille en route, réf. 4512"
	for _, at := range []string{call + "/relais", path(r) + "/relais"} {
		form := b.open(at).want(200, at).fields(relay)
		d.clock.Add(16 * time.Minute)
		form.Set("service", "15")
		form.Set("note", kept)
		b.post(at, form).want(http.StatusUnauthorized, "")
		b.logIn("a.diallo", passphrase).want(200, at+"?texte=garde")
		again := b.fields(relay)
		if again.Get("service") != "15" || strings.TrimSpace(again.Get("note")) != kept || again.Get("once") != form.Get("once") {
			t.Errorf("after the log-in the sheet at %s holds %v", at, again)
		}
		b.submit(relay, nil).want(200, at)
		if got := b.text("#appels .relayed"); !strings.Contains(got, "Appelé le 15") || !strings.Contains(got, kept) {
			t.Errorf("the log at %s says %q", at, got)
		}
	}
	if n := ask[int](d, "select count(*) from calls"); n != 1 {
		t.Errorf("there are %d calls", n)
	}
	b.open(call).want(200, call).post(call+"/reprise", nil) // no form of a call: it begins none
	d.clock.Add(16 * time.Minute)
	b.post(call+"/reprise", nil).want(http.StatusUnauthorized, "")
	b.logIn("a.diallo", passphrase).want(200, call)
	if n := ask[int](d, "select count(*) from calls"); n != 1 {
		t.Errorf("there are %d calls", n)
	}
}

func TestASessionThatEndsKeepsWhatIsSaidOfAPromisedCall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	promise, settle := `form[action$="/rappels"]`, `form[action^="/rappels/"]`
	b := d.as("a.diallo").open(path(r))
	form := b.fields(promise)
	d.clock.Add(16 * time.Minute)
	form.Set("callback_time", "23:45")
	form.Set("callback_note", "Demander si elle est seule")
	form.Set("callback_who", d.staffID("c.martin").String())
	b.post(path(r)+"/rappels", form).want(http.StatusUnauthorized, "")
	b.logIn("a.diallo", passphrase).want(200, path(r)+"?texte=garde")
	again := b.fields(promise)
	again.Set("callback_note", strings.TrimSpace(again.Get("callback_note")))
	again.Set("callback_who", b.doc.Find("#callback_who option[selected]").AttrOr("value", ""))
	if again.Encode() != form.Encode() || b.doc.Find("#rappels details[open]").Length() != 1 {
		t.Errorf("after the log-in the promise is %v, was %v", again, form)
	}
	b.submit(promise, nil).want(200, path(r))

	form = b.open("/rappels").fields(settle)
	address := b.form(settle).AttrOr("action", "")
	for _, pressed := range []string{"done", "missed"} {
		d.clock.Add(16 * time.Minute)
		form.Set("outcome", pressed)
		form.Set("note", "Elle va bien.")
		b.post(address, form).want(http.StatusUnauthorized, "")
		if pressed == "missed" { // a colleague was quicker
			d.as("c.martin").open("/rappels").submit(settle, url.Values{"note": {"Fait."}}).post(address, url.Values{"outcome": {"done"}}).want(200, "/rappels")
		}
		b.logIn("a.diallo", passphrase).want(200, "/rappels?texte=garde")
		got := strings.TrimSpace(b.text(settle + " textarea"))
		if pressed == "missed" {
			got = b.text(".kept blockquote")
		}
		if got != "Elle va bien." {
			t.Errorf("after the log-in the note is %q", got)
		}
	}
}

func TestASessionThatEndsKeepsTheWordsOfAHandover(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(r).open("/releve").want(200, "/releve")
	d.clock.Add(16 * time.Minute)
	b.post("/releve", url.Values{"note": {"Rappeler l’école à 9 h"}}).want(http.StatusUnauthorized, "")
	b.logIn("a.diallo", passphrase).want(200, "/releve?texte=garde")
	if got := b.text("textarea"); got != "Rappeler l’école à 9 h" {
		t.Errorf("after the log-in the words are %q", got)
	}
}

// The second press finds the call to the 17 kept: its line must then be there.
func TestACallToTheServicesIsKeptWithItsLine(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall().saveCall(url.Values{"situation.facts": {"Un homme frappe à la porte."}})
	at := b.at + "/relais"
	form := b.open(at).fields(`form[action$="/relais"]`)
	form.Set("note", "Patrouille en route")
	for _, broken := range []bool{true, false} {
		change := "alter table audit_events drop constraint broken"
		if broken {
			change = "alter table audit_events add constraint broken check (action <> 'call.relay') not valid"
		}
		if _, err := d.db.Owner.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		b.post(at, form)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'call.relay' and detail = '17'"); b.status != 200 || n != 1 {
		t.Errorf("after the second press (%d) the trail has %d lines", b.status, n)
	}
}
