package triage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"recueil/internal/office/internal/triage"
)

var all = triage.States()

// The edges once more, written down apart from the table: a slip in one shows.
func TestEveryMoveIsAllowedOrForbiddenAsDesigned(t *testing.T) {
	allowed := "received>in_triage received>merged in_triage>awaiting_information in_triage>qualified in_triage>received in_triage>merged " +
		"awaiting_information>in_triage qualified>awaiting_validation qualified>closed qualified>in_triage awaiting_validation>transmitted " +
		"awaiting_validation>qualified transmitted>acknowledged transmitted>qualified acknowledged>feedback_received acknowledged>closed " +
		"feedback_received>closed feedback_received>qualified closed>reopened reopened>in_triage closed>archived archived>purged"
	for _, from := range all {
		for _, to := range all {
			want := slices.Contains(strings.Fields(allowed), string(from)+">"+string(to))
			err := triage.Move(from, to)
			if (err == nil) != want {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			var forbidden *triage.ForbiddenMove
			if err == nil {
				continue
			}
			if !errors.As(err, &forbidden) || !strings.Contains(err.Error(), string(from)) || !strings.Contains(err.Error(), string(to)) {
				t.Errorf("%s to %s: the error does not name both: %v", from, to, err)
			}
			for _, next := range triage.Next(from) {
				if !strings.Contains(err.Error(), string(next)) {
					t.Errorf("%s to %s: the error does not name %s, which is allowed: %v", from, to, next, err)
				}
			}
		}
	}
}

func TestEveryOpenStateHasAWayToTheEnd(t *testing.T) {
	for _, start := range all {
		if triage.Final(start) != (len(triage.Next(start)) == 0) {
			t.Errorf("%s is final: %v, and leads to %v", start, triage.Final(start), triage.Next(start))
		}
		if !triage.Final(start) && !reached(start)[triage.Purged] {
			t.Errorf("%s never ends", start)
		}
	}
}

func TestEveryStateIsReached(t *testing.T) {
	from := reached(triage.Received)
	for _, status := range all {
		if !from[status] {
			t.Errorf("no report ever is %s", status)
		}
	}
}

// reached follows the edges from a state.
func reached(start triage.Status) map[triage.Status]bool {
	seen, todo := map[triage.Status]bool{start: true}, []triage.Status{start}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		for _, next := range triage.Next(at) {
			if !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return seen
}

// What counts as open, as underway and as final leaves no state out.
func TestEveryStateIsUnderwayOrDone(t *testing.T) {
	for _, status := range all {
		done := slices.Contains([]triage.Status{triage.Closed, triage.Merged, triage.Archived, triage.Purged}, status)
		if slices.Contains(triage.Underway(), status) == done {
			t.Errorf("%s: is it underway or done?", status)
		}
	}
}

func TestWhoMayBeWrittenTo(t *testing.T) {
	const answerable = "in_triage awaiting_information qualified awaiting_validation transmitted acknowledged feedback_received closed"
	for _, status := range all {
		if got := triage.Answerable(status); got != slices.Contains(strings.Fields(answerable), string(status)) {
			t.Errorf("%s: %v", status, got)
		}
	}
}
