package seal

import (
	"fmt"

	"recueil/internal/trust"
)

// Draft seals what a listener has written of a call so far, padded like a report: any
// member of the team can take the call up again, and nobody else.
func Draft(plain []byte, to trust.Epoch) ([]byte, error) {
	recipient, err := to.AgeRecipient()
	if err != nil {
		return nil, fmt.Errorf("sealing a draft: %w", err)
	}
	padded := Pad(plain)
	defer clear(padded)
	return encrypt(padded, recipient)
}
