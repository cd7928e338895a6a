package pages

import (
	"context"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/facet"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// Whoever looks for a département goes through the rows that share its token: a page of
// them, and where that fills less than half of one, so many more. Then he is asked whether
// to go on, as also where many had to be opened that nobody has opened yet.
const (
	lookedFurther = 10 * archive.PageSize
	enoughFound   = archive.PageSize / 2
	mostOpened    = 4 * archive.PageSize
)

// A look goes down the queue in search of the reports of a département.
type look struct {
	visit      *visit
	view       archive.View
	department string
	found      queueFound
	rows       []Row // what was opened
}

func (l *look) hits() int { return len(hitsIn(l.rows, l.department)) }

// lookFor goes through rows until enough of the département is found. The tags beside the
// bodies tell which may be of it, and only those are opened.
func (s *Server) lookFor(ctx context.Context, l *look) error {
	lane := l.view.Filter.Lane == "to_verify"
	l.found = queueFound{lane: lane, unfolded: lane, next: l.view.After, more: true}
	for _, rows := range []int{archive.PageSize, lookedFurther} {
		if !l.found.more || l.hits() >= enoughFound || len(l.rows) >= mostOpened {
			break
		}
		l.view.After, l.view.Rows = l.found.next, rows
		candidates, more, err := s.Archive.Candidates(ctx, l.view)
		if err != nil {
			return err
		}
		l.found.more = more
		if len(candidates) > 0 {
			l.found.next = candidates[len(candidates)-1].Place()
		}
		if err := s.openLikely(ctx, l, l.likely(candidates)); err != nil {
			return err
		}
	}
	l.found.alike = make([][]report.ID, len(l.found.rows))
	return nil
}

// likely leaves out whatever is of another département by its tag.
func (l *look) likely(candidates []archive.Candidate) (places []archive.Position) {
	type epoch struct {
		team   string
		number int
	}
	keys := map[epoch]secret.Key{}
	for i := range candidates {
		c := &candidates[i]
		key, known := keys[epoch{c.TeamID, c.Epoch}]
		if team, held := l.visit.keys.Team(c.TeamID, c.Epoch); !known && held {
			key = team.SearchKey(facetKey)
			keys[epoch{c.TeamID, c.Epoch}], known = key, true
		}
		if c.DepartmentTag == nil || !known || *c.DepartmentTag == facet.DepartmentTag(key, c.ID, l.department) {
			places = append(places, c.Place())
		}
	}
	return places
}

// openLikely opens what may be of the département, a page at a time, until it fills one or
// enough was opened.
func (s *Server) openLikely(ctx context.Context, l *look, places []archive.Position) error {
	for len(places) > 0 {
		part := places[:min(archive.PageSize, len(places))]
		places = places[len(part):]
		lines, err := s.Archive.Lines(ctx, l.view.Teams, part)
		if err != nil {
			return err
		}
		l.found.rows, l.rows = append(l.found.rows, lines...), append(l.rows, s.openRows(ctx, l.visit, lines)...)
		if len(places) > 0 && (l.hits() >= archive.PageSize || len(l.rows) >= mostOpened) { // the rest is for the next page
			l.found.next, l.found.more = part[len(part)-1], true
			return nil
		}
	}
	return nil
}
