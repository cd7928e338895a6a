package pages_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/factor"
	"recueil/internal/secret"
)

// closedRoutes are pages and acts of every kind that a half-open session must not
// reach.
var closedRoutes = []string{
	"GET /file", "GET /file/arrivees?depuis=1:1:", "GET /seance", "GET /compte/sessions", "POST /compte/sessions", "GET /compte/cle",
	"GET /comptes", "GET /cles", "GET /journal", "GET /verifications", "POST /verifications/0190a1b2-0000-7000-8000-000000000001/accord",
}

func (b *browser) ask(route string) *browser {
	b.t.Helper()
	if path, get := strings.CutPrefix(route, "GET "); get {
		return b.open(path)
	}
	return b.post(strings.TrimPrefix(route, "POST "), nil)
}

// app makes the factor of a member's first log-in and returns what his app would
// show from then on.
func (d *desk) app(login string) func() string {
	d.t.Helper()
	b := d.browser().givePassphrase(login, passphrase).want(200, "/compte/verification")
	shared := secret.Text(b.text("#secret"))
	b.enrol(login)
	return func() string {
		code, _, err := factor.CodeNow(shared, d.clock.Now())
		if err != nil {
			d.t.Fatal(err)
		}
		return code
	}
}

func (d *desk) counted(action, detail string) int {
	d.t.Helper()
	return ask[int](d, "select count(*) from audit_events where action = $1 and detail = $2", action, detail)
}

func TestWhoHasNoFactorMakesOneBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.browser().open(path(r)).want(http.StatusUnauthorized, "").givePassphrase("a.diallo", passphrase)
	if b.at != "/compte/verification?retour="+url.QueryEscape(path(r)) || b.text("h1") != "Protéger votre compte" {
		t.Fatalf("the first log-in leads to %s, %q", b.at, b.text("h1"))
	}
	if b.doc.Find(".qr svg path").Length() != 1 || b.doc.Find("nav, .who").Length() > 0 {
		t.Error("the page shows no picture, or a way around it")
	}
	for _, route := range append(closedRoutes, "GET "+path(r)) {
		if b.ask(route); b.status == 200 && !strings.HasPrefix(b.at, "/compte/verification") || strings.Contains(b.body, "Léa") {
			t.Errorf("%s answers %d at %s", route, b.status, b.at)
		}
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'login' or action like 'report.%'"); n != 0 {
		t.Errorf("%d lines of somebody at work", n)
	}
	b.open("/compte/verification?retour=" + url.QueryEscape(path(r)))
	half, shared := b.token, b.text("#secret")
	b.submit(appForm, url.Values{"code": {"000000"}}).want(http.StatusUnprocessableEntity, "")
	if b.text("#secret") != shared || b.text(".error-summary li") == "" {
		t.Error("after a wrong code the secret is another one, or nothing is said")
	}
	b.enrol("a.diallo").want(200, path(r))
	if b.token == half || !strings.Contains(b.body, "Léa") {
		t.Error("the token stayed, or the page that was asked for is not shown")
	}
	old := d.browser()
	old.header.Set("Cookie", "__Host-bureau="+half)
	old.open("/file").want(http.StatusUnauthorized, "")
	if d.counted("factor.enrolled", "app") != 1 || d.counted("login", "app") != 1 {
		t.Error("the enrolment or the log-in is not audited")
	}
	for _, part := range []string{shared, strings.ReplaceAll(shared, " ", ""), d.codes["a.diallo"][0]} {
		if strings.Contains(d.log.String(), part) {
			t.Error("the log holds a secret")
		}
	}
}

func TestAHalfOpenSessionLeadsToTheSecondStepOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	d.app("a.diallo")
	b := d.browser().givePassphrase("a.diallo", passphrase).want(200, "/connexion/verification")
	for _, route := range append(closedRoutes, "GET "+path(r), "GET /compte/verification", "POST /compte/verification/application", "POST /compte/verification/codes") {
		if b.ask(route); b.status == 200 && b.at != "/connexion/verification" && b.doc.Find(codeForm).Length() == 0 || strings.Contains(b.body, "Léa") || b.doc.Find("#secret").Length() > 0 {
			t.Errorf("%s answers %d at %s", route, b.status, b.at)
		}
	}
	d.clock.Add(11 * time.Minute)
	b.open("/connexion/verification").want(http.StatusUnauthorized, "")
	if b.doc.Find("#passphrase").Length() == 0 {
		t.Error("the second step waits for more than ten minutes")
	}
}

func TestACodeOfTheAppIsTakenOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	app := d.app("a.diallo")
	d.clock.Add(time.Minute)
	code := app()
	first, second := d.browser().givePassphrase("a.diallo", passphrase), d.browser().givePassphrase("a.diallo", passphrase)
	first.submit(codeForm, url.Values{"code": {code}}).want(200, "/file")
	second.submit(codeForm, url.Values{"code": {code}}).want(http.StatusUnprocessableEntity, "/connexion/verification")
	if !strings.Contains(second.text(".error-summary"), "déjà servi") || d.counted("login.failed", "factor_used.app") != 1 {
		t.Errorf("a replayed code reads %q", second.text(".error-summary"))
	}
	second.submit(codeForm, url.Values{"code": {"000000"}}).want(http.StatusUnprocessableEntity, "")
	if got := d.as("j.moreau").open("/journal?quoi=login.failed").text(".trail"); !strings.Contains(got, "code de l’application, refusé") {
		t.Errorf("the trail says %q", got)
	}
	if d.counted("login.failed", "factor_wrong.app") != 1 {
		t.Error("a wrong code is not audited")
	}
	d.clock.Add(30 * time.Second)
	second.submit(codeForm, url.Values{"code": {app()}}).want(200, "/file")
}

func TestTwoAtOnceDoNotShareACode(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	app := d.app("a.diallo")
	d.clock.Add(time.Minute)
	var all []*browser
	for range 4 {
		all = append(all, d.browser().givePassphrase("a.diallo", passphrase))
	}
	// All have read the book before the first one writes into it.
	held, err := d.db.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback(t.Context())
	if _, err := held.Exec(t.Context(), "select from staff_factors for update"); err != nil {
		t.Fatal(err)
	}
	came := make(chan string)
	for _, b := range all {
		go func() { came <- b.submit(codeForm, url.Values{"code": {app()}}).at }()
	}
	waiting := func() int {
		return ask[int](d, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
	}
	for range 1000 {
		if waiting() == len(all) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := waiting(); n != len(all) {
		t.Fatalf("%d wait for the book", n)
	}
	if err := held.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	let := 0
	for range all {
		if <-came == "/file" {
			let++
		}
	}
	if let != 1 {
		t.Errorf("one code let %d in", let)
	}
}

func TestABackupCodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.app("a.diallo")
	code := d.codes["a.diallo"][4]
	d.browser().givePassphrase("a.diallo", passphrase).submit(codeForm, url.Values{"code": {strings.ToLower(code)}}).want(200, "/file")
	again := d.browser().givePassphrase("a.diallo", passphrase).submit(codeForm, url.Values{"code": {code}})
	again.want(http.StatusUnprocessableEntity, "/connexion/verification")
	if d.counted("login", "backup_code") != 1 || d.counted("login.failed", "factor_wrong.backup_code") != 1 {
		t.Error("the use, or the second use, is not audited")
	}
	another := d.codes["a.diallo"][5]
	other := d.browser().givePassphrase("c.martin", passphrase).enrol("c.martin")
	other.submit(`form[action="/deconnexion"]`, nil)
	d.browser().givePassphrase("c.martin", passphrase).submit(codeForm, url.Values{"code": {another}}).want(http.StatusUnprocessableEntity, "")
	again.submit(codeForm, url.Values{"code": {another}}).want(200, "/file")
}

func TestFiveWrongCodesAskForThePassphraseAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	app := d.app("a.diallo")
	d.clock.Add(time.Minute)
	b := d.browser().givePassphrase("a.diallo", passphrase)
	for range 5 {
		b.submit(codeForm, url.Values{"code": {"000000"}}).want(http.StatusUnprocessableEntity, "/connexion/verification")
	}
	d.clock.Add(30 * time.Second)
	if b.submit(codeForm, url.Values{"code": {app()}}); b.doc.Find("#passphrase").Length() == 0 || !strings.Contains(b.text(".error-summary"), "phrase de passe") {
		t.Errorf("a sixth code answers %d %q", b.status, b.text("main"))
	}
	b.open("/file").want(http.StatusUnauthorized, "")
	// Who starts over finds that the wait went on growing.
	b = d.browser().givePassphrase("a.diallo", passphrase)
	b.submit(codeForm, url.Values{"code": {app()}}).want(http.StatusTooManyRequests, "/connexion/verification")
	d.clock.Add(30 * time.Second)
	b.submit(codeForm, url.Values{"code": {app()}}).want(200, "/file")
}

