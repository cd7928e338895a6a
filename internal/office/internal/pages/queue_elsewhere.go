package pages

import (
	"context"
	"slices"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

// A narrowed view may hide somebody who is in danger now: it says how many stand
// outside it.

// An elsewhere is what waits at urgency 0 outside the view at hand.
type elsewhere struct{ Text, Address string }

var everyNow = archive.Filter{Urgency: []report.Urgency{0}}

// outside is what of it a view does not show.
func outside(f archive.Filter) archive.Filter {
	rest := everyNow
	rest.Outside = &f
	return rest
}

// elsewhere says that so many stand outside a view; nil: nobody.
func (s *Server) elsewhere(count int) *elsewhere {
	if count == 0 {
		return nil
	}
	return &elsewhere{s.voice.T("office.queue.elsewhere", "Count", count, "N", s.many(count)), s.queueAddress(everyNow, archive.Position{})}
}

// elsewhereOf counts them for a look at a département. The database knows what may be of it,
// and the tags tell what is; what nobody has opened yet, and has no tag, counts as outside
// unless the page shows it.
func (s *Server) elsewhereOf(ctx context.Context, l *look) (*elsewhere, error) {
	rest, within := everyNow, l.view
	for _, row := range hitsIn(l.rows, l.department) {
		if id, err := parseID(row.ID); err == nil {
			rest.Except = append(rest.Except, id)
		}
	}
	if f := &within.Filter; len(f.Urgency) == 0 || slices.Contains(f.Urgency, 0) {
		f.Urgency, within.After, within.Rows = everyNow.Urgency, archive.Position{}, archive.MostCounted
		candidates, _, err := s.Archive.Candidates(ctx, within)
		if err != nil {
			return nil, err
		}
		for i := range candidates {
			if known, right := l.tells(&candidates[i]); known && right {
				rest.Except = append(rest.Except, candidates[i].Place.ID)
			}
		}
	}
	counts, err := s.Archive.Counts(ctx, l.view, []archive.Filter{rest})
	if err != nil {
		return nil, err
	}
	return s.elsewhere(counts[0]), nil
}
