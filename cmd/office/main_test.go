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
	if err := os.WriteFile(filepath.Join(dir, "trust.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"listen": "127.0.0.1:0", "private-listen": "127.0.0.1:0",
		"database-url": "postgres://recueil_office:x@127.0.0.1:1/recueil", "trust-file": filepath.Join(dir, "trust.json"), "shred-dir": dir}
}

func start(ctx context.Context, settings map[string]string) error {
	var args []string
	for name, value := range settings {
		args = append(args, "--"+name+"="+value)
	}
	return run(ctx, args, io.Discard, io.Discard)
}

func TestStartsWithoutADatabaseAndStopsWhenTold(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Second) // its decoy identity costs a second
	defer stop()
	if err := start(ctx, good(t)); err != nil {
		t.Error(err)
	}
}

func TestWrongSettingStopsTheStartWithItsMend(t *testing.T) {
	for name, c := range map[string]struct{ setting, value, says string }{
		"no trust file":               {"trust-file", "/nowhere/trust.json", "recueil init"},
		"another trust file":          {"trust-fingerprint", strings.Repeat("0", 64), "--trust-fingerprint"},
		"no shred keys":               {"shred-dir", "/nowhere/shred", "--shred-dir"},
		"no database URL":             {"database-url", "postgres://bad:pass word@@", "postgres://role:password@host"},
		"a session that never begins": {"idle-limit", "0s", "--idle-limit"},
		"an end before it":            {"absolute-limit", "1m", "--absolute-limit"},
		"a mail server without port":  {"smtp-server", "smtp.example", "--smtp-server"},
		"a mail server, no sender":    {"smtp-server", "smtp.example:587", "--smtp-sender"},
		"a sender, no mail server":    {"smtp-sender", "veille@exemple.invalid", "--smtp-server"},
		"mail spoken to otherwise":    {"smtp-security", "ssl3", "smtp-security"},
		"a secret of no webhook":      {"webhook-secret-file", "/nowhere/secret", "--webhook-hosts"},
		"a webhook without secret":    {"webhook-hosts", "astreinte.example", "--webhook-secret-file"},
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
