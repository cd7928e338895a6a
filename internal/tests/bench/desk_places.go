package main

import (
	"context"
	"errors"
	"html"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"recueil/internal/report"
)

// often are départements that many reports name; each of the others is named by one in a
// thousand, as the least populous is.
var often = []string{"59", "13", "75", "93", "69", "62", "33", "44", "31", "2A", "974"}

// A placed are the addresses of the départements that are looked for. Some 110 share 64
// tokens: reports of one that shares its own are looked for among those of the others.
type placed struct {
	often  string   // many reports name it
	alone  string   // few do, and it shares its token with none that many name
	hidden []string // few do, and it shares its token with one that many name
	none   string   // none do, and it shares its token with one that many name
}

// mostHidden are how many such départements are looked for: where the first report of one
// stands among those of the others is chance.
const mostHidden = 3

var placeOption = regexp.MustCompile(`<option value="([0-9a-z]+)"[^>]*>[^<]+\(([0-9AB]+)\)</option>`)

// readPlaces reads in the form of the queue what stands for each département.
func (d *desk) readPlaces() error {
	page, _, err := d.get("/file")
	if err != nil {
		return err
	}
	_, form, _ := strings.Cut(page, `name="dep"`)
	form, _, _ = strings.Cut(form, "</select>")
	d.addresses = map[string]string{}
	for _, option := range placeOption.FindAllStringSubmatch(html.UnescapeString(form), -1) {
		d.addresses[option[2]] = option[1]
	}
	if len(d.addresses) < 100 {
		return errors.New("the form of the queue offers no départements")
	}
	d.codes = slices.Sorted(maps.Keys(d.addresses))
	return nil
}

func (d *desk) place(random *rand.Rand) string {
	if n := random.IntN(1000); n < len(d.codes) {
		return d.codes[n]
	}
	return often[random.IntN(len(often))]
}

// choosePlaces finds départements to look for by the tokens that the office gave them.
func (d *desk) choosePlaces(ctx context.Context, rows []sealedRow) error {
	given, err := d.readTokens(ctx)
	if err != nil {
		return err
	}
	tokens, reports := map[string]int16{}, map[string][]report.ID{}
	for _, row := range rows {
		if given[row.id] < 0 {
			return errors.New("a report has no tokens: the office did not open it")
		}
		tokens[row.place], reports[row.place] = given[row.id], append(reports[row.place], row.id)
	}
	frequent := map[int16]bool{}
	for _, code := range often {
		frequent[tokens[code]] = true
	}
	d.places = placed{often: d.addresses[often[0]]}
	for _, code := range slices.Sorted(maps.Keys(tokens)) {
		switch {
		case slices.Contains(often, code):
		case !frequent[tokens[code]]:
			d.places.alone = d.addresses[code]
		case len(d.places.hidden) < mostHidden:
			d.places.hidden = append(d.places.hidden, d.addresses[code])
		case d.places.none == "":
			d.places.none = d.addresses[code]
			if err := d.remove(ctx, reports[code]); err != nil {
				return err
			}
		}
	}
	if d.places.often == "" || d.places.alone == "" || d.places.none == "" {
		return errors.New("the office gave no tokens of every kind that is looked for")
	}
	return nil
}

func (d *desk) readTokens(ctx context.Context) (map[report.ID]int16, error) {
	given := map[report.ID]int16{}
	rows, err := d.pool.Query(ctx, "select report_id, department from report_grants")
	if err != nil {
		return nil, err
	}
	var id report.ID
	var token int16
	_, err = pgx.ForEachRow(rows, []any{&id, &token}, func() error {
		given[id] = token
		return nil
	})
	return given, err
}

// remove takes the reports of a département away: one in a thousand of all.
func (d *desk) remove(ctx context.Context, ids []report.ID) error {
	for _, statement := range []string{"delete from additions where report_id = any($1)", "delete from alarms where report_id = any($1)",
		"delete from report_grants where report_id = any($1)", "delete from reports where id = any($1)"} {
		if _, err := d.pool.Exec(ctx, statement, ids); err != nil {
			return err
		}
	}
	return nil
}
