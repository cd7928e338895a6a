package pages

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/office/internal/unseal"
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
	at      time.Time
}

// A decision is the content of a part of that kind. The qualification stands in it
// too, so that a change of the column shows.
type decision struct {
	Format        string               `json:"format"`
	Qualification triage.Qualification `json:"qualification"`
	Reason        string               `json:"reason"`
}

const (
	decisionFormat = "recueil.decision/1"
	decisionKind   = "decision"
)

// partHeader says which part stands at that place among the parts of its kind.
func partHeader(id, part report.ID, kind string, sequence int) seal.PartHeader {
	return seal.PartHeader{Case: id, Part: part, Kind: kind, Direction: "internal", Version: 1, Sequence: sequence}
}

func (s *Server) timeline(c echo.Context, r *archive.Report, opened *report.Report, t talk) ([]event, error) {
	received := event{at: r.ReceivedAt, Text: s.voice.T("office.event.received")}
	if opened != nil {
		received.at = opened.ReceivedAt
		for _, rule := range opened.Rules {
			received.Rules = s.join(received.Rules, string(rule))
		}
	}
	events := []event{received}
	for _, e := range t.Entries {
		ev := event{at: e.at, Text: s.voice.T("office.event.added"), Class: "is-added", Damaged: e.Damaged}
		if e.Staff {
			ev.Text, ev.Class, ev.Author = s.voice.T("office.event.message"), "is-sent", e.Author
		}
		events = append(events, ev)
	}
	parts, err := s.Archive.Parts(c.Request().Context(), r.ID)
	if err != nil {
		return nil, err
	}
	places := map[string]int{}
	for _, part := range parts {
		places[part.Kind]++
		e, err := s.partEvent(opened, part, places[part.Kind])
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
	return events, nil
}

// partEvent tells what a part says; what does not open is told without its words.
func (s *Server) partEvent(opened *report.Report, part archive.Part, sequence int) (event, error) {
	e := event{at: part.CreatedAt, Author: part.AuthorName}
	if part.Kind == noteKind {
		e.Text = s.voice.T("office.event.note")
		left, err := openRevelation(opened, part, sequence)
		if err == nil {
			e.Text, e.Reason = s.voice.T("office.event.revealed", "Name", plainName(left.Name)), left.Reason
		}
		return e, err
	}
	e.Class, e.Text = "is-decision", s.voice.T("office.event.decision")
	d, err := openDecision(opened, part, sequence)
	if err == nil {
		e.Text, e.Reason = s.voice.T("office.event.closed", "Qualification", s.voice.T("office.qualification."+string(d.Qualification))), d.Reason
	}
	return e, err
}

func openPart(opened *report.Report, part archive.Part, sequence int) ([]byte, error) {
	if opened == nil {
		return nil, fmt.Errorf("opening part %s: its report does not open", part.ID)
	}
	return unseal.Part(partHeader(opened.ID, part.ID, part.Kind, sequence), seal.PartKey(opened.CaseKey, part.Kind, part.ID), part.Body)
}

func openDecision(opened *report.Report, part archive.Part, sequence int) (decision, error) {
	var d decision
	content, err := openPart(opened, part, sequence)
	if err != nil {
		return d, err
	}
	if json.Unmarshal(content, &d) != nil || d.Format != decisionFormat {
		return d, fmt.Errorf("opening part %s: %w: it is no %s", part.ID, unseal.ErrDamaged, decisionFormat)
	}
	return d, nil
}
