package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/trust"
)

// good writes the files of a deployment and returns settings that start.
func good(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	file, err := trust.New(identity.Recipient().String(), []trust.Team{{ID: "plateau", Name: "Plateau", Receives: true,
		Epochs: []trust.TeamKeys{{Epoch: 1, Recipient: identity.Recipient().String()}}}})
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := file.Encode()
	for name, content := range map[string][]byte{"trust.json": raw, "secret": make([]byte, 32), "short": []byte("x")} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{
		"listen": "127.0.0.1:0", "private-listen": "127.0.0.1:0", "database-url": "postgres://recueil_intake:x@127.0.0.1:1/recueil",
		"trust-file": filepath.Join(dir, "trust.json"), "challenge-secret-file": filepath.Join(dir, "secret"), "spool-dir": filepath.Join(dir, "spool"),
	}
}

func start(ctx context.Context, settings map[string]string) error {
	var args []string
	for name, value := range settings {
		args = append(args, "--"+name+"="+value)
	}
	return run(ctx, args, io.Discard, io.Discard)
}

func TestStartsWithoutADatabaseAndStopsWhenTold(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if err := start(ctx, good(t)); err != nil {
		t.Error(err)
	}
}

func TestWrongSettingStopsTheStartWithItsMend(t *testing.T) {
	for name, c := range map[string]struct{ setting, value, says string }{
		"no trust file":           {"trust-file", "/nowhere/trust.json", "recueil init"},
		"another trust file":      {"trust-fingerprint", strings.Repeat("0", 64), "--trust-fingerprint"},
		"no challenge secret":     {"challenge-secret-file", "/nowhere/secret", "head -c 32 /dev/urandom"},
		"no database URL":         {"database-url", "postgres://bad:pass word@@", "postgres://role:password@host"},
		"a spool that is a file":  {"spool-dir", "/dev/null", "--spool-dir"},
		"an exit that is none":    {"exit-url", "javascript:alert(1)", "--exit-url"},
		"a listener that is none": {"listen", "127.0.0.1:99999999", "--listen"},
		"hours that are none":     {"hours-file", "/nowhere/hours.json", "--hours-file"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := good(t)
			settings[c.setting] = c.value
			err := start(t.Context(), settings)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v, want an error that says %q", err, c.says)
			}
			if strings.Contains(err.Error(), "pass word") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error holds a password, or more than a line: %q", err)
			}
		})
	}
}
