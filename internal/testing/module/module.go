// Package module is for tests that look at the whole house through the go command.
package module

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Root returns the folder of the module.
func Root(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatalf("looking for the module: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// Watch makes `go test` run the calling test again when any source of the module
// changes. It keeps results by the files that a test itself looks at, and does not
// see those that the go command read for it: a broken lock would pass as "cached".
func Watch(t testing.TB) {
	t.Helper()
	os.Getenv("GOFLAGS")
	seen := 0
	err := filepath.WalkDir(Root(t), func(path string, entry fs.DirEntry, err error) error {
		switch name := filepath.Base(path); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "var" || name == "bin" || strings.HasPrefix(name, ".")):
			return filepath.SkipDir
		case filepath.Ext(name) == ".go" || name == "go.mod":
			seen++
			_, err := os.Stat(path)
			return err
		}
		return nil
	})
	if err != nil || seen < 100 {
		t.Fatalf("only %d sources of the module were seen: %v", seen, err)
	}
}
