package triage_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"recueil/internal/office/internal/triage"
)

func TestClosingAlone(t *testing.T) {
	for _, c := range []struct {
		from triage.Status
		as   triage.Qualification
		ok   bool
	}{
		{triage.InTriage, triage.ImmediateHelp, true}, {triage.InTriage, triage.OutOfScope, true}, {triage.Qualified, triage.OutOfScope, true},
		{triage.Received, triage.ImmediateHelp, false}, {triage.Closed, triage.ImmediateHelp, false},
		{triage.InTriage, triage.Malicious, false}, {triage.Qualified, triage.Malicious, false}, {triage.Qualified, triage.Duplicate, true}, {triage.InTriage, triage.Duplicate, false},
		{triage.Qualified, triage.Concern, false}, {triage.Qualified, triage.Prosecutor, false}, {triage.InTriage, triage.Concern, false}, {triage.InTriage, "", false},
	} {
		if err := triage.Close(c.from, c.as); (err == nil) != c.ok {
			t.Errorf("%s as %q: %v", c.from, c.as, err)
		}
	}
}

// How each qualification ends, written down apart from the table.
func TestEveryQualificationEndsAsDesigned(t *testing.T) {
	want := map[triage.Qualification]struct {
		leaves bool
		people int
	}{
		"concern": {true, 0}, "concern_urgent": {true, 0}, "first_responders": {true, 0}, "prosecutor": {true, 0},
		"immediate_help": {false, 1}, "out_of_scope": {false, 1}, "duplicate": {false, 1}, "malicious": {false, 2},
	}
	if len(triage.Qualifications()) != len(want) {
		t.Errorf("there are %d qualifications", len(triage.Qualifications()))
	}
	for _, q := range triage.Qualifications() {
		people, _ := q.Closes()
		if q.Leaves() != want[q].leaves || people != want[q].people {
			t.Errorf("%s leaves: %v, closed by %d", q, q.Leaves(), people)
		}
	}
	if triage.Qualification("boring").Known() {
		t.Error("what nobody wrote down is no qualification")
	}
}

// A walk is a report on its way through the hands of three people, as the desk keeps
// it: who proposed something stays beside it until it is agreed to or refused.
type walk struct {
	status   triage.Status
	as       triage.Qualification
	proposed *uuid.UUID
}

// Whatever people do in whatever order: nothing is transmitted that two people did
// not want, and nothing closed as malicious either.
func TestNothingSlipsPastTheSecondPerson(t *testing.T) {
	people := []uuid.UUID{{1}, {2}, {3}}
	transmitted, malicious := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := walk{status: triage.Received}
		var proposer uuid.UUID // as the test remembers it, beside the tables
		for range rapid.IntRange(20, 60).Draw(t, "steps") {
			by := rapid.SampledFrom(people).Draw(t, "by")
			next := append(triage.Next(w.status), w.status)
			next = slices.DeleteFunc(next, func(s triage.Status) bool { return s == triage.Merged || s == triage.Archived }) // the walk would end
			c := triage.Change{From: w.status, To: rapid.SampledFrom(next).Draw(t, "to"), As: w.as, By: by, Proposed: w.proposed}
			if c.To == triage.Qualified && c.From != triage.AwaitingValidation {
				c.As = rapid.SampledFrom(append(triage.Qualifications(), triage.Malicious, "")).Draw(t, "as")
			}
			if c.Check() != nil {
				continue
			}
			switch {
			case c.To == triage.Transmitted:
				transmitted++
				if w.status != triage.AwaitingValidation || proposer == (uuid.UUID{}) || proposer == by || !c.As.Leaves() {
					t.Fatalf("%v validated what %v proposed, as %s", by, proposer, c.As)
				}
			case c.To == triage.Closed && c.As == triage.Malicious:
				malicious++
				if proposer == (uuid.UUID{}) || proposer == by {
					t.Fatalf("%v closed as malicious what %v proposed", by, proposer)
				}
			case c.To == triage.Closed && w.status == triage.Qualified && c.As.Leaves():
				t.Fatalf("a %s was closed without having been sent", c.As)
			}
			w.status, w.as, w.proposed, proposer = c.To, c.As, nil, uuid.UUID{}
			if c.Proposes() {
				w.proposed, proposer = &by, by
			}
		}
	})
	if transmitted == 0 || malicious == 0 {
		t.Errorf("the walks never came to the end they are about: %d transmitted, %d malicious", transmitted, malicious)
	}
}

