// Package secret holds the types of everything that must never be printed.
//
// A [Key] or a [Text] can be passed around, compared and derived from; every way
// of printing one (fmt, log/slog, JSON, text) gives "[redacted]". Whoever needs
// the bytes says so by name: [Key.Bytes], [Text.Reveal].
package secret

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// A Key is 32 bytes of key material. The zero Key stands for "no key".
type Key [32]byte

// New returns a random Key.
func New() Key {
	var k Key
	rand.Read(k[:]) // never fails: the program stops when the system has no randomness
	return k
}

// FromBytes copies b, which must be 32 bytes long.
func FromBytes(b []byte) (Key, error) {
	var k Key
	if len(b) != len(k) {
		return k, fmt.Errorf("a key is %d bytes long, not %d", len(k), len(b))
	}
	copy(k[:], b)
	return k, nil
}

// Derive makes a Key from key material by HKDF-SHA-256. The info names the
// purpose; a salt, where there is one, the object.
func Derive(material []byte, info string, salt ...[]byte) Key {
	var joined []byte
	for _, s := range salt {
		joined = append(joined, s...)
	}
	out, err := hkdf.Key(sha256.New, material, joined, info, 32)
	if err != nil {
		panic("hkdf refuses 32 bytes: " + err.Error()) // only for lengths over 255 hashes
	}
	return Key(out)
}

// Derive makes another Key from k for the purpose that info names.
func (k Key) Derive(info string, salt ...[]byte) Key { return Derive(k[:], info, salt...) }

// Bytes returns the key material itself.
func (k *Key) Bytes() []byte { return k[:] }

// IsZero reports whether k is no key at all.
func (k Key) IsZero() bool { return k.Equal(Key{}) }

// Equal compares in constant time.
func (k Key) Equal(other Key) bool { return subtle.ConstantTimeCompare(k[:], other[:]) == 1 }

// Wipe overwrites k.
func (k *Key) Wipe() { clear(k[:]) }

func (Key) String() string               { return redacted }
func (Key) GoString() string             { return redacted }
func (Key) Format(f fmt.State, _ rune)   { fmt.Fprint(f, redacted) }
func (Key) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// A Text is a secret in words: a passphrase, a receipt code.
type Text string

// Reveal returns the words.
func (t Text) Reveal() string { return string(t) }

func (Text) String() string               { return redacted }
func (Text) GoString() string             { return redacted }
func (Text) Format(f fmt.State, _ rune)   { fmt.Fprint(f, redacted) }
func (Text) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }
