package pages

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"recueil/internal/office/internal/transmission"
	"recueil/internal/report"
)

// A file that does not name a reporter may still do so in a text: in the story, or in
// a note. What he gave of himself is looked for in any spelling, and stops the file.

// tellingNames and tellingContacts are the answers that identify a reporter by
// themselves: none of them may stand in a text that leaves without his leave.
var (
	tellingNames    = []string{"professional.name", "contact.alias"}
	tellingContacts = []string{"professional.work_phone", "professional.work_email", "contact.value", "short.callback"}
)

// familyFields name those whom a file is about. A word that a reporter's name shares
// with theirs tells nothing of him: a mother bears the name of her child.
var familyFields = []string{"children.N.first_name", "children.N.last_name", "parents.N.name", "suspects.N.name"}

// A tell is something that a reporter gave of himself.
type tell struct {
	value string
	whole vocabulary // found by one of its numbers, or where all of its words stand in one text; "contact@" alone is a word like others
	alone vocabulary // found by any of its words
}

func tellOf(value string) tell {
	value = strings.TrimSpace(value)
	t := tell{value, newVocabulary(), newVocabulary()}
	t.whole.add(value)
	return t
}

// tellOfName takes a name word by word, without those whom the file is about.
func tellOfName(value string, family vocabulary) tell {
	t := tellOf(value)
	t.alone.add(capitalised(value))
	for word := range family.words {
		delete(t.alone.words, word)
	}
	return t
}

// capitalised leaves of a name what says who bears it: "Mme Vasseur, infirmière". One
// written without capitals is taken as it is.
func capitalised(name string) string {
	var words []string
	for _, w := range wordsOf(name) {
		word := name[w.from:w.to]
		if first, _ := utf8.DecodeRuneInString(word); unicode.IsUpper(first) {
			words = append(words, word)
		}
	}
	if words == nil {
		return name
	}
	return strings.Join(words, " ")
}

// in returns what of it stands in a text, as it is written there, or "".
func (t tell) in(text string) string {
	if len([]rune(t.value)) >= 5 && strings.Contains(strings.ToLower(text), strings.ToLower(t.value)) {
		return t.value
	}
	if marked := markedIn(vocabulary{t.alone.words, t.whole.phones}, text); marked != nil {
		return marked[0]
	}
	words := vocabulary{t.whole.words, nil}
	if _, found := words.marked(text); len(found) > 1 && len(found) == len(words.words) {
		return markedIn(words, text)[0]
	}
	return ""
}

func markedIn(v vocabulary, text string) (marked []string) {
	segments, _ := v.marked(text)
	for _, one := range segments {
		if one.Marked {
			marked = append(marked, one.Text)
		}
	}
	return marked
}

// tells are those of everybody who did not allow to be named.
func (l *leaving) tells() (all []tell) {
	told, withheld := []*report.Report{}, l.withheld()
	family := newVocabulary()
	for _, r := range l.told() {
		r.Walk(func(f report.Field, _ string, given []string) {
			for _, name := range familyFields {
				if f.Name == name && len(given) > 0 {
					family.add(given[0])
				}
			}
		})
	}
	if first := withheld[uuid.Nil]; first != nil {
		told = append(told, first)
	}
	for _, a := range l.additions {
		switch {
		case a.body == nil:
		case a.body.Added == nil && withheld[a.row.ID] != nil:
			told = append(told, a.body)
		case a.body.Added != nil && a.body.Added.Contact != "" && withheld[uuid.Nil] != nil:
			all = append(all, tellOf(a.body.Added.Contact))
		}
	}
	for _, r := range told {
		for _, name := range tellingNames {
			if given := r.Get(name); len(given) > 0 {
				all = append(all, tellOfName(given[0], family))
			}
		}
		for _, name := range tellingContacts {
			if given := r.Get(name); len(given) > 0 {
				all = append(all, tellOf(given[0]))
			}
		}
	}
	return all
}

// tellsOf lists what still stands in a file of those who did not allow to be named.
func tellsOf(l *leaving, f *transmission.File) (found []string) {
	texts := f.Texts()
	for _, one := range l.tells() {
		for _, text := range texts {
			if what := one.in(text); what != "" {
				found = append(found, what)
			}
		}
	}
	return found
}
