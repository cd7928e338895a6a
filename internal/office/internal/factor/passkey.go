package factor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// A Passkey is a security key, or a passkey of a phone or computer.
type Passkey struct {
	Name       string              `json:"name"`  // as the member calls it
	Since      int64               `json:"since"` // Unix time
	Credential webauthn.Credential `json:"credential"`
}

// Most passkeys of one member, and the longest name, in code points.
const (
	MaxPasskeys = 8
	MaxName     = 40
)

// A Site is what browsers tie passkeys to. The zero Site has none.
type Site struct{ site *webauthn.WebAuthn }

// NewSite is the site at an origin such as https://bureau.example. Keys made under
// another name do not work there. Without an origin there are no passkeys.
func NewSite(origin string) (Site, error) {
	if origin == "" {
		return Site{}, nil
	}
	at, err := url.Parse(origin)
	if err != nil || at.Hostname() == "" || net.ParseIP(at.Hostname()) != nil || strings.TrimSuffix(at.Path, "/") != "" || at.RawQuery != "" ||
		at.Scheme != "https" && (at.Scheme != "http" || at.Hostname() != "localhost") {
		return Site{}, errors.New("the origin of the back office cannot be used; write what stands in the browser's address bar, such as https://bureau.example, in --origin")
	}
	site, err := webauthn.New(&webauthn.Config{
		RPID: at.Hostname(), RPDisplayName: "Recueil", RPOrigins: []string{at.Scheme + "://" + at.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		// A second factor, after the passphrase: having the key counts, no second
		// secret need be typed, and no place on a small key is taken.
		AuthenticatorSelection: protocol.AuthenticatorSelection{UserVerification: protocol.VerificationDiscouraged,
			ResidentKey: protocol.ResidentKeyRequirementDiscouraged},
	})
	if err != nil {
		return Site{}, fmt.Errorf("the origin of the back office cannot be used; see --origin: %w", err)
	}
	return Site{site}, nil
}

// Available reports whether passkeys can be made and used here.
func (k Site) Available() bool { return k.site != nil }

// holder is a member as the library wants him. His name stays out: the browser
// would keep it on the device.
type holder struct {
	book  *Book
	login string
}

func (h holder) WebAuthnID() []byte          { return h.book.Staff[:] }
func (h holder) WebAuthnName() string        { return h.login }
func (h holder) WebAuthnDisplayName() string { return h.login }
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, len(h.book.Passkeys))
	for i, p := range h.book.Passkeys {
		all[i] = p.Credential
	}
	return all
}

// AskNew returns what the browser makes a new key with, as JSON, and what must be
// kept, sealed, until it answers.
func (k Site) AskNew(b *Book, login string) (options string, pending []byte, err error) {
	who := holder{b, login}
	asked, state, err := k.site.BeginRegistration(who, webauthn.WithExclusions(webauthn.Credentials(who.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return "", nil, fmt.Errorf("asking for a new key: %w", withoutDetails(err))
	}
	return packed(asked.Response, state)
}

// Add takes a new key into the book.
func (k Site) Add(b *Book, login, name string, pending []byte, answer string, now time.Time) error {
	var state webauthn.SessionData
	if err := json.Unmarshal(pending, &state); err != nil {
		return ErrWrong
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return ErrWrong
	}
	credential, err := k.site.CreateCredential(holder{b, login}, state, parsed)
	if err != nil || len(b.Passkeys) >= MaxPasskeys || b.keyOf(credential.ID) >= 0 {
		return ErrWrong
	}
	// What it was attested with is of no use later, and large.
	credential.Attestation = webauthn.CredentialAttestation{}
	b.Passkeys = append(b.Passkeys, Passkey{name, now.Unix(), *credential})
	return nil
}

// Ask returns what the browser proves one of the book's keys with, as JSON, and
// what must be kept, sealed, until it answers.
func (k Site) Ask(b *Book, login string) (options string, pending []byte, err error) {
	asked, state, err := k.site.BeginLogin(holder{b, login})
	if err != nil {
		return "", nil, fmt.Errorf("asking for a key: %w", withoutDetails(err))
	}
	return packed(asked.Response, state)
}

// Prove checks the browser's answer and keeps the key's counter. A counter that did
// not go up means that somebody else has used a copy.
func (k Site) Prove(b *Book, login string, pending []byte, answer string) error {
	var state webauthn.SessionData
	if err := json.Unmarshal(pending, &state); err != nil {
		return ErrWrong
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return ErrWrong
	}
	credential, err := k.site.ValidateLogin(holder{b, login}, state, parsed)
	if err != nil {
		return ErrWrong
	}
	at := b.keyOf(credential.ID)
	if at < 0 {
		return ErrWrong
	}
	if credential.Authenticator.CloneWarning {
		return ErrCloned
	}
	b.Passkeys[at].Credential = *credential
	return nil
}

// Remove takes a key out of the book, but never the last factor.
func (b *Book) Remove(id string) error {
	at := slices.IndexFunc(b.Passkeys, func(p Passkey) bool { return p.ID() == id })
	if at < 0 {
		return ErrWrong
	}
	if b.App == nil && len(b.Passkeys) == 1 {
		return ErrLast
	}
	b.Passkeys = slices.Delete(slices.Clone(b.Passkeys), at, at+1)
	return nil
}

// ID names the key in a form.
func (p Passkey) ID() string { return protocol.URLEncodedBase64(p.Credential.ID).String() }

// Name makes what was typed the name of a key, or another one.
func Name(typed, otherwise string) string {
	name := strings.Join(strings.Fields(strings.ToValidUTF8(typed, "")), " ")
	if name == "" || utf8.RuneCountInString(name) > MaxName {
		return otherwise
	}
	return name
}

func (b *Book) keyOf(id []byte) int {
	return slices.IndexFunc(b.Passkeys, func(p Passkey) bool { return bytes.Equal(p.Credential.ID, id) })
}

func packed(options any, state *webauthn.SessionData) (string, []byte, error) {
	asked, err := json.Marshal(options)
	if err != nil {
		return "", nil, fmt.Errorf("asking for a key: %w", err)
	}
	kept, err := json.Marshal(state)
	if err != nil {
		return "", nil, fmt.Errorf("asking for a key: %w", err)
	}
	return string(asked), kept, nil
}

// withoutDetails keeps the library's kind of error and leaves out what it quotes.
func withoutDetails(err error) error {
	var known *protocol.Error
	if errors.As(err, &known) {
		return errors.New(known.Type)
	}
	return err
}
