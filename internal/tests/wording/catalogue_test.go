// Package wording reads the catalogues as an editor would: sentences short enough
// to be understood under stress, «tu» and «vous» never mixed, the typography of each
// language, titles that give nothing away in a browser's history, and a text for
// everything the pages ask for, in every language. A folder of locales with an
// adult.toml is a language of the public side, and one with an office.toml of the back
// office; it is held to what needs no knowledge of it. French and English have rules of
// their own besides. The tests are the lint; there is no other code.
package wording

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"recueil/internal/web"
	"recueil/locales"
)

// source is the language that every other one is held against: the one the house
// writes first.
const source = "fr"

// A catalogue maps keys to texts; a text with plural forms has several.
type catalogue map[string][]string

// parsed keeps what read has read.
var parsed = map[string]catalogue{}

// read parses one file of a language. One that is not there yet is empty.
func read(t *testing.T, lang, name string) catalogue {
	t.Helper()
	path := lang + "/" + name + ".toml"
	if c, known := parsed[path]; known {
		return c
	}
	content, err := fs.ReadFile(locales.FS, path)
	if errors.Is(err, fs.ErrNotExist) {
		return catalogue{}
	}
	if err != nil {
		t.Fatal(err)
	}
	parsed[path] = parse(t, path, content)
	return parsed[path]
}

func parse(t *testing.T, path string, content []byte) catalogue {
	t.Helper()
	raw := map[string]any{}
	if _, err := toml.Decode(string(content), &raw); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	c := catalogue{}
	for key, value := range raw {
		switch value := value.(type) {
		case string:
			c[key] = []string{value}
		case map[string]any:
			for _, form := range slices.Sorted(maps.Keys(value)) {
				text, ok := value[form].(string)
				if !ok || !slices.Contains(pluralForms, form) {
					t.Errorf("%s: %s.%s is no plural form: keys are flat, between quotes", path, key, form)
				}
				c[key] = append(c[key], text)
			}
		default:
			t.Errorf("%s: %s is a %T", path, key, value)
		}
	}
	return c
}

var pluralForms = []string{"zero", "one", "two", "few", "many", "other"}

// files are the catalogues as they lie over each other in each voice.
var files = map[string][]string{
	"adult":  {"adult"},
	"young":  {"adult", "young"},
	"friend": {"adult", "young", "friend"},
	"office": append([]string{"adult"}, officeFiles...),
}

// publicVoices are those that every language of the public side has, and officeFiles
// what one of the back office lays over adult.toml.
var (
	publicVoices = []string{"adult", "young", "friend"}
	officeFiles  = append([]string{"rules", "office"}, officeRooms()...)
)

// officeRooms are the catalogues of single capabilities of the back office; each of its
// languages has them all.
func officeRooms() (names []string) {
	paths, _ := fs.Glob(locales.FS, "*/office_*.toml") // the pattern is well formed
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".toml")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// languages are those of the public side, French first.
func languages(t *testing.T) []string { return spokenIn(t, "adult.toml") }

// officeLanguages are those of the back office, French first.
func officeLanguages(t *testing.T) []string { return spokenIn(t, "office.toml") }

func spokenIn(t *testing.T, file string) []string {
	t.Helper()
	found, err := web.FindLanguages(locales.FS, file, source)
	if err != nil {
		t.Fatal(err)
	}
	return found.All()
}

// filesOf lists what a language has to say, file by file.
func filesOf(t *testing.T, lang string) []string {
	if slices.Contains(officeLanguages(t), lang) {
		return slices.Concat(publicVoices, officeFiles)
	}
	return publicVoices
}

// A spoken voice is one that somebody hears.
type spoken struct{ lang, voice string }

func (s spoken) String() string { return s.lang + " " + s.voice }

// everyVoice lists the voices of both sides in all languages.
func everyVoice(t *testing.T) []spoken { return append(officeVoices(t), everyPublicVoice(t)...) }

func officeVoices(t *testing.T) []spoken {
	t.Helper()
	var all []spoken
	for _, lang := range officeLanguages(t) {
		all = append(all, spoken{lang, "office"})
	}
	return all
}

func everyPublicVoice(t *testing.T) []spoken {
	t.Helper()
	var all []spoken
	for _, lang := range languages(t) {
		for _, voice := range publicVoices {
			all = append(all, spoken{lang, voice})
		}
	}
	return all
}

// speak lays the catalogues of a voice over each other.
func speak(t *testing.T, lang, voice string) catalogue {
	t.Helper()
	all := catalogue{}
	for _, name := range files[voice] {
		maps.Copy(all, read(t, lang, name))
	}
	return all
}

func (c catalogue) keys() []string { return slices.Sorted(maps.Keys(c)) }

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func placeholders(texts []string) []string {
	var names []string
	for _, found := range placeholder.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		names = append(names, found[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A language counts in forms of its own, as CLDR has them: a form that is missing
// shows at one of these numbers. No page counts a million.
var counts = []int{0, 1, 2, 3, 5, 6, 11, 21, 100, 101}

func TestEveryTextRendersInEveryVoice(t *testing.T) {
	for _, s := range everyVoice(t) {
		var paths []string
		for _, name := range files[s.voice] {
			paths = append(paths, s.lang+"/"+name+".toml")
		}
		loaded, err := web.NewVoice(locales.FS, s.lang, paths...)
		if err != nil {
			t.Fatal(err)
		}
		for key, texts := range speak(t, s.lang, s.voice) {
			for _, count := range counts {
				var data []any // a text that counts has its number among them
				for _, name := range placeholders(texts) {
					data = append(data, name, count)
				}
				if got := loaded.T(key, data...); got == "["+key+"]" || strings.Contains(got, "<no value>") || strings.Contains(got, "{{") {
					t.Errorf("%s: %s renders as %q for %d", s, key, got, count)
				}
			}
		}
	}
}

func TestAnOverlayKnowsWhatItLiesOver(t *testing.T) {
	for _, lang := range languages(t) {
		adult := read(t, lang, "adult")
		for _, name := range []string{"young", "friend"} {
			for key, texts := range read(t, lang, name) {
				under, known := adult[key]
				if !known {
					if !strings.HasSuffix(key, ".hint") {
						t.Errorf("%s/%s.toml: %s is not in adult.toml, which holds every key", lang, name, key)
					}
					continue
				}
				if got, want := placeholders(texts), placeholders(under); !slices.Equal(got, want) {
					t.Errorf("%s/%s.toml: %s fills in %v, adult.toml %v", lang, name, key, got, want)
				}
			}
		}
		young := read(t, lang, "young")
		for key := range read(t, lang, "friend") {
			if young[key] == nil && !strings.HasSuffix(key, ".hint") {
				t.Errorf("%s/friend.toml: %s is not in young.toml, so that the friend alone would be spoken to plainly", lang, key)
			}
		}
	}
}