func TestAChangeSaysWhatItLacks(t *testing.T) {
	one, other := uuid.UUID{1}, uuid.UUID{2}
	for name, c := range map[string]struct {
		change triage.Change
		want   error
	}{
		"one's own proposal":          {triage.Change{From: triage.AwaitingValidation, To: triage.Transmitted, As: triage.Concern, By: one, Proposed: &one}, triage.ErrSamePerson},
		"another's proposal":          {triage.Change{From: triage.AwaitingValidation, To: triage.Transmitted, As: triage.Concern, By: one, Proposed: &other}, nil},
		"nobody's proposal":           {triage.Change{From: triage.AwaitingValidation, To: triage.Transmitted, As: triage.Concern, By: one}, triage.ErrNotProposed},
		"one's own word on malice":    {triage.Change{From: triage.Qualified, To: triage.Closed, As: triage.Malicious, By: one, Proposed: &one}, triage.ErrSamePerson},
		"another's word on malice":    {triage.Change{From: triage.Qualified, To: triage.Closed, As: triage.Malicious, By: one, Proposed: &other}, nil},
		"a duplicate, alone":          {triage.Change{From: triage.Qualified, To: triage.Closed, As: triage.Duplicate, By: one}, nil},
		"found to be something else":  {triage.Change{From: triage.Qualified, To: triage.Qualified, As: triage.Prosecutor, By: one}, nil},
		"what came back is closed":    {triage.Change{From: triage.FeedbackReceived, To: triage.Closed, As: triage.Concern, By: one}, nil},
		"a proposal refused by other": {triage.Change{From: triage.AwaitingValidation, To: triage.Qualified, As: triage.Concern, By: other, Proposed: &one}, nil},
	} {
		if err := c.change.Check(); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for name, c := range map[string]triage.Change{
		"without a qualification":     {From: triage.InTriage, To: triage.Qualified, By: one},
		"help that leaves the house":  {From: triage.Qualified, To: triage.AwaitingValidation, As: triage.ImmediateHelp, By: one},
		"a concern that is not sent":  {From: triage.Qualified, To: triage.Closed, As: triage.Concern, By: one},
		"in triage, to what it is in": {From: triage.InTriage, To: triage.InTriage, By: one},
	} {
		var unfit *triage.Unfit
		var forbidden *triage.ForbiddenMove
		if err := c.Check(); !errors.As(err, &unfit) && !errors.As(err, &forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhoMayBeNamed(t *testing.T) {
	agent, coordinator, auditor := triage.Person{ID: uuid.UUID{1}, Role: triage.Agent}, triage.Person{ID: uuid.UUID{2}, Role: triage.Coordinator}, triage.Person{ID: uuid.UUID{3}, Role: triage.Auditor}
	for _, c := range []struct {
		people []triage.Person
		want   error
	}{
		{[]triage.Person{coordinator}, nil}, {[]triage.Person{agent, coordinator}, nil}, {nil, triage.ErrNobodyLifts},
		{[]triage.Person{agent}, triage.ErrNobodyLifts}, {[]triage.Person{coordinator, auditor}, triage.ErrReadsNot},
	} {
		if err := triage.Named(c.people); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%v: %v", c.people, err)
		}
	}
	if slices.Contains(triage.ClosingAlone(), triage.Malicious) {
		t.Error("one person closes as malicious")
	}
}
