// Package challenge keeps machines away without standing in a child's way.
//
// So far it holds the signed token of the short form: the page carries it, the
// POST brings it back, and the report's identifiers come from it, so that two taps
// of a finger are one report. A forged token costs a second look, never the text.
package challenge

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"recueil/internal/secret"
)

// ErrForged says that a token was not made by a server of this service.
var ErrForged = errors.New("the form token was not made here")

// A Signer makes and checks form tokens. All servers share its secret.
type Signer struct{ mac, ids secret.Key }

// NewSigner makes a Signer from the secret that all servers share.
func NewSigner(shared secret.Key) Signer {
	return Signer{mac: shared.Derive("recueil form token"), ids: shared.Derive("recueil form ids")}
}

// LoadSecret reads the shared secret: a file of exactly 32 random bytes.
func LoadSecret(path string) (secret.Key, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return secret.Key{}, fmt.Errorf("cannot read the challenge secret: make it with `head -c 32 /dev/urandom > FILE` and name it by --challenge-secret-file: %w", err)
	}
	key, err := secret.FromBytes(content)
	if err != nil {
		return secret.Key{}, fmt.Errorf("the challenge secret in %s is not usable: %w", path, err)
	}
	return key, nil
}

// A Token is what a form page carries, read back.
type Token struct {
	IssuedAt time.Time
	IDs      secret.Key // the root of the report's id, reference and receipt code
}

// strict refuses a last character whose spare bits were changed.
var strict = base64.RawURLEncoding.Strict()

const (
	seedLength = 16
	bodyLength = seedLength + 8
)

// Issue returns a fresh token for a form page.
func (s Signer) Issue(now time.Time) string {
	token := make([]byte, bodyLength, bodyLength+sha256.Size)
	rand.Read(token[:seedLength])
	binary.BigEndian.PutUint64(token[seedLength:], uint64(now.Unix()))
	return strict.EncodeToString(append(token, s.sign(token)...))
}

// Open checks a token. One never grows too old: a text written over a night is
// worth as much as one written in a minute.
func (s Signer) Open(token string) (Token, error) {
	raw, err := strict.DecodeString(token)
	if err != nil || len(raw) != bodyLength+sha256.Size {
		return Token{}, ErrForged
	}
	if !hmac.Equal(raw[bodyLength:], s.sign(raw[:bodyLength])) {
		return Token{}, ErrForged
	}
	return Token{
		IssuedAt: time.Unix(int64(binary.BigEndian.Uint64(raw[seedLength:bodyLength])), 0),
		IDs:      s.ids.Derive("seed", raw[:seedLength]),
	}, nil
}

func (s Signer) sign(body []byte) []byte {
	mac := hmac.New(sha256.New, s.mac.Bytes())
	mac.Write(body)
	return mac.Sum(nil)
}