// Somebody who writes the database, and knows a member's passphrase, tries to get
// past his second factor.
func TestWhoWritesTheDatabaseGetsPastNoFactor(t *testing.T) {
	t.Parallel()
	for name, attack := range map[string]func(*desk){
		"takes it away": func(d *desk) { d.exec("delete from staff_factors where staff_id = $1", d.staffID("a.diallo")) },
		"cuts it": func(d *desk) {
			d.exec("update staff_factors set sealed = substring(sealed from 1 for 60) where staff_id = $1", d.staffID("a.diallo"))
		},
		"puts in another's": func(d *desk) {
			d.exec("update staff_factors set sealed = (select sealed from staff_factors where staff_id = $2) where staff_id = $1", d.staffID("a.diallo"), d.staffID("c.martin"))
		},
		"sets it back": func(d *desk) {
			d.exec("update staff_factors set sealed = (select b from kept) where staff_id = $1", d.staffID("a.diallo"))
		},
		"and the revision, too": func(d *desk) {
			d.exec("update staff_factors set sealed = (select b from kept), revision = 1 where staff_id = $1", d.staffID("a.diallo"))
		},
		"seals one, with a line": func(d *desk) { d.plantWithLine("a.diallo") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.as("c.martin")
			d.app("a.diallo")
			d.exec("create table kept as select sealed as b from staff_factors where staff_id = $1", d.staffID("a.diallo"))
			code := d.codes["a.diallo"][0]
			d.browser().givePassphrase("a.diallo", passphrase).submit(codeForm, url.Values{"code": {code}}).want(200, "/file") // used up
			attack(d)
			b := d.browser().givePassphrase("a.diallo", passphrase)
			if b.status == 200 && b.doc.Find(codeForm).Length() > 0 {
				b.submit(codeForm, url.Values{"code": {code}})
			}
			if b.want(http.StatusForbidden, ""); b.doc.Find(appForm).Length() > 0 || !strings.Contains(b.text("h1"), "a été changée") {
				t.Errorf("the page says %q", b.text("h1"))
			}
			b.open("/file").want(http.StatusUnauthorized, "")
			if d.counted("factor.refused", "") != 1 {
				t.Error("it is not audited")
			}
		})
	}
}

// plantWithLine seals a book of the attacker's own, under a key that he has, and adds
// the line that the trail would have of it.
func (d *desk) plantWithLine(login string) {
	d.t.Helper()
	d.exec("update staff_factors set sealed = decode(repeat('5a', 300), 'hex') where staff_id = $1", d.staffID(login))
	d.exec("select audit_append(now(), $1, 'factor.changed', 'factor', $2, sha256(decode(repeat('5a', 300), 'hex')), 'app')", d.staffID(login), d.staffID(login).String())
}

func TestNothingOfASecondFactorLiesInTheDatabase(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.browser().givePassphrase("a.diallo", passphrase)
	shared := strings.ReplaceAll(b.text("#secret"), " ", "")
	dump := func() string {
		return ask[string](d, "select string_agg(x::text, ' ') from (select encode(sealed, 'escape') as x from staff_factors union all select encode(sealed_pending, 'escape') || encode(sealed_identity, 'escape') from sessions union all select detail from audit_events) all_there")
	}
	waiting := dump()
	b.enrol("a.diallo")
	for _, part := range append(slices.Clone(d.codes["a.diallo"]), shared, "otpauth") {
		if strings.Contains(waiting+dump(), part) {
			t.Errorf("the database holds %s", part)
		}
	}
}

func TestChangesOfAFactorWantThePassphrase(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").open("/compte/verification?application=1").want(200, "")
	shared := secret.Text(b.text("#secret"))
	d.clock.Add(time.Minute)
	code := func() string {
		shown, _, err := factor.CodeNow(shared, d.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return shown
	}
	b.submit(appForm, url.Values{"code": {code()}, "passphrase": {"une autre phrase de passe"}}).want(http.StatusUnprocessableEntity, "")
	if got := b.doc.Find("[aria-invalid]").AttrOr("id", "") + " " + b.doc.Find(".error-summary a").AttrOr("href", "") + " " + b.doc.Find(".field-error").AttrOr("id", ""); got != "phrase-app #phrase-app phrase-app-erreur" {
		t.Errorf("the wrong passphrase is shown at %q", got)
	}
	if n := ask[int](d, "select revision from staff_factors"); n != 1 {
		t.Error("the app was replaced without the passphrase")
	}
	b.submit(appForm, url.Values{"code": {code()}, "passphrase": {passphrase}}).want(200, "/compte/verification")
	if d.counted("factor.changed", "app") != 1 {
		t.Error("the change is not audited")
	}
	old := d.codes["a.diallo"][0]
	b.submit(`form[action="/compte/verification/codes"]`, url.Values{"passphrase": {passphrase}}).want(200, "/compte/verification/codes")
	fresh := b.texts(".codes li")
	if len(fresh) != 10 || slices.Contains(fresh, old) {
		t.Errorf("the new codes are %q", fresh)
	}
	other := d.browser().givePassphrase("a.diallo", passphrase)
	other.submit(codeForm, url.Values{"code": {old}}).want(http.StatusUnprocessableEntity, "")
	d.clock.Add(30 * time.Second)
	other.submit(codeForm, url.Values{"code": {code()}}).want(200, "/file")
}
