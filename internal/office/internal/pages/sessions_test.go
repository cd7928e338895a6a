package pages_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	firefox       = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	firefoxNext   = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
	chromeAndroid = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)

func (b *browser) with(userAgent string) *browser {
	b.header.Set("User-Agent", userAgent)
	return b
}

func TestALockedSessionWantsThePassphraseAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	before, codes := b.token, len(d.codes["a.diallo"])
	d.clock.Add(16 * time.Minute)
	b.open("/file?vue=en-retard").want(http.StatusUnauthorized, "")
	if b.text("h1") != "Session verrouillée" || b.doc.Find("#login").AttrOr("value", "") != "a.diallo" {
		t.Errorf("the page says %q", b.text("h1"))
	}
	if n := ask[int](d, "select count(*) from sessions where sealed_identity is not null or sealed_pending is not null"); n != 0 {
		t.Error("the locked session still holds the identity")
	}
	b.submit("main form", url.Values{"passphrase": {"une autre phrase de passe"}}).want(http.StatusUnprocessableEntity, "")
	b.open("/file").want(http.StatusUnauthorized, "")
	b.logIn("a.diallo", passphrase).want(200, "/file")
	if len(d.codes["a.diallo"]) != codes || d.counted("login", "unlocked") != 1 {
		t.Error("the second factor was asked for again")
	}
	if b.token == before {
		t.Error("the token is the one of before")
	}
	stolen := d.browser()
	stolen.header.Set("Cookie", "__Host-bureau="+before)
	stolen.open("/file").want(http.StatusUnauthorized, "")
	if n := ask[int](d, "select count(*) from sessions"); n != 1 {
		t.Errorf("%d sessions are left", n)
	}
}

// Nobody comes back: the identity must not wait in the database for a cookie.
func TestAnAbandonedSessionIsLockedByItself(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.as("a.diallo")
	d.clock.Add(14 * time.Minute)
	working := d.as("c.martin")
	half := d.browser().givePassphrase("c.martin", passphrase)
	d.clock.Add(2 * time.Minute)
	left := func(state string) int {
		return ask[int](d, "select count(*) from sessions where "+state)
	}
	if left("sealed_identity is not null") != 3 {
		t.Fatal("an identity is gone before its time")
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { d.office.Tend(ctx); close(done) }()
	for range 500 {
		if left("sealed_identity is null and proof is not null") == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	<-done
	if left("sealed_identity is not null") != 2 {
		t.Errorf("%d identities are left", left("sealed_identity is not null"))
	}
	working.open("/file").want(200, "/file")
	half.submit(codeForm, url.Values{"code": {d.code("c.martin")}}).want(200, "/file")
}

func TestALockDoesNotLengthenADay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for range 3 {
		d.clock.Add(3*time.Hour + 59*time.Minute)
		b.open("/file").want(http.StatusUnauthorized, "")
		b.givePassphrase("a.diallo", passphrase).want(200, "/file")
	}
	d.clock.Add(4 * time.Minute)
	b.open("/file").want(http.StatusUnauthorized, "")
	if b.text("h1") == "Session verrouillée" {
		t.Error("the session is only locked after twelve hours")
	}
	if b.givePassphrase("a.diallo", passphrase); b.doc.Find(codeForm).Length() == 0 {
		t.Errorf("after twelve hours the passphrase alone leads to %s", b.at)
	}
}

func TestALockedSessionIsNobodyElses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.as("c.martin")
	b := d.as("a.diallo")
	d.clock.Add(16 * time.Minute)
	b.open("/file").want(http.StatusUnauthorized, "")
	if b.submit("main form", url.Values{"login": {"c.martin"}, "passphrase": {passphrase}}); b.doc.Find(codeForm).Length() == 0 {
		t.Errorf("the lock of another's session lets in: %s", b.at)
	}
}

// The passphrase of a half-open session must not make it whole, however often.
func TestAHalfOpenSessionIsNotOpenedByThePassphrase(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.as("a.diallo")
	b := d.browser().givePassphrase("a.diallo", passphrase)
	for range 2 {
		if b.open("/connexion").givePassphrase("a.diallo", passphrase); b.doc.Find(codeForm).Length() == 0 {
			t.Fatalf("the passphrase alone leads to %s", b.at)
		}
	}
	// Nor does an identity that is gone make it look locked.
	d.exec("update sessions set last_seen_at = last_seen_at - interval '1 hour'")
	if b.open("/connexion").givePassphrase("a.diallo", passphrase); b.doc.Find(codeForm).Length() == 0 {
		t.Fatalf("the passphrase alone leads to %s", b.at)
	}
}

