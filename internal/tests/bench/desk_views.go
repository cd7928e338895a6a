package main

import (
	"context"
	"fmt"
	"html"
	"math"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	queueGoal  = 60 * time.Millisecond
	reportGoal = 15 * time.Millisecond
)

// deskViews are the addresses that are measured: each filter alone, and some together.
func (d *desk) deskViews() []string {
	views := []string{""}
	for _, name := range []string{"reponses", "en-retard", "a-verifier", "non-attribues", "les-miens", "mon-equipe", "attente", "validation", "sans-retour"} {
		views = append(views, "vue="+name)
	}
	views = append(views,
		"urgence=0", "urgence=3", "canal=phone", "voie=principale", "nature=prosecutor", "etat=received", "etat=closed", "etat=in_triage&etat=closed",
		"du="+time.Now().AddDate(0, 0, -7).Format(time.DateOnly), "vue=a-verifier&deplie=1",
		"urgence=1&canal=phone&nature=prosecutor&suivi=moi", "urgence=0&etat=awaiting_validation&canal=phone&retard=1&reponses=1",
		"suivi="+uuid.UUID{15: 3}.String(),
		"dep="+d.places.often, "dep="+d.places.often+"&urgence=1&etat=received", "dep="+d.places.often+"&etat=closed",
		"dep="+d.places.alone, "dep="+d.places.alone+"&vue=non-attribues", "dep="+d.places.none)
	for _, place := range d.places.hidden {
		views = append(views, "dep="+place, "dep="+place+"&vue=non-attribues")
	}
	return views
}

// measureDesk times the queue with many reports behind it, and one report opened.
func measureDesk(ctx context.Context, h *house, p plan, t *table) error {
	d, err := openDesk(ctx, h)
	if err != nil {
		return err
	}
	defer d.close()
	rows, err := d.fill(ctx, p.reports)
	if err != nil {
		return err
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.measureFirstLooks(p, t); err != nil {
		return err
	}
	if err := d.choosePlaces(ctx, rows); err != nil {
		return err
	}
	if err := d.vacuum(ctx); err != nil {
		return err
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	ids, err := d.measureViews(p, t)
	if err != nil {
		return err
	}
	var waits []time.Duration
	for i := range p.opened {
		_, took, err := d.get(ids[(i*37)%len(ids)])
		if err != nil {
			return err
		}
		waits = append(waits, took)
	}
	tail := percentile(waits, 95)
	t.goal("one report opened: p95, median "+short(percentile(waits, 50)), short(tail), "< 15 ms", tail < reportGoal)
	return nil
}

// settle waits until the machine has nothing else to do.
func (d *desk) settle(ctx context.Context) error {
	if err := d.house.calm(ctx); err != nil {
		return err
	}
	return d.redial()
}

// measureFirstLooks goes down the whole queue page by page: nobody has opened a body of any
// of them, so each page opens all of its own. Before, it looks a while for a département
// among them.
func (d *desk) measureFirstLooks(p plan, t *table) error {
	if _, _, err := d.get("/file?urgence=0"); err != nil { // prepares statements
		return err
	}
	waits, err := d.goDown("/file?dep="+d.addresses[often[0]], p.looks)
	if err != nil {
		return err
	}
	if len(waits) < 3 {
		return fmt.Errorf("a look for a département ended after %d pages", len(waits))
	}
	tail := percentile(waits[2:], 95)
	t.goal(fmt.Sprintf("%d looks for a département among what nobody has opened yet: p95, median %s", len(waits)-2, short(percentile(waits, 50))), short(tail), "< 60 ms", tail < queueGoal)
	if waits, err = d.goDown("/file", math.MaxInt); err != nil {
		return err
	}
	tail = percentile(waits[1:], 95)
	t.goal(fmt.Sprintf("the main queue, %d pages of 50 bodies, all but the first %d opened by nobody yet: p95, median %s", len(waits)-1, p.looks, short(percentile(waits, 50))), short(tail), "< 60 ms", tail < queueGoal)
	_, err = d.goDown("/file?voie=a-verifier&deplie=1", math.MaxInt)
	return err
}

var nextPage = regexp.MustCompile(`<a href="([^"]*apres=[^"]*)"`)

// goDown opens a view of the queue page by page, so many or to its end.
func (d *desk) goDown(address string, most int) (waits []time.Duration, err error) {
	for address != "" && len(waits) < most {
		page, took, err := d.get(address)
		if err != nil {
			return nil, err
		}
		waits = append(waits, took)
		_, links, _ := strings.Cut(page, `<nav class="pages"`)
		address = ""
		if next := nextPage.FindStringSubmatch(links); next != nil {
			address = html.UnescapeString(next[1])
		}
	}
	return waits, nil
}

// measureViews times every view, and returns where the rows of them lead.
func (d *desk) measureViews(p plan, t *table) (ids []string, err error) {
	before, err := d.spent()
	if err != nil {
		return nil, err
	}
	var worst time.Duration
	var slowest string
	views := d.deskViews()
	for _, view := range views {
		var waits []time.Duration
		begun, err := d.spent()
		if err != nil {
			return nil, err
		}
		for range p.looks {
			page, took, err := d.get("/file?" + view)
			if err != nil {
				return nil, err
			}
			waits = append(waits, took)
			if len(waits) == 1 {
				ids = append(ids, addresses(page)...)
			}
		}
		if p.aloud { // on a busy machine the processor time says more than the clock
			ended, err := d.spent()
			if err != nil {
				return nil, err
			}
			looks := time.Duration(p.looks)
			fmt.Fprintf(os.Stderr, "%-90s %s, p95 %s; CPU %s and %s\n", view, short(percentile(waits, 50)), short(percentile(waits[2:], 95)),
				short((ended[0]-begun[0])/looks), short((ended[1]-begun[1])/looks))
		}
		if tail := percentile(waits[2:], 95); tail > worst { // the first two prepare statements
			worst, slowest = tail, view
		}
	}
	t.goal(fmt.Sprintf("queue page with %d reports behind it, 50 rows decrypted, %d filters: p95 of the slowest (%s)", p.reports, len(views), slowest), short(worst), "< 60 ms", worst < queueGoal)
	after, err := d.spent()
	if err != nil {
		return nil, err
	}
	all := time.Duration(p.looks * len(views))
	t.row("queue page: CPU of the office, and of PostgreSQL", short((after[0]-before[0])/all)+", "+short((after[1]-before[1])/all))
	return ids, nil
}

// spent is the processor time that the office and PostgreSQL have used so far.
func (d *desk) spent() (used [2]time.Duration, err error) {
	if used[0], err = d.server.cpu(); err != nil {
		return used, err
	}
	used[1], err = childrenCPU(d.server.database)
	return used, err
}

// addresses are where the rows of a page of the queue lead.
func addresses(page string) (found []string) {
	for _, part := range strings.Split(page, `<a href="/dossiers/`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		found = append(found, "/dossiers/"+id)
	}
	return found
}
