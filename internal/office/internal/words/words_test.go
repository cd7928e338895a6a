package words

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"recueil/internal/secret"
)

func TestNoTwoWordsAreTakenForEachOther(t *testing.T) {
	if len(list) != 1<<bits || !slices.IsSorted(list) {
		t.Fatalf("the list has %d words, want %d in order", len(list), 1<<bits)
	}
	seen, plain := map[string]string{}, regexp.MustCompile(`^[a-z]{5,9}$`)
	for _, word := range list {
		if !plain.MatchString(word) {
			t.Errorf("%q is not five to nine letters without accents", word)
		}
		if other, met := seen[word[:4]]; met {
			t.Errorf("%s and %s begin alike", other, word)
		}
		seen[word[:4]] = word
	}
}

func TestPassphrasesDiffer(t *testing.T) {
	met := map[string]bool{}
	for range 1000 {
		p := Passphrase()
		if met[p.Reveal()] || !Drawn(p) {
			t.Fatal("a passphrase came twice, or does not count as drawn")
		}
		met[p.Reveal()] = true
		if fmt.Sprint(p) != "[redacted]" {
			t.Fatal("a passphrase prints")
		}
	}
	for _, other := range []string{"", "lampe", "lampe lampe lampe lampe lampe lampez", "lampe  lampe lampe lampe lampe lampe", strings.Repeat("lampe ", 6)} {
		if Drawn(secret.Text(other)) {
			t.Errorf("%q counts as drawn", other)
		}
	}
}

// The words of a key stand in people's notes while they compare them: they must not
// change from one version of the program to the next.
func TestFingerprintIsOfAccountAndKeyTogether(t *testing.T) {
	one, two := uuid.UUID{1}, uuid.UUID{2}
	got := strings.Join(Fingerprint(one, "age1pq1one"), " ")
	if want := "antenne inventer adjuger hymne musicien humour"; got != want {
		t.Errorf("the words are %q, want %q", got, want)
	}
	for name, other := range map[string][]string{
		"another account": Fingerprint(two, "age1pq1one"), "another key": Fingerprint(one, "age1pq1onf"), "swapped": Fingerprint(two, "age1pq1two"),
	} {
		if strings.Join(other, " ") == got || len(other) != Count {
			t.Errorf("%s has the same words", name)
		}
	}
}
