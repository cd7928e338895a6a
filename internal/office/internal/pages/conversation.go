package pages

import (
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/reply"
	"recueil/internal/report"
)

// A talk is the conversation with the reporter: what staff wrote to him and what he
// added, in one order of time. What does not open is shown as damaged, alone.
type talk struct {
	Entries []entry
	New     int // additions that nobody who answers for the report had opened
}

// An entry is one message of staff, or one addition.
type entry struct {
	ID      string // where links lead
	At      string
	Damaged bool
	Text    string
	Lang    string // of the text, when it is not the page's

	Staff     bool
	Author    string
	Asks      bool
	Files     bool
	Delivered string // when; empty: not yet
	Read      string // when, if the reporter lets us know

	New      bool
	AnswerTo string // the message it answers, by its time
	Anchor   string // and there it is
	Wish     string // in words
	NoWay    bool   // and it is not to be contacted
	Contact  []fact // another way to reach him, beside the one he gave first
	Changes  []change
	Attached []file

	at time.Time
}

// A change is an answer of a form that was sent again, beside what it said first.
type change struct {
	answer
	Before []string // nil: it was not said
	Gone   bool     // it is said no more
}

// An addition is a row with its opened body; nil when that does not open.
type addition struct {
	row  archive.Addition
	body *report.Report
	at   time.Time
}

