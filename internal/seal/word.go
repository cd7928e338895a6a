package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recueil/internal/secret"
)

// maxWord is how much of a chosen word counts, in code points: a longer one is cut
// alike when it is chosen and when it is asked for.
const maxWord = 200

// WordTag is a keyed hash of the word that a reporter chose, empty when he chose
// none, and of the way he is spoken to. Only who has the code can try words, and
// since every report has a tag, nobody else sees whether there is a word at all.
func WordTag(replyKey secret.Key, voice, word string) [32]byte {
	key := replyKey.Derive("recueil chosen word")
	mac := hmac.New(sha256.New, key.Bytes())
	mac.Write([]byte(voice + "\x00" + foldWord(word)))
	return [32]byte(mac.Sum(nil))
}

// foldWord makes alike what people take for the same word: case, accents, spaces,
// hyphens, quotes and points do not count.
func foldWord(word string) string {
	var folded strings.Builder
	count := 0
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(word, "\uFFFD")) {
		if unicode.In(r, unicode.Mn, unicode.Cc, unicode.Cf, unicode.Pd, unicode.Z) || strings.ContainsRune("'’‘\"«»“”.,", r) {
			continue
		}
		if count++; count > maxWord {
			break
		}
		folded.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
	}
	return folded.String()
}
