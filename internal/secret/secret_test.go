package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"recueil/internal/secret"
)

func TestNothingPrintsASecret(t *testing.T) {
	key, err := secret.FromBytes([]byte("0123456789abcdef0123456789ABCDEF"))
	if err != nil {
		t.Fatal(err)
	}
	values := struct {
		Key  secret.Key
		Text secret.Text
	}{key, "un mot de passe"}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("line", "values", values, "key", key, "text", values.Text)
	asJSON, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprint(values, &values, key, &key) + fmt.Sprintf("%v %+v %#v %x %s %q %d %d %x", values, values, values, key, key, values.Text, key, values.Text, values.Text)
	for where, text := range map[string]string{"fmt": printed, "slog": log.String(), "json": string(asJSON)} {
		if !strings.Contains(text, "[redacted]") {
			t.Errorf("%s does not say that it left something out: %s", where, text)
		}
		for _, piece := range []string{"0123456789", "3031323334", "48 49 50", "48,49,50", "756e206d6f74", "mot de passe", "MDEyMzQ1"} {
			if strings.Contains(text, piece) {
				t.Errorf("%s shows %q: %s", where, piece, text)
			}
		}
	}
}

func TestDerivedKeysDifferByPurposeAndObject(t *testing.T) {
	key := secret.New()
	seen := map[secret.Key]string{key: "itself"}
	for name, derived := range map[string]secret.Key{
		"a": key.Derive("a"), "b": key.Derive("b"), "a of 1": key.Derive("a", []byte("1")), "a of 2": key.Derive("a", []byte("2")),
	} {
		if other, met := seen[derived]; met {
			t.Errorf("%s equals %s", name, other)
		}
		seen[derived] = name
	}
	if !key.Derive("a").Equal(key.Derive("a")) || key.IsZero() || !(secret.Key{}).IsZero() {
		t.Error("derivation is not repeatable, or zero is not told")
	}
	if _, err := secret.FromBytes(make([]byte, 31)); err == nil {
		t.Error("31 bytes pass for a key")
	}
}
