package keyring

import (
	"fmt"

	"github.com/google/uuid"

	"recueil/internal/secret"
)

// A Purpose keeps what a member seals for himself apart: what was sealed for one
// does not open for another.
type Purpose string

const (
	ForFactors Purpose = "recueil member factors" // his second factor
	ForDevice  Purpose = "recueil member device"  // what kind of device a session runs on
)

// SealOwn seals what only the member himself opens again, under a key derived from
// his identity: whoever writes the database can plant nothing of his own.
func (m Member) SealOwn(p Purpose, id uuid.UUID, plain []byte) ([]byte, error) {
	return sealSymmetric(m.ownKey(p, id), plain)
}

// OpenOwn opens what SealOwn sealed for the same member and purpose.
func (m Member) OpenOwn(p Purpose, id uuid.UUID, sealed []byte) ([]byte, error) {
	plain, err := openSymmetric(m.ownKey(p, id), sealed)
	if err != nil {
		return nil, fmt.Errorf("opening what a member sealed: %w", err)
	}
	return plain, nil
}

func (m Member) ownKey(p Purpose, id uuid.UUID) secret.Key {
	return secret.Derive([]byte(m.identity.key.String()), string(p), id[:])
}
