package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A draft that was damaged in the database can be given up by who has it, which the trail
// says, and taken back for a day. A page that still holds the text loses none of it.
func TestACallThatDoesNotOpenIsGivenUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	page := d.as("a.diallo").newCall()
	page.saveCall(url.Values{"situation.facts": {"Premier"}}).want(200, "")
	at, form := page.at, page.typed(url.Values{"situation.facts": {"Premier, et la suite"}})
	d.exec("update calls set body = substring(body from 1 for 400) || '\\x00' || substring(body from 402)")
	page.autosave(form, at)
	if page.status != http.StatusConflict {
		t.Errorf("the script is told %d", page.status)
	}
	for _, address := range []string{at, at + "/envoi", at + "/abandon"} {
		page.post(address, form).want(http.StatusConflict, "")
		if got := strings.TrimSpace(page.doc.Find("#situation-facts").Text()); got != "Premier, et la suite" || !strings.Contains(page.text(".notice:not([hidden])"), "nouvel appel") {
			t.Fatalf("%s: the page holds %q and says %q", address, got, page.text(".notice:not([hidden])"))
		}
	}
	page.saveCall(nil).want(200, "")
	if page.at == at {
		t.Error("what was typed is saved over what is damaged")
	}

	drop, restore := `form[action="`+at+`/abandon"]`, `form[action="`+at+`/retour"]`
	list := d.as("a.diallo").open("/appels").want(200, "/appels")
	if got := list.text("#miens + ul"); !strings.Contains(got, "illisible") {
		t.Errorf("the list says %q", got)
	}
	// Nobody gives up a colleague's before it is his.
	stranger := d.as("c.martin").post(at+"/abandon", nil)
	if n := ask[int](d, "select count(*) from calls where dropped_at is not null"); n != 0 {
		t.Fatalf("a colleague gives the call up: %d", stranger.status)
	}
	list.submit(drop, nil).want(200, "/appels")
	list.post(at+"/abandon", nil).want(200, "/appels") // a double press
	if list.doc.Find(drop).Length() != 0 || list.doc.Find(restore).Length() != 1 {
		t.Errorf("given up, the list says %q", list.text("main"))
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'call.drop_unopened' and actor = $1", d.staffID("a.diallo")); n != 1 {
		t.Errorf("giving it up is audited %d times", n)
	}
	list.submit(restore, nil).want(http.StatusConflict, at)
	if list.open("/appels"); list.doc.Find(drop).Length() != 1 {
		t.Errorf("taken back, the list says %q", list.text("main"))
	}
}
