package referral

import (
	"encoding/json"
	"fmt"

	"filippo.io/age"
	"github.com/google/uuid"

	"recueil/internal/office/internal/unseal"
	"recueil/internal/trust"
)

// LetterFormat is the version of a letter's JSON.
const LetterFormat = "recueil.letter/1"

// A Letter is what one team writes to the other about a referral.
type Letter struct {
	ID       uuid.UUID
	Referral uuid.UUID
	Kind     string // as it stands in clear beside it
	Text     string
}

type letterWire struct {
	Format   string    `json:"format"`
	ID       uuid.UUID `json:"id"`
	Referral uuid.UUID `json:"referral"`
	Kind     string    `json:"kind"`
	Text     string    `json:"text"`
}

// SealLetter closes a letter for the team that reads it.
func SealLetter(l Letter, to trust.Epoch) ([]byte, error) {
	return sealed(l.ID, letterWire{LetterFormat, l.ID, l.Referral, l.Kind, l.Text}, to)
}

// OpenLetter opens a letter, and refuses one that its row says other things of.
func OpenLetter(identity age.Identity, row Letter, body []byte) (Letter, error) {
	plain, err := unseal.Body(identity, body)
	if err != nil {
		return Letter{}, fmt.Errorf("opening letter %s: %w", row.ID, err)
	}
	defer clear(plain)
	var w letterWire
	if json.Unmarshal(plain, &w) != nil || w.Format != LetterFormat || w.ID != row.ID || w.Referral != row.Referral || w.Kind != row.Kind {
		return Letter{}, fmt.Errorf("opening letter %s: %w: it is another letter", row.ID, unseal.ErrDamaged)
	}
	return Letter{w.ID, w.Referral, w.Kind, w.Text}, nil
}
