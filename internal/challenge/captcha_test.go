package challenge_test

import (
	"bytes"
	"image/png"
	"regexp"
	"testing"

	"recueil/internal/challenge"
)

func TestDigitsAreSixAndDiffer(t *testing.T) {
	seen, each := map[string]bool{}, map[byte]int{}
	for range 1000 {
		digits := challenge.NewDigits()
		if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(digits) {
			t.Fatalf("%q", digits)
		}
		seen[digits] = true
		for i := range digits {
			each[digits[i]]++
		}
	}
	if len(seen) < 990 {
		t.Errorf("1,000 draws gave %d different ones", len(seen))
	}
	for d := byte('0'); d <= '9'; d++ {
		if each[d] < 450 || each[d] > 750 {
			t.Errorf("%c came %d times in 6,000", d, each[d])
		}
	}
}

func TestPictureShowsItsDigits(t *testing.T) {
	draw := func(id, digits string) []byte {
		var b bytes.Buffer
		if err := challenge.WriteImage(&b, id, digits); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	first := draw("a", "123456")
	picture, err := png.Decode(bytes.NewReader(first))
	if err != nil || picture.Bounds().Dx() != challenge.ImageWidth || picture.Bounds().Dy() != challenge.ImageHeight {
		t.Fatalf("%v, %v", picture.Bounds(), err)
	}
	if !bytes.Equal(first, draw("a", "123456")) {
		t.Error("the same picture looks different when it is loaded again: its mean could be taken")
	}
	if bytes.Equal(first, draw("a", "654321")) {
		t.Error("other digits look the same")
	}
}

func TestReadDigits(t *testing.T) {
	for typed, want := range map[string]string{
		"123456": "123456", " 12 34-56 ": "123456", "1,2,3,4,5,6.": "123456", "١٢٣٤٥٦": "123456", "１２３４５６": "123456", "०९०९०९": "090909",
		"": "", "12345": "", "1234567": "", "12345a": "", "un deux": "", "123456<": "", "½23456": "",
	} {
		got, ok := challenge.ReadDigits(typed)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v, want %q", typed, got, ok, want)
		}
	}
}

func TestQuestionsComeBackAndAreInRange(t *testing.T) {
	kinds := map[string]bool{}
	for range 500 {
		q := challenge.NewQuestion()
		kinds[q.Kind] = true
		if again, err := challenge.ParseQuestion(q.String()); err != nil || again != q {
			t.Fatalf("%+v came back as %+v, %v", q, again, err)
		}
		if s := q.Solution(); s < 2 || s > challenge.MostInQuestion {
			t.Fatalf("%v is %d", q, s)
		}
	}
	if len(kinds) != 2 {
		t.Errorf("only %v are asked", kinds)
	}
	for text, want := range map[string]int{"sum 3 4": 7, "after 8": 9} {
		if q, err := challenge.ParseQuestion(text); err != nil || q.Solution() != want {
			t.Errorf("%s: %d, %v", text, q.Solution(), err)
		}
	}
	for _, text := range []string{"", "sum", "sum 1", "after 1 2", "times 2 3", "sum 1 x", "sum 0 1", "after 21"} {
		if _, err := challenge.ParseQuestion(text); err == nil {
			t.Errorf("%q passes for a question", text)
		}
	}
}
