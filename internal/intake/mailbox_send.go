package intake

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// sendFromBox takes what is written in the mailbox. One box is sent; what stands in the
// others waits on the page.
func (s *Server) sendFromBox(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	page, v, err := s.boxOfPage(c, form)
	if err != nil {
		return s.boxLost(c, form, page, err)
	}
	if form.Get("_send") == "read" && !switched(form) {
		s.noteRead(c, v)
	}
	name := form.Get("_send")
	id, isAnswer := answerTo(name)
	if switched(form) || name != textInput && !isAnswer {
		return s.leadBackToBox(c, v, form, boxAddress, boxAgain{})
	}
	voice := s.boxVoice(v)
	text := typedInBox(form, name)
	again := boxAgain{At: boxAddress, Status: http.StatusUnprocessableEntity}
	problem := textProblem(text, report.MaxAddedText)
	switch {
	case page == nil, isAnswer && !page.isKnown(id):
		// Not a page of this mailbox: nothing is lost, and nothing goes astray.
		again.Notice = voice.T("error.forged_form.text")
		if isAnswer {
			form.Set(textInput, strings.TrimSpace(typedInBox(form, textInput)+"\n\n"+text))
			form.Del(name)
		}
	case strings.TrimSpace(text) == "":
		again.Errors = map[string]string{name: voice.T("page.box.empty")}
	case problem != "":
		again.Errors = map[string]string{name: voice.T("problem."+problem, "Max", report.MaxAddedText)}
	default:
		return s.addFromBox(c, v, page, form, name, report.Added{Message: id, Text: text})
	}
	return s.leadBackToBox(c, v, form, boxAddress, again)
}

// boxOfPage finds the open mailbox and what the page of it carries; nil for the page
// when it carries another's, or nothing. While the database is away the page is enough.
func (s *Server) boxOfPage(c echo.Context, form url.Values) (page, v *boxVisit, err error) {
	page, ok := s.carriedBox(c, form.Get("_box"))
	v, err = s.loadBox(c)
	switch {
	case errors.Is(err, postgres.ErrUnavailable) && ok && s.Now().Sub(page.SealedAt) <= page.life():
		return page, page, nil
	case err != nil:
		return page, nil, err
	case v.Code == "":
		return page, nil, inbox.ErrNoDraft
	case !ok || page.Report != v.Report:
		return nil, v, nil
	}
	return page, v, nil
}

// answerTo reads which message an input answers.
func answerTo(name string) (report.ID, bool) {
	rest, isAnswer := strings.CutPrefix(name, answerPrefix)
	if !isAnswer {
		return report.ID{}, false
	}
	id, err := uuid.Parse(rest)
	return id, err == nil && id.String() == rest
}

// typedInBox is what came for one input: all of it.
func typedInBox(form url.Values, name string) string {
	return report.NormaliseText(strings.Join(different(form[name]), "\n"))
}

// textProblem says why a text cannot be taken, or nothing.
func textProblem(text string, most int) string {
	switch {
	case !utf8.ValidString(text):
		return report.InvalidUTF8
	case utf8.RuneCountInString(text) > most:
		return report.TooLong
	}
	return ""
}

// addFromBox seals what was written to the team, at once, and keeps only that and when
// it was sent. The same words from the same page are one addition however often they
// come; other words are another.
func (s *Server) addFromBox(c echo.Context, v, page *boxVisit, form url.Values, name string, added report.Added) error {
	code, err := v.code()
	if err != nil {
		return err
	}
	voice := s.boxVoice(v)
	r := report.Report{ID: v.Report, Channel: report.Web, Language: voice.Lang, ReceivedAt: s.Now().UTC().Truncate(1000), Urgency: unweighed,
		CaseKey: secret.New(), ReplyKey: code.ReplyKey(), Added: &added}
	id, err := addedID(page.Seed, name, added)
	if err != nil {
		return err
	}
	e, err := seal.Addition(&r, id, s.Trust.File().Receiving())
	if err != nil {
		return err
	}
	address := boxAddress
	if name == reachInput {
		address = reachAddress
	}
	outcome, err := s.Receiver.Accept(c.Request().Context(), inbox.Delivery{Envelope: e})
	if err != nil {
		s.Log.Error("an addition was not taken", "report", v.Report, "err", err)
		return s.showUnsent(c, v, form, address, boxAgain{Status: http.StatusServiceUnavailable, Notice: voice.T("error.unavailable.text")})
	}
	now := s.Now()
	_, err = s.changeBox(c, func(v *boxVisit) {
		v.keepAll(form, inputsOf(name))
		for _, sent := range inputsOf(name) {
			// Another tab may have put something else there, which still waits.
			if waits := v.Typed[sent]; waits == typedInBox(form, sent) || fingerprint(waits) == baseOf(v, form, sent) {
				delete(v.Typed, sent)
			}
		}
		v.Again = nil
		for _, before := range v.Sent {
			if before.ID == id {
				return
			}
		}
		v.Sent = append(v.Sent, sentFromBox{id, name, now})
	})
	if outcome == inbox.Spooled || err != nil {
		return s.showSent(c, v)
	}
	return goTo(c, boxAddress+"?s=1")
}

// unweighed is the urgency of what came later: nobody was asked what gives one, and the
// report's own stays as it is.
const unweighed report.Urgency = 3

// addedID makes the id of an addition from the page it was written on and its words.
func addedID(seed []byte, name string, added report.Added) (report.ID, error) {
	root, err := secret.FromBytes(seed)
	if err != nil {
		return report.ID{}, err
	}
	words := sha256.Sum256([]byte(strings.Join([]string{added.Text, string(added.Wish), string(added.Channel), added.Contact, added.Hours}, "\x00")))
	return idFrom(root.Derive("recueil addition id", []byte(name), words[:])), nil
}

type sentPage struct {
	Frame
	Time string
}

// showSent says that something was sent, where no mailbox can be shown.
func (s *Server) showSent(c echo.Context, v *boxVisit) error {
	voice := s.boxVoice(v)
	page := sentPage{s.frame(c, voice, voice.T("page.sent.title")), clockInWords(voice, s.Hours.Clock(s.Now()))}
	page.Languages = nil // asked for again it would not be there
	return s.render(c, voice, http.StatusOK, "sent", page)
}

// noteRead never stands in the way: what is written beside the tick matters more.
func (s *Server) noteRead(c echo.Context, v *boxVisit) {
	code, err := v.code()
	if err == nil {
		err = s.Mailboxes.NoteRead(c.Request().Context(), code.Lookup(), s.Now())
	}
	if err != nil {
		s.Log.Warn("messages were not noted as read", "report", v.Report, "err", err)
	}
}