func TestWhatIsTypedPassesBothSteps(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").open(path(r))
	b.submit(`form[action$="/prise-en-charge"]`, nil).want(200, path(r))
	const typed = "Appel rendu, la mère est prévenue.\n« Tout va mieux » <dit-elle>"
	for _, away := range []time.Duration{16 * time.Minute, 13 * time.Hour} {
		d.clock.Add(away)
		b.post(path(r)+"/cloture", url.Values{"version": {"2"}, "qualification": {"immediate_help"}, "reason": {typed}}).want(http.StatusUnauthorized, "")
		if strings.Contains(b.at, "mère") {
			t.Fatal("the address holds what was typed")
		}
		b.logIn("a.diallo", passphrase)
		got := strings.TrimPrefix(b.doc.Find("textarea[name=reason]").Text(), "\n")
		if got != typed || !b.doc.Find(`[value="immediate_help"]`).Is("[checked]") {
			t.Errorf("after %s it comes back as %q at %s", away, got, b.at)
		}
	}
}

func TestACookieFromAnotherKindOfBrowserIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	victim := d.browser().with(firefox).logIn("a.diallo", passphrase).want(200, "/file")
	victim.with(firefoxNext).open("/file").want(200, "/file") // an update
	for _, locked := range []bool{false, true} {
		if locked {
			victim.with(firefox).open("/connexion").logIn("a.diallo", passphrase).want(200, "/file")
			d.clock.Add(16 * time.Minute)
			victim.open("/file").want(http.StatusUnauthorized, "")
		}
		thief := d.browser().with(chromeAndroid)
		thief.header.Set("Cookie", "__Host-bureau="+victim.token)
		thief.open("/file").want(http.StatusUnauthorized, "")
		if thief.text("h1") == "Session verrouillée" || strings.Contains(thief.body, "a.diallo") {
			t.Error("the thief learns whose session it is")
		}
		thief.with(firefox).open("/file").want(http.StatusUnauthorized, "") // too late to look like the victim
	}
	if d.counted("session.refused", "chrome android") != 2 {
		t.Error("it is not audited")
	}
}

func TestOnesOwnSessionsAreListedAndClosed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.browser().with(chromeAndroid).logIn("a.diallo", passphrase).want(200, "/file")
	locked := d.browser().with(firefox).logIn("a.diallo", passphrase).want(200, "/file")
	d.as("c.martin")
	d.clock.Add(16 * time.Minute)
	b := d.browser().with(firefox).logIn("a.diallo", passphrase).want(200, "/file")
	b.open("/compte/sessions").want(200, "")
	rows := b.texts(".rows li")
	if len(rows) != 3 || !strings.HasPrefix(rows[0], "Firefox sur Linux cette session") || !strings.Contains(strings.Join(rows[1:], " "), "Chrome sur Android verrouillée") {
		t.Errorf("the sessions are %q", rows)
	}
	b.submit(`main form[action="/compte/sessions"]`, nil).want(200, "/compte/sessions")
	if rows := b.texts(".rows li"); len(rows) != 1 || b.doc.Find(`form[action="/compte/sessions"]`).Length() > 0 {
		t.Errorf("left are %q", rows)
	}
	for _, closed := range []*browser{other, locked} {
		closed.open("/file").want(http.StatusUnauthorized, "")
		if closed.givePassphrase("a.diallo", passphrase); closed.doc.Find(codeForm).Length() == 0 {
			t.Error("a closed session is opened by the passphrase alone")
		}
	}
	if d.counted("sessions.closed", "") != 1 || ask[int](d, "select count(*) from sessions where staff_id = $1", d.staffID("c.martin")) != 1 {
		t.Error("it is not audited, or another's sessions are gone")
	}
}

func TestTwoServersShareASession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	second := d.start()
	b.base = second.URL
	b.header.Set("Cookie", "__Host-bureau="+b.token) // the load balancer has one name for both
	b.open("/file").want(200, "/file")
	half := d.browser().givePassphrase("a.diallo", passphrase)
	half.base = second.URL
	half.header.Set("Cookie", "__Host-bureau="+half.token)
	half.submit(codeForm, url.Values{"code": {d.code("a.diallo")}})
	if d.counted("login", "backup_code") != 1 {
		t.Errorf("the second step on another server leads to %s", half.at)
	}
}
