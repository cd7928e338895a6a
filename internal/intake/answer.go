package intake

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"recueil/internal/readout"
	"recueil/internal/report"
)

// doubled is the problem of a question that got two answers.
const doubled = "doubled"

// apply puts a page's inputs into the draft. A refused one leaves what was stored
// and comes back with its reason; the others are taken. A text or choice that did
// not come along keeps its answer; a box that did not come along was unticked.
func (s *Server) apply(v *visit, at sheet, form url.Values) map[string]string {
	if group, gone, ok := removal(form); ok {
		v.remove(group, gone)
	}
	refused := map[string]string{}
	for _, part := range at.steps {
		s.applyStep(v, part, form, refused)
	}
	if group := form.Get("_add"); report.GroupLimit(group) > 0 {
		for v.Answers.GroupLen(group) <= max(1, items(form, group)) && v.Answers.AddItem(group) {
		}
	}
	passed := !leaves(form) && form.Get("_add") == "" && form.Get("_remove") == ""
	for _, part := range at.steps {
		if !slices.Contains(v.Visited, part.number) && (passed || v.told(part)) {
			v.Visited = append(v.Visited, part.number)
		}
	}
	v.Long = at.whole
	switch form.Get(viewInput) {
	case viewWhole:
		v.Long = true
	case viewSteps:
		v.Long = false
	}
	return refused
}

// leaves reports whether a form was sent to go on in another view of it: what was
// not answered then was not left out.
func leaves(form url.Values) bool { return form.Get(viewInput) != "" }

func (s *Server) applyStep(v *visit, at step, form url.Values, refused map[string]string) {
	for _, f := range at.fields(v.Door) {
		for _, name := range postedNames(at, f, v.Door, form) {
			given := fromForm(form, name)
			if given == nil && f.Kind != report.Multi {
				continue
			}
			if f.Kind == report.CommuneKind {
				given = v.commune(name, given, form)
			}
			problem := ""
			var err *report.FieldError
			if f.Kind != report.Multi && answeredTwice(form, name) {
				problem = doubled
			} else if errors.As(v.Answers.Set(name, given), &err) {
				problem = err.Kind
			}
			if problem == report.TooMany && strings.Join(given, "") == "" {
				continue
			}
			if problem != "" {
				refused[name] = s.voice(&v.draft).T("problem."+problem, "Max", f.Max)
			}
		}
	}
}

// remove takes an item out of a group, and out of what was asked about once.
func (v *visit) remove(group string, gone int) {
	v.Answers.RemoveItem(group, gone)
	var asked []string
	for _, name := range v.Asked {
		if moved, stays := renumbered(name, group, gone); stays {
			asked = append(asked, moved)
		}
	}
	v.Asked = asked
}

// postedNames lists the answers of a field that the form speaks of: for a group,
// the items it shows.
func postedNames(at step, f report.Field, d report.Door, form url.Values) []string {
	if f.Group == "" {
		return []string{f.Name}
	}
	var names []string
	for n := range items(form, f.Group) {
		if at.asks(f, n, d) && hasItem(form, f.Group, n) {
			names = append(names, nameAt(f, n))
		}
	}
	return names
}

// fromForm gathers the inputs of one field: a date has three.
func fromForm(form url.Values, name string) []string {
	given := append([]string(nil), form[name]...)
	day, month, year := form.Get(name+".day"), form.Get(name+".month"), form.Get(name+".year")
	if form.Has(name+".day") || form.Has(name+".month") || form.Has(name+".year") {
		if len(given) > 1 {
			given = given[:1]
		}
		given = append(given, day, month, year)
	}
	return given
}

// answeredTwice reports whether an input came along several times with different
// answers. No page of ours sends that; whichever was meant, only the visitor knows.
func answeredTwice(form url.Values, name string) bool {
	for _, input := range []string{name, name + ".day", name + ".month", name + ".year"} {
		if len(different(form[input])) > 1 {
			return true
		}
	}
	return false
}

// different returns what was given, without blanks and repetitions. Ten thousand
// values in one form must not be compared each with each.
func different(given []string) []string {
	var kept []string
	seen := make(map[string]bool, len(given))
	for _, value := range given {
		if value != "" && !seen[value] {
			seen[value] = true
			kept = append(kept, value)
		}
	}
	return kept
}

// askOnce asks again for what was left out or cannot be meant, once for each, and
// never where the visitor said that it shall stay so. It returns the questions to
// put beside the answers; again learns how they can be left as they are.
func (s *Server) askOnce(v *visit, at sheet, form url.Values, again *shown) {
	if form.Get("_skip") != "" || form.Get("_add") != "" || form.Get("_remove") != "" || leaves(form) {
		return
	}
	voice := s.voice(&v.draft)
	ask := func(name, kind, question, leave string) {
		f, n, ok := fieldOf(name)
		if !ok || !at.asks(f, n, v.Door) || slices.Contains(v.Asked, name+" "+kind) || again.errors[name] != "" {
			return
		}
		v.Asked = append(v.Asked, name+" "+kind)
		again.errors[name], again.leave = question, leave
	}
	for _, name := range v.Answers.Missing(v.Door) {
		f, _ := report.Lookup(name)
		ask(name, "missing", voice.First("problem.missing."+f.Name, "problem.missing_required"), voice.T("button.prefer_not"))
	}
	for _, mark := range v.Answers.Check(s.Now()) {
		question := voice.T("mark." + mark.Kind)
		if mark.Kind == report.UnknownCommune {
			question = s.communeDoubt(v)
		}
		ask(mark.Field, mark.Kind, question, voice.T("button.continue_anyway"))
	}
}

// fieldOf finds the question of an answer and the number of its item, or -1.
func fieldOf(name string) (report.Field, int, bool) {
	f, ok := report.Lookup(name)
	if !ok || f.Group == "" {
		return f, -1, ok
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(name, f.Group+"."), ".")
	return f, atoi(number), true
}

// differences lists what is stored on a page and was typed differently here.
func (s *Server) differences(v *visit, at sheet, form url.Values) []Saved {
	voice := s.voice(&v.draft)
	trial := visit{draft: draft{Door: v.Door, Answers: v.Answers.Clone()}}
	s.apply(&trial, at, form)
	var other []Saved
	for f, n := range at.answers(v.Door, &trial.Answers) {
		name := nameAt(f, n)
		saved := v.Answers.Get(name)
		if !slices.Equal(saved, trial.Answers.Get(name)) {
			about := s.about(voice, f, n)
			label := itemHeading(voice, f, n, groupLen(&trial.Answers, f)) + readout.Label(about, f)
			other = append(other, Saved{label, strings.Join(readout.Values(about, f, saved), "\n")})
		}
	}
	return other
}
