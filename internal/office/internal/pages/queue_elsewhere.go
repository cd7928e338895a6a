package pages

import (
	"context"

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

// What is known of it: the count that was taken beside its others, the rows of the page,
// and the place in the order that the page was asked for from.
type elsewhereCounted struct {
	count int
	shown []Row
	from  archive.Position
}

// elsewhere says how many stand outside a view; nil: nobody. Of a département the database
// knows what may be in it, and not what is: there, what is shown is what the view holds,
// and before it what the pages before have opened.
func (s *Server) elsewhere(ctx context.Context, view archive.View, known elsewhereCounted) (*elsewhere, error) {
	counted := known.count
	if view.Filter.Department.Address != "" {
		rest := everyNow
		if known.from != (archive.Position{}) {
			before := view.Filter
			before.UpTo = known.from
			rest.Outside = &before
		}
		for _, row := range known.shown {
			if id, err := parseID(row.ID); err == nil {
				rest.Except = append(rest.Except, id)
			}
		}
		counts, err := s.Archive.Counts(ctx, view, []archive.Filter{rest})
		if err != nil {
			return nil, err
		}
		counted = counts[0]
	}
	if counted == 0 {
		return nil, nil
	}
	return &elsewhere{s.voice.T("office.queue.elsewhere", "Count", counted, "N", s.many(counted)), s.queueAddress(everyNow, archive.Position{})}, nil
}
