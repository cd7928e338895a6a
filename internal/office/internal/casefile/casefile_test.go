package casefile_test

import (
	"bytes"
	"errors"
	"strconv"
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

// In a list what is left opens, and tells what is missing before it.
func TestAListWithGapsStaysReadable(t *testing.T) {
	mine := newCase()
	parts := make([]archive.Part, 5)
	for i := range parts {
		at := casefile.Place{Part: report.NewID(), Kind: archive.NotePart, Sequence: i + 1}
		sealed, err := mine.Seal(at, &remark{string(rune('a' + i))})
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = archive.Part{ID: at.Part, Kind: at.Kind, Body: sealed}
	}
	foreign := archive.Part{ID: report.NewID(), Kind: archive.NotePart, Body: parts[0].Body}
	for name, c := range map[string]struct {
		order []int // 9 is a part that does not open
		want  string
	}{
		"whole":                 {[]int{0, 1, 2, 3, 4}, "a b c d e"},
		"the first removed":     {[]int{1, 2, 3, 4}, "1+b c d e"},
		"two in between":        {[]int{0, 3, 4}, "a 2+d e"},
		"two changed places":    {[]int{0, 2, 1, 3, 4}, "a 1+c ? d e"},
		"the last in front":     {[]int{4, 0, 1, 2, 3}, "4+e ? ? ? ?"},
		"the first at the end":  {[]int{1, 2, 3, 4, 0}, "1+b c d e ?"},
		"one planted":           {[]int{9, 0, 1, 2, 3, 4}, "? a b c d e"},
		"one damaged":           {[]int{0, 9, 2, 3, 4}, "a ? c d e"},
		"planted and exchanged": {[]int{9, 1, 0, 2}, "? b ? c"},
	} {
		var list []archive.Part
		for _, n := range c.order {
			if n == 9 {
				list = append(list, foreign)
			} else {
				list = append(list, parts[n])
			}
		}
		var read []string
		for i, at := range casefile.Places(list) {
			said := "?"
			var r remark
			if err := mine.Open(at, list[i].Body, &r); err == nil {
				said = r.Text
			} else if !errors.Is(err, unseal.ErrDamaged) {
				t.Errorf("%s: %v", name, err)
			}
			if n := at.Missing(); n > 0 {
				said = strconv.Itoa(n) + "+" + said
			}
			read = append(read, said)
		}
		if got := strings.Join(read, " "); got != c.want {
			t.Errorf("%s reads %q, want %q", name, got, c.want)
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
