package intake

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/challenge"
	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/seal"
)

const (
	codeAddress = "/b"   // where a code is typed
	boxAddress  = "/b/1" // the mailbox that it opens
)

// codeTime is how long every answer to a code takes: neither what is unknown nor what
// is wrong is told by waiting.
const codeTime = 300 * time.Millisecond

// How many codes are tried at once in this process, and how long one waits for its
// turn. A code has 95 bits: this keeps the database free, not the codes secret.
const (
	triesAtOnce = 16
	turnTime    = time.Second
)

// triesLimits are those of one address: a shelter or a school has one for all.
func triesLimits() challenge.Limits {
	return challenge.Limits{Burst: 20, Refill: 6 * time.Second, Remember: 1 << 16}
}

type codePage struct {
	Frame
	Code   Question
	Word   Question
	Errors []Fault
	Notice string
	Open   bool // a mailbox is open in this browser
}

// codeForm asks for the code. Its answer never says which codes there are.
func (s *Server) codeForm(c echo.Context) error {
	v, err := s.loadBox(c)
	if err != nil && !lost(err) && !errors.Is(err, postgres.ErrUnavailable) {
		return err
	}
	with := codeShown{}
	if c.QueryParam("f") != "" {
		with.notice = s.adult(c).T("page.code.closed")
	}
	if v == nil {
		return s.showCode(c, http.StatusOK, with)
	}
	if with.open = v.Code != ""; fromHistory(c) {
		return s.showCode(c, http.StatusOK, with)
	}
	if v.Again != nil && v.Again.At == codeAddress && c.QueryParam(againQuery) != "" {
		with.typed, with.errors, with.notice = v.Typed, v.Again.Errors, v.Again.Notice
		return s.showCode(c, v.Again.Status, with)
	}
	return s.showCode(c, http.StatusOK, with)
}

// codeShown is what the page shows beside its two fields.
type codeShown struct {
	typed  map[string]string
	errors map[string]string
	notice string
	open   bool
}

func (s *Server) showCode(c echo.Context, status int, with codeShown) error {
	if token, err := tokenIn(c, boxCookie); err == nil {
		setBoxCookie(c, token)
	} else if !fromElsewhere(c) {
		putCookie(c, boxCookie, noDraft)
	}
	voice := s.adult(c)
	page := codePage{Frame: s.frame(c, voice, voice.T("page.code.title")), Notice: with.notice, Open: with.open}
	page.FormPage, page.Form = true, formID
	page.Code = Question{Name: "code", ID: "code", Kind: report.Text, Label: voice.T("page.code.code"), Hint: voice.T("page.code.code.hint")}
	page.Word = Question{Name: "word", ID: "word", Kind: report.Text, Label: voice.T("page.code.word"), Hint: voice.T("page.code.word.hint")}
	for _, q := range []*Question{&page.Code, &page.Word} {
		q.Autocomplete, q.Value, q.Error = "off", with.typed[q.Name], with.errors[q.Name]
		if q.Error != "" {
			page.Errors = append(page.Errors, Fault{q.ID, q.Error})
		}
	}
	page.Error = len(page.Errors) > 0
	return s.render(c, voice, status, "code", page)
}

// enter takes a code and the word beside it, and opens the mailbox.
func (s *Server) enter(c echo.Context) error {
	answered := time.NewTimer(codeTime)
	defer answered.Stop()
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	voice := s.adult(c)
	again := codeShown{typed: map[string]string{}}
	for _, name := range []string{"code", "word"} {
		again.typed[name] = strings.ToValidUTF8(strings.Join(different(form[name]), " "), "\uFFFD")
	}
	code, err := readCode(again.typed["code"])
	switch {
	case switched(form):
		return s.leadBackToCode(c, http.StatusOK, again)
	case blank(again.typed["code"]):
		again.errors = map[string]string{"code": voice.T("problem.code_empty")}
		return s.leadBackToCode(c, http.StatusUnprocessableEntity, again)
	case err != nil:
		again.errors = map[string]string{"code": voice.T("problem.code")}
		return s.leadBackToCode(c, http.StatusUnprocessableEntity, again)
	}
	release, free := s.turn(c)
	if !free {
		again.notice = voice.T("page.code.busy")
		return s.showCode(c, http.StatusTooManyRequests, again)
	}
	defer release()
	found, err := s.tryCode(c.Request().Context(), code, again.typed["word"])
	select {
	case <-answered.C:
	case <-c.Request().Context().Done():
	}
	switch {
	case errors.Is(err, inbox.ErrNoMailbox):
		again.errors = map[string]string{"code": voice.T("problem.code_unknown")}
		return s.leadBackToCode(c, http.StatusUnprocessableEntity, again)
	case errors.Is(err, postgres.ErrUnavailable):
		again.notice = voice.T("error.unavailable.text")
		return s.showCode(c, http.StatusServiceUnavailable, again)
	case err != nil:
		return err
	}
	return s.openFor(c, found)
}

