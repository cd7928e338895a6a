package archive

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A Folded is a row of the lane to verify, with those that look like it.
type Folded struct {
	Report
	Alike []report.ID // the others, in the order of the queue
}

const (
	fewAlike   = 3   // so many fold into one row
	mostAlike  = 500 // and no more than these
	laneWindow = 600 // rows that one page looks through
)

// A laneKey is what rows alike have in common: what stands in clear of each, how large
// its body is padded, the ten minutes in which it came, and the keyed token of its text.
// None of it says what they tell, and a row whose text nobody has opened yet folds with
// none.
type laneKey struct {
	Urgency  report.Urgency
	Channel  report.Channel
	Size     int
	Minutes  int64
	Likeness int16
}

type laneRow struct {
	ID    report.ID
	Place Position
	Key   laneKey
	Folds bool
}

// Lane returns a page of the lane: what looks alike and came together stands in one row.
// Since it came together it stands together in the order of the queue; a page that ends
// among such rows folds the rest on the next.
func (a *Archive) Lane(ctx context.Context, v View) (page []Folded, next Position, more bool, err error) {
	rows, err := a.laneRows(ctx, v)
	if err != nil {
		return nil, next, false, fmt.Errorf("reading the lane: %w", err)
	}
	groups, read := fold(rows)
	if read > 0 {
		next, more = rows[read-1].Place, read < len(rows) || len(rows) == laneWindow
	}
	leaders := make([]Position, len(groups))
	alike := map[report.ID][]report.ID{}
	for i, group := range groups {
		leaders[i] = rows[group.first].Place
		alike[leaders[i].ID] = group.others
	}
	reports, err := a.Lines(ctx, v.Teams, leaders)
	if err != nil {
		return nil, next, false, fmt.Errorf("reading the lane: %w", err)
	}
	for _, r := range reports {
		page = append(page, Folded{r, alike[r.ID]})
	}
	return page, next, more, nil
}

func (a *Archive) laneRows(ctx context.Context, v View) ([]laneRow, error) {
	arguments := v.arguments()
	query := "with lane as materialized (" + v.Filter.inOrder(named{arguments, ""}, v.After, laneWindow) + `)
		select r.id, r.queue_rank, r.due_at, r.urgency, r.channel, octet_length(g.body), floor(extract(epoch from r.received_at) / 600)::bigint, g.likeness,
			r.status = 'received' and r.assignee is null and g.likeness >= 0
		from lane join reports r on r.id = lane.id` + firstGrant + `
		order by lane.queue_rank, lane.due_at, lane.id`
	found, err := a.pool.Query(ctx, query, planned, arguments)
	if err != nil {
		return nil, postgres.Sort(err)
	}
	rows, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (r laneRow, err error) {
		k := &r.Key
		err = row.Scan(&r.ID, &r.Place.Rank, &r.Place.DueAt, &k.Urgency, &k.Channel, &k.Size, &k.Minutes, &k.Likeness, &r.Folds)
		r.Place.ID = r.ID
		return r, err
	})
	if err != nil {
		return nil, postgres.Sort(err)
	}
	return rows, nil
}

// A laneGroup is a row, by its number, and those that fold into it.
type laneGroup struct {
	first  int
	others []report.ID
}

// fold groups rows until a page is full, and says how many it went through. The first
// of each group stands for it.
func fold(rows []laneRow) (groups []laneGroup, read int) {
	count := map[laneKey]int{}
	for _, r := range rows {
		if r.Folds {
			count[r.Key]++
		}
	}
	at := map[laneKey]int{} // the group of a key that still takes some
	for n, r := range rows {
		folds := r.Folds && count[r.Key] >= fewAlike
		i, known := at[r.Key]
		if folds && known && len(groups[i].others)+1 < mostAlike {
			groups[i].others = append(groups[i].others, r.ID)
			read++
			continue
		}
		if len(groups) == PageSize {
			break
		}
		if folds {
			at[r.Key] = len(groups)
		}
		groups = append(groups, laneGroup{first: n})
		read++
	}
	return groups, read
}
