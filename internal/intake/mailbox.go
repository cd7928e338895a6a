package intake

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// A mailboxPage is what the holder of a code sees: where his message stands, what staff
// wrote, and where to write. Nothing that he sent is on it.
type mailboxPage struct {
	Frame
	Carried   string // the sealed box, so that sending works while the database is away
	Reference string
	State     string // in plain words; empty when the database is away
	Closed    bool   // the team has finished, and may need nothing more
	Reading   string // when it is read; empty: now
	Messages  []MessageView
	Unread    bool // there is something to let staff know of
	Text      Box
	Minutes   int    // until the page closes by itself
	Done      string // when the last thing was sent, just now
	Reach     string // when another way was last told of
	Attach    bool   // files may be sent
	Attached  string // when some were last sent
	Errors    []Fault
	Notice    string
}

// A MessageView is one message of staff.
type MessageView struct {
	Number  int
	Sent    string // when, in words
	Text    string
	Damaged bool // it does not open, or another stands in its place
	Asks    bool
	Files   bool // and may be answered by files
	Read    bool // staff know
	Answer  Box
}

// A Box is a place to write in, and what was sent from it.
type Box struct {
	Question
	Base string // fingerprint of what it held when it was shown
	Sent string // at what time something was last sent from it
	Open bool
}

// mailbox shows the mailbox that a code opened.
func (s *Server) mailbox(c echo.Context) error {
	v, err := s.loadBox(c)
	switch {
	case errors.Is(err, errNoCookie):
		return gone(err)
	case lost(err):
		return s.boxOver(c)
	case err != nil:
		return err
	case v.Code == "":
		return c.Redirect(http.StatusSeeOther, codeAddress)
	case fromHistory(c):
		return s.showBoxResume(c, v)
	}
	s.slide(c, v)
	if v.Again != nil && v.Again.At == boxAddress && c.QueryParam(againQuery) != "" {
		return s.showMailbox(c, v, v.Again.Status, *v.Again)
	}
	return s.showMailbox(c, v, http.StatusOK, boxAgain{})
}

// boxOver asks for the code again: the time of the mailbox is over.
func (s *Server) boxOver(c echo.Context) error {
	putCookie(c, boxCookie, noDraft)
	return c.Redirect(http.StatusSeeOther, codeAddress+"?f=1")
}

// showBoxResume is what a page of the mailbox shows to whoever opened it from the
// history.
func (s *Server) showBoxResume(c echo.Context, v *boxVisit) error {
	voice := s.boxVoice(v)
	page := resumePage{Frame: s.frame(c, voice, voice.T("page.resume.title")), Next: boxAddress}
	return s.render(c, voice, http.StatusOK, "resume", page)
}

func (s *Server) showMailbox(c echo.Context, v *boxVisit, status int, with boxAgain) error {
	code, err := v.code()
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := s.Mailboxes.OpenMailbox(ctx, code.Lookup())
	if errors.Is(err, inbox.ErrNoMailbox) {
		return gone(err)
	}
	if err != nil {
		return err
	}
	messages, err := s.Mailboxes.Messages(ctx, code.Lookup(), s.Now())
	if err != nil {
		return err
	}
	page, err := s.mailboxPage(c, v, with)
	if err != nil {
		return err
	}
	voice := s.boxVoice(v)
	key, state := code.ReplyKey(), states[m.Status]
	page.Reference, page.State, page.Closed = seal.FormatReference(m.Reference), voice.T("page.box.state."+state), state == "closed"
	var known []report.ID
	page.Messages, known = s.messageViews(v, voice, key, messages, with)
	for _, view := range page.Messages {
		page.Unread = page.Unread || !view.Read && !view.Damaged
		page.Attach = page.Attach || view.Files
	}
	page.Errors = boxFaults(page)
	page.Error = len(page.Errors) > 0
	if page.Carried, err = s.carry(v, known); err != nil {
		return err
	}
	return s.render(c, voice, status, "mailbox", page)
}

// mailboxPage is the part of the page that needs no database.
func (s *Server) mailboxPage(c echo.Context, v *boxVisit, with boxAgain) (mailboxPage, error) {
	voice := s.boxVoice(v)
	page := mailboxPage{Frame: s.frame(c, voice, voice.T("page.box.title")), Reading: s.reading(voice), Minutes: int(v.life().Minutes()), Notice: with.Notice}
	page.FormPage, page.Form, page.Keeps = true, formID, keeps(c, with.Status, nil)
	page.Text = s.boxOf(v, voice, textInput, voice.T("page.box.add.label"), with)
	page.Text.Hint = voice.T("page.box.add.hint")
	if at, ok := v.lastSent(reachInput); ok {
		page.Reach = clockInWords(voice, s.Hours.Clock(at))
	}
	if at, ok := v.lastSent(filesInput); ok {
		page.Attached = clockInWords(voice, s.Hours.Clock(at))
	}
	page.Attach = v.Voice == voiceAdult
	if n := len(v.Sent); n > 0 && c.QueryParam("s") != "" {
		page.Done = clockInWords(voice, s.Hours.Clock(v.Sent[n-1].At))
	}
	return page, nil
}