// turn waits for a turn among those who try codes; false says that there are too many,
// here or from one address.
func (s *Server) turn(c echo.Context) (release func(), free bool) {
	address, _ := netip.ParseAddr(c.RealIP())
	if busy, _ := s.tried.Count(address, s.Now()); busy {
		return nil, false
	}
	waiting := time.NewTimer(turnTime)
	defer waiting.Stop()
	select {
	case s.trying <- struct{}{}:
		return func() { <-s.trying }, true
	case <-waiting.C:
	case <-c.Request().Context().Done():
	}
	return nil, false
}

// tryCode finds the mailbox of a code, if the word is the one that was chosen. Wrong
// and unknown are one error, and the same work. Where no word was chosen, what is
// typed beside the code does not matter.
func (s *Server) tryCode(ctx context.Context, code seal.Code, word string) (box, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	m, err := s.Mailboxes.OpenMailbox(ctx, code.Lookup())
	if err != nil && !errors.Is(err, inbox.ErrNoMailbox) {
		return box{}, err
	}
	opened := box{Version: boxVersion, Code: code.Reveal(), Report: m.Report}
	if err == nil && m.WordTag == nil {
		opened.Voice = voiceAdult
	}
	key := code.ReplyKey()
	for _, voice := range []string{voiceAdult, voiceYoung, voiceFriend} {
		for _, chosen := range []string{"", word} {
			if tag := seal.WordTag(key, voice, chosen); subtle.ConstantTimeCompare(tag[:], m.WordTag) == 1 {
				opened.Voice = voice
			}
		}
	}
	if err != nil || opened.Voice == "" {
		return box{}, inbox.ErrNoMailbox
	}
	return opened, nil
}

// openFor begins a mailbox under a new token. What was typed while its time ran out is
// there again, unless it was meant for another report.
func (s *Server) openFor(c echo.Context, opened box) error {
	ctx := c.Request().Context()
	v := &boxVisit{box: opened, token: newBox().token}
	if before, err := s.loadBox(c); err == nil {
		if before.Report == (report.ID{}) || before.Report == v.Report {
			v.Typed, v.Sent = before.Typed, before.Sent
			delete(v.Typed, "code")
			delete(v.Typed, "word")
		}
		if err := s.Drafts.DeleteDraft(ctx, boxID(before.token)); err != nil {
			return err
		}
	}
	if err := s.saveBox(ctx, v); err != nil {
		return err
	}
	setBoxCookie(c, v.token)
	return goTo(c, boxAddress)
}

// leadBackToCode shows the page once more, by a redirect where the browser keeps
// cookies: its history then holds no code.
func (s *Server) leadBackToCode(c echo.Context, status int, with codeShown) error {
	keep := func(v *boxVisit) bool {
		v.Again = &boxAgain{At: codeAddress, Status: status, Errors: with.errors, Notice: with.notice}
		room := true
		for _, name := range []string{"code", "word"} {
			delete(v.Typed, name)
			room = v.keep(name, with.typed[name], "") && room
		}
		return room
	}
	room := true
	_, err := s.changeBox(c, func(v *boxVisit) { room = keep(v) })
	if _, cookieErr := c.Cookie(boxCookie); lost(err) && cookieErr == nil {
		v := newBox()
		room = keep(v)
		if err = s.saveBox(c.Request().Context(), v); err == nil {
			setBoxCookie(c, v.token)
		}
	}
	switch {
	case err == nil && room:
		return goTo(c, onceMore(codeAddress))
	case err == nil, lost(err), errors.Is(err, inbox.ErrConflict), errors.Is(err, postgres.ErrUnavailable):
		return s.showCode(c, status, with)
	}
	return err
}

// onCard finds the groups of a code on the card that looks like a shopping list.
var onCard = regexp.MustCompile(`(?i)\br[ée]f\.?\s*:?\s*([0-9a-z]{4})\b`)

// readCode reads a code however it is written: in one word or in groups, or copied
// whole from the card that hides it.
func readCode(typed string) (seal.Code, error) {
	code, err := seal.ParseCode(typed)
	if err == nil {
		return code, nil
	}
	var groups strings.Builder
	for _, found := range onCard.FindAllStringSubmatch(typed, -1) {
		groups.WriteString(found[1])
	}
	return seal.ParseCode(groups.String())
}
