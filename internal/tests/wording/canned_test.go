package wording

import (
	"io/fs"
	"testing"

	"github.com/BurntSushi/toml"

	"recueil/locales"
)

// What staff send with one choice is held to what the pages of its reader are.
func TestReadyTextsSpeakToTheirReader(t *testing.T) {
	raw, err := fs.ReadFile(locales.FS, source+"/canned.toml")
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
		t.Fatalf("%d texts are ready", len(list.Text))
	}
	for name, limit := range limits {
		words, count := 0, 0
		for _, text := range list.Text {
			said := map[string]string{"adult": text.Adult, "young": text.Young}[name]
			lengths, _ := sentences(said)
			for _, n := range lengths {
				words, count = words+n, count+1
				if n > limit.most {
					t.Errorf("%s, %s: a sentence has %d words, at most %d", text.ID, name, n, limit.most)
				}
			}
		}
		if count > 0 && float64(words)/float64(count) > limit.average {
			t.Errorf("%s: %d words in %d sentences", name, words, count)
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
			if found := mistake(source, said); found != "" {
				t.Errorf("%s has %s", text.ID, found)
			}
		}
	}
}
