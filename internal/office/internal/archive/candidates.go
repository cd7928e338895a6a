package archive

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recueil/internal/report"
)

// A Candidate is as much of a row of the queue as somebody needs who looks for a
// département among rows that share its token.
type Candidate struct {
	Place         Position
	TeamID        string
	Epoch         int
	DepartmentTag *int16 // see package facet; nil: not known
}

// Candidates returns a page of the queue as candidates.
func (a *Archive) Candidates(ctx context.Context, v View) (page []Candidate, more bool, err error) {
	places, more, err := a.places(ctx, v)
	if err != nil || len(places) == 0 {
		return nil, false, err
	}
	type tagged struct {
		ID            report.ID
		TeamID        string
		Epoch         int
		DepartmentTag *int16
	}
	found, err := collect[tagged](ctx, a.pool, "select r.id, g.team_id, g.epoch, case when g.department <> -1 then g.department_tag end as department_tag from unnest(@ids::uuid[]) r(id)"+firstGrant, pgx.NamedArgs{"ids": idsOf(places), "teams": v.Teams})
	if err != nil {
		return nil, false, fmt.Errorf("reading the tags of the queue: %w", err)
	}
	tags := map[report.ID]tagged{}
	for _, t := range found {
		tags[t.ID] = t
	}
	for _, place := range places {
		if t, there := tags[place.ID]; there {
			page = append(page, Candidate{place, t.TeamID, t.Epoch, t.DepartmentTag})
		}
	}
	return page, more, nil
}
