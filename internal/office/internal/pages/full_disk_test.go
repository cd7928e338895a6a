package pages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// fillDisk has the database refuse every line of the trail, as a disk without room does.
// A document goes to nobody before the trail says so: without room none leaves.
func (d *desk) fillDisk() (empty func()) {
	d.t.Helper()
	d.db.Owner.Exec(d.t.Context(), `create function full_disk() returns trigger language plpgsql as $$
		begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`)
	for _, table := range []string{"audit_events", "parts"} {
		if _, err := d.db.Owner.Exec(d.t.Context(), "create trigger full_disk before insert on "+table+" for each row execute function full_disk()"); err != nil {
			d.t.Fatal(err)
		}
	}
	return func() {
		if _, err := d.db.Owner.Exec(d.t.Context(), "drop function full_disk cascade"); err != nil {
			d.t.Fatal(err)
		}
	}
}

// Everything that leaves as a file is made in memory and streamed, so a full disk is the
// database's. Nothing leaves half, the page says what to do, and a repeat brings it all.
func TestAnExportOnAFullDiskSaysSoAndARepeatWorks(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	agent, coordinator, auditor := d.as("a.diallo"), d.as("c.martin"), d.as("j.moreau")
	agent.propose(r, to, nil).want(200, "")
	coordinator.open(path(r) + "/transmission")
	agree := `form[action$="/validation"]`
	sent := strings.TrimSuffix(coordinator.doc.Find(`.sent a[href$="/pdf"]`).AttrOr("href", ""), "/pdf")

	empty := d.fillDisk()
	coordinator.submit(agree, nil).want(http.StatusServiceUnavailable, "")
	if got := ask[string](d, "select status from reports"); got != "awaiting_validation" {
		t.Errorf("without room the report is %s", got)
	}
	empty()
	coordinator.open(path(r)+"/transmission").submit(agree, nil).want(200, path(r)+"/transmission")

	exports := map[*browser][]string{agent: {sent + "/remise-pdf", sent + "/remise-json"}, auditor: {"/journal/export"}}
	empty = d.fillDisk()
	for b, addresses := range exports {
		for _, address := range addresses {
			b.open(address).want(http.StatusServiceUnavailable, "")
			if got := b.text("main"); b.answer.Get("Content-Disposition") != "" || !strings.Contains(got, "Réessayez") {
				t.Errorf("%s on a full disk: %q, %q", address, b.answer.Get("Content-Disposition"), got)
			}
		}
	}
	empty()
	for b, addresses := range exports {
		for _, address := range addresses {
			b.open(address).want(200, "")
			if len(b.body) < 100 || !strings.HasPrefix(b.answer.Get("Content-Disposition"), "attachment") {
				t.Errorf("repeated, %s brings %d bytes, %q", address, len(b.body), b.answer.Get("Content-Disposition"))
			}
		}
	}
	if got := ask[int](d, "select count(*) from audit_events where action = 'trail.exported'"); got != 1 {
		t.Errorf("one export is told %d times", got)
	}
}

// A commune that was joined to another, across the border of its département, is said to
// be unknown today; the form still offers every recipient, and a person chooses.
func TestACommuneThatMovedIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before, now := d.recipient("cell", "CRIP du Calvados", "14", ""), d.recipient("cell", "CRIP de la Manche", "50", "")
	a := lille()
	// Pont-Farcy was 14513 in the Calvados; since 2018 it is part of Tessy-Bocage in the Manche.
	a.Place.Department, a.Place.Commune.Label, a.Place.Commune.Code = "14", "Pont-Farcy", "14513"
	r := d.receive(time.Hour, a)
	d.qualify(r, "concern")
	b := d.as("a.diallo").open(path(r)+"/transmission").want(200, "")
	if got := b.text("main"); !strings.Contains(got, "Pont-Farcy") || !strings.Contains(got, "liste officielle") {
		t.Errorf("of a commune that moved the page says %q", got)
	}
	for _, to := range []string{before, now} {
		if b.doc.Find(`a[href="`+path(r)+`/transmission/`+to+`"]`).Length() != 1 {
			t.Errorf("%s cannot be chosen", to)
		}
	}
	b.propose(r, now, nil).want(200, path(r)+"/transmission")
}
