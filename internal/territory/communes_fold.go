package territory

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings a name into the one spelling that names are compared in: small
// letters without accents, one space between words, "St" and "s/" written out.
// What is no Latin letter or digit parts words.
func fold(text string) string {
	if strings.Contains(text, "/") {
		text = slashes(strings.ToLower(text))
	}
	return string(appendFolded(nil, text))
}

// appendFolded does the same behind what is in folded; reading the whole list, it
// leaves nothing for the collector.
func appendFolded(folded []byte, text string) []byte {
	begin, word := len(folded), len(folded)
	for i, r := range text {
		if r >= utf8.RuneSelf {
			if parts := norm.NFD.PropertiesString(text[i:]).Decomposition(); parts != nil {
				r, _ = utf8.DecodeRune(parts) // the letter without its accents
			}
		}
		switch r = unicode.ToLower(r); {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			folded = append(folded, byte(r))
		case r == 'œ':
			folded = append(folded, "oe"...)
		case r == 'æ':
			folded = append(folded, "ae"...)
		case unicode.Is(unicode.Mn, r): // an accent
		case len(folded) > word:
			folded = append(writtenOut(folded, word), ' ')
			word = len(folded)
		}
	}
	folded = writtenOut(folded, word)
	if len(folded) > begin && folded[len(folded)-1] == ' ' {
		folded = folded[:len(folded)-1]
	}
	return folded
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

// writtenOut undoes the abbreviation of the last word, of a name or an ordinal.
func writtenOut(folded []byte, word int) []byte {
	switch string(folded[word:]) {
	case "st":
		return append(folded[:word], "saint"...)
	case "ste":
		return append(folded[:word], "sainte"...)
	case "sts":
		return append(folded[:word], "saints"...)
	case "stes":
		return append(folded[:word], "saintes"...)
	case "1ere", "1re":
		return append(folded[:word], "1er"...)
	}
	if number, found := bytes.CutSuffix(folded[word:], []byte("eme")); found && isNumber(string(number)) {
		return folded[:len(folded)-2]
	}
	return folded
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
