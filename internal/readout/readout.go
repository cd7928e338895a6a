// Package readout puts the answers of a report into the words of a voice: the
// reporter reads them before sending, staff after opening. It decides no order and
// hides nothing; a code without words is shown as it is.
package readout

import (
	"slices"
	"strconv"
	"strings"

	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/internal/web"
)

// Label is a question as a noun.
func Label(voice *web.Voice, f report.Field) string {
	return voice.First("label."+f.Name, "field."+f.Name)
}

// Values puts an answer, in the shape [report.Answers.Get] returns, into words.
func Values(voice *web.Voice, f report.Field, given []string) []string {
	switch f.Kind {
	case report.DateParts:
		return []string{day(voice, given)}
	case report.CommuneKind:
		return given[:min(1, len(given))]
	}
	words := make([]string, 0, len(given))
	for _, value := range given {
		if f.Kind == report.DateOrPeriodKind && !slices.Contains(f.Codes, value) {
			value = day(voice, report.Date(value).Parts())
		}
		words = append(words, word(voice, f, value))
	}
	return words
}

// day puts the parts of a date side by side, the month by its name. A day that is none
// reads as it was typed.
func day(voice *web.Voice, parts []string) string {
	words := slices.Clone(parts)
	if len(words) == 3 {
		if name := voice.First("month." + words[1]); name != "" {
			words[1] = name
		}
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func word(voice *web.Voice, f report.Field, value string) string {
	switch f.Name {
	case "place.department":
		if d, ok := territory.Department(value); ok {
			return d.Name + " (" + d.Code + ")"
		}
		return voice.First("code."+f.Name+"."+value, "code."+value)
	case "children.N.age":
		if years, err := strconv.Atoi(value); err == nil {
			return voice.T("code.children.N.age.years", "Count", years)
		}
	}
	if f.Codes == nil {
		return value
	}
	if text := voice.First("code."+f.Name+"."+value, "code."+value); text != "" {
		return text
	}
	return value
}
