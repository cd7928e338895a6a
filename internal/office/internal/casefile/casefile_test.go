package casefile_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/secret"
)

type remark struct {
	Text string `json:"text,omitempty"`
}

func (*remark) Format() string { return "recueil.remark/1" }

type other struct{ remark }

func (*other) Format() string { return "recueil.other/1" }

func newCase() casefile.Case { return casefile.Case{ID: report.NewID(), Key: secret.New()} }

func TestAnEntryOpensInItsPlaceAndInNoOther(t *testing.T) {
	mine, id := newCase(), report.NewID()
	at := casefile.Place{Part: id, Kind: archive.NotePart, Sequence: 2}
	sealed, err := mine.Seal(at, &remark{"Rappeler la tante"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("tante")) {
		t.Fatal("the sealed part shows what is in it")
	}
	var read remark
	if err := mine.Open(at, sealed, &read); err != nil || read.Text != "Rappeler la tante" {
		t.Fatalf("opened: %q, %v", read.Text, err)
	}
	if err := mine.Open(at, sealed, &other{}); !errors.Is(err, casefile.ErrFormat) {
		t.Errorf("as another entry: %v", err)
	}
	later, moved, elsewhere := at, at, newCase()
	later.Sequence, moved.Kind = 3, archive.CallPart
	for name, err := range map[string]error{
		"later in the sequence": mine.Open(later, sealed, &remark{}),
		"as another kind":       mine.Open(moved, sealed, &remark{}),
		"as another part":       mine.Open(casefile.Place{Part: report.NewID(), Kind: at.Kind, Sequence: 2}, sealed, &remark{}),
		"in another case":       elsewhere.Open(at, sealed, &remark{}),
		"under another case id": casefile.Case{ID: elsewhere.ID, Key: mine.Key}.Open(at, sealed, &remark{}),
		"cut short":             mine.Open(at, sealed[:len(sealed)-1], &remark{}),
	} {
		if !errors.Is(err, unseal.ErrDamaged) {
			t.Errorf("%s: %v, want damage", name, err)
		}
	}
}

func TestASizeSaysLittle(t *testing.T) {
	mine := newCase()
	at := casefile.Place{Part: report.NewID(), Kind: archive.NotePart, Sequence: 1}
	size := func(text string) int {
		sealed, err := mine.Seal(at, &remark{text})
		if err != nil {
			t.Fatal(err)
		}
		return len(sealed)
	}
	if size("") != size(strings.Repeat("a", 900)) {
		t.Error("nothing and a note of nine hundred characters differ in size")
	}
	if long := size(strings.Repeat("é", 40_000)); long > 80_000*9/8 {
		t.Errorf("a note of 80,000 bytes takes %d", long)
	}
}

func TestPlacesCountEachKindByItself(t *testing.T) {
	parts := []archive.Part{{Kind: archive.NotePart}, {Kind: archive.DecisionPart}, {Kind: archive.NotePart}}
	places := casefile.Places(parts)
	for i, want := range []int{1, 1, 2} {
		if places[i].Sequence != want || places[i].Kind != parts[i].Kind {
			t.Errorf("part %d stands at %s %d, want %d", i, places[i].Kind, places[i].Sequence, want)
		}
	}
}
