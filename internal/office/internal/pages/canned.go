package pages

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/BurntSushi/toml"

	"recueil/internal/report"
)

// A cannedText is a message that is ready to be sent, in the words of whoever reads
// it. The list is a catalogue of its own, locales/fr/canned.toml, which says how.
type cannedText struct {
	ID    string `toml:"id"`
	Title string `toml:"title"`
	Adult string `toml:"adult"`
	Young string `toml:"young"`
	Asks  bool   `toml:"asks"`
	Files bool   `toml:"files"`
}

// readCanned refuses a list that would leave a choice without words.
func readCanned(catalogue fs.FS) ([]cannedText, error) {
	const name = "fr/canned.toml"
	raw, err := fs.ReadFile(catalogue, name)
	if err != nil {
		return nil, fmt.Errorf("reading the canned texts: %w", err)
	}
	var list struct {
		Text []cannedText `toml:"text"`
	}
	meta, err := toml.Decode(string(raw), &list)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("reading %s: %s means nothing there", name, unknown[0])
	}
	ids := map[string]bool{}
	for i, c := range list.Text {
		if c.ID == "" || c.Title == "" || c.Adult == "" || c.Young == "" || ids[c.ID] {
			return nil, fmt.Errorf("reading %s: text %d wants an id of its own, a title, and words for adult and young", name, i+1)
		}
		ids[c.ID] = true
	}
	if len(list.Text) == 0 {
		return nil, errors.New("reading " + name + ": it holds no text")
	}
	return list.Text, nil
}

// to is the text for who wrote a report.
func (c cannedText) to(r *report.Report) string {
	if writesYoung(r) {
		return c.Young
	}
	return c.Adult
}

// writesYoung reports whether a young person wrote: he is spoken to plainly.
func writesYoung(r *report.Report) bool {
	return r.Door == report.Young || r.Reporter.Profile == report.ProfileSelf || r.Reporter.Profile == report.ProfileYoungForOther
}
