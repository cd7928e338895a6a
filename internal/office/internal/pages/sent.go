package pages

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A proposal is an entry of a case: a file as it is to leave, both forms of it byte
// for byte. What was taken out stands beside them; the report stays whole.
type proposal struct {
	Recipient    uuid.UUID `json:"recipient"`
	Name         string    `json:"name"`
	Kind         string    `json:"kind"`
	Collectivity string    `json:"collectivity,omitempty"`
	AgeKey       string    `json:"age_key,omitempty"` // to which it is to be sealed
	PDF          []byte    `json:"pdf"`
	JSON         []byte    `json:"json"`
	Redactions   []string  `json:"redactions,omitempty"`
	Omitted      []string  `json:"omitted,omitempty"`
	Read         []string  `json:"read,omitempty"` // free texts that its author ticked as read
	Pieces       []piece   `json:"pieces,omitempty"`
}

// Format names the shape of its JSON.
func (*proposal) Format() string { return "recueil.transmission.proposal/1" }

// An advance is an entry of a case: one step of what became of a proposal.
type advance struct {
	Of        uuid.UUID   `json:"of"`
	Step      advanceStep `json:"step"`
	On        string      `json:"on,omitempty"`        // the day it happened
	Reference string      `json:"reference,omitempty"` // the recipient's own
	Outcomes  []string    `json:"outcomes,omitempty"`
	Words     string      `json:"words,omitempty"`
}

// Format names the shape of its JSON.
func (*advance) Format() string { return "recueil.transmission.step/1" }

type advanceStep string

const (
	stepValidated    advanceStep = "validated"
	stepRefused      advanceStep = "refused"
	stepWithdrawn    advanceStep = "withdrawn" // by who prepared it
	stepAcknowledged advanceStep = "acknowledged"
	stepReturned     advanceStep = "returned"
	stepFeedback     advanceStep = "feedback"
	stepChased       advanceStep = "chased"
)

// A sent is a proposal with its steps, oldest first.
type sent struct {
	part  archive.Part
	what  proposal
	steps []sentStep
}

type sentStep struct {
	advance
	part archive.Part
}

func (t *sent) did(step advanceStep) *sentStep {
	for i := len(t.steps) - 1; i >= 0; i-- {
		if t.steps[i].Step == step {
			return &t.steps[i]
		}
	}
	return nil
}

// sentOf opens what was proposed to leave on a report, oldest first. What does not
// open is told by the timeline.
func sentOf(opened *report.Report, parts []archive.Part) (all []*sent) {
	places := casefile.Places(parts)
	for i, part := range parts {
		if part.Kind != archive.TransmissionPart {
			continue
		}
		one, step := &sent{part: part}, sentStep{part: part}
		if openPart(opened, places[i], part.Body, &one.what) == nil {
			all = append(all, one)
			continue
		}
		if openPart(opened, places[i], part.Body, &step.advance) == nil {
			for _, t := range all {
				if t.part.ID == step.Of {
					t.steps = append(t.steps, step)
				}
			}
		}
	}
	return all
}

// A leaving is a report with what is about to leave, or left: what every page of it
// begins with.
type leaving struct {
	row       archive.Report
	opened    *report.Report
	parts     []archive.Part
	additions []addition
	sent      []*sent
	held      []*heldFile // filled in by [Server.hold]
}

// last is the latest proposal, or nil.
func (l *leaving) last() *sent {
	if len(l.sent) == 0 {
		return nil
	}
	return l.sent[len(l.sent)-1]
}

func (l *leaving) address() string   { return "/dossiers/" + l.row.ID.String() }
func (l *leaving) reference() string { return seal.FormatReference(l.opened.Reference) }

// leaving opens the report of a request. One that does not open goes nowhere.
func (s *Server) leaving(c echo.Context, v *visit) (*leaving, error) {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	l := &leaving{}
	if l.row, err = s.Archive.Get(ctx, id, v.keys.Teams()); err != nil {
		return nil, err
	}
	if l.opened, err = s.unseal(v, &l.row); err != nil {
		s.Log.Warn("a report does not open", "report", id, "err", err)
		return nil, errDamagedReport
	}
	if l.parts, err = s.Archive.Parts(ctx, id); err != nil {
		return nil, err
	}
	if l.additions, err = s.additions(c, v, &l.row); err != nil {
		return nil, err
	}
	l.sent = sentOf(l.opened, l.parts)
	return l, nil
}

// sentEvent tells the timeline of a part that is a proposal or a step of one.
func (s *Server) sentEvent(opened *report.Report, part archive.Part, at casefile.Place, e event) (event, error) {
	e.Class, e.Text = "is-decision", s.voice.T("office.sent.event")
	var p proposal
	err := openPart(opened, at, part.Body, &p)
	if err == nil {
		e.Text = s.voice.T("office.sent.event.proposed", "Name", p.Name)
		return e, nil
	}
	if !errors.Is(err, casefile.ErrFormat) {
		return e, err
	}
	var step advance
	if err = openPart(opened, at, part.Body, &step); err == nil {
		e.Text, e.Reason = s.voice.T("office.sent.event."+string(step.Step)), s.stepWords(step)
	}
	return e, err
}

// stepWords says what a step brought, in one text.
func (s *Server) stepWords(step advance) string {
	text := ""
	for _, outcome := range step.Outcomes {
		text = s.join(text, s.voice.T("office.sent.outcome."+outcome))
	}
	if day, err := time.Parse(time.DateOnly, step.On); err == nil {
		text = s.join(s.day(day), text)
	}
	if step.Reference != "" {
		text = s.join(text, s.voice.T("office.sent.their_reference", "Reference", step.Reference))
	}
	if step.Words != "" && text != "" {
		return text + "\n" + step.Words
	}
	return text + step.Words
}

// outcomeKnown reports whether a recipient may have answered so.
func outcomeKnown(code string) bool {
	for _, known := range transmission.Outcomes() {
		if known == code {
			return true
		}
	}
	return false
}
