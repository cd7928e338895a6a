package pages_test

import (
	"strings"
	"testing"
	"time"

	"recueil/internal/seal"
)

// Who writes the database can let a report sink in the queue; what was sealed with
// it is shown all the same, and says so.
func TestAlteredTimesAreToldAndHideNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ harm, told string }{
		"due later":         {"update reports set due_at = due_at + interval '30 days' where id = $1", "l’échéance"},
		"received later":    {"update reports set received_at = received_at + interval '50 hours' where id = $1", "l’heure d’arrivée"},
		"by a microsecond":  {"update reports set received_at = received_at + interval '1 microsecond' where id = $1", "l’heure d’arrivée"},
		"another reference": {"update reports set reference = '00000000' where id = $1", "la référence"},
		"all of them": {"update reports set reference = '00000000', received_at = received_at + interval '50 hours', due_at = due_at + interval '50 hours' where id = $1",
			"la référence, l’heure d’arrivée, l’échéance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			r := d.receive(30*time.Hour, within24h())
			b := d.as("a.diallo")
			b.open("/file").want(200, "")
			before := b.row(r).Text()
			b.open(path(r)).want(200, "")
			if b.doc.Find("[data-altered]").Length() != 0 || strings.Contains(before, "ligne modifiée") {
				t.Fatalf("a report that nobody touched is told as altered: %q", before)
			}
			received := b.doc.Find(".meta > span").First().Text()
			d.exec(c.harm, r.ID)

			b.open("/file").want(200, "")
			row := b.row(r)
			if row.HasClass("is-damaged") || row.Find(".badge.is-error").Text() != "ligne modifiée" {
				t.Errorf("the row says %q", row.Text())
			}
			if after := strings.Replace(row.Text(), "ligne modifiée", "", 1); after != before {
				t.Errorf("the row says %q, before it %q", after, before)
			}
			b.open(path(r)).want(200, "")
			if got := b.text("[data-altered]"); !strings.Contains(got, "scellé : "+c.told+".") {
				t.Errorf("the page warns by %q, want %s", got, c.told)
			}
			if !strings.Contains(b.text(".brief"), "Négligences graves") && !strings.Contains(b.text("h1"), "Négligences graves") {
				t.Error("the warning hides the report")
			}
			if got := b.doc.Find(".meta > span").First().Text(); got != received || b.text(".reference") != seal.FormatReference(r.Reference) {
				t.Errorf("the page says %q of %s, before it %q", got, b.text(".reference"), received)
			}
		})
	}
}
