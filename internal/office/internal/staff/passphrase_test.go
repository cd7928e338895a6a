package staff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/words"
	"recueil/internal/secret"
)

func TestPassphrases(t *testing.T) {
	for text, want := range map[string]error{
		"lampe tilleul marée bouton": nil, "jaguar rhubarbe marche nuage": nil, "Kq7$wv!x9ZbtN#4r": nil,
		"": staff.ErrShort, "court": staff.ErrShort, "ééééééééééééé": staff.ErrShort,
		strings.Repeat("lampe tilleul marée ", 60): staff.ErrLong,
		"aaaaaaaaaaaaaaaa":                         staff.ErrGuessable, "azertyuiopqsdfghjklm": staff.ErrGuessable, "motdepasse2026!!": staff.ErrGuessable,
		"motdepassemotdepasse": staff.ErrGuessable, "123456789012345": staff.ErrGuessable, "a.diallo.a.diallo": staff.ErrGuessable,
		"awa diallo recueil": staff.ErrGuessable, "lampe lampe lampe lampe": staff.ErrGuessable, "passwordpassword": staff.ErrGuessable,
	} {
		if err := staff.CheckPassphrase(secret.Text(text), "a.diallo", "Awa Diallo"); !errors.Is(err, want) {
			t.Errorf("%.30q: %v, want %v", text, err, want)
		}
	}
}

func TestAnOfferedPassphraseIsTaken(t *testing.T) {
	for range 200 {
		if p := words.Passphrase(); staff.CheckPassphrase(p, "a.diallo", "Awa Diallo") != nil {
			t.Fatalf("%s is offered and then refused", p.Reveal())
		}
	}
}

func TestALongPassphraseIsJudgedAtOnce(t *testing.T) {
	start := time.Now()
	_ = staff.CheckPassphrase(secret.Text(strings.Repeat("ab1", 330)))
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}
