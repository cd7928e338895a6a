// Package challenge keeps machines away without standing in a child's way.
//
// Every sending has a score ([Signals]): a trap no person sees, the page's signed
// token, a proof of work, how much came from the same address and from everywhere.
// A score decides nothing but this: a suspicious report that is not urgent meets
// the captcha ([Puzzle]: a picture, a recording in the page's language, a plain
// question), and whoever cannot or will not answer is taken as well, into the lane
// to verify. What is urgent, and the short form, is never held up.
//
// The token of a page ([Signer]) tells when it was made. That of the short form
// also gives the report's ids, so that two taps of a finger are one report. A forged
// token costs a second look, never the text. Addresses are counted under a key
// that lives in memory for a day ([Counters]); none is stored or logged.
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
	IssuedAt time.Time  // to the millisecond
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
	var seed [seedLength]byte
	rand.Read(seed[:])
	return s.issue(seed, now)
}

// IssueFor returns a token that is worth something with its owner only, a draft: a
// proof of work done for one draft is none for another.
func (s Signer) IssueFor(owner []byte, now time.Time) string { return s.issue(s.seed(owner), now) }

func (s Signer) issue(seed [seedLength]byte, now time.Time) string {
	token := make([]byte, bodyLength, bodyLength+sha256.Size)
	copy(token, seed[:])
	binary.BigEndian.PutUint64(token[seedLength:], uint64(now.UnixMilli()))
	return strict.EncodeToString(append(token, s.sign(token)...))
}

// seed is the owner's, without saying who that is.
func (s Signer) seed(owner []byte) [seedLength]byte {
	derived := s.ids.Derive("owner", owner)
	return [seedLength]byte(derived[:seedLength])
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
		IssuedAt: time.UnixMilli(int64(binary.BigEndian.Uint64(raw[seedLength:bodyLength]))),
		IDs:      s.ids.Derive("seed", raw[:seedLength]),
	}, nil
}

// OpenFor checks a token and that it was issued for this owner.
func (s Signer) OpenFor(owner []byte, token string) (Token, error) {
	opened, err := s.Open(token)
	if err != nil {
		return Token{}, err
	}
	if seed := s.seed(owner); !opened.IDs.Equal(s.ids.Derive("seed", seed[:])) {
		return Token{}, ErrForged
	}
	return opened, nil
}

func (s Signer) sign(body []byte) []byte {
	mac := hmac.New(sha256.New, s.mac.Bytes())
	mac.Write(body)
	return mac.Sum(nil)
}
