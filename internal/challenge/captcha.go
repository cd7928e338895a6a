package challenge

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"

	"github.com/dchest/captcha"
)

// Digits is how many digits a captcha has.
const Digits = 6

// The size of the picture, in pixels.
const (
	ImageWidth  = 240
	ImageHeight = 80
)

// NewDigits returns fresh digits.
func NewDigits() string {
	digits := captcha.RandomDigits(Digits)
	for i := range digits {
		digits[i] += '0'
	}
	return string(digits)
}

// WriteImage draws digits as a PNG. The library's own store is not used: it has
// room neither for an outage nor for a second instance, and hands out what expired.
func WriteImage(w io.Writer, id, digits string) error {
	numbers := make([]byte, len(digits))
	for i := range numbers {
		numbers[i] = digits[i] - '0'
	}
	if _, err := captcha.NewImage(id, numbers, ImageWidth, ImageHeight).WriteTo(w); err != nil {
		return fmt.Errorf("drawing a captcha: %w", err)
	}
	return nil
}

// ReadDigits returns the digits somebody typed, whatever stands between them and in
// whichever script they are, and whether there is nothing but digits, as many as
// were asked for.
func ReadDigits(typed string) (string, bool) {
	var digits strings.Builder
	for _, r := range typed {
		switch {
		case unicode.IsDigit(r):
			digits.WriteByte('0' + digit(r))
		case !unicode.IsSpace(r) && !strings.ContainsRune(".,;-–/", r):
			return "", false
		}
	}
	return digits.String(), digits.Len() == Digits
}

// digit is the value of a decimal digit: Unicode has them in rows of ten.
func digit(r rune) byte {
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return byte(r - zero)
}

// A Question can be asked in words and answered by a number: "sum 3 4", "after 8".
// It helps who neither sees the picture nor hears the recording; a machine that
// reads it has read a page, which is more than most do.
type Question struct {
	Kind string // Sum or After
	A, B int    // B only of a sum
}

// The kinds of questions.
const (
	Sum   = "sum"
	After = "after"
)

// MostInQuestion is the greatest number in a question or its answer.
const MostInQuestion = 20

// NewQuestion returns one at random.
func NewQuestion() Question {
	if rand.IntN(2) == 0 {
		return Question{Kind: After, A: 1 + rand.IntN(MostInQuestion-1)}
	}
	return Question{Sum, 1 + rand.IntN(MostInQuestion/2), 1 + rand.IntN(MostInQuestion/2)}
}

// Solution is the right answer.
func (q Question) Solution() int {
	if q.Kind == After {
		return q.A + 1
	}
	return q.A + q.B
}

// String writes the question as it is stored.
func (q Question) String() string {
	if q.Kind == After {
		return fmt.Sprintf("%s %d", q.Kind, q.A)
	}
	return fmt.Sprintf("%s %d %d", q.Kind, q.A, q.B)
}

// ParseQuestion reads what String wrote.
func ParseQuestion(s string) (Question, error) {
	words := strings.Fields(s)
	var numbers []int
	for _, word := range words[min(1, len(words)):] {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > MostInQuestion {
			return Question{}, fmt.Errorf("%q is no question", s)
		}
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) == 1 && words[0] == After:
		return Question{Kind: After, A: numbers[0]}, nil
	case len(numbers) == 2 && words[0] == Sum:
		return Question{Sum, numbers[0], numbers[1]}, nil
	}
	return Question{}, fmt.Errorf("%q is no question", s)
}
