package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What refers a situation is long to write: it waits over a log-in whole, on both sides.
func TestReferralFormsOutliveTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, mother())
	b := d.as("a.diallo").claim(r).open(path(r)+"/demande").want(200, "")
	long := strings.Repeat("Léa part le soir, un homme l’attend. ", 800)
	d.clock.Add(time.Hour)
	b.submit(referForm, url.Values{"reason": {"Écrit avant la fin"}, "text.situation.facts": {long}, "reread": {"1"}, "unit": {"cellule"}}).want(http.StatusUnauthorized, "")
	b.logIn("a.diallo", passphrase)
	if got := b.doc.Find(`[name="text.situation.facts"]`).Text(); !strings.HasPrefix(b.at, path(r)+"/demande") || strings.TrimSpace(got) != strings.TrimSpace(long) {
		t.Fatalf("after the log-in stands %s with %d bytes of %d", b.at, len(got), len(long))
	}
	if got := b.doc.Find("[name=reason]").Text(); !strings.Contains(got, "Écrit avant la fin") || b.text(".notice") == "" {
		t.Errorf("the reason is now %q", got)
	}
	b.submit(referForm, url.Values{"text.situation.facts": {"Léa part le soir."}}).want(200, path(r))

	address := "/demandes/" + ask[string](d, "select id::text from referrals")
	unit := d.as("t.colin").open(address)
	for _, form := range []string{"/refus", "/accord", "/retour"} {
		if form == "/accord" {
			unit.open(address).submit(`form[action$="/accord"]`, nil).want(200, "")
			unit.open(address)
			continue
		}
		d.clock.Add(time.Hour)
		unit.submit(`form[action$="`+form+`"]`, url.Values{"reason": {"Pas ici" + form}}).want(http.StatusUnauthorized, "")
		unit.logIn("t.colin", passphrase)
		if got := unit.doc.Find("#reason").Text(); !strings.HasPrefix(unit.at, address) || !strings.Contains(got, "Pas ici"+form) {
			t.Fatalf("%s: after the log-in stands %s: %q", form, unit.at, got)
		}
	}
	unit.submit(`form[action$="/retour"]`, nil).want(200, "/demandes")
}
