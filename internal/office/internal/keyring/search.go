package keyring

import (
	"fmt"

	"github.com/google/uuid"

	"recueil/internal/secret"
)

// SearchKey keys the tokens that stand beside what is sealed to the team, for a purpose.
// Only who holds the team's key makes them, or knows what one stands for.
func (t Team) SearchKey(purpose string) secret.Key {
	return secret.Derive([]byte(t.identity.key.String()), "recueil search "+purpose)
}

// ForViews is the purpose of the names of views of the queue.
const ForViews = "queue views"

// SealForTeam seals a few words that every member of the team may read: the name of a
// view. The id binds them to their row.
func (t Team) SealForTeam(purpose string, id uuid.UUID, plain []byte) ([]byte, error) {
	return sealSymmetric(t.forTeam(purpose, id), plain)
}

// OpenForTeam opens what SealForTeam sealed for the same purpose and row.
func (t Team) OpenForTeam(purpose string, id uuid.UUID, sealed []byte) ([]byte, error) {
	plain, err := openSymmetric(t.forTeam(purpose, id), sealed)
	if err != nil {
		return nil, fmt.Errorf("opening what the team %s sealed: %w", t.ID, err)
	}
	return plain, nil
}

func (t Team) forTeam(purpose string, id uuid.UUID) secret.Key {
	return secret.Derive([]byte(t.identity.key.String()), "recueil team "+purpose, id[:])
}
