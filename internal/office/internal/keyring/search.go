package keyring

import (
	"fmt"

	"recueil/internal/secret"
)

// SearchKey keys the tokens that stand beside what is sealed to the team, for a purpose.
// Only who holds the team's key makes them, or knows what one stands for.
func (t Team) SearchKey(purpose string) secret.Key {
	return secret.Derive([]byte(t.text), "recueil search "+purpose)
}

// What is sealed for a team under a key of its own.
const (
	ForViews    = "queue views" // the names of views of the queue
	ForExcerpts = "excerpts"    // what lists show of reports
)

// SealForTeam seals a few words that every member of the team may read. What they are
// bound to, the id of their row first, is of a length that the purpose fixes.
func (t Team) SealForTeam(purpose string, plain []byte, bound ...[]byte) ([]byte, error) {
	return sealSymmetric(t.forTeam(purpose, bound), plain)
}

// OpenForTeam opens what SealForTeam sealed for the same purpose and bound to the same.
func (t Team) OpenForTeam(purpose string, sealed []byte, bound ...[]byte) ([]byte, error) {
	plain, err := openSymmetric(t.forTeam(purpose, bound), sealed)
	if err != nil {
		return nil, fmt.Errorf("opening what the team %s sealed: %w", t.ID, err)
	}
	return plain, nil
}

func (t Team) forTeam(purpose string, bound [][]byte) secret.Key {
	return secret.Derive([]byte(t.text), "recueil team "+purpose, bound...)
}
