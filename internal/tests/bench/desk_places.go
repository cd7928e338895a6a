package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// A département is in the queue as often as it comes. One is rare, and a frequent one
// shares its token, as one in six times by chance: its reports are looked for among those.
const often, rare, sharing = "59", "48", "13"

var departments = []string{often, sharing, "75", "93", "69", "62", "33", "44", "31", "2A", "974"}

func place(random *rand.Rand) string {
	if random.IntN(1000) == 0 {
		return rare
	}
	return departments[random.IntN(len(departments))]
}

// copyTokens gives every report the tokens that the office writes when a member opens
// it. No key of the desk is at hand here, and none is needed: what is alike has one
// token, so the office opens a few reports of each, and theirs are copied.
func (d *desk) copyTokens(ctx context.Context, rows []sealedRow) error {
	if _, err := d.pool.Exec(ctx, "create table bench_told (report_id uuid primary key, place text not null, told integer not null)"); err != nil {
		return err
	}
	_, err := d.pool.CopyFrom(ctx, pgx.Identifier{"bench_told"}, []string{"report_id", "place", "told"}, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		return []any{rows[i].report[0], rows[i].place, rows[i].told}, nil
	}))
	if err != nil {
		return err
	}
	if err := d.openOfEach(ctx); err != nil {
		return err
	}
	_, err = d.pool.Exec(ctx, `update report_grants g set department = p.department, likeness = l.likeness from bench_told t,
		(select t.place, max(g.department) as department from bench_told t join report_grants g using (report_id) group by t.place) p,
		(select t.told, max(g.likeness) as likeness from bench_told t join report_grants g using (report_id) group by t.told) l
		where t.report_id = g.report_id and p.place = t.place and l.told = t.told`)
	if err != nil {
		return err
	}
	_, err = d.pool.Exec(ctx, `update report_grants g set department = (select max(g.department) from bench_told t join report_grants g using (report_id) where t.place = $1)
		from bench_told t where t.report_id = g.report_id and t.place = $2`, rare, sharing)
	if err != nil {
		return err
	}
	var without int
	if err := d.pool.QueryRow(ctx, "select count(*) from report_grants where department < 0 or likeness < 0").Scan(&without); err != nil {
		return err
	}
	if without > 0 {
		return fmt.Errorf("%d reports have no tokens: the office opened none like them", without)
	}
	if _, err := d.pool.Exec(ctx, "drop table bench_told"); err != nil {
		return err
	}
	return d.readPlaces()
}

// openOfEach has the office open pages on which every département and every text stands.
func (d *desk) openOfEach(ctx context.Context) error {
	found, err := d.pool.Query(ctx, `select distinct on (t.place, t.told) r.queue_rank::text, r.due_at from bench_told t join reports r on r.id = t.report_id
		where r.lane = 'main' and (t.place, t.told) in (select place, min(told) from bench_told group by place union select min(place), told from bench_told group by told)`)
	if err != nil {
		return err
	}
	type spot struct {
		rank string
		due  time.Time
	}
	spots, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (s spot, err error) { return s, row.Scan(&s.rank, &s.due) })
	if err != nil {
		return err
	}
	for _, s := range spots { // the page after a place just before the report
		before := fmt.Sprintf("%s.%d.%s", s.rank, s.due.UnixMicro()-1, base64.RawURLEncoding.EncodeToString(uuid.Max[:]))
		if _, _, err := d.get("/file?apres=" + before); err != nil {
			return err
		}
	}
	return nil
}

var placeOption = regexp.MustCompile(`<option value="([0-9a-z]+)"[^>]*>([^<]+)</option>`)

// readPlaces reads in the form of the queue what stands for two départements.
func (d *desk) readPlaces() error {
	page, _, err := d.get("/file")
	if err != nil {
		return err
	}
	_, form, _ := strings.Cut(page, `name="dep"`)
	form, _, _ = strings.Cut(form, "</select>")
	d.places = map[string]string{}
	for _, option := range placeOption.FindAllStringSubmatch(form, -1) {
		for code, name := range map[string]string{often: "Nord", rare: "Lozère"} {
			if strings.HasPrefix(option[2], name) {
				d.places[code] = option[1]
			}
		}
	}
	if len(d.places) < 2 {
		return errors.New("the form of the queue offers no département")
	}
	return nil
}
