// Package reply seals what is shared with a reporter's browser, by XChaCha20-Poly1305:
// drafts under a key that only the cookie yields, so that losing the cookie is losing
// the text, and the messages of staff under one that the receipt code yields.
package reply

import (
	"errors"

	"recueil/internal/secret"
)

// ErrForged says that a sealed text does not open: another cookie's, or changed.
var ErrForged = errors.New("the sealed text does not open with this key")

// ErrOtherVersion says that a text was sealed by another version of the service.
var ErrOtherVersion = errors.New("the sealed text is of another version")

// draftVersion stands in front of every sealed draft; a new shape counts it up.
const draftVersion = 1

// minPadded hides how much was written; longer drafts grow in steps of it.
const minPadded = 2048

// DraftID is what the database knows a draft by: nobody finds the token from it.
func DraftID(token secret.Key) [32]byte {
	return [32]byte(token.Derive("recueil draft id"))
}

// SealDraft seals a draft for the holder of token.
func SealDraft(token secret.Key, content []byte) ([]byte, error) {
	aead, err := newCipher(token.Derive("recueil draft key"))
	if err != nil {
		return nil, err
	}
	return sealPadded(aead, draftVersion, minPadded, content, nil), nil
}

// OpenDraft opens what SealDraft sealed. The errors are ErrForged and ErrOtherVersion.
func OpenDraft(token secret.Key, sealed []byte) ([]byte, error) {
	aead, err := newCipher(token.Derive("recueil draft key"))
	if err != nil {
		return nil, err
	}
	return openPadded(aead, draftVersion, sealed, nil)
}
