package pages_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
	"recueil/internal/seal"
)

func TestAReferenceBringsUpEveryReportThatCarriesIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	same := func(r *report.Report) { r.Reference = "7KQ4M2XB" }
	older, newer := d.receive(50*time.Hour, within72h(), same), d.receive(time.Hour, within24h(), same)
	alone := d.receive(time.Hour, within2h())
	d.exec("update reports set status = 'closed' where id = $1", older.ID)
	b := d.as("a.diallo")
	look := func(reference string) *browser {
		return b.open("/file").submit(".look-up", url.Values{"reference": {reference}})
	}
	look(strings.ToLower(seal.FormatReference(alone.Reference))+" ").want(200, path(alone))
	look("7kq4 m2xb").want(200, "/file/reference")
	if got := b.rows(); !slices.Equal(got, []string{path(newer), path(older)}) {
		t.Errorf("two of one reference: %v", got)
	}
	if got := look("00000000").want(200, "").text(".empty h2"); got != "Aucun dossier avec la référence 0000-0000" {
		t.Errorf("of nobody: %q", got)
	}
	look("7KQ4").want(422, "")
	if got := b.text(".error-summary a"); b.doc.Find(`.error-summary a[href="#reference"]`).Length() != 1 || b.doc.Find("#reference").AttrOr("value", "") != "7KQ4" {
		t.Errorf("half a reference: %q", got)
	}
	b.open("/file/reference").want(200, "")
	d.exec("update report_grants set team_id = 'suivi' where report_id = any($1)", []report.ID{older.ID, newer.ID})
	if look("7KQ4M2XB"); len(b.rows()) > 0 || b.doc.Find(".empty").Length() != 1 {
		t.Error("reports of another team are found")
	}
	d.as("k.petit").post("/file/reference", url.Values{"reference": {"7KQ4M2XB"}}).want(403, "")
}
