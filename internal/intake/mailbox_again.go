package intake

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// reachInputs are the inputs of the page on being reached.
var reachInputs = []string{"wish", "contact.channel", "contact.value", "contact.safe_hours"}

// inputsOf lists the inputs that are sent together.
func inputsOf(name string) []string {
	if name == reachInput {
		return reachInputs
	}
	return []string{name}
}

// boxInputs lists the inputs of a form of the mailbox that hold what somebody wrote.
func boxInputs(form url.Values) (names []string) {
	for name := range form {
		if _, isAnswer := answerTo(name); isAnswer || name == textInput || slices.Contains(reachInputs, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// baseOf is the fingerprint of what an input held when its page was shown. The short
// inputs have none: there the last word counts.
func baseOf(b *boxVisit, form url.Values, name string) string {
	if slices.Contains(reachInputs, name) {
		return fingerprint(b.Typed[name])
	}
	return form.Get("_base." + name)
}

// keepAll keeps everything a form holds but for some inputs, and says whether there
// was room.
func (v *boxVisit) keepAll(form url.Values, but []string) bool {
	room := true
	for _, name := range boxInputs(form) {
		if !slices.Contains(but, name) {
			typed := strings.ToValidUTF8(typedInBox(form, name), "\uFFFD")
			room = v.keep(name, typed, baseOf(v, form, name)) && room
		}
	}
	return room
}

// leadBackToBox shows a page of the mailbox again by a redirect, with all that was
// typed on it; by the page itself where that cannot be kept.
func (s *Server) leadBackToBox(c echo.Context, v *boxVisit, form url.Values, address string, again boxAgain) error {
	room := true
	_, err := s.changeBox(c, func(v *boxVisit) {
		room = v.keepAll(form, nil)
		if v.Again = nil; again.At != "" {
			v.Again = &again
		}
	})
	switch {
	case err == nil && room && again.At != "":
		return goTo(c, onceMore(address))
	case err == nil && room:
		return goTo(c, led(form, address))
	case err == nil, lost(err), errors.Is(err, inbox.ErrConflict), errors.Is(err, postgres.ErrUnavailable):
		return s.showUnsent(c, v, form, address, again)
	}
	return err
}

// showUnsent shows what was typed, by the answer itself and without asking the
// database anything.
func (s *Server) showUnsent(c echo.Context, v *boxVisit, form url.Values, address string, again boxAgain) error {
	shown := *v
	shown.Typed = map[string]string{}
	for _, name := range boxInputs(form) {
		shown.Typed[name] = strings.ToValidUTF8(typedInBox(form, name), "\uFFFD")
	}
	status := again.Status
	if status == 0 {
		status = http.StatusOK
	}
	if address == reachAddress {
		return s.showReach(c, &shown, status, again)
	}
	voice := s.boxVoice(&shown)
	page, err := s.mailboxPage(c, &shown, again)
	if err != nil {
		return err
	}
	for _, name := range boxInputs(form) {
		if _, isAnswer := answerTo(name); isAnswer {
			view := MessageView{Asks: true, Answer: s.boxOf(&shown, voice, name, voice.T("page.box.answer.kept"), again)}
			page.Messages = append(page.Messages, view)
		}
	}
	page.Text.Open = true
	page.Carried = form.Get("_box")
	page.Errors = boxFaults(page)
	page.Error = len(page.Errors) > 0
	return s.render(c, voice, status, "mailbox", page)
}

// boxLost answers a form of a mailbox that is not open any more: the code is asked for
// again, and what was typed waits sealed until it is there.
func (s *Server) boxLost(c echo.Context, form url.Values, page *boxVisit, why error) error {
	if !lost(why) {
		if !errors.Is(why, postgres.ErrUnavailable) {
			return why
		}
		v := newBox()
		v.reads = s.language(c)
		return s.showUnsent(c, v, form, c.Path(), boxAgain{Status: http.StatusServiceUnavailable, Notice: s.boxVoice(v).T("error.unavailable.text")})
	}
	v, voice := newBox(), s.adult(c)
	if page != nil {
		v.Report = page.Report
	}
	if waiting, err := s.loadBox(c); err == nil && waiting.Code == "" && (page == nil || waiting.Report == v.Report || waiting.Report == (report.ID{})) {
		v.Typed = waiting.Typed
	}
	room := v.keepAll(form, nil)
	v.Again = &boxAgain{At: codeAddress, Status: http.StatusGone, Notice: voice.T("page.code.closed_kept")}
	if len(v.Typed) == 0 {
		v.Again.Notice = voice.T("page.code.closed")
	}
	if !room {
		return s.showUnsent(c, v, form, c.Path(), boxAgain{Status: http.StatusGone, Notice: voice.T("page.code.closed")})
	}
	if err := s.saveBox(c.Request().Context(), v); err != nil {
		return err
	}
	setBoxCookie(c, v.token)
	return goTo(c, onceMore(codeAddress))
}
