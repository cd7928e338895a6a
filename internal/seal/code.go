package seal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"recueil/internal/secret"
)

// alphabet is Crockford's base32: no I, L, O or U, so that a code survives
// handwriting and the telephone.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	codeLength      = 20
	referenceLength = 8
)

// ErrCode says that what was typed cannot be a receipt code: its length, a letter
// or the check character is wrong.
var ErrCode = errors.New("this is no receipt code")

// A Code is a receipt code: 95 random bits and a check character. It finds the
// report and yields the reply key, so it prints as "[redacted]".
type Code struct{ text secret.Text }

// NewCode returns a random code.
func NewCode() Code { return codeFromSeed(secret.New()) }

// CodeFromSeed returns the code that belongs to a seed, for a form whose ids must
// come out the same each time it is sent.
func CodeFromSeed(seed secret.Key) Code { return codeFromSeed(seed.Derive("recueil receipt code")) }

func codeFromSeed(seed secret.Key) Code {
	var text [codeLength]byte
	for i, b := range seed.Bytes()[:codeLength-1] {
		text[i] = alphabet[b&31]
	}
	text[codeLength-1] = alphabet[checkOf(text[:codeLength-1])]
	return Code{secret.Text(text[:])}
}

// ParseCode reads a typed code: capitals or not, spaces and hyphens anywhere, O for
// 0, I or L for 1.
func ParseCode(typed string) (Code, error) {
	text, ok := parse(typed, codeLength)
	if !ok || alphabet[checkOf(text[:codeLength-1])] != text[codeLength-1] {
		return Code{}, ErrCode
	}
	return Code{secret.Text(text)}, nil
}

// parse reads so many characters of the alphabet, as people type them.
func parse(typed string, length int) ([]byte, bool) {
	text := make([]byte, 0, length)
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '\u00a0', '\u202f', '\u2011', '\u2013', '\t', '\r', '\n':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if r > 'Z' || strings.IndexByte(alphabet, byte(r)) < 0 || len(text) == length {
			return nil, false
		}
		text = append(text, byte(r))
	}
	return text, len(text) == length
}

// checkOf folds the characters into one of the same alphabet: Horner's rule over
// the field of 32 elements (x^5+x^2+1), multiplying by the generator x. A changed
// character adds e·x^k, never 0 since e isn't; two swapped neighbours add
// (a+b)·x^k·(x+1), never 0 unless they were equal. So each of both errors is seen.
// Crockford's own check, modulo 37, needs five signs outside the alphabet.
func checkOf(text []byte) byte {
	var sum byte
	for _, c := range text {
		sum = times2(sum) ^ byte(strings.IndexByte(alphabet, c))
	}
	return times2(sum)
}

// times2 multiplies by x in GF(32).
func times2(a byte) byte {
	a <<= 1
	if a&32 != 0 {
		a ^= 0b100101
	}
	return a
}

// Reveal returns the code in five groups of four.
func (c Code) Reveal() string { return grouped(c.text.Reveal()) }

// IsZero reports whether c is no code.
func (c Code) IsZero() bool { return c.text == "" }

// Lookup is the hash under which the database finds the report.
func (c Code) Lookup() [32]byte {
	return [32]byte(secret.Derive([]byte(c.text.Reveal()), "recueil receipt look-up"))
}

// ReplyKey seals what staff write to the reporter.
func (c Code) ReplyKey() secret.Key {
	return secret.Derive([]byte(c.text.Reveal()), "recueil reply key")
}

func (c Code) String() string               { return c.text.String() }
func (c Code) GoString() string             { return c.text.String() }
func (c Code) Format(f fmt.State, r rune)   { c.text.Format(f, r) }
func (c Code) LogValue() slog.Value         { return c.text.LogValue() }
func (c Code) MarshalText() ([]byte, error) { return c.text.MarshalText() }

// NewReference returns a random reference: eight characters to be quoted on the
// phone, neither secret nor unique.
func NewReference() string {
	var raw [referenceLength]byte
	rand.Read(raw[:])
	return reference(raw[:])
}

// ReferenceFromSeed returns the reference that belongs to a seed.
func ReferenceFromSeed(seed secret.Key) string {
	derived := seed.Derive("recueil reference")
	return reference(derived.Bytes()[:referenceLength])
}

// ParseReference reads a typed reference, as tolerantly as ParseCode, and reports
// whether it can be one.
func ParseReference(typed string) (string, bool) {
	text, ok := parse(typed, referenceLength)
	return string(text), ok
}

func reference(raw []byte) string {
	var text [referenceLength]byte
	for i, b := range raw {
		text[i] = alphabet[b&31]
	}
	return string(text[:])
}

// FormatReference writes a reference as it is shown: "7KQ4-M2XB".
func FormatReference(s string) string { return grouped(s) }

func grouped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i += 4 {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(s[i:min(i+4, len(s))])
	}
	return b.String()
}
