package territory

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings a name into the one spelling that names are compared in: small
// letters without accents, one space between words, "St" and "s/" written out.
// What is no Latin letter or digit parts words.
func fold(text string) string {
	text = strings.ToLower(text)
	if strings.Contains(text, "/") {
		text = slashes(text)
	}
	if !isASCII(text) {
		text = norm.NFD.String(text)
	}
	var folded strings.Builder
	folded.Grow(len(text))
	word := make([]byte, 0, 24)
	end := func() {
		if len(word) == 0 {
			return
		}
		if folded.Len() > 0 {
			folded.WriteByte(' ')
		}
		folded.Write(writtenOut(word))
		word = word[:0]
	}
	for _, r := range text {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			word = append(word, byte(r))
		case r == 'œ':
			word = append(word, "oe"...)
		case r == 'æ':
			word = append(word, "ae"...)
		case unicode.Is(unicode.Mn, r): // an accent
		default:
			end()
		}
	}
	end()
	return folded.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// slashes writes "s/" and "s/s" out, as in "Villeneuve s/ Lot".
func slashes(text string) string {
	words := strings.Fields(strings.ReplaceAll(text, "-", " "))
	for i, word := range words {
		if rest, found := strings.CutPrefix(word, "s/s"); found && (rest == "" || rest[0] == '/') {
			words[i] = "sous " + rest
		} else if rest, found := strings.CutPrefix(word, "s/"); found {
			words[i] = "sur " + rest
		}
	}
	return strings.Join(words, " ")
}

// writtenOut undoes the abbreviations of names and of ordinals.
func writtenOut(word []byte) []byte {
	switch string(word) {
	case "st":
		return []byte("saint")
	case "ste":
		return []byte("sainte")
	case "sts":
		return []byte("saints")
	case "stes":
		return []byte("saintes")
	case "1ere", "1re":
		return []byte("1er")
	}
	if number, found := bytes.CutSuffix(word, []byte("eme")); found && isNumber(string(number)) {
		return append(number, 'e')
	}
	return word
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isPostcode(s string) bool { return len(s) == 5 && isNumber(s) }

// A wanted is what somebody typed for a commune: a name, and what he put beside it
// to say which one.
type wanted struct {
	name  string   // folded
	hints []string // folded: postcodes, départements by code or name, today's name
}

// Bounds of what is read of a text: in bytes (the longest label of the list has
// 90), and in hints, each of which is held against every commune found.
const (
	maxWanted = 400
	maxHints  = 3
)

// readings returns how a text can be meant, the likeliest first: all of it a name,
// or a name with hints behind a comma, in brackets, or as numbers.
func readings(text string) []wanted {
	if len(text) > maxWanted {
		return nil
	}
	whole := fold(text)
	if whole == "" {
		return nil
	}
	list := []wanted{{name: whole}}
	var w wanted
	name := text
	if i := strings.LastIndexByte(name, '('); i >= 0 {
		w.hint(fold(name[i+1:]))
		name = name[:i]
	}
	parts := strings.Split(name, ",")
	for _, part := range parts[1:] {
		w.hint(fold(part))
	}
	var words []string
	numbers := strings.Fields(fold(parts[0]))
	for i := 0; i < len(numbers); i++ {
		word := numbers[i]
		switch {
		case word == "cedex":
			if i+1 < len(numbers) && len(numbers[i+1]) <= 2 && isNumber(numbers[i+1]) {
				i++ // the number of a distribution office
			}
		case isPostcode(word), isDepartmentCode(word):
			w.hint(word)
		default:
			words = append(words, word)
		}
	}
	w.name = strings.Join(words, " ")
	if len(w.hints) > 0 {
		list = append(list, w)
	}
	return list
}

func (w *wanted) hint(folded string) {
	if folded != "" && len(w.hints) < maxHints {
		w.hints = append(w.hints, folded)
	}
}

func isDepartmentCode(folded string) bool {
	_, known := Department(strings.ToUpper(folded))
	return known
}
