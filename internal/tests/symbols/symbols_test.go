// Package symbols looks into the linked public side: what the linker left out
// cannot be called, whatever else goes wrong there.
package symbols_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"recueil/internal/testing/module"
)

// text lists the functions of a program, built with its symbols whatever the
// caller's GOFLAGS say.
func text(t *testing.T, program string) map[string]bool {
	t.Helper()
	module.Watch(t)
	binary := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-ldflags=", "-o", binary, program).CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", program, err, out)
	}
	out, err := exec.Command("go", "tool", "nm", binary).Output()
	if err != nil {
		t.Fatalf("reading the symbols of %s: %v", program, err)
	}
	functions := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		// address, kind, name; a name may hold spaces
		if f := strings.Fields(line); len(f) >= 3 && (f[1] == "T" || f[1] == "t") {
			functions[strings.Join(f[2:], " ")] = true
		}
	}
	return functions
}

func TestPublicSideLinksNoDecryption(t *testing.T) {
	functions := text(t, "recueil/cmd/intake")
	// The exact names: that sealing is found shows that the search finds anything.
	if !functions["filippo.io/age.Encrypt"] {
		t.Error("the public side does not link age.Encrypt: it cannot seal, or its symbols were not read")
	}
	for _, opening := range []string{"filippo.io/age.Decrypt", "filippo.io/age.DecryptHeader", "filippo.io/age.DecryptReaderAt"} {
		if functions[opening] {
			t.Errorf("the public side links %s", opening)
		}
	}
	for name := range functions {
		if strings.HasPrefix(name, "recueil/internal/office") || strings.HasPrefix(name, "recueil/internal/testing") {
			t.Errorf("the public side links %s", name)
		}
	}
}

// The back office decrypts: so these are the names to look for.
func TestOfficeLinksDecryption(t *testing.T) {
	functions := text(t, "recueil/cmd/office")
	if !functions["filippo.io/age.Decrypt"] || !functions["recueil/internal/office/internal/unseal.Report"] {
		t.Error("the back office links no age.Decrypt or no unseal.Report: were they renamed?")
	}
}
