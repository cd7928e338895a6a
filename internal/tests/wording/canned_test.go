package wording

import (
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"recueil/locales"
)

// What staff send with one choice is held to what the pages of its reader are.
func TestReadyTextsSpeakToTheirReader(t *testing.T) {
	for _, lang := range officeLanguages(t) {
		readyIn(t, lang+"/canned.toml")
		readyIn(t, lang+"/sheets.toml")
	}
}

// mostOfMessage is how long a message to a reporter may be, in code points.
const mostOfMessage = 2000

func readyIn(t *testing.T, name string) {
	t.Helper()
	lang, _, _ := strings.Cut(name, "/")
	raw, err := fs.ReadFile(locales.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Text []struct{ ID, Title, Adult, Young string }
	}
	if _, err := toml.Decode(string(raw), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Text) < 5 {
		t.Fatalf("%s: %d texts are ready", name, len(list.Text))
	}
	for reader, limit := range limits {
		words, count := 0, 0
		for _, text := range list.Text {
			said := map[string]string{"adult": text.Adult, "young": text.Young}[reader]
			lengths, _ := sentences(said)
			for _, n := range lengths {
				words, count = words+n, count+1
				if n > limit.most {
					t.Errorf("%s: %s, %s: a sentence has %d words, at most %d", lang, text.ID, reader, n, limit.most)
				}
			}
		}
		if count > 0 && float64(words)/float64(count) > limit.average {
			t.Errorf("%s: %s: %d words in %d sentences", name, reader, words, count)
		}
	}
	for _, text := range list.Text {
		if n := utf8.RuneCountInString(text.Adult + text.Young); n > mostOfMessage {
			t.Errorf("%s: both ways of saying it have %d characters", text.ID, n)
		}
		if found := tu(text.Adult); found != "" {
			t.Errorf("%s: a grown-up hears %q", text.ID, found)
		}
		if found := vous(text.Young); found != "" {
			t.Errorf("%s: a young person hears %q", text.ID, found)
		}
		for _, said := range []string{text.Title, text.Adult, text.Young} {
			if found := mistake(lang, said); found != "" {
				t.Errorf("%s: %s has %s", lang, text.ID, found)
			}
			if found := stray(said, map[string][]string{"en": frenchWords, "fr": englishWords}[lang]); found != "" {
				t.Errorf("%s: %s says %q: %q", lang, text.ID, found, said)
			}
		}
	}
}
