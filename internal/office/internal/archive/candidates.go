package archive

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"recueil/internal/report"
)

// A Candidate is as much of a row of the queue as somebody needs who looks for a
// département among rows that share its token.
type Candidate struct {
	ID            report.ID
	TeamID        string
	Epoch         int
	DepartmentTag *int16 // see package facet; nil: nobody has opened it yet
	place         Position
}

// Place is where it stands in the order.
func (c *Candidate) Place() Position { return c.place }

// Candidates returns a page of the queue as candidates.
func (a *Archive) Candidates(ctx context.Context, v View) (page []Candidate, more bool, err error) {
	places, more, err := a.places(ctx, v)
	if err == nil && len(places) > 0 {
		ids, at := byID(places)
		page, err = collect[Candidate](ctx, a.pool, "select r.id, g.team_id, g.epoch, case when g.department <> -1 then g.department_tag end as department_tag from unnest(@ids::uuid[]) r(id)"+firstGrant,
			pgx.NamedArgs{"ids": ids, "teams": v.Teams})
		for i := range page {
			page[i].place = at[page[i].ID]
		}
		slices.SortFunc(page, func(x, y Candidate) int { return x.place.compare(y.place) })
	}
	if err != nil {
		return nil, false, fmt.Errorf("looking through the queue: %w", err)
	}
	return page, more, nil
}
