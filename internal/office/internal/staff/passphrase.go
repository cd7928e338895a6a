package staff

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"

	"recueil/internal/secret"
)

// What can be wrong with a passphrase.
var (
	ErrShort     = errors.New("the passphrase is too short; take 15 characters or more, four or five words for instance")
	ErrLong      = errors.New("the passphrase is too long")
	ErrGuessable = errors.New("the passphrase is guessed too easily; take five or six words that have nothing to do with each other")
)

const (
	// MinPassphrase is the shortest passphrase that is taken, in code points: four
	// words drawn from a list are longer.
	MinPassphrase = 15
	// MaxPassphrase is the longest.
	MaxPassphrase = 1000
	// judged is how much of a passphrase is looked at: the time it takes grows with
	// the square of the length, and what is strong so far stays strong.
	judged = 100
	// leastEntropy is in bits. Each guess costs half a second and 64 MiB.
	leastEntropy = 50
)

// obvious is what people type here without thinking, beside the English words that
// the library knows.
var obvious = []string{"azerty", "azertyuiop", "qsdfghjklm", "wxcvbn", "motdepasse", "mot", "passe", "phrase", "recueil", "bureau", "plateau",
	"bonjour", "soleil", "doudou", "chouchou", "loulou", "marseille", "france", "enfance", "enfant", "danger", "allo119", "coordinateur"}

// CheckPassphrase refuses a passphrase that is short, or easily guessed by who knows
// these words about its owner.
func CheckPassphrase(passphrase secret.Text, about ...string) error {
	runes := []rune(passphrase.Reveal())
	switch {
	case len(runes) < MinPassphrase:
		return ErrShort
	case len(runes) > MaxPassphrase:
		return ErrLong
	}
	if different(runes) < 4 {
		return ErrGuessable
	}
	known := slices.Clone(obvious)
	for _, text := range about {
		known = append(known, strings.ToLower(text))
		known = append(known, strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	if zxcvbn.PasswordStrength(string(runes[:min(len(runes), judged)]), known).Entropy < leastEntropy {
		return ErrGuessable
	}
	return nil
}

// different counts the letters that differ or, of a phrase, the words: one word four
// times is one word, which the library does not see.
func different(runes []rune) int {
	words := strings.Fields(strings.ToLower(string(runes)))
	slices.Sort(words)
	if len(words) > 2 {
		return len(slices.Compact(words)) + 1
	}
	seen := map[rune]bool{}
	for _, r := range runes {
		seen[r] = true
	}
	return len(seen)
}

// readable reports whether a text can be shown as a name.
func readable(text string) bool {
	return utf8.ValidString(text) && strings.TrimSpace(text) != "" && len(text) <= 200 && !strings.ContainsFunc(text, unicode.IsControl)
}
