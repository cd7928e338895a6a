// Package words speaks keys in words: the fingerprint of a member's key, to be
// compared by voice, and passphrases to choose.
//
// The list has 2,048 common French words of five to nine letters, written without
// accents, of which no two begin with the same four letters, so that a word heard
// badly or written short is still told from every other. It is the French list of
// BIP-39 as the npm package @scure/bip39 2.4.0 gives it (MIT, see LICENSE), but for
// fourteen words that would jar among people who protect children.
package words

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"math/big"
	"strings"

	"github.com/google/uuid"

	"recueil/internal/secret"
)

//go:embed words.txt
var file string

var list = strings.Fields(file)

// bits is how much one word says: the list has 2^11.
const bits = 11

// Count is how many words stand for a key, and how many a passphrase is offered of.
const Count = 6

// Passphrase draws a passphrase: 66 random bits.
func Passphrase() secret.Text {
	drawn := make([]string, Count)
	most := big.NewInt(int64(len(list)))
	for i := range drawn {
		n, err := rand.Int(rand.Reader, most)
		if err != nil {
			panic("the system has no randomness: " + err.Error()) // crypto/rand stops the program before
		}
		drawn[i] = list[n.Int64()]
	}
	return secret.Text(strings.Join(drawn, " "))
}

// Drawn reports whether a text can be one that Passphrase drew.
func Drawn(text secret.Text) bool {
	given := strings.Split(text.Reveal(), " ")
	for _, word := range given {
		if !known[word] {
			return false
		}
	}
	return len(given) == Count
}

var known = func() map[string]bool {
	all := make(map[string]bool, len(list))
	for _, word := range list {
		all[word] = true
	}
	return all
}()

// stretch makes each try of somebody who looks for a key with the same six words
// this many times as dear: 66 bits of words then cost 2^82 hashes, not 2^66.
const stretch = 1 << 16

// Fingerprint says in six words whose key this is: of the account and of its
// recipient together, so that two accounts with swapped keys read differently.
func Fingerprint(account uuid.UUID, recipient string) []string {
	sum, err := pbkdf2.Key(sha256.New, recipient, append([]byte("recueil fingerprint"), account[:]...), stretch, 16)
	if err != nil {
		panic("pbkdf2 refuses 16 bytes: " + err.Error()) // only for lengths over 2^32 hashes
	}
	number := new(big.Int).SetBytes(sum)
	said := make([]string, Count)
	for i := range said {
		said[i] = list[new(big.Int).Rsh(number, uint(i*bits)).Uint64()&(1<<bits-1)]
	}
	return said
}
