package triage

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// A Qualification is what a report was found to be.
type Qualification string

// The qualifications.
const (
	Concern         Qualification = "concern"
	ConcernUrgent   Qualification = "concern_urgent"
	ImmediateHelp   Qualification = "immediate_help"
	FirstResponders Qualification = "first_responders"
	Prosecutor      Qualification = "prosecutor"
	OutOfScope      Qualification = "out_of_scope"
	Duplicate       Qualification = "duplicate"
	Malicious       Qualification = "malicious"
)

// Qualifications lists them in the order of the screen: what leaves the house first.
func Qualifications() []Qualification {
	return []Qualification{Concern, ConcernUrgent, FirstResponders, Prosecutor, ImmediateHelp, OutOfScope, Duplicate, Malicious}
}

// Known reports whether it is one of them.
func (q Qualification) Known() bool { return slices.Contains(Qualifications(), q) }

// An ending is how a qualified report may come to its end.
type ending struct {
	transmit bool // it is proposed to somebody outside
	people   int  // who must agree to close it without that; 0: nobody may
}

// endings says it of each.
var endings = map[Qualification]ending{
	Concern:         {transmit: true},
	ConcernUrgent:   {transmit: true},
	FirstResponders: {transmit: true},
	Prosecutor:      {transmit: true},
	ImmediateHelp:   {people: 1},
	OutOfScope:      {people: 1},
	Duplicate:       {people: 1},
	Malicious:       {people: 2},
}

// Leaves reports whether what is found to be that is proposed for transmission.
func (q Qualification) Leaves() bool { return endings[q].transmit }

// Closes reports whether it may be closed without having been transmitted, and by how
// many people.
func (q Qualification) Closes() (people int, ok bool) {
	people = endings[q].people
	return people, people > 0
}

// ClosingAlone lists the qualifications under which one person may close a report
// that is in triage: qualified and closed in one act. Duplicates are merged, or
// qualified first.
func ClosingAlone() []Qualification { return []Qualification{ImmediateHelp, OutOfScope} }

// Close checks that a report may be closed under a qualification by one person, in
// triage as well as when it is qualified already.
func Close(from Status, q Qualification) error {
	people, closes := q.Closes()
	allowed := closes && people == 1
	if from != Qualified {
		if err := Move(from, Qualified); err != nil {
			return &ForbiddenMove{from, Closed, Next(from)}
		}
		allowed = slices.Contains(ClosingAlone(), q)
	}
	if !allowed {
		return &Unfit{q, Closed}
	}
	return nil
}

// An Unfit says that a report cannot come to a state under its qualification.
type Unfit struct {
	Qualification Qualification
	To            Status
}

func (e *Unfit) Error() string {
	if e.Qualification == "" {
		return fmt.Sprintf("a report cannot become %s without a qualification", e.To)
	}
	return fmt.Sprintf("a report found %s cannot become %s by this", e.Qualification, e.To)
}

// ErrSamePerson says that who proposed something wants to agree to it as well.
var ErrSamePerson = errors.New("who proposed it cannot agree to it: it takes another person")

// ErrNotProposed says that nobody proposed what somebody wants to agree to.
var ErrNotProposed = errors.New("nobody proposed it")

// Second checks that who agrees is another than who proposed.
func Second(proposed *uuid.UUID, by uuid.UUID) error {
	switch {
	case proposed == nil || *proposed == uuid.Nil:
		return ErrNotProposed
	case *proposed == by:
		return ErrSamePerson
	}
	return nil
}

// A Change is a move about to be made, with what its edge may ask for.
type Change struct {
	From, To Status
	As       Qualification // what the report is found to be by it
	By       uuid.UUID
	Proposed *uuid.UUID // who proposed the transmission, or to close as malicious
}

// Check checks a change: its edge, its qualification, and the second person. From
// and To may be the same for a qualified report that is found to be something else.
func (c Change) Check() error {
	if c.From != Qualified || c.To != Qualified {
		if err := Move(c.From, c.To); err != nil {
			return err
		}
	}
	switch {
	case c.To == Qualified && !c.As.Known():
		return &Unfit{c.As, c.To}
	case c.To == AwaitingValidation && !c.As.Leaves():
		return &Unfit{c.As, c.To}
	case c.To == Transmitted:
		return Second(c.Proposed, c.By)
	case c.From == Qualified && c.To == Closed:
		people, closes := c.As.Closes()
		if !closes {
			return &Unfit{c.As, c.To}
		}
		if people > 1 {
			return Second(c.Proposed, c.By)
		}
	}
	return nil
}

// Proposes reports whether a change leaves a proposal behind for another person to
// agree to: its author is kept beside the report.
func (c Change) Proposes() bool {
	people, _ := c.As.Closes()
	return c.To == AwaitingValidation || c.To == Qualified && people > 1
}
