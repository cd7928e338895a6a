package reply

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"recueil/internal/secret"
)

// Everything sealed here begins with a byte of its version and a nonce. Inside, the
// length of the content stands before it, and zeros after it up to the next step.

func newCipher(key secret.Key) (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(key.Bytes())
	if err != nil {
		return nil, fmt.Errorf("making the cipher: %w", err)
	}
	return aead, nil
}

// sealPadded seals content in steps of a size. context is bound to it.
func sealPadded(aead cipher.AEAD, version byte, step int, content, context []byte) []byte {
	padded := (4 + len(content) + step - 1) / step * step
	plain := make([]byte, padded)
	binary.BigEndian.PutUint32(plain, uint32(len(content)))
	copy(plain[4:], content)
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+padded+aead.Overhead())
	out[0] = version
	rand.Read(out[1:])
	sealed := aead.Seal(out, out[1:], plain, bound(version, context))
	clear(plain)
	return sealed
}

// openPadded opens what sealPadded sealed. The errors are ErrForged and ErrOtherVersion.
func openPadded(aead cipher.AEAD, version byte, sealed, context []byte) ([]byte, error) {
	if len(sealed) < 1+aead.NonceSize()+aead.Overhead()+4 {
		return nil, ErrForged
	}
	if sealed[0] != version {
		return nil, ErrOtherVersion
	}
	nonce, body := sealed[1:1+aead.NonceSize()], sealed[1+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, body, bound(version, context))
	if err != nil {
		return nil, ErrForged
	}
	length := binary.BigEndian.Uint32(plain)
	if int(length) > len(plain)-4 {
		return nil, ErrForged
	}
	return bytes.Clone(plain[4 : 4+length]), nil
}

func bound(version byte, context []byte) []byte { return append([]byte{version}, context...) }
