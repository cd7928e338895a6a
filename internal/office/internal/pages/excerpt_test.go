package pages_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

// lines are the words of each row of the queue, by its address.
func (b *browser) lines() map[string]string {
	lines := map[string]string{}
	for _, address := range b.rows() {
		lines[address] = strings.Join(strings.Fields(b.doc.Find(`a[href="`+address+`"]`).Closest("li").Text()), " ")
	}
	return lines
}

// listed is what the archive brings of the reports of a queue.
func (d *desk) listed() []archive.Report {
	d.t.Helper()
	found, _, _, err := archive.New(d.db.Office).Queue(d.t.Context(), archive.View{Teams: []string{d.team.TeamID}, Now: d.clock.Now()})
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

func TestTheQueueOpensExcerptsOnceItOpenedTheBodies(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	reports := []*report.Report{d.receive(time.Hour, within24h()), d.receive(2*time.Hour, now()), d.receive(3*time.Hour, in("2A"))}
	for _, r := range d.listed() {
		if r.Body == nil || r.Excerpt != nil {
			t.Fatalf("before anybody looked, %s comes as %d bytes and an excerpt of %d", r.ID, len(r.Body), len(r.Excerpt))
		}
	}
	b := d.as("a.diallo").want(200, "/file")
	first := b.lines()
	for _, r := range d.listed() {
		if r.Body != nil || len(r.Excerpt) < 1024 {
			t.Errorf("after it, %s comes as %d bytes and an excerpt of %d", r.ID, len(r.Body), len(r.Excerpt))
		}
	}
	if b.open("/file"); len(first) != 3 || !maps.Equal(b.lines(), first) {
		t.Errorf("first %q\nthen  %q", first, b.lines())
	}
	if b.open("/file?dep=" + b.departmentToken("Corse-du-Sud (2A)")); !slices.Equal(b.rows(), []string{path(reports[2])}) {
		t.Errorf("the département shows %q", b.rows())
	}
	if log := d.log.String(); strings.Contains(log, "WARN") {
		t.Errorf("the log says %s", log)
	}
}

// Whoever writes the database shows nobody another line than the body's own.
func TestAnExcerptIsThatOfItsBody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, other := d.receive(time.Hour, within24h()), d.receive(2*time.Hour, in("974"))
	b := d.as("a.diallo").want(200, "/file")
	right := b.lines()
	for name, change := range map[string]string{
		"exchanged": "update report_excerpts e set sealed = (select o.sealed from report_excerpts o where o.report_id <> e.report_id)",
		"spoilt":    "update report_excerpts set sealed = set_byte(sealed, 200, 255 - get_byte(sealed, 200))",
		"removed":   "delete from report_excerpts",
	} {
		d.exec(change)
		if b.open("/file"); !maps.Equal(b.lines(), right) {
			t.Errorf("%s: %q, want %q", name, b.lines(), right)
		}
		for _, r := range d.listed() {
			if r.Body != nil {
				t.Errorf("%s: no new excerpt of %s was kept", name, r.ID)
			}
		}
		warned := strings.Count(d.log.String(), "an excerpt does not open")
		if b.open("/file"); strings.Count(d.log.String(), "an excerpt does not open") != warned {
			t.Errorf("%s: the new excerpts do not open", name)
		}
	}
	d.exec("update report_grants set body = (select body from report_grants where report_id = $2) where report_id = $1", one.ID, other.ID)
	if b.open("/file"); !b.row(one).HasClass("is-damaged") || b.row(other).HasClass("is-damaged") {
		t.Error("a body that was exchanged hides behind its excerpt")
	}
	d.exec("update reports set urgency = 0, due_at = received_at where id = $1", other.ID)
	if b.open("/file"); !b.row(other).HasClass("is-damaged") {
		t.Error("an urgency that was changed hides behind an excerpt")
	}
	d.exec("delete from report_grants where report_id = $1", other.ID)
	if left := ask[int](d, "select count(*) from report_excerpts where report_id = $1", other.ID); left != 0 {
		t.Errorf("%d excerpts outlive their grant", left)
	}
}
