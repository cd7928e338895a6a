package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A Kind is what arrived.
type Kind string

// The kinds.
const (
	NewReport   Kind = "report"
	NewAddition Kind = "addition"
	WrittenTo   Kind = "message"
)

// An Arrival is a row that a snapshot could not see: ids, and the teams it is for.
type Arrival struct {
	Kind   Kind
	Report report.ID
	ID     uuid.UUID
	Teams  []string
}

// MostArrivals is how many are told one by one; of more, a screen asks for the count.
const MostArrivals = 500

// Each part finds what is new by the index of its arrival, however late its
// transaction committed. The snapshot is the one that the same statement reads in.
const arrivalsQuery = `with since as (select @snapshot::text::pg_snapshot as seen), fresh as (
    select 'report' as kind, r.id as report, r.id as id, array(select g.team_id from report_grants g where g.report_id = r.id) as teams
      from reports r where r.arrival >= pg_snapshot_xmin(@snapshot::text::pg_snapshot)
        and not pg_visible_in_snapshot(r.arrival, (select seen from since)) and ` + mainQueue + `
    union all
    select 'addition', d.report_id, d.id, array[d.team_id]
      from additions d where d.arrival >= pg_snapshot_xmin(@snapshot::text::pg_snapshot)
        and not pg_visible_in_snapshot(d.arrival, (select seen from since))
    union all
    select 'message', m.report_id, m.id, array(select g.team_id from report_grants g where g.report_id = m.report_id)
      from messages m where m.arrival >= pg_snapshot_xmin(@snapshot::text::pg_snapshot)
        and not pg_visible_in_snapshot(m.arrival, (select seen from since)))
  select pg_current_snapshot()::text as mark, f.kind, f.report, f.id, f.teams
    from (select 1) one left join (select kind, report, id, teams from fresh limit @most) f on true`

// Since lists what a snapshot could not see, whoever it is for, up to MostArrivals,
// and names the snapshot to go on from. The error is ErrSnapshot for a text that
// names none.
func (a *Archive) Since(ctx context.Context, snapshot string) (arrivals []Arrival, mark string, err error) {
	rows, err := a.pool.Query(ctx, arrivalsQuery, pgx.NamedArgs{"snapshot": snapshot, "flood": MostUnverified + 1, "most": MostArrivals})
	if err == nil {
		arrivals, mark, err = collectArrivals(rows)
	}
	if postgres.Malformed(err) {
		return nil, "", ErrSnapshot
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading what arrived: %w", postgres.Sort(err))
	}
	return arrivals, mark, nil
}

func collectArrivals(rows pgx.Rows) (arrivals []Arrival, mark string, err error) {
	defer rows.Close()
	for rows.Next() {
		var kind *Kind
		var in, id *uuid.UUID
		var teams []string
		if err := rows.Scan(&mark, &kind, &in, &id, &teams); err != nil {
			return nil, "", err
		}
		if kind != nil {
			arrivals = append(arrivals, Arrival{*kind, *in, *id, teams})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, "", err
	}
	if mark == "" {
		return nil, "", errors.New("the database named no snapshot")
	}
	return arrivals, mark, nil
}
