package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

func TestLogInOpensASessionThatOnlyTheCookieHolds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.browser().logIn("A.Diallo ", passphrase).want(200, "/file")
	cookie := b.cookie
	if cookie == nil || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.MaxAge != 0 {
		t.Fatalf("the session's cookie is %v", cookie)
	}
	if got := b.text(".who"); got != "Awa Diallo écoutant" {
		t.Errorf("the page says who is there: %q", got)
	}
	if n := ask[int](d, "select count(*) from sessions where position($1 in encode(id, 'escape') || encode(sealed_identity, 'escape')) > 0", cookie.Value); n != 0 {
		t.Error("the database holds the token of the session")
	}
	if got := ask[string](d, "select actor::text from audit_events where action = 'login'"); got != d.staffID("a.diallo").String() {
		t.Errorf("the log-in is audited for %s", got)
	}
}

func TestNobodyLearnsWhetherAnAccountExists(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.exec("update staff set disabled_at = now() where login = 'n.roche'")
	answers := map[string]string{}
	for name, given := range map[string][2]string{
		"a wrong passphrase": {"a.diallo", "lampe tilleul marée boutons"}, "an unknown name": {"z.zidane", passphrase},
		"an empty passphrase": {"c.martin", ""}, "a disabled account": {"n.roche", passphrase},
		"a NUL, which is no text": {"a.diallo\x00", passphrase}, "bytes that are no text": {"a.diallo\xff", passphrase},
	} {
		b := d.browser().logIn(given[0], given[1]).want(http.StatusUnprocessableEntity, "/connexion")
		if strings.Contains(name, "no text") {
			if got, want := b.text(".error-summary li"), "L’identifiant et la phrase de passe ne vont pas ensemble. Vérifiez les deux, puis réessayez."; got != want {
				t.Errorf("%s answers %q", name, got)
			}
			continue
		}
		if b.token != "" || len(b.answer["Set-Cookie"]) > 0 {
			t.Errorf("%s got a cookie", name)
		}
		answers[strings.ReplaceAll(b.body, `value="`+given[0]+`"`, `value="…"`)] += name + ", "
		if got := b.doc.Find("#login").AttrOr("value", ""); got != given[0] {
			t.Errorf("%s: the name typed was not kept: %q", name, got)
		}
		if !strings.HasPrefix(b.text("title"), "Erreur") || b.text(".error-summary li") == "" {
			t.Errorf("%s: the page does not say that it failed: %q", name, b.text("title"))
		}
		if strings.Contains(b.body, passphrase) {
			t.Errorf("%s: the page repeats the passphrase", name)
		}
	}
	if len(answers) != 1 {
		for _, names := range answers {
			t.Errorf("a page of its own for %s", names)
		}
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'login.failed'"); n != 6 {
		t.Errorf("%d failures are audited, want 6", n)
	}
	if strings.Contains(d.log.String(), "tilleul") {
		t.Error("the log holds a passphrase")
	}
}

func TestTheLogInLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, address := range []string{"https://exemple.invalid/", "//exemple.invalid", "/\\exemple.invalid", "/deconnexion", "/file?vue=x\r\nSet-Cookie: a=b"} {
		b := d.browser().open("/connexion?retour=" + url.QueryEscape(address))
		if b.doc.Find(`input[name="return"]`).Length() != 0 {
			t.Errorf("the form returns to %q", address)
		}
	}
	b := d.browser().open("/file?vue=en-retard").want(http.StatusUnauthorized, "")
	if got := b.text(".notice"); got != "Connectez-vous pour ouvrir cette page." {
		t.Errorf("a first visit reads %q", got)
	}
	b.logIn("a.diallo", passphrase).want(200, "/file?vue=en-retard")
	if got := b.doc.Find("[data-expired] a").AttrOr("href", ""); got != "/connexion?retour=%2ffile%3fvue%3den-retard" {
		t.Errorf("once its session is over, the page leads to %q", got)
	}
	for _, address := range []string{"//exemple.invalid", "https://exemple.invalid/", "/file\n//exemple.invalid", "/deconnexion"} {
		forged := d.browser().post("/connexion", url.Values{"login": {"a.diallo"}, "passphrase": {passphrase}, "return": {address}}).want(200, "/connexion/verification")
		if forged.post("/connexion/verification", url.Values{"code": {d.code("a.diallo")}, "return": {address}}); forged.at != "/file" {
			t.Errorf("a forged return leads to %s", forged.at)
		}
	}
}

func TestLoggingOutEndsTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").want(200, "/file")
	token := b.token
	b.submit(`form[action="/deconnexion"]`, nil).want(200, "/connexion?fait=deconnexion")
	if got := b.text(".notice"); got != "Vous êtes déconnecté." {
		t.Errorf("after leaving the page says %q", got)
	}
	if n := ask[int](d, "select count(*) from sessions"); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	b.open("/file").want(http.StatusUnauthorized, "")
	stolen := d.browser()
	stolen.header.Set("Cookie", "__Host-bureau="+token)
	stolen.open("/file").want(http.StatusUnauthorized, "")
	if n := ask[int](d, "select count(*) from audit_events where action = 'logout' and actor is not null"); n != 1 {
		t.Errorf("logging out is audited %d times", n)
	}
}

func TestASessionEndsWhenNobodyIsThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for range 3 {
		d.clock.Add(14 * time.Minute)
		b.open("/file").want(200, "/file")
	}
	b.header.Set("X-Recueil-Background", "1")
	d.clock.Add(14 * time.Minute)
	b.open("/seance").want(http.StatusNoContent, "")
	d.clock.Add(2 * time.Minute)
	b.open("/seance").want(http.StatusUnauthorized, "") // what the page asks by itself keeps nothing alive
	if b.body != "" {
		t.Errorf("a background request gets a page: %q", b.body)
	}
	b.header.Del("X-Recueil-Background")
	b.open("/file").want(http.StatusUnauthorized, "")
	if got := b.text("h1"); got != "Session verrouillée" {
		t.Errorf("the page says %q", got)
	}
}

func TestASessionEndsAfterTwelveHoursInAnyCase(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for range 12*6 - 1 {
		d.clock.Add(10 * time.Minute)
		b.open("/seance").want(http.StatusNoContent, "")
	}
	d.clock.Add(10 * time.Minute)
	b.open("/seance").want(http.StatusUnauthorized, "")
}

func TestARoleThatReadsNothingIsToldWhatItMay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	d.as("k.petit").want(200, "/comptes")
	b := d.as("p.blanc").want(http.StatusForbidden, "/file")
	if got := b.text("main"); !strings.Contains(got, "Cette page ne fait pas partie de votre rôle") || !strings.Contains(got, "chiffres") {
		t.Errorf("the statistician reads %q", got)
	}
	b = d.as("j.moreau").want(200, "/journal")
	if b.doc.Find(`nav a[href="/file"]`).Length() != 0 {
		t.Error("the auditor is led to the queue")
	}
	for _, refused := range []string{path(r), "/file/arrivees?depuis=1:1:"} {
		if b.open(refused).want(http.StatusForbidden, ""); strings.Contains(b.body, "Léa") {
			t.Errorf("%s shows a report to the auditor", refused)
		}
	}
	for _, act := range []string{"/prise-en-charge", "/cloture", "/bail"} {
		b.post(path(r)+act, url.Values{"version": {"1"}}).want(http.StatusForbidden, "")
	}
	if n := ask[int](d, "select count(*) from audit_events where action like 'report.%' and action <> 'report.out_of_reach'"); n != 0 {
		t.Errorf("%d acts on reports are audited", n)
	}
}

func TestWhoIsNotAdmittedReadsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("n.roche").want(200, "/file")
	if got := b.text("main"); !strings.Contains(got, "Votre clé n’ouvre encore aucune équipe") || strings.Contains(got, "Rien n’attend") {
		t.Errorf("the queue of somebody without a key says %q", got)
	}
	b.open(path(r)).want(http.StatusNotFound, "")
	b.post(path(r)+"/prise-en-charge", url.Values{"version": {"1"}}).want(http.StatusNotFound, "")
}

func TestAWithdrawnKeyEndsReadingAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").open(path(r)).want(200, "")
	d.exec("delete from team_key_wraps where staff_id = $1", d.staffID("a.diallo"))
	b.open(path(r)).want(http.StatusNotFound, "")
}

// young is what a girl of 14 writes who must not be called.
func young() report.Answers {
	return report.Answers{
		DangerNow: report.No, Reporter: report.Reporter{Profile: report.ProfileSelf},
		Situation: report.Situation{Story: "Il lit mes messages. Je n’ose pas rentrer.", Dangers: []report.Danger{report.DangerPsychologicalViolence}},
		Children:  []report.Child{{FirstName: "Léa", Age: "14"}},
		Place:     report.Place{Department: "59", ChildNow: "au collège"},
		Suspects:  []report.Suspect{{Relation: "step_parent", LivesWithChild: report.Yes, HasAccessNow: report.Yes}},
		Contact:   report.Contact{Channel: report.ContactChannelMailbox},
	}
}
