package unseal

import (
	"bytes"
	"fmt"

	"filippo.io/age"

	"recueil/internal/seal"
	"recueil/internal/trust"
)

// Again seals what is in a body to a newer key of the team, byte for byte. Whether
// the body is what its row says is for [Report] and [Addition] to tell.
func Again(identity age.Identity, body []byte, to trust.Epoch) ([]byte, error) {
	plain, err := decrypt(body, identity)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return seal.Again(plain, to)
}

// Same opens two bodies, each by its own key, and refuses them unless the same bytes
// are in both.
func Same(first age.Identity, body []byte, second age.Identity, again []byte) error {
	plain, err := decrypt(body, first)
	if err != nil {
		return err
	}
	defer clear(plain)
	copied, err := decrypt(again, second)
	if err != nil {
		return err
	}
	defer clear(copied)
	if !bytes.Equal(plain, copied) {
		return fmt.Errorf("%w: it holds something else", ErrDamaged)
	}
	return nil
}

// Body opens a body of another shape than a report's. What it holds, and whose it is, it
// says itself, and its reader checks: age binds no context.
func Body(identity age.Identity, body []byte) ([]byte, error) { return decrypt(body, identity) }