func (s *Server) additions(c echo.Context, v *visit, r *archive.Report) ([]addition, error) {
	if r.Additions == 0 {
		return nil, nil
	}
	rows, err := s.Archive.Additions(c.Request().Context(), r.ID, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	additions := make([]addition, len(rows))
	for i, row := range rows {
		additions[i] = addition{row: row, at: row.ReceivedAt}
		identity, ok := v.keys.Identity(row.TeamID, row.Epoch)
		if !ok {
			continue
		}
		opened, err := unseal.Addition(identity, row.ID, r.ID, row.Body)
		if err != nil {
			s.Log.Warn("an addition does not open", "report", r.ID, "addition", row.ID, "err", err)
			continue
		}
		additions[i].body, additions[i].at = &opened, opened.ReceivedAt // as it was sealed
	}
	return additions, nil
}

func (s *Server) talk(c echo.Context, r *archive.Report, opened *report.Report, additions []addition) (talk, error) {
	messages, err := s.Archive.Messages(c.Request().Context(), r.ID)
	if err != nil {
		return talk{}, err
	}
	var t talk
	asked := map[report.ID]string{}
	var last time.Time
	for i, m := range messages {
		e := s.messageEntry(r, opened, m)
		// Their order is sealed, their times are not.
		if e.at.Before(last) {
			e.at = last
		}
		last, asked[m.ID] = e.at, e.At
		if i > 0 && m.Sequence != messages[i-1].Sequence+1 || i == 0 && m.Sequence != 1 {
			s.Log.Warn("a message is missing", "report", r.ID, "before", m.Sequence)
			t.Entries = append(t.Entries, entry{ID: "m-" + m.ID.String() + "-avant", Staff: true, Damaged: true, At: e.At, at: e.at, Text: s.voice.T("office.talk.missing")})
		}
		t.Entries = append(t.Entries, e)
	}
	for _, a := range additions {
		e := s.additionEntry(opened, a, asked)
		if e.New {
			t.New++
		}
		t.Entries = append(t.Entries, e)
	}
	slices.SortStableFunc(t.Entries, func(a, b entry) int { return a.at.Compare(b.at) })
	return t, nil
}

// attach puts the files of an addition where it stands.
func (t *talk) attach(id report.ID, files []file) {
	for i := range t.Entries {
		if t.Entries[i].ID == "a-"+id.String() {
			t.Entries[i].Attached = files
		}
	}
}

func (s *Server) messageEntry(r *archive.Report, opened *report.Report, m archive.Message) entry {
	e := entry{ID: "m-" + m.ID.String(), At: s.when(m.SentAt), at: m.SentAt, Staff: true, Author: m.AuthorName}
	if m.DeliveredAt != nil {
		e.Delivered = s.when(*m.DeliveredAt)
	}
	if m.ReadAt != nil {
		e.Read = s.when(*m.ReadAt)
	}
	message, err := openMessage(opened, m)
	if err != nil {
		s.Log.Warn("a message does not open", "report", r.ID, "message", m.ID, "err", err)
		e.Damaged, e.Text = true, s.voice.T("office.talk.damaged")
		return e
	}
	e.Lang = s.writtenIn(opened)
	e.Text, e.Asks, e.Files = message.Text, message.Asks, message.Files
	return e
}

func openMessage(opened *report.Report, m archive.Message) (reply.Message, error) {
	if opened == nil {
		return reply.Message{}, fmt.Errorf("opening message %s: its report does not open", m.ID)
	}
	message, err := reply.OpenMessage(opened.ReplyKey, reply.MessagePlace{Report: opened.ID, ID: m.ID, Sequence: m.Sequence}, m.Body)
	if err != nil {
		return message, fmt.Errorf("opening message %s: %w", m.ID, err)
	}
	return message, nil
}

func (s *Server) additionEntry(first *report.Report, a addition, asked map[report.ID]string) entry {
	e := entry{ID: "a-" + a.row.ID.String(), At: s.when(a.at), at: a.at, New: a.row.SeenAt == nil}
	if a.body == nil {
		e.Damaged, e.Text = true, s.voice.T("office.damaged.addition")
		return e
	}
	added := a.body.Added
	if added == nil {
		if a.body.Channel == report.Phone {
			first = nil // what a call leaves out is not taken back by it
		}
		e.Changes = s.changes(a.body, first)
		return e
	}
	e.Text, e.Lang = added.Text, s.writtenIn(a.body)
	if at, known := asked[added.Message]; known {
		e.AnswerTo, e.Anchor = at, "m-"+added.Message.String()
	}
	if added.Wish != "" {
		e.Wish, e.NoWay = s.voice.T("office.talk.wish."+string(added.Wish)), added.Wish == report.WishNoContact
	}
	if added.Contact != "" || added.Hours != "" {
		e.Contact = append(e.Contact, fact{Label: s.voice.T("office.talk.contact.new"), Value: s.otherWay(added)})
		if first != nil {
			e.Contact = append(e.Contact, fact{Label: s.voice.T("office.talk.contact.old"), Value: s.calling(first).Text})
		}
	}
	return e
}

// otherWay writes a way to be reached that was added later.
func (s *Server) otherWay(added *report.Added) string {
	way := added.Contact
	if added.Channel != "" {
		way = s.join(s.voice.First("code.contact.channel."+string(added.Channel), "code."+string(added.Channel)), way)
	}
	if added.Hours != "" {
		way = s.join(way, s.voice.T("office.call.hours", "Hours", added.Hours))
	}
	return way
}

// size writes how large a file is, as a transmission does.
func (s *Server) size(bytes int64) string { return transmission.Size(s.voice, bytes) }

// changes lists what a form that was sent again says otherwise than the first time,
// field by field.
func (s *Server) changes(again, first *report.Report) []change {
	var changes []change
	add := func(of *report.Report, f report.Field, name string, given, before []string) {
		a := s.answer(of, f, name, given)
		if f.Group != "" {
			a.Label = s.join(s.heading(of, f, name), a.Label)
		}
		ch := change{answer: a}
		if before != nil {
			ch.Before = s.values(f, before)
		}
		changes = append(changes, ch)
	}
	again.Walk(func(f report.Field, name string, given []string) {
		var before []string
		if first != nil {
			before = first.Get(name)
		}
		if !slices.Equal(before, given) {
			add(again, f, name, given, before)
		}
	})
	if first == nil {
		return changes
	}
	first.Walk(func(f report.Field, name string, before []string) {
		if again.Get(name) == nil {
			add(first, f, name, nil, before)
			changes[len(changes)-1].Gone = true
		}
	})
	return changes
}

// later is what the reporter added on being reached, newest first, for the top of the
// page. Nobody checked that it was him.
func (s *Server) later(additions []addition) (lines []laterLine) {
	for _, a := range slices.Backward(additions) {
		if a.body == nil || a.body.Added == nil {
			continue
		}
		added := a.body.Added
		if added.Wish != "" {
			lines = append(lines, laterLine{s.voice.T("office.talk.later."+string(added.Wish), "When", s.when(a.at)), added.Wish == report.WishNoContact})
		}
		if added.Contact != "" || added.Hours != "" {
			lines = append(lines, laterLine{s.voice.T("office.talk.later.contact", "When", s.when(a.at), "Way", s.otherWay(added)), false})
		}
	}
	return lines
}

// A laterLine stands under whether and how the reporter may be reached.
type laterLine struct {
	Text string
	Stop bool // he asked not to be
}
