package wording

import (
	"regexp"
	"testing"
)

var command = regexp.MustCompile(`recueil (?:dev|migrate|init|team|staff|doctor|recover)\b|age-keygen|sha256sum|printf|\bsudo\b|\$\(`)

// Who works at the desk has no terminal. What an operator types stands in docs/, and what
// a recipient's technician types in a fold of a template that says so.
func TestNoScreenTellsStaffToTypeACommand(t *testing.T) {
	for _, each := range officeVoices(t) {
		c := speak(t, each.lang, each.voice)
		for _, key := range c.keys() {
			for _, text := range c[key] {
				if found := command.FindString(text); found != "" {
					t.Errorf("%s: %s says %q", each, key, found)
				}
			}
		}
	}
}
