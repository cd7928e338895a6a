package wording

import (
	"regexp"
	"testing"
)

// Mistakes of typography. French texts hold a narrow no-break space (U+202F) before
// ; ! ? and a no-break space (U+00A0) before : and inside « ».
var (
	anywhere = map[string]*regexp.Regexp{
		"a straight apostrophe":      regexp.MustCompile(`'`),
		"a straight quotation mark":  regexp.MustCompile(`"`),
		"three dots for an ellipsis": regexp.MustCompile(`\.\.\.`),
		"two spaces":                 regexp.MustCompile("[ \u00a0\u202f]{2}"),
		"a space at an end":          regexp.MustCompile(`^\s|\s$`),
		"a space before , or .":      regexp.MustCompile(`\s[,.]`),
		"a law that may be parted":   regexp.MustCompile(`\bL?\d{3}-\d|\b\d{4}-\d{3}`),
	}
	mistakes = map[string]map[string]*regexp.Regexp{
		"fr": {
			"; ! ? after no no-break space":   regexp.MustCompile("[^\u00a0\u202f][;!?]"),
			"a colon after no no-break space": regexp.MustCompile("[^\u00a0]:(?:\\s|$)"),
			"« without a no-break space":      regexp.MustCompile("«[^\u00a0]"),
			"» without a no-break space":      regexp.MustCompile("[^\u00a0]»"),
			"oe for œ":                        regexp.MustCompile(`(?i)\b(s|c|v)oe(u|r)`),
			"a capital without its accent":    regexp.MustCompile(`\b(A|Ca|Etape|Ecri\w+|Etats?|Etablissement|Etes|Ecole|Age|Education|Evaluation)\b`),
			"a number parted from its unit":   regexp.MustCompile(`\d (h|ans|minutes|heures)\b`),
		},
		"en": {
			"a space before punctuation":     regexp.MustCompile(`\s[;:!?%]`),
			"French quotation marks":         regexp.MustCompile(`[«»]`),
			"“ before no word":               regexp.MustCompile(`“\s|“$`),
			"” after no word":                regexp.MustCompile(`\s”|^”`),
			"a spelling that is not British": regexp.MustCompile(`(?i)\b(\w{3,}iz(e|ed|es|ing|ations?)|\w*(color|favor|behavior|neighbor|honor)\w*|analyz\w+|center|program|mom|gotten|license|defense|enroll|fulfill|traveled)\b`),
			"an abbreviation":                regexp.MustCompile(`\b(e\.g|i\.e|etc)\b`),
		},
	}
)

func TestTypography(t *testing.T) {
	for text, lang := range map[string]string{
		"Vraiment ?": "fr", "Note : ceci": "fr", "12 ans": "fr", "Who ? ": "en", "Say “ yes”": "en", "organized": "en", "neighbor": "en", "for «me»": "en", "law 2005-102": "en",
	} {
		if mistake(lang, text) == "" {
			t.Errorf("%s: no mistake was found in %q", lang, text)
		}
	}
	for lang, text := range map[string]string{"fr": "Vraiment\u202f? Note\u00a0: «\u00a0ceci\u00a0», 12\u00a0ans.", "en": "Size, prize, “yes”? Organised: neighbour’s."} {
		if found := mistake(lang, text); found != "" {
			t.Errorf("%s: %q was found to hold %s", lang, text, found)
		}
	}
	for _, lang := range languages(t) {
		for _, name := range filesOf(t, lang) {
			c := read(t, lang, name)
			for _, key := range c.keys() {
				for _, text := range c[key] {
					if found := mistake(lang, placeholder.ReplaceAllString(text, "X")); found != "" {
						t.Errorf("%s/%s.toml: %s has %s", lang, name, key, found)
					}
				}
			}
		}
	}
}

// mistake describes the first mistake of a text, or is empty.
func mistake(lang, text string) string {
	for _, rules := range []map[string]*regexp.Regexp{anywhere, mistakes[lang]} {
		for name, pattern := range rules {
			if found := pattern.FindString(text); found != "" {
				return name + " at " + found
			}
		}
	}
	return ""
}
