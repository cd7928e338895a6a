package pages_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestViewsAreKeptForOneselfAndForTheTeam(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.receive(time.Hour, within2h())
	d.receive(time.Hour, within24h())
	b := d.as("a.diallo").open("/file?urgence=1&suivi=aucun")
	b.submit(".keep-view", url.Values{"nom": {" "}}).want(422, "/file/vues")
	if b.text(".error-summary a") != "Donnez un nom à cette vue." || len(b.rows()) != 1 || b.doc.Find(".filtering[open]").Length() != 1 {
		t.Errorf("without a name: %q, %d rows", b.text(".error-summary a"), len(b.rows()))
	}
	b.submit(".keep-view", url.Values{"nom": {strings.Repeat("é", 61)}}).want(422, "")
	b.submit(".keep-view", url.Values{"nom": {"Urgents <libres>"}}).want(200, "/file?suivi=aucun&urgence=1")
	b.open("/file?urgence=2").submit(".keep-view", url.Values{"nom": {"Pour demain"}, "partage": {"1"}}).want(200, "/file?urgence=2")
	if got := b.texts(".pill.is-saved"); !slices.Equal(got, []string{"Urgents <libres> 1", "Pour demain 1"}) || b.text(".is-saved[aria-current]") != "Pour demain 1" {
		t.Errorf("kept are %q", got)
	}
	if got := b.open(b.doc.Find(".is-saved").First().AttrOr("href", "")).rows(); len(got) != 1 {
		t.Errorf("the view shows %v", got)
	}
	if n := ask[int](d, "select count(*) from queue_views where position('Urgents'::bytea in name) > 0 or query like '%Urgents%'"); n > 0 {
		t.Error("a name lies in the database in clear")
	}
	reader := d.as("s.leroy")
	if got := reader.texts(".pill.is-saved"); !slices.Equal(got, []string{"Pour demain 1"}) || reader.doc.Find(".kept-views form").Length() != 0 {
		t.Errorf("a colleague sees %q", got)
	}
	own := ask[string](d, "select id::text from queue_views where not shared")
	for _, id := range []string{own, ask[string](d, "select id::text from queue_views where shared"), "x"} {
		reader.post("/file/vues/"+id+"/retrait", nil).want(404, "")
	}
	coordinator := d.as("c.martin")
	coordinator.post("/file/vues/"+own+"/retrait", nil).want(404, "")
	coordinator.open("/file").submit(".kept-views form", nil).want(200, "/file")
	if b.open("/file").submit(".kept-views form", nil).want(200, "/file"); b.doc.Find(".is-saved, .kept-views").Length() != 0 {
		t.Errorf("left are %q", b.texts(".is-saved"))
	}
	if n := ask[int](d, "select count(*) from audit_events where action in ('view.save', 'view.drop')"); n != 4 {
		t.Errorf("%d lines in the trail, want 4", n)
	}
	d.exec(`insert into queue_views (id, owner, team_id, epoch, name, query, shared, created_at)
		select gen_random_uuid(), $1, 'plateau', 1, decode(repeat('00', 50), 'hex'), 'etat=none', false, now() from generate_series(1, 20)`, d.staffID("a.diallo"))
	if b.open("/file").submit(".keep-view", url.Values{"nom": {"Une de trop"}}).want(422, ""); !strings.HasPrefix(b.text(".pill.is-saved"), "Vue sans nom lisible") {
		t.Errorf("views whose name does not open: %q", b.text(".pill.is-saved"))
	}
}

func TestSharedViewsShowBesideManyOfOnesOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const keep = `insert into queue_views (id, owner, team_id, epoch, name, query, shared, created_at)
		select gen_random_uuid(), $1, 'plateau', 1, decode(repeat('00', 50), 'hex'), 'urgence=1', $2, now() from generate_series(1, $3::int)`
	d.exec(keep, d.staffID("a.diallo"), false, 20)
	d.exec(keep, d.staffID("c.martin"), true, 2)
	if got := d.as("a.diallo").open("/file").doc.Find(".pill.is-saved").Length(); got != 22 {
		t.Errorf("%d views show, want 22", got)
	}
}
