package intake

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/challenge"
	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/web"
)

// captchaLife is how long the digits can be answered.
const captchaLife = 20 * time.Minute

type challengePage struct {
	Frame
	Image  string
	Sound  string // empty when nobody recorded the digits in the page's language
	Digits Question
	Answer Question // of the plain question, which is its label
	Draft  string   // the sealed draft, so that sending works while the database is away
	Errors []Fault
}

// captchaID belongs to a draft and says nothing about it.
func captchaID(v *visit) [16]byte {
	derived := v.token.Derive("recueil captcha")
	return [16]byte(derived.Bytes()[:16])
}

// drawCaptcha gives a visitor digits and a question, and returns how often he failed
// before.
func (s *Server) drawCaptcha(ctx context.Context, v *visit) (failures int, err error) {
	now, question := s.Now(), challenge.NewQuestion()
	return s.Captchas.DrawCaptcha(ctx, inbox.Captcha{ID: captchaID(v), Digits: challenge.NewDigits(),
		Question: question.String(), Solution: question.Solution(), Expires: now.Add(captchaLife)}, now)
}

// askCaptcha is the step between check and send that only some visitors meet.
func (s *Server) askCaptcha(c echo.Context) error {
	v, err := s.load(c)
	if lost(err) {
		return gone(err)
	}
	if err != nil {
		return err
	}
	if v.Sent != nil {
		return c.Redirect(http.StatusSeeOther, "/r")
	}
	if fromHistory(c) {
		return s.showResume(c, v, "")
	}
	if c.QueryParam("n") != "" { // other digits are asked for
		if _, err := s.drawCaptcha(c.Request().Context(), v); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/q")
	}
	return s.showCaptcha(c, v, http.StatusOK, captchaShown{})
}

// captchaShown is what the page shows beside the picture.
type captchaShown struct {
	typed           url.Values
	digits, answer  string // problems
	neither, failed string // problems with both
}

func (s *Server) showCaptcha(c echo.Context, v *visit, status int, with captchaShown) error {
	voice, ctx := s.voice(&v.draft), c.Request().Context()
	captcha, err := s.Captchas.ShowCaptcha(ctx, captchaID(v), s.Now())
	if errors.Is(err, inbox.ErrNoCaptcha) {
		failures, drawErr := s.drawCaptcha(ctx, v)
		if drawErr != nil {
			return drawErr
		}
		if failures >= inbox.CaptchaFailures {
			return goTo(c, "/v") // where it is taken without asking again
		}
		captcha, err = s.Captchas.ShowCaptcha(ctx, captchaID(v), s.Now())
	}
	if err != nil {
		return err
	}
	question, err := challenge.ParseQuestion(captcha.Question)
	if err != nil {
		return err
	}
	sealed, err := v.seal()
	if err != nil {
		return err
	}
	page := challengePage{Frame: s.frame(c, voice, voice.T("page.challenge.title")), Draft: base64.RawURLEncoding.EncodeToString(sealed),
		Digits: Question{Name: "digits", ID: "digits", Kind: report.Text, Label: voice.T("page.challenge.digits"), Autocomplete: "off",
			InputMode: "numeric", Value: with.typed.Get("digits"), Error: with.digits},
		Answer: Question{Name: "answer", ID: "answer", Kind: report.Text, Label: asked(voice, question), Hint: voice.T("page.challenge.answer.hint"),
			Autocomplete: "off", Value: with.typed.Get("answer"), Error: with.answer}}
	// Drawn again, the files have other addresses: no browser shows the old ones.
	file := "/q/" + hex.EncodeToString(captcha.ID[:]) + "."
	drawn := "?" + strconv.FormatInt(captcha.Expires.UnixMilli(), 36)
	page.Image = file + "png" + drawn
	if s.spoken[voice.Lang] != nil {
		page.Sound = file + voice.Lang + ".wav" + drawn
	}
	page.FormPage, page.Form = true, formID
	for _, f := range []Fault{{page.Digits.ID, with.failed}, {page.Digits.ID, with.neither}, {page.Digits.ID, with.digits}, {page.Answer.ID, with.answer}} {
		if f.Text != "" {
			page.Errors = append(page.Errors, f)
		}
	}
	page.Error = len(page.Errors) > 0
	web.AllowSound(c)
	return s.render(c, voice, status, "challenge", page)
}

// asked puts a question into words, its numbers too.
func asked(voice *web.Voice, q challenge.Question) string {
	if q.Kind == challenge.After {
		return voice.T("page.challenge.after", "A", numberWord(voice, q.A))
	}
	return voice.T("page.challenge.sum", "A", numberWord(voice, q.A), "B", numberWord(voice, q.B))
}

func numberWord(voice *web.Voice, n int) string { return voice.T("page.challenge.word." + itoa(n)) }

// numberOf reads a number in digits or in the words of a voice.
func numberOf(voice *web.Voice, typed string) (int, bool) {
	typed = strings.Join(strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return strings.ContainsRune(" -‑.\u00a0\t\n", r) }), "-")
	if n, err := strconv.Atoi(typed); err == nil && n >= 0 && n <= 999 {
		return n, true
	}
	for n := range challenge.MostInQuestion + 1 {
		if typed == numberWord(voice, n) {
			return n, true
		}
	}
	return 0, false
}

