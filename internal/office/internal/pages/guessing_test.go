package pages_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// guess tries a wrong passphrase and returns how long the answer says to wait.
func (b *browser) guess(login string) (wait time.Duration) {
	b.t.Helper()
	b.post("/connexion", url.Values{"login": {login}, "passphrase": {"une autre phrase de passe"}})
	seconds, _ := strconv.Atoi(b.answer.Get("Retry-After"))
	return time.Duration(seconds) * time.Second
}

func TestGuessingGetsSlowerForNamesOfAllKinds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var waits [2][]time.Duration
	for i, login := range []string{"a.diallo", "z.zidane"} {
		b := d.browser()
		for range 5 {
			if wait := b.guess(login); wait != 0 {
				t.Fatalf("%s waits %s for what anybody may mistype", login, wait)
			}
		}
		for range 8 {
			wait := b.guess(login)
			if b.status != http.StatusTooManyRequests || wait <= 0 {
				t.Fatalf("%s is answered %d", login, b.status)
			}
			waits[i] = append(waits[i], wait)
			d.clock.Add(wait)
			if b.guess(login); b.status != http.StatusUnprocessableEntity {
				t.Fatalf("after waiting, %s is answered %d", login, b.status)
			}
		}
	}
	for n, wait := range waits[0] {
		if wait != waits[1][n] {
			t.Errorf("an unknown name waits %s, a known one %s", waits[1][n], wait)
		}
		if n > 0 && wait < waits[0][n-1] || wait > 30*time.Second {
			t.Errorf("the waits are %s", waits[0])
		}
	}
	if waits[0][0] > time.Second || waits[0][7] != 30*time.Second {
		t.Errorf("the waits are %s", waits[0])
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'login.failed'"); n != 2*13 {
		t.Errorf("%d failures are audited", n)
	}
}

func TestGuessingElsewhereDelaysNobodyOnAKnownDevice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	victim := d.as("a.diallo")
	victim.submit(`form[action="/deconnexion"]`, nil)
	attacker := d.browser()
	for range 6 {
		attacker.guess("a.diallo")
	}
	if wait := attacker.guess("a.diallo"); wait == 0 {
		t.Fatal("nobody is delayed")
	}
	victim.logIn("a.diallo", passphrase).want(200, "/file")

	// A known device is no way to guess without end, nor one to another's account.
	victim.submit(`form[action="/deconnexion"]`, nil)
	for range 5 {
		victim.guess("a.diallo")
	}
	if wait := victim.guess("a.diallo"); wait == 0 {
		t.Error("on a known device guessing is free")
	}
	for range 5 {
		victim.guess("c.martin")
	}
	if wait := victim.guess("c.martin"); wait == 0 {
		t.Error("on a known device guessing another's passphrase is free")
	}
	d.clock.Add(30 * time.Second)
	stranger := d.browser().givePassphrase("a.diallo", passphrase)
	if stranger.doc.Find(codeForm).Length() == 0 {
		t.Errorf("after half a minute a right passphrase is answered %d", stranger.status)
	}
}

// A known device is for the account alone, whatever its cookie says.
func TestAForgedMarkOfADeviceIsNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.as("a.diallo")
	b := d.browser()
	b.header.Set("Cookie", "__Host-appareil=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	for range 6 {
		b.guess("a.diallo")
	}
	b.header.Set("Cookie", "__Host-appareil=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA")
	if b.guess("a.diallo"); b.status != http.StatusTooManyRequests {
		t.Errorf("another mark is answered %d", b.status)
	}
}
