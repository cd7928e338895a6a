package keyring_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/secret"
)

const passphrase = secret.Text("six mots que personne n’a devinés")

func member(t *testing.T) keyring.Member {
	t.Helper()
	m, err := keyring.NewMember()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestIdentityOpensWithItsPassphraseAlone(t *testing.T) {
	m, opener := member(t), keyring.NewOpener(2)
	sealed, err := keyring.SealMember(m, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n-> scrypt ")) || !bytes.Contains(sealed, []byte(" 16\n")) {
		t.Error("the identity is no age passphrase file of work factor 16")
	}
	opened, err := opener.OpenMember(t.Context(), keyring.Lane{}, sealed, passphrase)
	if err != nil || opened.Recipient() != m.Recipient() {
		t.Errorf("the passphrase gives another identity: %v", err)
	}
	for name, same := range map[string]secret.Text{"an é of two characters": secret.Text(strings.ReplaceAll(string(passphrase), "é", "e\u0301")), "another space": secret.Text(strings.ReplaceAll(string(passphrase), " ", "\u00a0"))} {
		if same == passphrase {
			t.Fatalf("%s: the passphrase of the tests has none", name)
		}
		if _, err := opener.OpenMember(t.Context(), keyring.Lane{}, sealed, same); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, wrong := range map[string]secret.Text{"a wrong one": passphrase + "s", "none": ""} {
		if _, err := opener.OpenMember(t.Context(), keyring.Lane{}, sealed, wrong); !errors.Is(err, keyring.ErrPassphrase) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), string(passphrase)) {
			t.Errorf("%s: the error prints it", name)
		}
	}
}

func TestPlantedWorkFactorIsRefusedAtOnce(t *testing.T) {
	sealed, err := keyring.SealMember(member(t), passphrase)
	if err != nil {
		t.Fatal(err)
	}
	planted := bytes.Replace(sealed, []byte(" 16\n"), []byte(" 22\n"), 1)
	start := time.Now()
	_, err = keyring.NewOpener(1).OpenMember(t.Context(), keyring.Lane{}, planted, passphrase)
	if took := time.Since(start); !errors.Is(err, keyring.ErrPassphrase) || took > 100*time.Millisecond {
		t.Errorf("a work factor of 22 took %s: %v", took, err)
	}
}

func TestOpeningWaitsForItsPlace(t *testing.T) {
	sealed, err := keyring.SealMember(member(t), passphrase)
	if err != nil {
		t.Fatal(err)
	}
	full := keyring.NewOpener(0)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := full.OpenMember(ctx, keyring.Lane{}, sealed, passphrase); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without a place: %v", err)
	}
	one := keyring.NewOpener(1)
	for range 3 { // a place that was not given back would stop the second
		if _, err := one.OpenMember(t.Context(), keyring.Lane{}, []byte("no key"), passphrase); !errors.Is(err, keyring.ErrPassphrase) {
			t.Errorf("no key: %v", err)
		}
	}
}

func TestSessionIdentityOpensWithItsToken(t *testing.T) {
	m, token := member(t), secret.New()
	sealed, err := keyring.SealForSession(m, token, "firefox linux")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("AGE-SECRET-KEY")) {
		t.Error("the identity stands in clear")
	}
	opened, err := keyring.OpenFromSession(sealed, token, "firefox linux")
	if err != nil || opened.Recipient() != m.Recipient() {
		t.Errorf("the token gives another identity: %v", err)
	}
	if _, err := keyring.OpenFromSession(sealed, token, "chrome android"); err == nil {
		t.Error("the token opens the identity on another kind of device")
	}
	if _, err := keyring.OpenFromSession(sealed, secret.New(), "firefox linux"); err == nil {
		t.Error("another token opens the identity")
	}
	for _, damaged := range [][]byte{nil, sealed[:10], sealed[:len(sealed)-1], append([]byte{sealed[0] ^ 1}, sealed[1:]...)} {
		if _, err := keyring.OpenFromSession(damaged, token, "firefox linux"); err == nil {
			t.Errorf("%d damaged bytes open", len(damaged))
		}
	}
}

func TestKeysAreNeverPrinted(t *testing.T) {
	m, team := member(t), team(t)
	holder := struct {
		M keyring.Member
		T keyring.Team
	}{m, team}
	private := fmt.Sprint(team.Identity()) // what must not be seen: age prints it
	if !strings.HasPrefix(private, "AGE-SECRET-KEY-PQ-") {
		t.Fatal("age no longer prints identities; this test proves nothing")
	}
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("line", "member", m, "team", team, "holder", holder)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("line", "member", m, "team", team)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{m, team, &m, &team} {
			if text := fmt.Sprintf(verb, value); text != "[redacted]" {
				t.Errorf("%s of %T prints %s", verb, value, text)
			}
		}
		fmt.Fprintf(&log, verb, holder)
	}
	if all := log.String() + string(asJSON); strings.Contains(strings.ToUpper(all), "SECRET-KEY") || strings.Contains(all, fmt.Sprintf("%x", private)) {
		t.Errorf("a key was printed: %s", all)
	}
}
