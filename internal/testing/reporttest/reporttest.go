// Package reporttest makes answers for the tests of other packages.
package reporttest

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"recueil/internal/report"
)

// Value returns one plausible answer to a field, different for every name.
func Value(f report.Field, name string) []string {
	switch f.Kind {
	case report.Radio, report.Select:
		if f.Name == "place.department" {
			return []string{"59"}
		}
		return []string{f.Codes[len(name)%len(f.Codes)]}
	case report.Multi:
		return []string{f.Codes[0], f.Codes[len(f.Codes)-1]}
	case report.DateParts:
		return []string{fmt.Sprint(1 + len(name)%28), "3", "2012"}
	case report.DateOrPeriodKind:
		return []string{"this_week"}
	case report.PhoneNumber:
		return []string{fmt.Sprintf("01 99 00 %02d %02d", len(name)%100, name[0]%100)}
	case report.Email:
		return []string{"contact@exemple.invalid"}
	}
	return []string{"à " + strings.TrimPrefix(name, "done.")}
}

// Names lists the answers to fill at a door, two items for each repeated group.
func Names(d report.Door) []string {
	var names []string
	for _, f := range report.Fields() {
		if f.Asked[d] == report.Never || f.Page == "short" {
			continue
		}
		if f.Group == "" {
			names = append(names, f.Name)
			continue
		}
		for n := range 2 {
			names = append(names, strings.Replace(f.Name, ".N.", fmt.Sprintf(".%d.", n), 1))
		}
	}
	return names
}

// Text draws what people type: several lines, emoji, markup, bidi marks.
func Text() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringN(0, 80, -1),
		rapid.SampledFrom([]string{"<script>alert(1)</script>", "{{.Secret}}", "👩‍👧 ça va", "\u202eabc\u202c", "ligne\r\nautre\tfin", "a\x00b", " ", "é"}),
	)
}

// Random draws an answer to any subset of the questions of a door.
func Random(t *rapid.T, d report.Door) report.Answers {
	var a report.Answers
	for _, name := range Names(d) {
		if !rapid.Bool().Draw(t, name) {
			continue
		}
		f, _ := report.Lookup(name)
		values := Value(f, name)
		switch f.Kind {
		case report.Text, report.LongText, report.CommuneKind:
			values = []string{Text().Draw(t, name+" text")}
		case report.Multi:
			values = rapid.SliceOfDistinct(rapid.SampledFrom(f.Codes), func(s string) string { return s }).Draw(t, name+" codes")
		case report.DateParts:
			part := rapid.SampledFrom([]string{"", "1", "31", "février", "13", "2012", "demain"})
			values = []string{part.Draw(t, "day"), part.Draw(t, "month"), part.Draw(t, "year")}
		}
		if err := a.Set(name, values); err != nil {
			if f.Max > 0 && f.Max < 320 { // a drawn text may be over a short field's limit
				continue
			}
			t.Fatalf("%s refuses a drawn answer: %v", name, err)
		}
	}
	return a
}
