package pages

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/BurntSushi/toml"

	"recueil/internal/report"
)

// A cannedText is a message that is ready to be sent, in the words of whoever reads
// it. The lists are catalogues of their own, locales/fr/canned.toml and, for sheets of
// information, locales/fr/sheets.toml, which say how; each language of the back office has
// the same ones.
type cannedText struct {
	ID    string `toml:"id"`
	Title string `toml:"title"`
	Adult string `toml:"adult"`
	Young string `toml:"young"`
	Asks  bool   `toml:"asks"`
	Files bool   `toml:"files"`
}

// readCanned reads a list in every language.
func readCanned(catalogue fs.FS, languages []string, name string) (map[string][]cannedText, error) {
	all := map[string][]cannedText{}
	for _, lang := range languages {
		list, err := readCannedIn(catalogue, lang+"/"+name)
		if err != nil {
			return nil, err
		}
		same := func(a, b cannedText) bool { return a.ID == b.ID && a.Asks == b.Asks && a.Files == b.Files }
		if first := all[languages[0]]; first != nil && !slices.EqualFunc(list, first, same) {
			return nil, fmt.Errorf("reading %s/%s: its texts, their order and what they ask for are not those of %s/%s", lang, name, languages[0], name)
		}
		all[lang] = list
	}
	return all, nil
}

// readCannedIn refuses a list that would leave a choice without words.
func readCannedIn(catalogue fs.FS, name string) ([]cannedText, error) {
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

// cannedFor takes of a list that in the language of whoever wrote a report, in the order
// of every other one.
func cannedFor(all map[string][]cannedText, r *report.Report) []cannedText {
	if list := all[r.Language]; list != nil {
		return list
	}
	return all[defaultLanguage]
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
