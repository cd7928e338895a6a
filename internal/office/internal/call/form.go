package call

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"recueil/internal/report"
	"recueil/internal/territory"
)

// Doubled is the problem of a question that got two answers.
const Doubled = "doubled"

// Read takes the answers of a posted form. It holds the whole call: what did not come
// along was emptied. What is refused, for its size or because no page of ours sends
// it, comes back by name with its reason; all the rest is taken.
func Read(form url.Values) (a report.Answers, refused map[string]string) {
	refused = map[string]string{}
	for _, section := range Sections() {
		for _, f := range section.Fields() {
			for _, name := range posted(f, form) {
				given := inputs(form, name)
				if given == nil {
					continue
				}
				var err *report.FieldError
				switch {
				case f.Kind != report.Multi && doubled(form, name):
					refused[name] = Doubled
				case errors.As(a.Set(name, given), &err):
					refused[name] = err.Kind
				}
			}
		}
	}
	resolve(&a)
	return a, refused
}

// posted lists the answers of a field that a form holds.
func posted(f report.Field, form url.Values) []string {
	if f.Group == "" {
		return []string{f.Name}
	}
	var names []string
	for n := range report.GroupLimit(f.Group) {
		names = append(names, NameAt(f, n))
	}
	return names
}

// inputs gathers the inputs of one field: a date has three.
func inputs(form url.Values, name string) []string {
	given := append([]string(nil), form[name]...)
	if form.Has(name+".day") || form.Has(name+".month") || form.Has(name+".year") {
		given = append(given[:min(1, len(given))], form.Get(name+".day"), form.Get(name+".month"), form.Get(name+".year"))
	}
	return given
}

func doubled(form url.Values, name string) bool {
	for _, input := range []string{name, name + ".day", name + ".month", name + ".year"} {
		first := ""
		for _, value := range form[input] {
			if value != "" && first != "" && value != first {
				return true
			}
			if value != "" {
				first = value
			}
		}
	}
	return false
}

// resolve gives a commune its code when the list knows which is meant. Where no
// département was told, the commune tells it.
func resolve(a *report.Answers) {
	p := &a.Place
	if p.Commune.Label == "" || p.Department == "abroad" || !utf8.ValidString(p.Commune.Label) {
		return
	}
	if found := territory.ResolveCommune(p.Commune.Label, p.Department); len(found) == 1 {
		p.Commune = report.Commune{Label: found[0].Label(), Code: found[0].Code}
		if p.Department == "" {
			p.Department = found[0].Department.Code
		}
	}
}

// NameAt is the name of an answer: the field's, with the item's number for N.
func NameAt(f report.Field, n int) string {
	if f.Group == "" {
		return f.Name
	}
	return strings.Replace(f.Name, ".N.", "."+itoa(n)+".", 1)
}
