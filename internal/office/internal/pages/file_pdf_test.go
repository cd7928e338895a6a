package pages_test

import (
	"image/jpeg"
	"strings"
	"testing"

	"recueil/internal/testing/filetest"
)

// The first page of a PDF is covered like a picture: nobody sees it before he gave a
// reason, and who saw it stands in the trail.
func TestTheFirstPageOfAPDFIsShownAfterAReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	r := d.receiveWith(sent{"lettre.pdf", filetest.PDF()})
	b, at := d.as("a.diallo"), filePath(r, 0)
	if response, _, err := b.fetch(at+"/image", ""); err != nil || response.StatusCode != 303 {
		t.Errorf("before a reason: %v, %v", response, err)
	}
	b.reveal(at)
	if got := b.text(".shown figcaption"); !strings.Contains(got, "Première page seulement") {
		t.Errorf("the page says %q", b.text("main"))
	}
	response, err := b.client.Get(b.base + at + "/image")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if img, err := jpeg.Decode(response.Body); err != nil || img.Bounds().Dx() != 1600 {
		t.Errorf("it is no picture of ours: %v", err)
	}
	var opened int
	if err := d.db.Owner.QueryRow(t.Context(), "select count(*) from audit_events where action = 'attachment.open'").Scan(&opened); err != nil || opened != 1 {
		t.Errorf("the trail tells %d times: %v", opened, err)
	}
}

func TestWithoutItsRendererAPDFIsForDownloadOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.pdf = ""
	d.server = d.start()
	r := d.receiveWith(sent{"lettre.pdf", filetest.PDF()})
	b := d.as("a.diallo").open(path(r))
	if got := b.text(".files"); !strings.Contains(got, "téléchargement seulement") || b.doc.Find(`.files a[href="`+filePath(r, 0)+`"]`).Length() != 0 {
		t.Errorf("the report says %q", got)
	}
	if response, body, err := b.fetch(filePath(r, 0)+"/original", ""); err != nil || response.StatusCode != 200 || string(body) != string(filetest.PDF()) {
		t.Errorf("the original: %v, %v", response, err)
	}
}
