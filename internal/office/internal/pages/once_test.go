package pages_test

import (
	"net/url"
	"testing"
	"time"
)

// A double tap is one view, one entry, one time of asking again; another text from the
// same page is another.
func TestADoubleTapAtTheDeskIsOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").open("/file?urgence=1")
	view := b.fields(".keep-view")
	entry := b.open("/annuaire/nouveau").fields("form.editing")
	entry.Set("kind", "cell")
	entry.Set("collectivity", "59")
	entry.Set("contact", "03 59 98 00 00")
	entry.Set("source", "site du département")
	for _, name := range []string{"Un", "Un", "Autre"} {
		view.Set("nom", name)
		b.post("/file/vues", view).want(200, "/file?urgence=1")
		entry.Set("name", "CRIP du Nord "+name)
		b.post("/annuaire/nouveau", entry).want(200, "")
	}
	if n := ask[int](d, "select count(*) from queue_views"); n != 2 {
		t.Errorf("%d views are kept", n)
	}
	if n := ask[int](d, "select count(*) from recipients"); n != 2 || d.audited("recipient.add") != 2 || d.audited("view.save") != 2 {
		t.Errorf("%d entries stand in the directory", n)
	}
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	to := ask[string](d, "select id::text from recipients order by id limit 1")
	b.open("/annuaire/"+to).submit(`form[action$="/verification"]`, nil).want(200, "")
	b.propose(r, to, nil).want(200, path(r)+"/transmission")
	d.as("c.martin").open(path(r)+"/transmission").submit(`form[action$="/validation"]`, nil).want(200, path(r)+"/transmission")
	chasing := b.open(path(r) + "/transmission").fields("form.chasing")
	address := b.form("form.chasing").AttrOr("action", "")
	for range 2 {
		b.post(address, chasing).want(200, path(r)+"/transmission")
	}
	if n := d.audited("transmission.chase"); n != 1 {
		t.Errorf("a double tap asked again %d times", n)
	}
	b.post(address, url.Values{}).want(200, "")
	if n := d.audited("transmission.chase"); n != 2 {
		t.Errorf("asking a second time was noted %d times in all", n)
	}
}
