package intake

import (
	"context"
	"net/netip"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/challenge"
	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/report"
)

// Captchas keeps what visitors were asked, for all instances. It is the inbox.
type Captchas interface {
	DrawCaptcha(ctx context.Context, c inbox.Captcha, now time.Time) (failures int, err error)
	ShowCaptcha(ctx context.Context, id [16]byte, now time.Time) (inbox.Captcha, error)
	AnswerCaptcha(ctx context.Context, id [16]byte, a inbox.CaptchaAnswer, now time.Time) (failures int, err error)
}

// When a captcha is shown. The zero value is CaptchaAuto.
const (
	CaptchaAuto   = "auto"   // to who looks suspicious
	CaptchaAlways = "always" // to everybody whose report is not urgent
	CaptchaNever  = "never"  // to nobody; what looks suspicious is verified by staff
)

// A Guard is what a page that sends a report carries: the signed token, room for a
// proof of work, and the trap.
type Guard struct {
	Token string
	Bits  int
}

func guard(token string) Guard { return Guard{token, challenge.WorkBits} }

// trap is the name of a field that no person sees.
const trap = "site"

// suspicious scores a sending and counts it. Nobody is refused for it.
func (s *Server) suspicious(c echo.Context, form url.Values, open func(token string) (challenge.Token, error)) bool {
	now := s.Now()
	signals := challenge.Signals{Trapped: form.Get(trap) != "", Stamp: challenge.Genuine, Proof: challenge.CheckWork(form.Get("_token"), form.Get("_work"))}
	switch token, err := open(form.Get("_token")); {
	case form.Get("_token") == "":
		signals.Stamp = challenge.NoStamp
	case err != nil:
		signals.Stamp = challenge.ForgedStamp
	default:
		signals.Hurried = now.Sub(token.IssuedAt) < s.Limits.Hurry
	}
	address, _ := netip.ParseAddr(c.RealIP()) // none at all is not counted
	signals.Busy, signals.Crowded = s.counters.Count(address, now)
	return signals.Suspicious()
}

// A weighing remembers whether a sending looked suspicious, so that it is counted once.
type weighing struct{ done, suspicious bool }

func (s *Server) weigh(c echo.Context, v *visit, form url.Values, w *weighing) bool {
	if !w.done {
		w.done, w.suspicious = true, s.suspicious(c, form, func(token string) (challenge.Token, error) { return s.signer.OpenFor(v.ID[:], token) })
	}
	return w.suspicious
}

func laneOf(suspicious bool) string {
	if suspicious {
		return envelope.ToVerify
	}
	return envelope.Main
}

// judge says into which lane the whole form goes, or that its writer shall answer a
// captcha first. What is urgent is never held up, nor what reaches us while the
// captcha cannot be kept or the draft is gone: staff will look at it.
func (s *Server) judge(c echo.Context, v *visit, suspicious bool) (lane string, ask bool) {
	lane = laneOf(suspicious)
	if s.Captcha == CaptchaNever || !suspicious && s.Captcha != CaptchaAlways || v.revision == 0 {
		return lane, false
	}
	if a, err := s.assemble(v, nil); err != nil || a.Urgency <= neverHeldUp {
		return lane, false
	}
	failures, err := s.drawCaptcha(c.Request().Context(), v)
	if err != nil {
		s.Log.Warn("a captcha was not asked", "err", err)
		return lane, false
	}
	if failures >= inbox.CaptchaFailures {
		return envelope.ToVerify, false
	}
	return "", true
}

// neverHeldUp is the least urgency that no captcha holds up.
const neverHeldUp report.Urgency = 1
