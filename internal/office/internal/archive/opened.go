package archive

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"recueil/internal/office/internal/facet"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// An Opened is what is kept of a body that a member opened: its tokens, and an excerpt for
// lists, sealed for the team that the body is sealed to.
type Opened struct {
	Report  report.ID
	TeamID  string
	Epoch   int
	Tokens  facet.Tokens
	Excerpt []byte
}

// KeepOpened writes what is kept of bodies beside them, all or nothing. It goes when they go.
// Members who open the same page write in the same order.
func (a *Archive) KeepOpened(ctx context.Context, all []Opened) error {
	slices.SortFunc(all, func(x, y Opened) int { return bytes.Compare(x.Report[:], y.Report[:]) })
	var ids []report.ID
	var teams []string
	var epochs []int32
	var departments, tags, likenesses []int16
	var excerpts [][]byte
	for _, o := range all {
		ids, teams, epochs = append(ids, o.Report), append(teams, o.TeamID), append(epochs, int32(o.Epoch))
		departments, tags, likenesses = append(departments, o.Tokens.Department), append(tags, o.Tokens.DepartmentTag), append(likenesses, o.Tokens.Likeness)
		excerpts = append(excerpts, o.Excerpt)
	}
	_, err := a.pool.Exec(ctx, `with opened as (
			select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::smallint[], $5::smallint[], $6::smallint[], $7::bytea[])
				o(report_id, team_id, epoch, department, department_tag, likeness, excerpt)
		), kept as (
			insert into report_excerpts (report_id, team_id, epoch, sealed) select o.report_id, o.team_id, o.epoch, o.excerpt from opened o
			on conflict (report_id, team_id, epoch) do update set sealed = excluded.sealed
		)
		update report_grants g set department = o.department, department_tag = o.department_tag, likeness = o.likeness from opened o
		where g.report_id = o.report_id and g.team_id = o.team_id and g.epoch = o.epoch
			and (g.department, g.department_tag, g.likeness) is distinct from (o.department, o.department_tag, o.likeness)`,
		ids, teams, epochs, departments, tags, likenesses, excerpts)
	if err != nil {
		return fmt.Errorf("keeping what lists show of %d reports: %w", len(all), postgres.Sort(err))
	}
	return nil
}
