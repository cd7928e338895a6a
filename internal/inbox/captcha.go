package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// CaptchaFailures is how many wrong answers a captcha takes; the functions of the
// database hold the same number.
const CaptchaFailures = 3

// ErrNoCaptcha says that there is nothing to answer: never drawn, answered already,
// failed too often, or expired.
var ErrNoCaptcha = errors.New("there is no such captcha")

// A Captcha is what a visitor is asked. Its six digits are shown and spoken; the
// question is asked in words.
type Captcha struct {
	ID       [16]byte
	Digits   string
	Question string // "sum 3 4"
	Solution int    // of the question; never read back
	Failures int
	Expires  time.Time
}

// A CaptchaAnswer is the digits, the solution of the question, or both: one that is
// right is enough.
type CaptchaAnswer struct {
	Digits   *string
	Solution *int
}

// DrawCaptcha stores a captcha, in place of the one of that id if there is one, and
// returns how often that one was failed already.
func (in *Inbox) DrawCaptcha(ctx context.Context, c Captcha, now time.Time) (failures int, err error) {
	err = in.pool.QueryRow(ctx, "select captcha_draw($1, $2, $3, $4, $5, $6)", c.ID[:], c.Digits, c.Question, c.Solution, c.Expires, now).Scan(&failures)
	if err != nil {
		return 0, fmt.Errorf("drawing a captcha: %w", postgres.Sort(err))
	}
	return failures, nil
}

// ShowCaptcha returns what to show, or ErrNoCaptcha.
func (in *Inbox) ShowCaptcha(ctx context.Context, id [16]byte, now time.Time) (Captcha, error) {
	c := Captcha{ID: id}
	err := in.pool.QueryRow(ctx, "select digits, question, failures, expires_at from captcha_show($1, $2)", id[:], now).
		Scan(&c.Digits, &c.Question, &c.Failures, &c.Expires)
	if errors.Is(err, pgx.ErrNoRows) {
		return Captcha{}, ErrNoCaptcha
	}
	if err != nil {
		return Captcha{}, fmt.Errorf("showing a captcha: %w", postgres.Sort(err))
	}
	return c, nil
}

// AnswerCaptcha takes an answer. A right one returns no failure and takes the
// captcha away; a wrong one returns how many there are now; ErrNoCaptcha says that
// there was nothing to answer.
func (in *Inbox) AnswerCaptcha(ctx context.Context, id [16]byte, a CaptchaAnswer, now time.Time) (failures int, err error) {
	var failed *int
	if err := in.pool.QueryRow(ctx, "select captcha_answer($1, $2, $3, $4)", id[:], a.Digits, a.Solution, now).Scan(&failed); err != nil {
		return 0, fmt.Errorf("answering a captcha: %w", postgres.Sort(err))
	}
	if failed == nil {
		return 0, ErrNoCaptcha
	}
	return *failed, nil
}

// ExpireCaptchas removes captchas whose time is over, a few at a time, and says how
// many.
func (in *Inbox) ExpireCaptchas(ctx context.Context, now time.Time) (int, error) {
	var gone int
	if err := in.pool.QueryRow(ctx, "select captchas_expire($1, 500)", now).Scan(&gone); err != nil {
		return 0, fmt.Errorf("expiring captchas: %w", postgres.Sort(err))
	}
	return gone, nil
}
