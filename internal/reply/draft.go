// Package reply seals what both sides share with a reporter's browser alone. So far
// these are drafts: XChaCha20-Poly1305 under a key that only the cookie yields, so
// that losing the cookie is losing the text.
package reply

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"recueil/internal/secret"
)

// ErrForged says that a sealed text does not open: another cookie's, or changed.
var ErrForged = errors.New("the sealed draft does not open with this token")

// ErrOtherVersion says that a draft was written by another version of the service.
var ErrOtherVersion = errors.New("the draft is of another version")

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
	aead, err := draftCipher(token)
	if err != nil {
		return nil, err
	}
	padded := (4 + len(content) + minPadded - 1) / minPadded * minPadded
	plain := make([]byte, padded)
	binary.BigEndian.PutUint32(plain, uint32(len(content)))
	copy(plain[4:], content)
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+padded+aead.Overhead())
	out[0] = draftVersion
	rand.Read(out[1:])
	sealed := aead.Seal(out, out[1:], plain, out[:1])
	clear(plain)
	return sealed, nil
}

// OpenDraft opens what SealDraft sealed. The errors are ErrForged and ErrOtherVersion.
func OpenDraft(token secret.Key, sealed []byte) ([]byte, error) {
	aead, err := draftCipher(token)
	if err != nil {
		return nil, err
	}
	if len(sealed) < 1+aead.NonceSize()+aead.Overhead()+4 {
		return nil, ErrForged
	}
	if sealed[0] != draftVersion {
		return nil, ErrOtherVersion
	}
	nonce, body := sealed[1:1+aead.NonceSize()], sealed[1+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, body, sealed[:1])
	if err != nil {
		return nil, ErrForged
	}
	length := binary.BigEndian.Uint32(plain)
	if int(length) > len(plain)-4 {
		return nil, ErrForged
	}
	return bytes.Clone(plain[4 : 4+length]), nil
}

func draftCipher(token secret.Key) (cipher.AEAD, error) {
	key := token.Derive("recueil draft key")
	aead, err := chacha20poly1305.NewX(key.Bytes())
	if err != nil {
		return nil, fmt.Errorf("making the draft cipher: %w", err)
	}
	return aead, nil
}
