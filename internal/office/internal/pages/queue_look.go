package pages

import (
	"context"
	"slices"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/facet"
	"recueil/internal/report"
)

// Whoever looks for a département goes through the rows that share its token: a page of
// them, and where that fills less than half of one, so many more. Then he is asked whether
// to go on, as also where a page had to be opened of what nobody has opened yet.
const (
	lookedFurther = 10 * archive.PageSize
	enoughFound   = archive.PageSize / 2
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
		if !l.found.more || l.hits() >= enoughFound || len(l.rows) == archive.PageSize {
			break
		}
		l.view.After, l.view.Rows = l.found.next, rows
		candidates, more, err := s.Archive.Candidates(ctx, l.view)
		if err != nil {
			return err
		}
		l.found.more = more
		if len(candidates) > 0 {
			l.found.next = candidates[len(candidates)-1].Place
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
	for i := range candidates {
		if known, right := l.tells(&candidates[i]); !known || right {
			places = append(places, candidates[i].Place)
		}
	}
	return places
}

// tells whether the tag of a row can be read, and whether it is that of the département.
func (l *look) tells(c *archive.Candidate) (known, right bool) {
	team, held := l.visit.keys.Team(c.TeamID, c.Epoch)
	if c.DepartmentTag == nil || !held {
		return false, false
	}
	return true, *c.DepartmentTag == facet.DepartmentTag(team.SearchKey(facetKey), c.Place.ID, l.department)
}

// openLikely opens what may be of the département, as many as a page shows.
func (s *Server) openLikely(ctx context.Context, l *look, places []archive.Position) error {
	at := l.view.After
	for len(places) > 0 {
		n := min(archive.PageSize-len(l.rows), len(places))
		if n == 0 { // the rest is for the next page
			l.found.next, l.found.more = at, true
			return nil
		}
		lines, err := s.Archive.Lines(ctx, l.view.Teams, places[:n])
		if err != nil {
			return err
		}
		lines = slices.DeleteFunc(lines, l.has)
		l.found.rows, l.rows = append(l.found.rows, lines...), append(l.rows, s.openRows(ctx, l.visit, lines)...)
		at, places = places[n-1], places[n:]
	}
	return nil
}

// has reports whether a row was opened already: it may have moved down since.
func (l *look) has(r archive.Report) bool {
	return slices.ContainsFunc(l.found.rows, func(other archive.Report) bool { return other.ID == r.ID })
}
