// Package wording reads the catalogues as an editor would: sentences short enough
// to be understood under stress, «tu» and «vous» never mixed, French typography,
// titles that give nothing away in a browser's history, and a text for everything
// the pages ask for. Its tests are the lint; it holds no other code.
package wording

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"recueil/internal/web"
	"recueil/locales"
)

// A catalogue maps keys to texts; a text with plural forms has several.
type catalogue map[string][]string

// read parses one file of fr/. One that is not there yet is empty.
func read(t *testing.T, name string) catalogue {
	t.Helper()
	content, err := fs.ReadFile(locales.FS, "fr/"+name+".toml")
	if errors.Is(err, fs.ErrNotExist) {
		return catalogue{}
	}
	if err != nil {
		t.Fatal(err)
	}
	raw := map[string]any{}
	if _, err := toml.Decode(string(content), &raw); err != nil {
		t.Fatalf("%s.toml: %v", name, err)
	}
	c := catalogue{}
	for key, value := range raw {
		switch value := value.(type) {
		case string:
			c[key] = []string{value}
		case map[string]any:
			for form, text := range value {
				if form != "one" && form != "other" {
					t.Errorf("%s.toml: %s.%s is no plural form: keys are flat, between quotes", name, key, form)
				}
				c[key] = append(c[key], text.(string))
			}
			if len(value) != 2 {
				t.Errorf("%s.toml: %s needs both plural forms, one and other", name, key)
			}
		default:
			t.Errorf("%s.toml: %s is a %T", name, key, value)
		}
	}
	return c
}

// files are the catalogues as they lie over each other in each voice.
var files = map[string][]string{
	"adult":  {"adult"},
	"young":  {"adult", "young"},
	"friend": {"adult", "young", "friend"},
	"office": {"adult", "rules", "office"},
}

// speak lays the catalogues of a voice over each other.
func speak(t *testing.T, voice string) catalogue {
	t.Helper()
	all := catalogue{}
	for _, name := range files[voice] {
		for key, texts := range read(t, name) {
			all[key] = texts
		}
	}
	return all
}

func (c catalogue) keys() []string {
	keys := make([]string, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func TestEveryTextRendersInEveryVoice(t *testing.T) {
	for voice, names := range files {
		var paths []string
		for _, name := range names {
			if len(read(t, name)) > 0 {
				paths = append(paths, "fr/"+name+".toml")
			}
		}
		loaded, err := web.NewVoice(locales.FS, "fr", paths...)
		if err != nil {
			t.Fatal(err)
		}
		for key, texts := range speak(t, voice) {
			var data []any
			for _, found := range placeholder.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
				data = append(data, found[1], 2)
			}
			if got := loaded.T(key, data...); got == "["+key+"]" || strings.Contains(got, "<no value>") || strings.Contains(got, "{{") {
				t.Errorf("%s: %s renders as %q", voice, key, got)
			}
		}
	}
}

func TestAnOverlayKnowsWhatItLiesOver(t *testing.T) {
	adult := read(t, "adult")
	for _, name := range []string{"young", "friend"} {
		for key, texts := range read(t, name) {
			under, known := adult[key]
			if !known {
				if !strings.HasSuffix(key, ".hint") {
					t.Errorf("%s.toml: %s is not in adult.toml, which holds every key", name, key)
				}
				continue
			}
			if got, want := placeholders(texts), placeholders(under); !slices.Equal(got, want) {
				t.Errorf("%s.toml: %s fills in %v, adult.toml %v", name, key, got, want)
			}
		}
	}
	young := read(t, "young")
	for key := range read(t, "friend") {
		if young[key] == nil && !strings.HasSuffix(key, ".hint") {
			t.Errorf("friend.toml: %s is not in young.toml, so that the friend alone would be spoken to plainly", key)
		}
	}
}

func placeholders(texts []string) []string {
	var names []string
	for _, found := range placeholder.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		names = append(names, found[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// mistakes of French typography. Texts hold a narrow no-break space (U+202F) before
// ; ! ? and a no-break space (U+00A0) before : and inside « ».
var mistakes = map[string]*regexp.Regexp{
	"a straight apostrophe":           regexp.MustCompile(`'`),
	"a straight quotation mark":       regexp.MustCompile(`"`),
	"three dots for an ellipsis":      regexp.MustCompile(`\.\.\.`),
	"two spaces":                      regexp.MustCompile("[ \u00a0\u202f]{2}"),
	"a space at an end":               regexp.MustCompile(`^\s|\s$`),
	"; ! ? after no no-break space":   regexp.MustCompile("[^\u00a0\u202f][;!?]"),
	"a colon after no no-break space": regexp.MustCompile("[^\u00a0]:(?:\\s|$)"),
	"a space before , or .":           regexp.MustCompile(`\s[,.]`),
	"« without a no-break space":      regexp.MustCompile("«[^\u00a0]"),
	"» without a no-break space":      regexp.MustCompile("[^\u00a0]»"),
	"oe for œ":                        regexp.MustCompile(`(?i)\b(s|c|v)oe(u|r)`),
	"a capital without its accent":    regexp.MustCompile(`\b(A|Ca|Etape|Ecri\w+|Etats?|Etablissement|Etes|Ecole|Age|Education|Evaluation)\b`),
	"a number parted from its unit":   regexp.MustCompile(`\d (h|ans|minutes|heures)\b`),
}

func TestTypography(t *testing.T) {
	for _, name := range []string{"adult", "young", "friend", "rules", "office"} {
		c := read(t, name)
		for _, key := range c.keys() {
			for _, text := range c[key] {
				text = placeholder.ReplaceAllString(text, "X")
				for mistake, pattern := range mistakes {
					if found := pattern.FindString(text); found != "" {
						t.Errorf("%s.toml: %s has %s at %q", name, key, mistake, found)
					}
				}
			}
		}
	}
}
