package archive

import (
	"context"
	"fmt"

	"recueil/internal/office/internal/facet"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A Faceted is a body with the tokens that were made of it.
type Faceted struct {
	Report report.ID
	TeamID string
	Epoch  int
	Tokens facet.Tokens
}

// KeepFacets writes the tokens of bodies that were opened beside them.
func (a *Archive) KeepFacets(ctx context.Context, all []Faceted) error {
	var ids []report.ID
	var teams []string
	var epochs []int32
	var departments, likenesses []int16
	for _, f := range all {
		ids, teams, epochs = append(ids, f.Report), append(teams, f.TeamID), append(epochs, int32(f.Epoch))
		departments, likenesses = append(departments, f.Tokens.Department), append(likenesses, f.Tokens.Likeness)
	}
	_, err := a.pool.Exec(ctx, `update report_grants g set department = n.department, likeness = n.likeness
		from unnest($1::uuid[], $2::text[], $3::integer[], $4::smallint[], $5::smallint[]) n(report_id, team_id, epoch, department, likeness)
		where g.report_id = n.report_id and g.team_id = n.team_id and g.epoch = n.epoch`, ids, teams, epochs, departments, likenesses)
	if err != nil {
		return fmt.Errorf("keeping the facets of %d reports: %w", len(all), postgres.Sort(err))
	}
	return nil
}
