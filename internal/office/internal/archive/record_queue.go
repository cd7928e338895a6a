package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// A RecordFilter narrows the unit's queue down.
type RecordFilter string

// The filters, in the words of the address.
const (
	OpenRecords    RecordFilter = ""
	OverdueRecords RecordFilter = "en-retard"
	IdleRecords    RecordFilter = "sans-suite" // nothing is planned: nobody sees to them
	MyRecords      RecordFilter = "les-miens"
	ClosedRecords  RecordFilter = "clos"
)

// RecordFilters lists them in the order of the screen.
func RecordFilters() []RecordFilter {
	return []RecordFilter{OpenRecords, OverdueRecords, IdleRecords, MyRecords, ClosedRecords}
}

// A RecordView is one look at the unit's queue.
type RecordView struct {
	Teams  []string
	Member uuid.UUID
	Now    time.Time
	Filter RecordFilter
	Page   int // from 0
}

// A Listed is a record with the sealed entry that says how the unit calls it.
type Listed struct {
	Record
	Sequence    int
	OpeningBody []byte
	Corrected   bool // another entry corrects it: the row was changed from outside
}

const inFilter = `case @filter when '' then r.status = 'open' when 'clos' then r.status = 'closed'
	when 'les-miens' then r.status = 'open' and r.lead = @member
	when 'en-retard' then r.status = 'open' and r.next_at < @now
	when 'sans-suite' then r.status = 'open' and r.next_at is null end`

// Records lists one page of the unit's queue: those whose lead is gone first, then what
// is overdue, then what nobody has planned anything for, then by what comes next.
func (a *Archive) Records(ctx context.Context, v RecordView) ([]Listed, error) {
	found, err := collect[Listed](ctx, a.pool, `with page as (
		select `+recordColumns+` from records r join staff l on l.id = r.lead where r.team_id = any(@teams) and `+inFilter+`)
		select p.*, coalesce(e.sequence, 0) as sequence, coalesce(e.body, '') as opening_body,
			exists (select from record_entries x where x.replaces = p.opening and x.record_id = p.id) as corrected from (select * from page order by case when status = 'open' then lead_gone end desc nulls last,
			case when status = 'closed' then last_at end desc, case when next_at < @now then 0 when next_at is null then 1 else 2 end, next_at, last_at, id
			limit @most offset @skip) p
		left join record_entries e on e.id = p.opening
		order by case when p.status = 'open' then p.lead_gone end desc nulls last,
			case when p.status = 'closed' then p.last_at end desc, case when p.next_at < @now then 0 when p.next_at is null then 1 else 2 end, p.next_at, p.last_at, p.id`,
		pgx.NamedArgs{"teams": v.Teams, "filter": v.Filter, "member": v.Member, "now": v.Now, "most": PageSize + 1, "skip": v.Page * PageSize})
	if err != nil {
		return nil, fmt.Errorf("reading the unit's queue: %w", err)
	}
	return found, nil
}

// CountRecords counts each filter.
func (a *Archive) CountRecords(ctx context.Context, v RecordView) (map[RecordFilter]int, error) {
	var all, late, idle, mine, closed int
	err := a.pool.QueryRow(ctx, `select count(*) filter (where status = 'open'), count(*) filter (where status = 'open' and next_at < $2),
		count(*) filter (where status = 'open' and next_at is null), count(*) filter (where status = 'open' and lead = $3),
		count(*) filter (where status = 'closed') from records where team_id = any($1)`, v.Teams, v.Now, v.Member).Scan(&all, &late, &idle, &mine, &closed)
	if err != nil {
		return nil, fmt.Errorf("counting the unit's records: %w", postgres.Sort(err))
	}
	return map[RecordFilter]int{OpenRecords: all, OverdueRecords: late, IdleRecords: idle, MyRecords: mine, ClosedRecords: closed}, nil
}

// A UnitLoad is what one member of the unit carries.
type UnitLoad struct {
	ID     uuid.UUID
	Name   string
	Member bool // holds the unit's key, and may be given more
	Open   int
	Late   int
	Week   int // appointments of the coming seven days
}

// UnitLoads lists the members of a unit, and those who left it and still are in charge.
func (a *Archive) UnitLoads(ctx context.Context, team string, now time.Time) ([]UnitLoad, error) {
	found, err := collect[UnitLoad](ctx, a.pool, `with held as (select staff_id from team_key_wraps where team_id = $1 group by staff_id),
		led as (select lead, count(*) as open, count(*) filter (where next_at < $2) as late from records where team_id = $1 and status = 'open' group by lead)
		select s.id, s.display_name as name, (h.staff_id is not null and s.disabled_at is null) as member, coalesce(d.open, 0)::int as open, coalesce(d.late, 0)::int as late,
			(select count(*) from record_appointments p join records r on r.id = p.record_id where r.team_id = $1 and p.assignee = s.id and p.status = 'planned'
				and p.starts_at >= $2 and p.starts_at < $2 + interval '7 days')::int as week
		from staff s left join held h on h.staff_id = s.id left join led d on d.lead = s.id
		where (h.staff_id is not null and s.disabled_at is null) or d.lead is not null order by 3, s.display_name, s.id limit 500`, team, now)
	if err != nil {
		return nil, fmt.Errorf("reading who carries what in %s: %w", team, err)
	}
	return found, nil
}

// LedBy lists the open records that somebody leads.
func (a *Archive) LedBy(ctx context.Context, team string, lead uuid.UUID) ([]uuid.UUID, error) {
	rows, err := a.pool.Query(ctx, "select id from records where team_id = $1 and lead = $2 and status = 'open' order by id limit 2000", team, lead)
	if err != nil {
		return nil, fmt.Errorf("listing what somebody leads: %w", postgres.Sort(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("listing what somebody leads: %w", postgres.Sort(err))
	}
	return ids, nil
}
