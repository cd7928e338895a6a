package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	Kind    Kind
	Report  report.ID
	ID      uuid.UUID
	Teams   []string
	Brought uint64 // by which transaction
}

// SeenBy reports whether a snapshot, by its name, could see what arrived.
func (a Arrival) SeenBy(snapshot string) bool {
	parts := strings.Split(snapshot, ":")
	if len(parts) != 3 {
		return false
	}
	least, err := strconv.ParseUint(parts[0], 10, 64)
	next, nextErr := strconv.ParseUint(parts[1], 10, 64)
	switch {
	case err != nil || nextErr != nil || a.Brought >= next:
		return false
	case a.Brought < least:
		return true
	}
	return !slices.Contains(strings.Split(parts[2], ","), strconv.FormatUint(a.Brought, 10)) // those under way
}

// MostArrivals is how many are told one by one; of more, a screen asks for the count.
const MostArrivals = 500

// Each part finds what is new by the index of its arrival, however late its
// transaction committed. The snapshot is the one that the same statement reads in.
const arrivalsQuery = `with since as (select @snapshot::text::pg_snapshot as seen), fresh as (
    select 'report' as kind, r.id as report, r.id as id, array(select g.team_id from report_grants g where g.report_id = r.id) as teams, r.arrival
      from reports r where r.arrival >= pg_snapshot_xmin(@snapshot::text::pg_snapshot)
        and not pg_visible_in_snapshot(r.arrival, (select seen from since)) and ` + mainQueue + `
    union all
    select 'addition', d.report_id, d.id, array(select case when r.restricted_from is null then d.team_id else g.team_id end
        from reports r join report_grants g on g.report_id = r.id where r.id = d.report_id and (r.restricted_from is not null or g.team_id = d.team_id)), d.arrival
      from additions d where d.arrival >= pg_snapshot_xmin(@snapshot::text::pg_snapshot)
        and not pg_visible_in_snapshot(d.arrival, (select seen from since))
    union all
    select 'message', m.report_id, m.id, array(select g.team_id from report_grants g where g.report_id = m.report_id), m.arrival
      from messages m where m.arrival >= pg_snapshot_xmin(@snapshot::text::pg_snapshot)
        and not pg_visible_in_snapshot(m.arrival, (select seen from since)))
  select pg_current_snapshot()::text as mark, f.kind, f.report, f.id, f.teams, f.arrival::text::bigint
    from (select 1) one left join (select kind, report, id, teams, arrival from fresh limit @most) f on true`

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
		var brought *int64
		if err := rows.Scan(&mark, &kind, &in, &id, &teams, &brought); err != nil {
			return nil, "", err
		}
		if kind != nil {
			arrivals = append(arrivals, Arrival{*kind, *in, *id, teams, uint64(*brought)})
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
