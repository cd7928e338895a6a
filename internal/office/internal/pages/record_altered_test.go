package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whoever writes the database closes no record and cancels no visit: both stand as they
// were sealed, that they were changed is said, and the next act puts it right.
func TestARecordStandsAsItsEntriesSay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Jusant")
	record := b.recordAt()
	b.adds(record, "rendez-vous", url.Values{"said.day": {d.day(24 * time.Hour)}, "said.hour": {"10:00"}, "said.minutes": {"60"}, "said.place": {"unit"}, "who": {d.staffID("t.colin").String()}}).want(200, record)
	if got := b.text("main"); strings.Contains(got, "dans un autre état") {
		t.Fatalf("untouched, it says %q", got)
	}
	visit := b.doc.Find(".planned a").First().AttrOr("href", "")
	d.exec("update records set status = 'closed'")
	d.exec("update record_appointments set status = 'cancelled'")
	b.open(record).want(200, record)
	if got := b.text("main"); strings.Count(got, "dans un autre état") != 2 || b.doc.Find(".planned li").Length() != 1 || b.doc.Find(`main a[href$="/ajouter/contact"]`).Length() == 0 {
		t.Errorf("it says %q", got)
	}
	ended := url.Values{"said.status": {"cancelled"}, "said.note": {"À sa demande."}}
	b.open(visit).submit(".record-form form", ended).want(200, record)
	if got := b.text("main"); strings.Contains(got, "dans un autre état") || ask[string](d, "select status from records") != "open" {
		t.Errorf("after the next act it says %q", got)
	}
	// What was said of a visit is said once, whatever its row says.
	d.exec("update record_appointments set status = 'planned'")
	b.open(visit).submit(".record-form form", url.Values{"said.status": {"cancelled"}, "said.note": {"Autrement."}})
	if got := b.text(".notice"); b.status != 409 || !strings.Contains(got, "Quelqu’un a déjà répondu") {
		t.Errorf("a second answer gets %d %q", b.status, got)
	}
	b.adds(record, "cloture", url.Values{"said.reason": {"relayed"}, "said.note": {"Fin."}}).want(200, record)
	d.exec("update records set status = 'open'")
	if b.open(record); !strings.Contains(b.text("main"), "dans un autre état") || b.doc.Find(`main a[href$="/ajouter/contact"]`).Length() != 0 {
		t.Errorf("closed, it says %q", b.text("main"))
	}
}
