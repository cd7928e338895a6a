package web

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"golang.org/x/text/language"
)

// Languages are those that a set of catalogues is written in, a folder for each. A
// folder put beside the others is one more language: no code names it.
type Languages struct {
	tags    []string
	matcher language.Matcher
}

// FindLanguages lists the folders that hold the named catalogue. The first language
// is the one of a visitor whose own is not among them.
func FindLanguages(catalogues fs.FS, catalogue, first string) (*Languages, error) {
	files, err := fs.Glob(catalogues, "*/"+catalogue)
	if err != nil {
		return nil, fmt.Errorf("listing the languages: %w", err)
	}
	l := &Languages{}
	for _, file := range files {
		l.tags = append(l.tags, path.Dir(file))
	}
	i := slices.Index(l.tags, first)
	if i < 0 {
		return nil, fmt.Errorf("there is no catalogue %s/%s", first, catalogue)
	}
	l.tags = slices.Insert(slices.Delete(l.tags, i, i+1), 0, first)
	parsed := make([]language.Tag, len(l.tags))
	for i, tag := range l.tags {
		if parsed[i], err = language.Parse(tag); err != nil {
			return nil, fmt.Errorf("the folder %s is named for no language: %w", tag, err)
		}
	}
	l.matcher = language.NewMatcher(parsed)
	return l, nil
}

// All lists the languages, the first one first.
func (l *Languages) All() []string { return slices.Clone(l.tags) }

// Has reports whether tag is one of the languages.
func (l *Languages) Has(tag string) bool { return slices.Contains(l.tags, tag) }

// maxAccept bounds the header that is read: no browser sends as much.
const maxAccept = 500

// Accepted is the language that suits an Accept-Language header best.
func (l *Languages) Accepted(header string) string {
	if header == "" || len(header) > maxAccept {
		return l.tags[0]
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return l.tags[0]
	}
	_, i, _ := l.matcher.Match(wanted...)
	return l.tags[i]
}
