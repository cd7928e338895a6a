package inbox_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/testing/testdb"
)

// A captcha drawn by one instance, and what another says of it.
type captchas struct {
	t        *testing.T
	one, two *inbox.Inbox
	id       [16]byte
	now      time.Time
}

func newCaptchas(t *testing.T) *captchas {
	db, ctx := testdb.New(t), t.Context()
	c := &captchas{t: t, one: inbox.New(ctx, db.Intake), two: inbox.New(ctx, db.Intake), id: [16]byte{1, 2, 3}, now: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)}
	if failures := c.draw("123456"); failures != 0 {
		t.Fatalf("a fresh captcha was failed %d times", failures)
	}
	return c
}

func (c *captchas) draw(digits string) int {
	c.t.Helper()
	failures, err := c.one.DrawCaptcha(c.t.Context(), inbox.Captcha{ID: c.id, Digits: digits, Question: "sum 3 4", Solution: 7, Expires: c.now.Add(20 * time.Minute)}, c.now)
	if err != nil {
		c.t.Fatal(err)
	}
	return failures
}

func (c *captchas) answer(digits string) (int, error) {
	return c.two.AnswerCaptcha(c.t.Context(), c.id, inbox.CaptchaAnswer{Digits: &digits}, c.now)
}

func (c *captchas) wantFailures(digits string, want int) {
	c.t.Helper()
	if got, err := c.answer(digits); got != want || err != nil {
		c.t.Errorf("%s: %d failures, %v, want %d", digits, got, err, want)
	}
}

func (c *captchas) wantGone(digits string) {
	c.t.Helper()
	if got, err := c.answer(digits); !errors.Is(err, inbox.ErrNoCaptcha) {
		c.t.Errorf("%s: %d failures, %v, want ErrNoCaptcha", digits, got, err)
	}
	if _, err := c.two.ShowCaptcha(c.t.Context(), c.id, c.now); !errors.Is(err, inbox.ErrNoCaptcha) {
		c.t.Errorf("it is still shown: %v", err)
	}
}

func TestCaptchaIsShownAndAnsweredByAnyInstance(t *testing.T) {
	c := newCaptchas(t)
	shown, err := c.two.ShowCaptcha(t.Context(), c.id, c.now)
	if err != nil || shown.Digits != "123456" || shown.Question != "sum 3 4" || shown.Solution != 0 || !shown.Expires.Equal(c.now.Add(20*time.Minute)) {
		t.Fatalf("%+v, %v", shown, err)
	}
	c.wantFailures("123456", 0)
	c.wantGone("123456") // answered twice
}

func TestCaptchaTakesTheQuestionInstead(t *testing.T) {
	c := newCaptchas(t)
	eight, seven := 8, 7
	if n, err := c.two.AnswerCaptcha(t.Context(), c.id, inbox.CaptchaAnswer{Solution: &eight}, c.now); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := c.two.AnswerCaptcha(t.Context(), c.id, inbox.CaptchaAnswer{Solution: &seven}, c.now); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestCaptchaAnswersNothingByNothing(t *testing.T) {
	c := newCaptchas(t)
	if n, err := c.two.AnswerCaptcha(t.Context(), c.id, inbox.CaptchaAnswer{}, c.now); n != 1 || err != nil {
		t.Errorf("no answer at all: %d, %v", n, err)
	}
}

func TestCaptchaIsFailedThreeTimesAtMost(t *testing.T) {
	c := newCaptchas(t)
	c.wantFailures("000000", 1)
	if failures := c.draw("222222"); failures != 1 {
		t.Errorf("after new digits %d failures are remembered, want 1", failures)
	}
	c.wantFailures("123456", 2) // the old digits
	c.wantFailures("000000", 3)
	c.wantGone("222222")
	if failures := c.draw("333333"); failures != inbox.CaptchaFailures {
		t.Errorf("new digits after the last failure count %d failures", failures)
	}
	c.wantGone("333333")
}

func TestCaptchaExpires(t *testing.T) {
	c := newCaptchas(t)
	c.wantFailures("000000", 1)
	c.now = c.now.Add(20 * time.Minute)
	c.wantGone("123456")
	if gone, err := c.one.ExpireCaptchas(t.Context(), c.now.Add(-time.Second)); gone != 0 || err != nil {
		t.Errorf("%d removed early, %v", gone, err)
	}
	if failures := c.draw("444444"); failures != 0 {
		t.Errorf("an expired captcha is remembered by %d failures", failures)
	}
	c.now = c.now.Add(20 * time.Minute)
	if gone, err := c.one.ExpireCaptchas(t.Context(), c.now); gone != 1 || err != nil {
		t.Errorf("%d removed, %v", gone, err)
	}
}

func TestCaptchaIsRightForOneOfManyAtOnce(t *testing.T) {
	c := newCaptchas(t)
	var right, gone int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			n, err := c.answer("123456")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && n == 0:
				right++
			case errors.Is(err, inbox.ErrNoCaptcha):
				gone++
			}
		})
	}
	if all.Wait(); right != 1 || gone != 7 {
		t.Errorf("%d right, %d too late", right, gone)
	}
}
