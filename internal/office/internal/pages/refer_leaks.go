package pages

import (
	"slices"
	"strings"

	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
)

// notGiven are the words of those whom a masked referral does not give: who wrote it,
// and whoever stands in a section that was left out. A word that also stands in what is
// given, such as the name that a child shares with its mother, is not among them.
func (s *Server) notGiven(r *report.Report, c referral.Choice) vocabulary {
	out, given := newVocabulary(), newVocabulary()
	withheld := referral.Withheld(r)
	r.Walk(func(f report.Field, name string, values []string) {
		if !slices.Contains(identifyingFields, f.Name) {
			return
		}
		section := referral.SectionOf(f.Name)
		switch chosen := section != "" && slices.Contains(c.Sections, section) && !slices.Contains(withheld, section); {
		case chosen && referral.Read(f): // what of it is given somebody writes anew
		case chosen:
			given.add(values[0])
		default:
			out.add(values[0])
		}
	})
	for word := range given.words {
		delete(out.words, word)
	}
	for phone := range given.phones {
		delete(out.phones, phone)
	}
	return out
}

// hiddenWord stands for a word that was taken out.
const hiddenWord = "[…]"

// hidden is a text without the words that identify somebody, and without whatever
// looks like a phone number or an e-mail address: where a person begins to read.
func (v vocabulary) hidden(text string) string {
	text = mailLike.ReplaceAllString(text, hiddenWord)
	segments, _ := v.marked(text)
	var out strings.Builder
	for _, part := range segments {
		if part.Marked {
			out.WriteString(hiddenWord)
		} else {
			out.WriteString(part.Text)
		}
	}
	return phoneLike.ReplaceAllString(out.String(), hiddenWord)
}

// leaks lists what a masked referral would still say of somebody it does not give,
// field by field, with the words.
func (s *Server) leaks(r *report.Report, t referring) []problem {
	known := s.notGiven(r, t.Choice)
	masked, _, err := referral.Mask(r, t.ID, t.Choice)
	if err != nil {
		return []problem{{"part-0", s.voice.T("office.refer.text.refused")}}
	}
	var problems []problem
	tell := func(field, label, text string) {
		if _, found := known.marked(text); len(found) > 0 {
			problems = append(problems, problem{field, s.voice.T("office.refer.leak", "Label", label, "Words", strings.Join(found, ", "))})
		}
	}
	masked.Walk(func(f report.Field, name string, values []string) {
		if len(f.Codes) > 0 || f.Kind == report.DateParts {
			return
		}
		field := "part-" + itoa(s.partAt(r, referral.SectionOf(f.Name)))
		if referral.Read(f) {
			field = textID(name)
		}
		tell(field, s.answer(r, f, name, values).Label, strings.Join(values[:1], " "))
	})
	tell("reason", s.voice.T("office.refer.reason"), t.Reason)
	return problems
}

// partAt is the place of a section among those that a report holds.
func (s *Server) partAt(r *report.Report, section referral.Section) int {
	held := map[referral.Section]bool{}
	r.Walk(func(f report.Field, _ string, _ []string) { held[referral.SectionOf(f.Name)] = true })
	at := 0
	for _, one := range referral.Sections() {
		if one == section {
			break
		}
		if held[one] {
			at++
		}
	}
	return at
}
