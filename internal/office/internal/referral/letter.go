package referral

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"recueil/internal/office/internal/unseal"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// LetterFormat is the version of a letter's JSON. The first had no check, and is not
// read: nothing says who wrote it.
const LetterFormat = "recueil.letter/2"

// ErrForged says that what stands about a referral was written by neither of its teams.
var ErrForged = errors.New("neither team of the referral made this")

// A Letter is what one team writes to the other about a referral, or to itself when it
// looks at a file. To seal it the public key of its reader is enough; the check is made
// with the link, which only who opened the referral has, or who opened the case it was
// made from.
type Letter struct {
	ID       uuid.UUID `json:"id"`
	Referral uuid.UUID `json:"referral"`
	From     string    `json:"from"` // the team that writes
	Author   uuid.UUID `json:"author"`
	Kind     string    `json:"kind"` // as it stands in clear beside it
	At       time.Time `json:"at"`
	Text     string    `json:"text"`
	File     uuid.UUID `json:"file,omitzero"` // that somebody of the unit looked at
}

type letterWire struct {
	Format string `json:"format"`
	Letter
	Check string `json:"check"`
}

// SealLetter closes a letter for the team that reads it.
func SealLetter(link secret.Key, l Letter, to trust.Epoch) ([]byte, error) {
	if link.IsZero() {
		return nil, fmt.Errorf("sealing letter %s: its referral has no link", l.ID)
	}
	l.At = l.At.UTC().Truncate(time.Microsecond)
	return sealed(l.ID, letterWire{LetterFormat, l, check(link, LetterFormat, l)}, to)
}

// OpenLetter opens a letter, and refuses one that its row says other things of. The time
// that counts is the one inside.
func OpenLetter(identity age.Identity, link secret.Key, row Letter, body []byte) (Letter, error) {
	plain, err := unseal.Body(identity, body)
	if err != nil {
		return Letter{}, fmt.Errorf("opening letter %s: %w", row.ID, err)
	}
	defer clear(plain)
	var w letterWire
	if json.Unmarshal(plain, &w) != nil || w.Format != LetterFormat {
		return Letter{}, fmt.Errorf("opening letter %s: %w: it is no %s", row.ID, unseal.ErrDamaged, LetterFormat)
	}
	same := w.Letter
	same.At, same.Text, same.File = row.At, row.Text, row.File
	if same != row {
		return Letter{}, fmt.Errorf("opening letter %s: %w: it is another letter", row.ID, unseal.ErrDamaged)
	}
	if !checks(w.Check, link, LetterFormat, w.Letter) {
		return Letter{}, fmt.Errorf("opening letter %s: %w", row.ID, ErrForged)
	}
	return w.Letter, nil
}
