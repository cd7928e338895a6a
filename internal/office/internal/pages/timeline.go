package pages

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// An event is one line of what happened to a report.
type event struct {
	At      string
	Text    string
	Author  string
	Reason  string
	Rules   string // which fired when it came, those that did not decide too
	Class   string
	Damaged bool
	Address string // of another report that it tells of
	Other   string // the reference of that
	at      time.Time
}

// A decision is the content of a part of that kind. The qualification stands in it
// too, so that a change of the column shows; and so does an urgency that was set.
type decision struct {
	Act           string               `json:"act,omitempty"` // none: qualified and closed in one
	Qualification triage.Qualification `json:"qualification,omitempty"`
	Urgency       *report.Urgency      `json:"urgency,omitempty"`
	People        []named              `json:"people,omitempty"` // whom it was given, or restricted, to
	Reason        string               `json:"reason"`
}

// A named person keeps the name by which he was chosen.
type named struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// Format names the shape of its JSON.
func (*decision) Format() string { return "recueil.decision/1" }

func (s *Server) timeline(r *archive.Report, opened *report.Report, t talk, parts []archive.Part, more ...event) []event {
	received := event{at: r.ReceivedAt, Text: s.voice.T("office.event.received")}
	if opened != nil {
		received.at = opened.ReceivedAt
		for _, rule := range opened.Rules {
			received.Rules = s.join(received.Rules, string(rule))
		}
	}
	events := append([]event{received}, more...)
	for _, e := range t.Entries {
		ev := event{at: e.at, Text: s.voice.T("office.event.added"), Class: "is-added", Damaged: e.Damaged}
		if e.Staff {
			ev.Text, ev.Class, ev.Author = s.voice.T("office.event.message"), "is-sent", e.Author
		}
		events = append(events, ev)
	}
	places := casefile.Places(parts)
	for i, part := range parts {
		e, err := s.partEvent(opened, part, places[i])
		if err != nil {
			s.Log.Warn("a part does not open", "report", r.ID, "part", part.ID, "err", err)
			e.Damaged = true
		}
		if n := places[i].Missing(); n > 0 && !e.Damaged {
			s.Log.Warn("parts are missing", "report", r.ID, "before", part.ID, "count", n)
			events = append(events, event{at: part.CreatedAt, Text: s.voice.T("office.event.missing"), Damaged: true})
		}
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for i := range events {
		events[i].At = s.when(events[i].at)
	}
	return events
}

// partEvent tells what a part says; what does not open is told without its words.
func (s *Server) partEvent(opened *report.Report, part archive.Part, at casefile.Place) (event, error) {
	e := event{at: part.CreatedAt, Author: part.AuthorName}
	switch part.Kind {
	case archive.NotePart:
		return s.noteEvent(opened, part, at, e)
	case archive.CallPart:
		return s.callEvent(opened, part, at, e)
	case archive.ReferralPart:
		return s.referredEvent(opened, part, at, e)
	case archive.TransmissionPart:
		return s.sentEvent(opened, part, at, e)
	case archive.LinkPart:
		return s.linkEvent(opened, part, at, e)
	case archive.DecisionPart:
		return s.decisionEvent(opened, part, at, e)
	}
	// Of whatever else there is, the timeline tells that it happened.
	e.Text = s.voice.First("office.event.kind."+string(part.Kind), "office.event.decision")
	return e, nil
}

func (s *Server) decisionEvent(opened *report.Report, part archive.Part, at casefile.Place, e event) (event, error) {
	e.Class, e.Text = "is-decision", s.voice.T("office.event.decision")
	var d decision
	if err := openPart(opened, at, part.Body, &d); err != nil {
		if errors.Is(err, casefile.ErrFormat) {
			err = nil // another capability's, told by its page
		}
		return e, err
	}
	e.Reason = d.Reason
	var as, to, people string
	if d.Qualification.Known() {
		as = s.voice.T("office.qualification." + string(d.Qualification))
	}
	if d.Urgency != nil {
		to = s.voice.T("urgency." + itoa(int(max(0, min(*d.Urgency, 3)))))
	}
	for _, person := range d.People {
		people = s.join(people, person.Name)
	}
	e.Text = s.voice.T("office.event.closed", "Qualification", as)
	if d.Act != "" {
		e.Text = s.voice.T("office.event.decision")
		if s.voice.Has("office.event.act." + d.Act) {
			e.Text = s.voice.T("office.event.act."+d.Act, "Qualification", as, "Urgency", to, "People", people)
		}
	}
	return e, nil
}

func (s *Server) linkEvent(opened *report.Report, part archive.Part, at casefile.Place, e event) (event, error) {
	e.Class, e.Text = "is-decision", s.voice.T("office.event.kind.link")
	var l link
	err := openPart(opened, at, part.Body, &l)
	if err == nil && s.voice.Has("office.event.link."+l.Relation) {
		e.Text, e.Reason = s.voice.T("office.event.link."+l.Relation), l.Reason
		e.Address, e.Other = "/dossiers/"+l.Other.String(), seal.FormatReference(l.Reference)
	}
	return e, err
}

// noteEvent tells that a note was written, whose words stand among the notes, or why
// somebody looked at a file.
func (s *Server) noteEvent(opened *report.Report, part archive.Part, at casefile.Place, e event) (event, error) {
	e.Text = s.voice.T("office.event.note")
	var left revelation
	err := openPart(opened, at, part.Body, &left)
	switch {
	case errors.Is(err, casefile.ErrFormat):
		var n note
		if err = openPart(opened, at, part.Body, &n); err == nil && n.Replaces != uuid.Nil {
			e.Text = s.voice.T("office.event.corrected")
		}
	case err == nil:
		e.Text, e.Reason = s.voice.T("office.event.revealed", "Name", plainName(left.Name)), left.Reason
	}
	return e, err
}

// openPart opens a part of a report, as long as the report itself opens.
func openPart(opened *report.Report, at casefile.Place, body []byte, into casefile.Entry) error {
	if opened == nil {
		return fmt.Errorf("opening part %s: its report does not open", at.Part)
	}
	return casefile.Of(opened).Open(at, body, into)
}
