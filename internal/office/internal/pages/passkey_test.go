package pages_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// A securityKey is one in software: it answers as a browser with a key would.
type securityKey struct {
	t       *testing.T
	id      []byte
	private *ecdsa.PrivateKey
	counter uint32
	origin  string
}

func newSecurityKey(t *testing.T) *securityKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &securityKey{t: t, id: make([]byte, 16), private: private, origin: origin}
	rand.Read(k.id)
	return k
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// asked reads the page's question to the browser.
func (k *securityKey) asked(b *browser, kind string) (challenge, site string) {
	k.t.Helper()
	var options struct {
		Challenge string
		RPID      string `json:"rpId"`
		RP        struct{ ID string }
	}
	if err := json.Unmarshal([]byte(b.doc.Find(`form[data-passkey="`+kind+`"]`).AttrOr("data-options", "")), &options); err != nil {
		k.t.Fatalf("%s asks for no key to %s: %v", b.at, kind, err)
	}
	return options.Challenge, options.RPID + options.RP.ID
}

func (k *securityKey) clientData(kind, challenge string) []byte {
	raw, err := json.Marshal(map[string]any{"type": "webauthn." + kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return raw
}

func (k *securityKey) data(site string, flags byte) []byte {
	k.counter++
	hash := sha256.Sum256([]byte(site))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), k.counter)
}

// create answers the page that offers to make a key.
func (k *securityKey) create(b *browser) string {
	k.t.Helper()
	challenge, site := k.asked(b, "create")
	point, err := k.private.PublicKey.ECDH()
	if err != nil {
		k.t.Fatal(err)
	}
	xy := point.Bytes()[1:]
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: xy[:32], -3: xy[32:]})
	if err != nil {
		k.t.Fatal(err)
	}
	data := append(k.data(site, 0x41), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), public...)
	attestation, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]any{"clientDataJSON": b64(k.clientData("create", challenge)), "attestationObject": b64(attestation)})
}

// get answers the page that asks for a key.
func (k *securityKey) get(b *browser) string {
	k.t.Helper()
	challenge, site := k.asked(b, "get")
	client, data := k.clientData("get", challenge), k.data(site, 0x01)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)})
}

func (k *securityKey) answer(response map[string]any) string {
	raw, err := json.Marshal(map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response})
	if err != nil {
		k.t.Fatal(err)
	}
	return string(raw)
}

const (
	newKeyForm = `form[data-passkey="create"]`
	keyForm    = `form[data-passkey="get"]`
)

// withKey makes a security key the only factor of a member at his first log-in.
func (d *desk) withKey(login string) *securityKey {
	d.t.Helper()
	k := newSecurityKey(d.t)
	b := d.browser().givePassphrase(login, passphrase).want(200, "/compte/verification")
	b.submit(newKeyForm, url.Values{"credential": {k.create(b)}, "name": {"clé du bureau"}}).want(200, "/compte/verification/cle")
	if d.codes[login] = b.texts(".codes li"); len(d.codes[login]) != 10 {
		d.t.Fatalf("%s was shown %q", login, d.codes[login])
	}
	b.open("/file").want(200, "/file")
	return k
}

func TestASecurityKeyIsASecondFactor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.withKey("a.diallo")
	b := d.browser().givePassphrase("a.diallo", passphrase).want(200, "/connexion/verification")
	stale := k.get(b)
	b.open("/connexion/verification") // asks anew
	b.submit(keyForm, url.Values{"credential": {stale}}).want(http.StatusUnprocessableEntity, "/connexion/verification/cle")
	used := k.get(b)
	b.submit(keyForm, url.Values{"credential": {used}}).want(200, "/file")
	if d.counted("login", "passkey") != 2 || d.counted("login.failed", "factor_wrong.passkey") != 1 {
		t.Error("the log-in, or the failure, is not audited")
	}
	replay := d.browser().givePassphrase("a.diallo", passphrase)
	for name, credential := range map[string]string{"a replayed answer": used, "no answer": "", "no JSON": "{", "another's key": newSecurityKey(t).get(replay)} {
		if replay.submit(keyForm, url.Values{"credential": {credential}}); replay.status != http.StatusUnprocessableEntity {
			t.Errorf("%s is answered %d at %s", name, replay.status, replay.at)
		}
	}
	k.origin = "https://bureau.exemple.invalid.hameçon.invalid"
	d.clock.Add(time.Minute)
	again := d.browser().givePassphrase("a.diallo", passphrase)
	if again.submit(keyForm, url.Values{"credential": {k.get(again)}}); again.status != http.StatusUnprocessableEntity {
		t.Errorf("an answer given to another site: %d", again.status)
	}
	d.clock.Add(time.Second)
	again.submit(codeForm, url.Values{"code": {d.code("a.diallo")}}).want(200, "/file")
}

func TestACopiedSecurityKeyIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.withKey("a.diallo")
	copied := *k
	for range 2 {
		b := d.browser().givePassphrase("a.diallo", passphrase)
		b.submit(keyForm, url.Values{"credential": {k.get(b)}}).want(200, "/file")
	}
	b := d.browser().givePassphrase("a.diallo", passphrase)
	b.submit(keyForm, url.Values{"credential": {copied.get(b)}}).want(http.StatusUnprocessableEntity, "")
	if d.counted("login.failed", "factor_cloned.passkey") != 1 {
		t.Errorf("the copy is answered %q and not audited", b.text(".error-summary"))
	}
	b.submit(keyForm, url.Values{"credential": {k.get(b)}}).want(200, "/file") // the counter that was kept is the right one's
}

func TestTheLastFactorStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.withKey("a.diallo")
	b := d.browser().givePassphrase("a.diallo", passphrase)
	b.submit(keyForm, url.Values{"credential": {k.get(b)}}).want(200, "/file")
	b.open("/compte/verification").submit(`form[action$="/retrait"]`, url.Values{"passphrase": {passphrase}}).want(http.StatusUnprocessableEntity, "")
	second := newSecurityKey(t)
	b.submit(newKeyForm, url.Values{"credential": {second.create(b)}, "passphrase": {passphrase}}).want(200, "/compte/verification")
	b.submit(newKeyForm, url.Values{"credential": {second.create(b)}, "passphrase": {passphrase}}).want(http.StatusUnprocessableEntity, "") // twice the same
	b.submit(`form[action$="/retrait"]`, url.Values{"passphrase": {passphrase}}).want(200, "/compte/verification")
	if n := b.doc.Find(".keys-list li").Length(); n != 1 || d.counted("factor.changed", "passkey_removed") != 1 {
		t.Errorf("%d keys are left", n)
	}
	gone := d.browser().givePassphrase("a.diallo", passphrase)
	gone.submit(keyForm, url.Values{"credential": {k.get(gone)}}).want(http.StatusUnprocessableEntity, "")
	gone.submit(keyForm, url.Values{"credential": {second.get(gone)}}).want(200, "/file")
}

func TestKeysAreMadeOnTheirPageOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for page, want := range map[string]string{"/file": "publickey-credentials-create=()", "/compte/verification": "publickey-credentials-create=(self)"} {
		if got := b.open(page).answer.Get("Permissions-Policy"); !strings.Contains(got, want) || !strings.Contains(got, "publickey-credentials-get=(self)") {
			t.Errorf("%s has %q", page, got)
		}
	}
}
