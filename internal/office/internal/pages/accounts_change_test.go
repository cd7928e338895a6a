package pages_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// act opens the page of an act on an account and presses its button.
func (b *browser) act(login, act string, values url.Values) *browser {
	b.t.Helper()
	b.open("/comptes/"+b.desk.staffID(login).String()+"/"+act).want(200, "")
	if b.doc.Find(".follows li").Length() == 0 {
		b.t.Errorf("%s does not say what follows", b.at)
	}
	return b.submit("main form", values)
}

func TestADisabledMemberIsOutAtOnceAndComesBackThroughACoordinator(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	member, admin := d.as("a.diallo"), d.as("k.petit")
	member.open(path(r)).want(200, "")
	admin.act("a.diallo", "fermeture", nil).want(200, "/comptes/"+d.staffID("a.diallo").String())
	if got := admin.text(".head .badge"); got != "fermé" {
		t.Errorf("the account is %q", got)
	}
	member.open(path(r)).want(http.StatusUnauthorized, "")
	d.browser().logIn("a.diallo", passphrase).want(http.StatusUnprocessableEntity, "")
	if n := ask[int](d, "select count(*) from team_key_wraps where staff_id = $1", d.staffID("a.diallo")); n != 0 {
		t.Errorf("%d keys are left", n)
	}
	admin.open("/comptes/"+d.staffID("a.diallo").String()+"/fermeture").want(http.StatusConflict, "")

	admin.act("a.diallo", "retour", url.Values{"role": {"agent"}, "team": {"plateau"}}).want(200, "")
	if got := admin.text(".head .badge"); got != "attend sa clé" {
		t.Errorf("the account is %q", got)
	}
	back := d.browser().logIn("a.diallo", passphrase).want(200, "/file")
	if got := back.text("h1"); got != "Votre compte attend sa clé" {
		t.Errorf("back again: %q", got)
	}
	back.open(path(r)).want(http.StatusNotFound, "")
	d.as("c.martin").admits("a.diallo")
	back.open(path(r)).want(200, "")
	for _, action := range []string{"staff.disabled", "staff.reinstated", "staff.admitted"} {
		if d.audited(action) != 1 {
			t.Errorf("%s is audited %d times", action, d.audited(action))
		}
	}
}

func TestAChangeOfRoleTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	member, admin := d.as("a.diallo"), d.as("k.petit")
	admin.act("a.diallo", "role", url.Values{"role": {"follow_up"}, "team": {"plateau"}}).want(200, "")
	member.open(path(r)).want(200, "") // still reads, with the same key
	member.post(path(r)+"/prise-en-charge", url.Values{"version": {"1"}}).want(http.StatusForbidden, "")
	admin.act("a.diallo", "role", url.Values{"role": {"statistician"}, "team": nil}).want(200, "")
	member.open(path(r)).want(http.StatusForbidden, "")
	if n := ask[int](d, "select count(*) from team_key_wraps where staff_id = $1", d.staffID("a.diallo")); n != 0 {
		t.Errorf("who reads no more holds %d keys", n)
	}
	admin.act("a.diallo", "role", url.Values{"role": {"agent"}, "team": {"plateau"}}).want(200, "")
	member.open(path(r)).want(http.StatusNotFound, "")
	d.as("c.martin").admits("a.diallo")
	member.open(path(r)).want(200, "")
	if n := d.audited("staff.assigned"); n != 3 {
		t.Errorf("%d changes are audited", n)
	}
}

func TestTheLastCoordinatorStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit")
	id := d.staffID("c.martin").String()
	if admin.open("/comptes/"+id+"/fermeture").want(200, ""); admin.doc.Find("main form").Length() != 0 || !strings.Contains(admin.text(".notice.is-warning"), "Plateau") {
		t.Errorf("the page lets the last one go: %q", admin.text("main"))
	}
	admin.post("/comptes/"+id+"/fermeture", nil).want(http.StatusConflict, "")
	for _, place := range []url.Values{{"role": {"agent"}, "team": {"plateau"}}, {"role": {"auditor"}}} {
		admin.post("/comptes/"+id+"/role", place).want(http.StatusConflict, "")
		if !strings.Contains(admin.text(".error-summary"), "personne d’autre ne tiendrait la clé") {
			t.Errorf("the refusal says %q", admin.text(".error-summary"))
		}
	}
	if got := ask[string](d, "select role from staff where login = 'c.martin' and disabled_at is null"); got != "coordinator" {
		t.Errorf("the role is now %s", got)
	}
	if n := d.audited("staff.disabled.refused") + d.audited("staff.assigned.refused"); n != 3 {
		t.Errorf("%d refusals are audited", n)
	}
	// A coordinator who only waits for the key is no second one; one who holds it is.
	d.join("l.faure", d.invite(admin, "l.faure", "Lou Faure", "coordinator", "plateau"), chosen)
	admin.post("/comptes/"+id+"/fermeture", nil).want(http.StatusConflict, "")
	d.as("c.martin").admits("l.faure")
	admin.post("/comptes/"+id+"/fermeture", nil).want(200, "")
	if !ask[bool](d, "select disabled_at is not null from staff where login = 'c.martin'") {
		t.Error("the account is still open")
	}
}

func TestNobodyChangesHisOwnAccount(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit")
	own := "/comptes/" + d.staffID("k.petit").String()
	if admin.open(own).want(200, ""); admin.doc.Find(".acts a").Length() != 0 {
		t.Error("one's own account offers acts")
	}
	for _, act := range []string{"role", "phrase", "fermeture"} {
		admin.open(own+"/"+act).want(http.StatusForbidden, "")
		admin.post(own+"/"+act, url.Values{"role": {"coordinator"}, "team": {"plateau"}}).want(http.StatusForbidden, "")
	}
	if got := ask[string](d, "select role from staff where login = 'k.petit' and disabled_at is null"); got != "account_administrator" {
		t.Errorf("the administrator is now %s", got)
	}
}

func TestAForgottenPassphraseLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	member, admin := d.as("a.diallo"), d.as("k.petit")
	oldWords := member.open("/compte/cle").want(200, "").texts(".words li")
	code := admin.act("a.diallo", "phrase", nil).want(200, "").code()
	member.open(path(r)).want(200, "") // the old passphrase goes on until the code is used
	if again := d.comeWith("a.diallo", code, chosen).want(200, ""); again.text("h1") != "Votre compte est prêt" {
		t.Fatalf("the code opens nothing: %q", again.text("main"))
	}
	member.open(path(r)).want(http.StatusUnauthorized, "") // all sessions are closed
	if n := ask[int](d, "select count(*) from team_key_wraps where staff_id = $1", d.staffID("a.diallo")); n != 0 {
		t.Errorf("%d old keys are left", n)
	}
	d.browser().logIn("a.diallo", passphrase).want(http.StatusUnprocessableEntity, "")
	back := d.browser().logIn("a.diallo", chosen).want(200, "/file") // with a new factor: the old one opened with the old key
	if got := back.text("h1"); got != "Votre compte attend sa clé" {
		t.Errorf("back again: %q", got)
	}
	if newWords := back.texts(".words li"); slices.Equal(newWords, oldWords) || len(newWords) != 6 {
		t.Errorf("the new key has the words %q", newWords)
	}
	d.as("c.martin").admits("a.diallo")
	if back.open(path(r)).want(200, ""); !strings.Contains(back.body, "Léa") {
		t.Error("the old report is lost")
	}
	for _, action := range []string{"staff.reset_opened", "staff.passphrase_reset", "factor.reset"} {
		if d.audited(action) != 1 {
			t.Errorf("%s is audited %d times", action, d.audited(action))
		}
	}
	d.comeWith("a.diallo", code, chosen+" encore").want(422, "")
}

func TestACodeForANewPassphraseCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit")
	first := admin.act("a.diallo", "phrase", nil).want(200, "").code()
	second := admin.act("a.diallo", "phrase", nil).want(200, "").code()
	if got := d.comeWith("a.diallo", first, chosen).want(422, "").text(".error-summary"); !strings.Contains(got, "retiré") {
		t.Errorf("the first of two codes: %q", got)
	}
	admin.act("a.diallo", "retrait", nil).want(200, "")
	d.comeWith("a.diallo", second, chosen).want(422, "")
	d.as("a.diallo").want(200, "/file")
}

func TestALostInvitationIsMadeAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit")
	first := d.invite(admin, "l.faure", "Lou Faure", "agent", "plateau")
	id := ask[string](d, "select id::text from invitations")
	second := admin.open("/comptes/"+id+"/code").want(200, "").submit("main form", nil).want(200, "").code()
	d.comeWith("l.faure", first, chosen).want(422, "")
	d.join("l.faure", second, chosen).want(200, "/file")
}

func TestTheLastCoordinatorWhoForgotIsToldAboutTheSafe(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit").open("/comptes/"+d.staffID("c.martin").String()+"/phrase").want(200, "")
	if got := admin.text(".notice.is-warning"); !strings.Contains(got, "clé de secours du coffre") || !strings.Contains(got, "Plateau") {
		t.Errorf("the page warns %q", got)
	}
}

// Every act of every screen, by every role: who may not gets nothing done.
func TestScreensOfAccountsAskTheTableOfRoles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	some := d.staffID("s.leroy").String()
	screens := map[string][]string{
		"k.petit":  {"GET /comptes", "GET /comptes/inviter", "GET /comptes/" + some, "GET /comptes/" + some + "/role", "GET /comptes/" + some + "/phrase", "GET /comptes/" + some + "/fermeture"},
		"c.martin": {"GET /cles"}, "j.moreau": {"GET /journal", "GET /journal/export", "POST /journal/verification"}, "a.diallo": nil, "s.leroy": nil, "p.blanc": nil,
	}
	posts := []string{"POST /comptes/inviter", "POST /comptes/" + some + "/fermeture", "POST /comptes/" + some + "/role", "POST /comptes/" + some + "/phrase", "POST /comptes/" + some + "/retour",
		"POST /cles/" + some, "POST /cles/" + some + "/refus", "GET /cles/" + some}
	owner := map[string]string{"/comptes": "k.petit", "/cles": "c.martin"}
	for login := range screens {
		b := d.as(login)
		for whose, list := range screens {
			for _, request := range list {
				want := http.StatusForbidden
				if whose == login {
					want = 200
				}
				send(b, request).want(want, "")
			}
		}
		for _, request := range posts {
			_, path, _ := strings.Cut(request, " ")
			if prefix := "/" + strings.Split(path, "/")[1]; owner[prefix] == login {
				continue
			}
			send(b, request).want(http.StatusForbidden, "")
		}
	}
	for _, request := range posts {
		send(d.browser(), request).want(http.StatusUnauthorized, "")
	}
	if ask[bool](d, "select disabled_at is not null from staff where login = 's.leroy'") {
		t.Error("the account was shut by somebody who may not")
	}
}

func send(b *browser, request string) *browser {
	method, path, _ := strings.Cut(request, " ")
	if method == http.MethodGet {
		return b.open(path)
	}
	return b.post(path, url.Values{"role": {"agent"}, "team": {"plateau"}})
}
