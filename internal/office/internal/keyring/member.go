// Package keyring holds the keys of staff: a member's identity under his
// passphrase, a team's identity wrapped to its members, the shred keys outside the
// database.
//
// Logging in is opening the member's identity: no password hash exists. A team's
// wrap opens with the member's identity and the epoch's shred key together, and
// what comes out must be the identity of the trust file.
package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"golang.org/x/text/secure/precis"

	"recueil/internal/secret"
)

// workFactor makes one guess at a passphrase cost 64 MiB and half a second.
const workFactor = 16

// ErrPassphrase says that a sealed identity does not open with that passphrase.
var ErrPassphrase = errors.New("the passphrase does not open this identity")

// A Member is the identity of one person. It prints as "[redacted]".
type Member struct{ identity redactedIdentity }

// redactedIdentity wraps an age identity, which would print its private key.
type redactedIdentity struct{ key *age.HybridIdentity }

func (redactedIdentity) String() string             { return "[redacted]" }
func (redactedIdentity) GoString() string           { return "[redacted]" }
func (redactedIdentity) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[redacted]") }
func (Member) Format(f fmt.State, _ rune)           { fmt.Fprint(f, "[redacted]") }

// NewMember makes a new identity.
func NewMember() (Member, error) {
	key, err := age.GenerateHybridIdentity()
	if err != nil {
		return Member{}, fmt.Errorf("making a member's identity: %w", err)
	}
	return Member{redactedIdentity{key}}, nil
}

// Recipient is the public half.
func (m Member) Recipient() string { return m.identity.key.Recipient().String() }

// Identity opens what is sealed to the member alone. It prints its key: hold it
// shortly, and only to decrypt.
func (m Member) Identity() age.Identity { return m.identity.key }

// typed is a passphrase as every keyboard means it (RFC 8265, OpaqueString): an é that
// one machine composes of two characters is the é of another, and so are spaces of
// other widths. What is no such text stays as it is.
func typed(passphrase secret.Text) string {
	if same, err := precis.OpaqueString.String(passphrase.Reveal()); err == nil {
		return same
	}
	return passphrase.Reveal()
}

// SealMember writes the identity as an age passphrase file.
func SealMember(m Member, passphrase secret.Text) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(typed(passphrase))
	if err != nil {
		return nil, fmt.Errorf("sealing a member's identity: %w", err)
	}
	recipient.SetWorkFactor(workFactor)
	return encrypt([]byte(m.identity.key.String()), recipient)
}

// An Opener opens sealed identities, a few at a time: each opening takes 64 MiB.
type Opener struct{ turns *turns }

// NewOpener returns an Opener that opens at most that many at once.
func NewOpener(most int) *Opener {
	return &Opener{&turns{free: most, waiting: map[Lane][]chan struct{}{}}}
}

// OpenMember opens a sealed identity. It waits in its lane until ctx ends; a wrong
// passphrase is ErrPassphrase.
func (o *Opener) OpenMember(ctx context.Context, lane Lane, sealed []byte, passphrase secret.Text) (Member, error) {
	if err := o.turns.take(ctx, lane); err != nil {
		return Member{}, err
	}
	defer o.turns.give()
	if passphrase == "" {
		return Member{}, ErrPassphrase
	}
	identity, err := age.NewScryptIdentity(typed(passphrase))
	if err != nil {
		return Member{}, fmt.Errorf("opening a member's identity: %w", err)
	}
	identity.SetMaxWorkFactor(workFactor)
	plain, err := gently(func() ([]byte, error) { return decrypt(sealed, identity) })
	if err != nil {
		return Member{}, fmt.Errorf("%w: %w", ErrPassphrase, err)
	}
	return parseMember(plain)
}

// SealForSession seals the identity for the holder of a session token, on the class
// of device that the session began on.
func SealForSession(m Member, token secret.Key, device string) ([]byte, error) {
	return sealSymmetric(token.Derive("recueil session identity", []byte(device)), []byte(m.identity.key.String()))
}

// OpenFromSession opens what SealForSession sealed.
func OpenFromSession(sealed []byte, token secret.Key, device string) (Member, error) {
	plain, err := openSymmetric(token.Derive("recueil session identity", []byte(device)), sealed)
	if err != nil {
		return Member{}, fmt.Errorf("opening a session's identity: %w", err)
	}
	return parseMember(plain)
}

// SealPending seals what a session waits for, a challenge or a secret not yet
// confirmed, for the holder of its token.
func SealPending(token secret.Key, plain []byte) ([]byte, error) {
	return sealSymmetric(token.Derive("recueil session pending"), plain)
}

// OpenPending opens what SealPending sealed.
func OpenPending(token secret.Key, sealed []byte) ([]byte, error) {
	plain, err := openSymmetric(token.Derive("recueil session pending"), sealed)
	if err != nil {
		return nil, fmt.Errorf("opening what a session waits for: %w", err)
	}
	return plain, nil
}

func parseMember(plain []byte) (Member, error) {
	defer clear(plain)
	key, err := age.ParseHybridIdentity(strings.TrimSpace(string(plain)))
	if err != nil {
		return Member{}, errors.New("the sealed identity is no hybrid age identity")
	}
	return Member{redactedIdentity{key}}, nil
}

func encrypt(plain []byte, to age.Recipient) ([]byte, error) {
	defer clear(plain)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("sealing a key: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("sealing a key: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("sealing a key: %w", err)
	}
	return out.Bytes(), nil
}

// maxKeyFile bounds what is read of a sealed key: an identity is under 200 bytes.
const maxKeyFile = 16 << 10

func decrypt(sealed []byte, identity age.Identity) ([]byte, error) {
	if len(sealed) > maxKeyFile {
		return nil, errors.New("the sealed key is too long to be one")
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}
