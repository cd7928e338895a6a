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
	at      time.Time
}

// A decision is the content of a part of that kind. The qualification stands in it
// too, so that a change of the column shows.
type decision struct {
	Qualification triage.Qualification `json:"qualification"`
	Reason        string               `json:"reason"`
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
	}
	if part.Kind == archive.TransmissionPart {
		return s.sentEvent(opened, part, at, e)
	}
	e.Class, e.Text = "is-decision", s.voice.T("office.event.decision")
	var d decision
	err := openPart(opened, at, part.Body, &d)
	if err == nil {
		e.Text, e.Reason = s.voice.T("office.event.closed", "Qualification", s.voice.T("office.qualification."+string(d.Qualification))), d.Reason
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
