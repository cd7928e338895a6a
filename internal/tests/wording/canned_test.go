package wording

import (
	"io/fs"
	"testing"

	"github.com/BurntSushi/toml"

	"recueil/locales"
)

// What staff send with one choice is held to what the pages of its reader are.
func TestReadyTextsSpeakToTheirReader(t *testing.T) {
	for _, lang := range officeLanguages(t) {
		readyIn(t, lang)
	}
}

func readyIn(t *testing.T, lang string) {
	t.Helper()
	raw, err := fs.ReadFile(locales.FS, lang+"/canned.toml")
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
		t.Fatalf("%s: %d texts are ready", lang, len(list.Text))
	}
	for name, limit := range limits {
		words, count := 0, 0
		for _, text := range list.Text {
			said := map[string]string{"adult": text.Adult, "young": text.Young}[name]
			lengths, _ := sentences(said)
			for _, n := range lengths {
				words, count = words+n, count+1
				if n > limit.most {
					t.Errorf("%s: %s, %s: a sentence has %d words, at most %d", lang, text.ID, name, n, limit.most)
				}
			}
		}
		if count > 0 && float64(words)/float64(count) > limit.average {
			t.Errorf("%s: %s: %d words in %d sentences", lang, name, words, count)
		}
	}
	for _, text := range list.Text {
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
