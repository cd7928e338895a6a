package pages

import (
	"slices"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// A narrowed view may hide somebody who is in danger now: it says how many stand
// outside it. Verified and unverified are counted apart, because some views look through
// both and the main queue leaves unverified ones out during a flood.

// An elsewhere is what waits at urgency 0 outside the view at hand.
type elsewhere struct{ Text, Address string }

var everyNow = archive.Filter{Urgency: []report.Urgency{0}}

// nowFilters are what is counted to know it: the whole main queue, what is verified of
// it, and of the view what is open and verified or not.
func nowFilters(f archive.Filter) []archive.Filter {
	verified := everyNow
	verified.Lane = "main"
	inside := f
	inside.Urgency = everyNow.Urgency
	inside.Status = slices.DeleteFunc(triage.Open(), func(s triage.Status) bool { return f.Status != nil && !slices.Contains(f.Status, s) })
	main, unverified := inside, inside
	main.Lane, unverified.Lane = "main", "to_verify"
	return []archive.Filter{everyNow, verified, main, unverified}
}

// outsideOf makes of the four counts how many stand outside a view. Of a département only
// an upper bound can be counted; there, what is shown is what the view holds.
func outsideOf(f archive.Filter, counted []int, shown []Row) int {
	wholeMain, whole := counted[1], max(counted[0], counted[1])
	insideMain, insideUnverified := counted[2], counted[3]
	if f.Department.Address != "" {
		insideMain, insideUnverified = 0, 0
		for _, r := range shown {
			switch {
			case r.Urgency == 0 && r.Unverified:
				insideUnverified++
			case r.Urgency == 0:
				insideMain++
			}
		}
	}
	isOpen := func(s triage.Status) bool { return slices.Contains(triage.Open(), s) }
	if f.Status != nil && !slices.ContainsFunc(f.Status, isOpen) || f.Urgency != nil && !slices.Contains(f.Urgency, 0) {
		insideMain, insideUnverified = 0, 0
	}
	switch f.Lane {
	case "main":
		insideUnverified = 0
	case "to_verify":
		insideMain = 0
	}
	return max(0, wholeMain-insideMain) + max(0, whole-wholeMain-insideUnverified)
}

// elsewhereOf says what stands outside; nil: nothing.
func (s *Server) elsewhereOf(outside int) *elsewhere {
	if outside == 0 {
		return nil
	}
	return &elsewhere{s.voice.T("office.queue.elsewhere", "Count", outside), s.queueAddress(everyNow, archive.Position{})}
}
