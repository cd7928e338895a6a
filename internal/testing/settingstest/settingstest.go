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

// Environment reads a file of variables of a deployment, and checks that each is a setting
// of a kong grammar.
func Environment(t *testing.T, file string, grammar any) map[string]string {
	t.Helper()
	parser, err := kong.New(grammar)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, flag := range parser.Model.Flags {
		for _, env := range flag.Envs {
			known[env] = true
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, set := strings.Cut(strings.TrimSpace(line), "=")
		switch {
		case strings.HasPrefix(name, "#") || name == "":
		case !set || !known[name]:
			t.Errorf("%s gives %s, which is no setting", file, name)
		default:
			given[name] = value
		}
	}
	return given
}
