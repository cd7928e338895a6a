// Package factor is the second proof that a member gives at log-in, after his
// passphrase: a code of an authenticator app, a security key or passkey, or one of
// ten backup codes.
//
// A [Book] holds all of one member's. It is sealed under his own identity, so that
// only who opened that identity reads or changes it. What was used is written into
// the book at once: a code counts once, a key's counter only goes up.
package factor

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

const bookFormat = "recueil.factors/1"

// A Book is every second factor of one member.
type Book struct {
	Format   string    `json:"format"`
	Staff    uuid.UUID `json:"staff"`
	App      *App      `json:"app,omitempty"`
	Backup   [][]byte  `json:"backup,omitempty"` // what is left of the ten
	Passkeys []Passkey `json:"passkeys,omitempty"`
}

// NewBook is the book of a member who has no factor yet.
func NewBook(id uuid.UUID) *Book { return &Book{Format: bookFormat, Staff: id} }

// Empty reports whether there is nothing to prove anything by. Backup codes alone
// are no factor: they stand in for one.
func (b *Book) Empty() bool { return b.App == nil && len(b.Passkeys) == 0 }

// Encode writes the book out, to be sealed.
func (b *Book) Encode() ([]byte, error) {
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("writing the factors of %s: %w", b.Staff, err)
	}
	return raw, nil
}

// Decode reads the book of one member.
func Decode(raw []byte, id uuid.UUID) (*Book, error) {
	b := &Book{}
	if err := json.Unmarshal(raw, b); err != nil {
		return nil, fmt.Errorf("reading the factors of %s: they are no book", id)
	}
	if b.Format != bookFormat || b.Staff != id {
		return nil, fmt.Errorf("reading the factors of %s: another's, or of another version", id)
	}
	return b, nil
}

var (
	// ErrWrong says that what was given proves nothing.
	ErrWrong = errors.New("the second factor is wrong")
	// ErrUsed says that a code was right and has been used already.
	ErrUsed = errors.New("the code was used already")
	// ErrCloned says that a key's counter went back: somebody has a copy of it.
	ErrCloned = errors.New("the counter of the key went back")
	// ErrLast says that the last factor cannot be taken away.
	ErrLast = errors.New("the last factor stays")
)

// A Kind is what a proof was given by, for the audit trail.
type Kind string

const (
	ByApp     Kind = "app"
	ByBackup  Kind = "backup_code"
	ByPasskey Kind = "passkey"
)

// Use checks a typed code, of the app or a backup one, and marks it as used.
func (b *Book) Use(typed string, now time.Time) (Kind, error) {
	code := normal(typed)
	if len(code) == digits {
		return ByApp, b.useApp(code, now)
	}
	return ByBackup, b.useBackup(code)
}
