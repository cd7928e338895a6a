// Package call is what a listener writes down while somebody speaks: a draft of a
// report, which nothing optional ever holds up and nothing loses.
//
// All questions of the published list are there for every caller, but for the lines of
// the short form, which ask the same once more. An answer goes only when the caller
// took it back: a number to call, when he does not want to be called any more. The
// draft is sealed to the team rather than to its author, so that a colleague finishes
// a call whose listener had to leave, and no lost passphrase takes a call with it.
package call

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"recueil/internal/report"
)

// Format is the version of the sealed JSON of a draft.
const Format = "recueil.call/1"

// ErrOther says that a body is not the draft of its row.
var ErrOther = errors.New("the sealed draft is not that of this call")

// A Draft is a call as far as it is written down.
type Draft struct {
	ID       report.ID      `json:"id"`             // of the report it becomes
	Page     string         `json:"page,omitempty"` // that saved it last: its own answer may have been lost
	Same     report.ID      `json:"same,omitzero"`  // the report it is about, when there is one
	Answers  report.Answers `json:"answers"`
	Relays   []Relay        `json:"relays,omitempty"`
	Callback Promise        `json:"callback,omitzero"`
	Receipt  *Receipt       `json:"receipt,omitempty"` // once it was sent, and instead of all the rest
}

// A Relay is a call to an emergency service about this one.
type Relay struct {
	ID      report.ID `json:"id,omitzero"` // of the page that noted it: a double press is one
	Service string    `json:"service"`     // its number
	At      time.Time `json:"at"`
	Note    string    `json:"note,omitempty"`
}

// A Promise is a time at which somebody is to be called back.
type Promise struct {
	Due  time.Time `json:"due,omitzero"`
	Note string    `json:"note,omitempty"`
}

// A Receipt is what the caller may be given, kept for the minutes that takes.
type Receipt struct {
	Report    report.ID `json:"report"` // the one the call joined, or its own
	Reference string    `json:"reference"`
	Code      string    `json:"code,omitempty"` // there is none for a call that joined a report
	Tag       []byte    `json:"tag"`            // of what was sent: the same once more is nothing new
}

type wire struct {
	Format string `json:"format"`
	Draft
}

// Encode returns the JSON of a draft, to be sealed.
func (d *Draft) Encode() ([]byte, error) {
	b, err := json.Marshal(wire{Format, *d})
	if err != nil {
		return nil, errors.New("encoding a call: its values cannot be written as JSON")
	}
	return b, nil
}

// Decode reads the draft of a call. No error quotes it.
func Decode(b []byte, id report.ID) (Draft, error) {
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return Draft{}, fmt.Errorf("decoding call %s: it is no JSON of a draft", id)
	}
	if w.Format != Format || w.ID != id {
		return Draft{}, fmt.Errorf("decoding call %s: %w", id, ErrOther)
	}
	// What the form would not have taken was not written by it.
	var scratch report.Answers
	var refused error
	w.Answers.Walk(func(_ report.Field, name string, values []string) {
		if err := scratch.Set(name, values); err != nil && refused == nil {
			refused = fmt.Errorf("decoding call %s: %w", id, err)
		}
	})
	return w.Draft, refused
}

// Complete is what would be sent: pruned, with a profile, and with what an earlier
// reference says by itself.
func (d *Draft) Complete() report.Answers {
	a := d.Answers.Clone()
	if strings.TrimSpace(a.Done.EarlierReference) != "" {
		_ = a.Set("done.steps", append(a.Get("done.steps"), string(report.DoneStepHelplineBefore))) // codes of the list are taken
	}
	a.Short = report.ShortForm{}
	a.PruneAsked()
	if a.Reporter.Profile == "" {
		a.Reporter.Profile = report.ProfileUndisclosed
	}
	return a
}

// Report is the call as a report that was received then. Its keys are the sender's to give.
func (d *Draft) Report(at time.Time, language string) report.Report {
	r := report.Report{ID: d.ID, Channel: report.Phone, Language: language, ReceivedAt: at, Answers: d.Complete()}
	r.Door = doorOf(r.Reporter.Profile)
	r.Marks = r.Check(at)
	r.Urgency, r.Rules = report.Assess(&r)
	return r
}

// doorOf is the door a caller would have come in by, had he written: it fixes how
// staff address him.
func doorOf(p report.Profile) report.Door {
	switch p {
	case report.ProfileSelf, report.ProfileYoungForOther:
		return report.Young
	case report.ProfileProfessional, report.ProfileElected:
		return report.Professional
	}
	return report.Relative
}
