package keyring

import "recueil/internal/secret"

// SearchKey keys the tokens that stand beside what is sealed to the team, for a purpose.
// Only who holds the team's key makes them, or knows what one stands for.
func (t Team) SearchKey(purpose string) secret.Key {
	return secret.Derive([]byte(t.identity.key.String()), "recueil search "+purpose)
}