// answerCaptcha takes one of the two answers. Right, the report is sent; failed three
// times or given up, it is sent as well, for staff to verify.
func (s *Server) answerCaptcha(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	v, err := s.load(c)
	if err != nil {
		kept, ok := s.copyFor(c, form, err)
		switch {
		case ok && switched(form):
			return s.showCheck(c, kept, http.StatusOK, "")
		case ok:
			return s.deliver(c, kept, envelope.ToVerify)
		case lost(err):
			return gone(err)
		}
		return err
	}
	switch answers := v.complete(); {
	case v.Sent != nil:
		return s.sendAgain(c, v, form)
	case !answers.Sendable():
		return s.showCheck(c, v, http.StatusUnprocessableEntity, s.voice(&v.draft).T("problem.nothing_to_send"))
	case switched(form):
		return s.showCaptcha(c, v, http.StatusOK, captchaShown{typed: form})
	case form.Get("_skip") != "":
		return s.deliver(c, v, envelope.ToVerify)
	}
	voice := s.voice(&v.draft)
	answer, again := readAnswer(voice, form)
	if answer == nil {
		return s.showCaptcha(c, v, http.StatusUnprocessableEntity, again)
	}
	return s.checkAnswer(c, v, *answer)
}

// readAnswer finds the answer in a form, or what to say instead. One that can be
// read is enough, and a slip of the keyboard is no failure.
func readAnswer(voice *web.Voice, form url.Values) (*inbox.CaptchaAnswer, captchaShown) {
	again, answer := captchaShown{typed: form}, inbox.CaptchaAnswer{}
	if typed := form.Get("digits"); !blank(typed) {
		if digits, ok := challenge.ReadDigits(typed); ok {
			answer.Digits = &digits
		} else {
			again.digits = voice.T("problem.captcha_digits")
		}
	}
	if typed := form.Get("answer"); !blank(typed) {
		if n, ok := numberOf(voice, typed); ok {
			answer.Solution = &n
		} else {
			again.answer = voice.T("problem.captcha_word")
		}
	}
	if answer != (inbox.CaptchaAnswer{}) {
		return &answer, again
	}
	if again.digits == "" && again.answer == "" {
		again.neither = voice.T("problem.captcha_empty")
	}
	return nil, again
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func (s *Server) checkAnswer(c echo.Context, v *visit, answer inbox.CaptchaAnswer) error {
	ctx, voice := c.Request().Context(), s.voice(&v.draft)
	failures, err := s.Captchas.AnswerCaptcha(ctx, captchaID(v), answer, s.Now())
	again := captchaShown{}
	switch {
	case errors.Is(err, inbox.ErrNoCaptcha): // expired, or answered in another tab
		again.failed = voice.T("problem.captcha_expired")
	case err != nil:
		s.Log.Warn("a captcha was not checked", "err", err)
		return s.deliver(c, v, envelope.ToVerify)
	case failures == 0:
		return s.deliver(c, v, envelope.Main)
	case failures >= inbox.CaptchaFailures:
		return s.deliver(c, v, envelope.ToVerify)
	default:
		again.failed = voice.T("problem.captcha_wrong", "Left", inbox.CaptchaFailures-failures)
	}
	if _, err := s.drawCaptcha(ctx, v); err != nil {
		return s.deliver(c, v, envelope.ToVerify)
	}
	return s.showCaptcha(c, v, http.StatusUnprocessableEntity, again)
}

// captchaFile draws or speaks a captcha: ID.png, ID.fr.wav. The id is in the
// address, so that no draft is opened for a picture.
func (s *Server) captchaFile(c echo.Context) error {
	name, kind, _ := strings.Cut(c.Param("file"), ".")
	raw, err := hex.DecodeString(name)
	if err != nil || len(raw) != 16 {
		return web.ErrNotFound
	}
	language, isSound := strings.CutSuffix(kind, ".wav")
	if kind != "png" && (!isSound || s.spoken[language] == nil) {
		return web.ErrNotFound
	}
	captcha, err := s.Captchas.ShowCaptcha(c.Request().Context(), [16]byte(raw), s.Now())
	if errors.Is(err, inbox.ErrNoCaptcha) {
		return web.ErrNotFound
	}
	if err != nil {
		return err
	}
	if isSound {
		seed := s.Secret.Derive("recueil captcha sound", raw, []byte(captcha.Digits))
		return serveFile(c, "audio/wav", s.spoken[language].Speak(captcha.Digits, seed))
	}
	var picture bytes.Buffer
	if err := challenge.WriteImage(&picture, name, captcha.Digits); err != nil {
		return err
	}
	return serveFile(c, "image/png", picture.Bytes())
}

// serveFile answers ranges too: some players ask for nothing else.
func serveFile(c echo.Context, contentType string, content []byte) error {
	c.Response().Header().Set("Content-Type", contentType)
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(content))
	return nil
}
