package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/triage"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/web"
)

// maxMessage is in code points; a message is a question or two.
const maxMessage = 2000

// A composing is what is typed to the reporter.
type composing struct {
	ID      uuid.UUID // made with the page: a double tap is one message
	Version int
	Text    string
	Asks    bool
	Files   bool
	Hold    bool     // the report then waits for the answer
	Canned  string   // the text chosen in the list
	Insert  bool     // and it is to be put in
	Anyway  bool     // the words in Known were pointed out, and stay
	Known   []string // folded
}

func readComposing(form url.Values) composing {
	version, _ := strconv.Atoi(form.Get("version"))
	id, err := uuid.Parse(form.Get("message"))
	if err != nil || id == uuid.Nil {
		id = report.NewID()
	}
	hold := form.Get("hold") != ""
	return composing{ID: id, Version: version, Text: strings.ReplaceAll(form.Get("text"), "\r\n", "\n"),
		Asks: form.Get("asks") != "" || hold, Files: form.Get("files") != "", Hold: hold,
		Canned: form.Get("canned"), Insert: form.Get("insert") != "", Anyway: form.Get("anyway") != "", Known: form["known"]}
}

func (t composing) message() reply.Message {
	return reply.Message{Text: report.NormaliseText(t.Text), Asks: t.Asks, Files: t.Files}
}

// An identifies is the error of a message that names somebody. Its text holds none of
// the words.
type identifies struct {
	segments []segment
	words    []string
}

func (*identifies) Error() string { return "the message holds words that identify somebody" }

func (s *Server) problemsOfMessage(t composing) []problem {
	return s.problemsOfText("text", t.Text, messageRule)
}

// message sends what was typed to the reporter's mailbox, once.
func (s *Server) message(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := readComposing(form)
	if typed.Insert {
		return s.showReport(c, v, id, screen{Status: http.StatusOK, Message: typed})
	}
	if problems := s.problemsOfMessage(typed); problems != nil {
		return s.showReport(c, v, id, screen{Status: http.StatusUnprocessableEntity, Message: typed, Problems: problems})
	}
	err = s.send(c, v, id, typed)
	var named *identifies
	var forbidden *triage.ForbiddenMove
	switch {
	case errors.As(err, &named):
		typed.Known = named.words
		return s.showReport(c, v, id, screen{Status: http.StatusUnprocessableEntity, Message: typed, Named: named.segments,
			Problems: []problem{{"text", s.voice.T("office.message.named", "Count", len(named.words))}}})
	case isConcurrent(err) || errors.As(err, &forbidden):
		typed.Version = 0 // the page now shows what the other did: sending again is a choice
		return s.showReport(c, v, id, screen{Status: http.StatusConflict, Message: typed, Notice: s.voice.T("office.message.conflict")})
	case err != nil:
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+id.String()+"#conversation")
}

func (s *Server) send(c echo.Context, v *visit, id report.ID, t composing) error {
	ctx := c.Request().Context()
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		return err
	}
	// The second tap of a message that moved the report meets another version: it is
	// known by its id before anything else is looked at.
	p := &posting{s, v, &found, opened, t, map[uuid.UUID]bool{}}
	at, stored, err := p.place(ctx)
	if stored || err != nil {
		return err
	}
	if held := found.HeldBy(s.Now()); found.Version != t.Version || held != nil && *held != v.ID || !triage.Answerable(found.Status) {
		return archive.ErrConcurrent
	}
	if t.Hold {
		if err := triage.Move(found.Status, triage.AwaitingInformation); err != nil {
			return err
		}
	}
	additions, err := s.additions(c, v, &found)
	if err != nil {
		return err
	}
	segments, words := vocabularyOf(known(opened, additions)...).marked(t.Text)
	if slices.ContainsFunc(words, func(w string) bool { return !t.Anyway || !slices.Contains(t.Known, w) }) {
		return &identifies{segments, words}
	}
	return p.store(ctx, at)
}

// known lists every opened body of a report.
func known(opened *report.Report, additions []addition) []*report.Report {
	bodies := []*report.Report{opened}
	for _, a := range additions {
		if a.body != nil {
			bodies = append(bodies, a.body)
		}
	}
	return bodies
}

// A posting is a message on its way.
type posting struct {
	s       *Server
	v       *visit
	found   *archive.Report
	opened  *report.Report
	typed   composing
	foreign map[uuid.UUID]bool // ids that are another report's
}

// place returns the id to store a message under, or that it is stored. The page's own
// id is taken by what was sent from that page before: other words from there get an
// id made of it and of them, so that those too are stored once.
func (p *posting) place(ctx context.Context) (id uuid.UUID, stored bool, err error) {
	again := p.opened.ReplyKey.Derive("recueil message again", p.typed.ID[:], []byte(p.typed.Text))
	other := uuid.UUID(again.Bytes()[:16])
	for _, id := range []uuid.UUID{p.typed.ID, other} {
		before, err := p.s.Archive.MessageOf(ctx, p.found.ID, id)
		switch {
		case errors.Is(err, archive.ErrNotFound):
			if !p.foreign[id] {
				return id, false, nil
			}
		case err != nil:
			return id, false, err
		default:
			if sent, err := openMessage(p.opened, before); err == nil && sent == p.typed.message() {
				return id, true, nil
			}
		}
	}
	return report.NewID(), false, nil
}

// store tries until the message has a place of its own in the row.
func (p *posting) store(ctx context.Context, id uuid.UUID) error {
	for range 50 {
		err := p.append(ctx, id)
		switch {
		case errors.Is(err, archive.ErrMessageID):
			var stored bool
			if _, absent := p.s.Archive.MessageOf(ctx, p.found.ID, id); errors.Is(absent, archive.ErrNotFound) {
				p.foreign[id] = true
			}
			if id, stored, err = p.place(ctx); stored || err != nil {
				return err
			}
		case !errors.Is(err, archive.ErrSequence):
			return err
		}
	}
	return archive.ErrConcurrent
}

func (p *posting) append(ctx context.Context, id uuid.UUID) error {
	last, err := p.s.Archive.LastSequence(ctx, p.found.ID)
	if err != nil {
		return err
	}
	if last >= archive.MostMessages {
		return archive.ErrConcurrent // the page says that no more can be written
	}
	m := archive.NewMessage{Report: p.found.ID, Version: p.found.Version, ID: id, Sequence: last + 1, Author: p.v.ID, At: p.s.Now()}
	m.Body, err = reply.SealMessage(p.opened.ReplyKey, reply.MessagePlace{Report: m.Report, ID: m.ID, Sequence: m.Sequence}, p.typed.message())
	if err != nil {
		return err
	}
	detail := ""
	if p.typed.Asks {
		detail = "asks"
	}
	if p.typed.Hold {
		m.From, m.To, detail = p.found.Status, triage.AwaitingInformation, "asks_and_waits"
	}
	event := audit.Event{At: m.At, Actor: m.Author, Action: "message.send", Object: "report", ID: m.Report.String(), Seen: m.Body, Detail: detail}
	return p.s.Trail.Within(ctx, event, func(tx pgx.Tx) error { return archive.AppendMessage(ctx, tx, m) })
}
