// Package settingstest compares a program's settings with the README, so that none
// is added, renamed or given another default without being told.
package settingstest

import (
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Told checks that the README has a row for every flag of a kong grammar, with its
// variable and its default.
func Told(t *testing.T, readme, program string, grammar any) {
	t.Helper()
	parser, err := kong.New(grammar)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n`"+program+"`:\n\n")
	if !found {
		t.Fatalf("README has no table of %s", program)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	rows := map[string]string{}
	for line := range strings.Lines(table) {
		if name, found := strings.CutPrefix(line, "| `--"); found {
			name, _, _ = strings.Cut(name, "`")
			rows[name] += line
		}
	}
	checked := 0
	for _, flag := range parser.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		checked++
		row := rows[flag.Name]
		delete(rows, flag.Name)
		if row == "" {
			t.Errorf("README has no row for --%s", flag.Name)
			continue
		}
		for _, env := range flag.Envs {
			if !strings.Contains(row, "`"+env+"`") {
				t.Errorf("README does not name %s, the variable of --%s", env, flag.Name)
			}
		}
		if flag.HasDefault && !strings.Contains(row, "`"+flag.Default+"`") {
			t.Errorf("README does not name the default %s of --%s", flag.Default, flag.Name)
		}
	}
	for name := range rows {
		t.Errorf("README has a row for --%s, and %s has no such setting", name, program)
	}
	if checked == 0 {
		t.Fatal("the program has no settings")
	}
}
