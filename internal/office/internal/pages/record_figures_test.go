package pages_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Figures hide what would tell of a person, and count nothing of today.
func TestUnitFiguresHideTheFew(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin")
	for n := range 8 {
		origin := "phone"
		if n > 5 {
			origin = "partner"
		}
		b.openRecord(fmt.Sprint("Situation ", n), url.Values{"said.origin": {origin}})
	}
	if got := b.open("/suivi/chiffres").text("#situations ~ table"); !strings.Contains(got, "Total0") {
		t.Errorf("of today is counted: %q", got)
	}
	d.clock.Add(25 * time.Hour)
	b = d.as("t.colin").open("/suivi/chiffres").want(200, "/suivi/chiffres")
	if got := b.text("#situations ~ table"); !strings.Contains(got, "Appel directmasqué") || !strings.Contains(got, "Partenairemasqué") || !strings.Contains(got, "Total8") {
		t.Errorf("2 of 8 are shown as %q", got)
	}
	if got := b.text("#departments ~ table"); !strings.Contains(got, "Rhône8") {
		t.Errorf("the départements say %q", got)
	}
	if got := b.open("/suivi/chiffres/export?annee=2026").body; !strings.Contains(got, "Rhône;8") || !strings.Contains(got, "Partenaire;masqué") {
		t.Errorf("the spreadsheet says %q", got)
	}
	if got := b.open("/suivi/chiffres?annee=2025").text("#situations ~ table"); !strings.Contains(got, "Total0") {
		t.Errorf("the year before says %q", got)
	}
}

// A record counts in the year it was opened, as its opening stands now, whenever that
// was corrected.
func TestUnitFiguresCountACorrectedOpeningOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin")
	for n := range 5 {
		b.openRecord(fmt.Sprint("Situation ", n))
	}
	record := b.recordAt()
	d.clock.Add(366 * 24 * time.Hour)
	d.as("t.colin").adds(record, "ouverture", url.Values{"said.department": {"69"}}).want(200, record)
	d.clock.Add(25 * time.Hour)
	b = d.as("t.colin")
	for year, want := range map[int]string{2026: "Total5", 2027: "Total0"} {
		if got := b.open(fmt.Sprint("/suivi/chiffres?annee=", year)).text("#situations ~ table"); !strings.Contains(got, want) {
			t.Errorf("%d says %q", year, got)
		}
	}
}
