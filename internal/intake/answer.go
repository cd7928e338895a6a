package intake

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"recueil/internal/readout"
	"recueil/internal/report"
)

// apply puts a page's inputs into the draft. A refused one leaves what was stored
// and comes back with its reason; the others are taken. A text or choice that did
// not come along keeps its answer; a box that did not come along was unticked.
func (s *Server) apply(v *visit, at step, form url.Values) map[string]string {
	refused := map[string]string{}
	for _, f := range at.fields(v.Door) {
		for _, name := range postedNames(f, v.Door, form) {
			given := fromForm(form, name)
			if given == nil && f.Kind != report.Multi {
				continue
			}
			var problem *report.FieldError
			if err := v.Answers.Set(name, given); errors.As(err, &problem) {
				refused[name] = s.voice(&v.draft).T("problem."+problem.Kind, "Max", f.Max)
			}
		}
	}
	if group := form.Get("_add"); report.GroupLimit(group) > 0 {
		if v.Answers.GroupLen(group) == 0 {
			v.Answers.AddItem(group) // the one on the page was not filled in
		}
		v.Answers.AddItem(group)
	}
	if group, number, found := cutLast(form.Get("_remove")); found && report.GroupLimit(group) > 0 {
		v.Answers.RemoveItem(group, atoi(number))
	}
	if form.Get("_more") != "" {
		v.Extras = true
	}
	if !slices.Contains(v.Visited, at.number) {
		v.Visited = append(v.Visited, at.number)
	}
	return refused
}

// postedNames lists the answers of a field that the form speaks of: for a group,
// the items it shows.
func postedNames(f report.Field, d report.Door, form url.Values) []string {
	if f.Group == "" {
		return []string{f.Name}
	}
	var names []string
	for n := range report.GroupLimit(f.Group) {
		if slices.Contains(form["_item"], f.Group+"."+itoa(n)) || d == report.Young && n == 0 && f.Name == "children.N.age" || mentions(form, nameAt(f, n)) {
			names = append(names, nameAt(f, n))
		}
	}
	return names
}

func mentions(form url.Values, name string) bool { return fromForm(form, name) != nil }

func cutLast(s string) (string, string, bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// askOnce asks again for what was left out or cannot be meant, once for each, and
// never where the visitor said that it shall stay so. It reports whether it asks.
func (s *Server) askOnce(v *visit, at step, form url.Values, again *shown) bool {
	if form.Get("_skip") != "" || form.Get("_add") != "" || form.Get("_remove") != "" {
		return false
	}
	voice := s.voice(&v.draft)
	ask := map[string]string{}
	for _, name := range v.Answers.Missing(v.Door) {
		ask[name] = voice.First("problem.missing."+pattern(name), "problem.missing_required")
	}
	for _, mark := range v.Answers.Check(s.Now()) {
		ask[mark.Field] = voice.T("mark." + mark.Kind)
	}
	asked := false
	fields := at.fields(v.Door)
	for name, question := range ask {
		f, known := report.Lookup(name)
		here := known && slices.ContainsFunc(fields, func(g report.Field) bool { return g.Name == f.Name })
		key := name + " " + question
		if !here || slices.Contains(v.Asked, key) || again.errors[name] != "" {
			continue
		}
		v.Asked = append(v.Asked, key)
		again.errors[name], asked = question, true
	}
	again.skippable = asked
	return asked
}

// pattern puts N in the place of an item's number.
func pattern(name string) string {
	if f, ok := report.Lookup(name); ok {
		return f.Name
	}
	return name
}

// differences lists what is stored on a page and was typed differently here.
func (s *Server) differences(v *visit, at step, form url.Values) []Saved {
	voice := s.voice(&v.draft)
	mine := v.Answers.Clone()
	trial := visit{draft: draft{Door: v.Door, Answers: mine}}
	s.apply(&trial, at, form)
	var other []Saved
	for _, f := range at.fields(v.Door) {
		for n := range max(1, groupLen(&v.Answers, f)) {
			name := nameAt(f, n)
			saved := v.Answers.Get(name)
			if !slices.Equal(saved, trial.Answers.Get(name)) {
				other = append(other, Saved{readout.Label(voice, f), strings.Join(readout.Values(voice, f, saved), ", ")})
			}
		}
	}
	return other
}