// boxOf makes a place to write in.
func (s *Server) boxOf(v *boxVisit, voice *web.Voice, name, label string, with boxAgain) Box {
	b := Box{Question: Question{Name: name, ID: name, Kind: report.LongText, Label: label, Value: v.Typed[name], Error: with.Errors[name],
		Autocomplete: "off", Announced: report.AnnouncedLongText, Accepted: report.MaxAddedText}, Base: fingerprint(v.Typed[name])}
	if at, ok := v.lastSent(name); ok {
		b.Sent = clockInWords(voice, s.Hours.Clock(at))
	}
	b.Open = b.Value != "" || b.Error != ""
	return b
}

// messageViews opens the messages in their places. Where one is missing, or is not the
// one that was sealed for its place, a line says so and shows nothing of another.
func (s *Server) messageViews(v *boxVisit, voice *web.Voice, key secret.Key, messages []inbox.Message, with boxAgain) (views []MessageView, known []report.ID) {
	next := 1
	for _, m := range messages {
		if m.Sequence > next {
			views = append(views, MessageView{Number: next, Damaged: true})
		}
		next = m.Sequence + 1
		view := MessageView{Number: m.Sequence, Read: m.ReadAt != nil}
		opened, err := reply.OpenMessage(key, reply.MessagePlace{Report: v.Report, ID: m.ID, Sequence: m.Sequence}, m.Body)
		if err != nil {
			s.Log.Warn("a message to a reporter does not open", "message", m.ID, "report", v.Report, "err", err)
			view.Damaged = true
			views = append(views, view)
			continue
		}
		known = append(known, m.ID)
		view.Sent, view.Text, view.Asks, view.Files = s.messageTime(voice, m.SentAt), opened.Text, opened.Asks, opened.Files
		view.Answer = s.boxOf(v, voice, answerPrefix+m.ID.String(), voice.T("page.box.answer", "N", m.Sequence), with)
		view.Answer.Open = view.Answer.Open || opened.Asks && view.Answer.Sent == ""
		views = append(views, view)
	}
	return views, known
}

// messageTime says when a message was sent, as people speak of days.
func (s *Server) messageTime(voice *web.Voice, t time.Time) string {
	at, now := s.Hours.Clock(t), s.Hours.Clock(s.Now())
	switch {
	case sameDay(at, now):
		return voice.T("when.today", "Time", clockInWords(voice, at))
	case sameDay(at, now.AddDate(0, 0, -1)):
		return voice.T("when.yesterday", "Time", clockInWords(voice, at))
	case at.Year() == now.Year():
		return voice.T("when.date", "Day", at.Day(), "Month", voice.T("month."+itoa(int(at.Month()))), "Time", clockInWords(voice, at))
	}
	return voice.T("when.moment", "Date", dayInWords(voice, at.Format(time.DateOnly)), "Time", clockInWords(voice, at))
}

// states puts the statuses of the case into the few sentences that a reporter reads.
// What was handed on, and to whom, stays unsaid: whoever finds the code reads it too.
var states = map[string]string{
	"received":             "received",
	"in_triage":            "read",
	"qualified":            "read",
	"awaiting_validation":  "read",
	"reopened":             "read",
	"merged":               "read",
	"awaiting_information": "waiting",
	"transmitted":          "acted",
	"acknowledged":         "acted",
	"feedback_received":    "acted",
	"closed":               "closed",
	"archived":             "closed",
	"purged":               "closed",
}

func boxFaults(page mailboxPage) (list []Fault) {
	for _, m := range page.Messages {
		if m.Answer.Error != "" {
			list = append(list, Fault{m.Answer.ID, m.Answer.Error})
		}
	}
	if page.Text.Error != "" {
		list = append(list, Fault{page.Text.ID, page.Text.Error})
	}
	return list
}

// Names of inputs of the mailbox.
const (
	textInput    = "text"
	answerPrefix = "answer-"
	reachInput   = "reach" // of the other page, as a whole
)

// isKnown reports whether the page showed a message.
func (b *box) isKnown(id report.ID) bool { return slices.Contains(b.Known, id) }
