// Package followup is what a follow-up unit keeps of a child's situation: a record,
// and in it entries that are added and never changed.
//
// A record has a key of its own, made when it is opened and sealed to the unit. Who
// was referred nothing holds none of it, and the team that referred the report does
// not either. A record's key is bound to the unit's identity, so that whoever writes
// the database cannot put one there that he knows. An opinion is sealed to the team of
// its profession instead: who keeps the record knows that there is one, and no more.
//
// One table says what each kind of entry asks; forms, checks, the timeline and the
// figures all read it.
package followup

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"recueil/internal/report"
)

// A Kind is what an entry tells. It stands inside the seal: a copy of the database does
// not say which entry is a contact and which an orientation.
type Kind string

// The kinds.
const (
	Opening     Kind = "opening"     // how the unit calls the situation, consent, safe contact
	Contact     Kind = "contact"     // with whom, by what, how long
	Appointment Kind = "appointment" // why and where
	Outcome     Kind = "outcome"     // what became of an appointment
	Plan        Kind = "plan"        // one step of the plan of action
	Review      Kind = "review"
	Document    Kind = "document"
	Orientation Kind = "orientation"
	Handover    Kind = "handover" // of the lead
	Closing     Kind = "closing"
	Reopening   Kind = "reopening"
	Share       Kind = "share"  // what the team that referred the report was told
	Report      Kind = "report" // what the platform was sent of a contact that came straight to the unit
)

// States of a record.
const (
	Open   = "open"
	Closed = "closed"
)

// Allowed says whether an entry of a kind may be added to a record in a state. A
// record that is closed takes back a contact only by being reopened.
func Allowed(k Kind, status string) bool {
	if status == Closed {
		return k == Reopening
	}
	return k != Reopening
}

// States of an appointment.
const (
	Planned   = "planned"
	Done      = "done"
	Cancelled = "cancelled"
	NoShow    = "no_show"
)

// States of a step of the plan.
const (
	ToDo    = "to_do"
	Dropped = "dropped"
)

// An Entry is what one part of a record holds.
type Entry struct {
	Kind     Kind               `json:"kind"`
	Replaces *uuid.UUID         `json:"replaces,omitempty"` // the entry that it corrects
	About    *uuid.UUID         `json:"about,omitempty"`    // the appointment it belongs to
	Said     Said               `json:"said"`
	File     *report.Attachment `json:"file,omitempty"` // a document's, sealed under the record's key
}

// Format names the shape of its JSON.
func (*Entry) Format() string { return "recueil.record.entry/1" }

// Said is what was answered to the fields of a kind, in their order.
type Said []Answer

// An Answer is what was said to one field.
type Answer struct {
	Field  string   `json:"field"`
	Values []string `json:"values"`
}

// Same reports whether two entries say the same, with the same file.
func (e *Entry) Same(o *Entry) bool {
	file := func(e *Entry) string {
		if e.File == nil {
			return ""
		}
		return e.File.SHA256 + " " + e.File.Name
	}
	return e.Kind == o.Kind && file(e) == file(o) &&
		slices.EqualFunc(e.Said, o.Said, func(x, y Answer) bool { return x.Field == y.Field && slices.Equal(x.Values, y.Values) })
}

// All returns what was said to a field.
func (s Said) All(field string) []string {
	for _, a := range s {
		if a.Field == field {
			return a.Values
		}
	}
	return nil
}

// Get returns the first thing said to a field, or "".
func (s Said) Get(field string) string {
	if values := s.All(field); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Has reports whether a code was chosen.
func (s Said) Has(field, code string) bool { return slices.Contains(s.All(field), code) }

// Day reads a field that holds a day, at its end in a place.
func (s Said) Day(field string, place *time.Location) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, s.Get(field), place)
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 0, 0, place), true
}

// At reads a day and an hour.
func (s Said) At(place *time.Location) (time.Time, bool) {
	at, err := time.ParseInLocation("2006-01-02 15:04", s.Get("day")+" "+s.Get("hour"), place)
	return at, err == nil
}
