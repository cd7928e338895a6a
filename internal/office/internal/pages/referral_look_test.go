package pages_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
	"recueil/internal/testing/filetest"
)

// What came with a referral, or was passed on later, is covered until a member says why
// he looks; the reason is his, for half an hour, and the unit's to read.
func TestAFileOfAReferralIsCoveredUntilAReasonIsGiven(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	r := newReport(d.clock.Now().Add(-time.Hour), mother())
	photo, scan := d.store(r.ID, r.CaseKey, "nadia.jpg", picture()), d.store(r.ID, r.CaseKey, "lettre.pdf", filetest.PDF())
	r.Attachments = []report.Attachment{photo, scan}
	d.accept(d.seal(r))
	_, later := d.addFile(r, "Voici.", sent{name: "note.txt", content: []byte("vers minuit")})
	d.as("a.diallo").claim(r).refer(r, url.Values{"extent": {"whole"}, "reread": nil}).want(200, path(r))
	address := "/demandes/" + ask[string](d, "select id::text from referrals")
	unit, other := d.as("t.colin"), d.as("y.noel")
	answers := func(b *browser, of report.Attachment, way string) string {
		t.Helper()
		response, content, err := b.fetch(address+"/pieces/"+of.ID.String()+way, "")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(response.StatusCode, " ", response.Header.Get("Location"), " ", bytes.HasPrefix(content, []byte{0xff, 0xd8, 0xff}))
	}
	covered := func(of report.Attachment) string { return "303 " + address + "/pieces/" + of.ID.String() + " false" }

	unit.open(address).want(200, "")
	if n := unit.doc.Find(".files a[download]").Length(); n != 3 || unit.doc.Find("main img").Length() != 0 {
		t.Errorf("the page offers %d files", n)
	}
	for _, way := range []string{"/apercu", "/image"} {
		if got := answers(unit, photo, way); got != covered(photo) {
			t.Errorf("without a reason %s answers %s", way, got)
		}
	}
	at := address + "/pieces/" + photo.ID.String()
	unit.open(at).want(200, at)
	for reason, says := range map[string]string{"  ": "pourquoi", strings.Repeat("é", 401): "trop long"} {
		unit.post(at, url.Values{"reason": {reason}}).want(http.StatusUnprocessableEntity, "")
		if got := unit.text(".error-summary"); !strings.Contains(got, says) || unit.doc.Find("#reason[aria-invalid]").Length() != 1 || strings.TrimSpace(unit.doc.Find("#reason").Text()) != strings.TrimSpace(reason) {
			t.Errorf("%.20q is refused with %q", reason, got)
		}
	}
	unit.reveal(at)
	if got := unit.doc.Find("figure img").AttrOr("src", ""); got != at+"/image" || unit.doc.Find(`a[href$="/gel"]`).Length() != 0 {
		t.Errorf("what is shown is %q", got)
	}
	for name, c := range map[string]struct {
		b    *browser
		of   report.Attachment
		want string
	}{"hers": {unit, photo, "200  true"}, "another file": {unit, scan, covered(scan)}, "a colleague": {other, photo, covered(photo)}} {
		if got := answers(c.b, c.of, "/image"); got != c.want {
			t.Errorf("%s answers %s, want %s", name, got, c.want)
		}
	}
	if unit.reveal(address + "/pieces/" + scan.ID.String()); unit.doc.Find("figure img").Length() != 1 {
		t.Errorf("of a document it shows %q", unit.text("main"))
	}
	if unit.reveal(address + "/pieces/" + later.ID.String()); unit.text("blockquote") != "vers minuit" {
		t.Errorf("of what was passed on it shows %q", unit.text("main"))
	}
	if got := other.open(address).text("[aria-labelledby=regards]"); !strings.Contains(got, "Vérifier ce que montre la photo.") || !strings.Contains(got, "Tess Colin") || !strings.Contains(got, "nadia.jpg") || !strings.Contains(got, "note.txt") {
		t.Errorf("her colleagues read %q", got)
	}
	if got := d.as("a.diallo").open(path(r)); strings.Contains(got.body, "Vérifier ce que montre") {
		t.Error("the platform reads why the unit looked")
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'attachment.open' and object_id = $1 and actor = $2 and detail = $3 and digest is not null",
		photo.ID.String(), d.staffID("t.colin"), strings.TrimPrefix(address, "/demandes/")); n != 1 {
		t.Errorf("the look stands %d times in the trail", n)
	}
	// Whoever writes the database makes no reason: his row is another's, or older.
	d.exec("update referral_letters set author = $1", d.staffID("y.noel"))
	if got := answers(other, photo, "/image"); got != covered(photo) {
		t.Errorf("with another's reason it answers %s", got)
	}
	d.exec("update referral_letters set author = $1, sent_at = sent_at + interval '1 day'", d.staffID("t.colin"))
	d.clock.Add(31 * time.Minute)
	if got := answers(d.as("t.colin"), photo, "/image"); got != covered(photo) {
		t.Errorf("half an hour later it answers %s", got)
	}
}

// What was typed as a reason waits over a log-in.
func TestAReasonToLookOutlivesTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := newReport(d.clock.Now().Add(-time.Hour), mother())
	r.Attachments = append(r.Attachments, d.store(r.ID, r.CaseKey, "nadia.jpg", picture()))
	d.accept(d.seal(r))
	d.as("a.diallo").claim(r).refer(r, url.Values{"extent": {"whole"}, "reread": nil}).want(200, path(r))
	at := "/demandes/" + ask[string](d, "select id::text from referrals") + "/pieces/" + r.Attachments[0].ID.String()
	b := d.as("t.colin").open(at).want(200, at)
	d.clock.Add(time.Hour)
	b.post(at, url.Values{"reason": {"Reconnaître le lieu."}}).want(http.StatusUnauthorized, "")
	b.logIn("t.colin", passphrase)
	if got := strings.TrimSpace(b.doc.Find("#reason").Text()); !strings.HasPrefix(b.at, at) || got != "Reconnaître le lieu." {
		t.Errorf("after the log-in stands %s: %q", b.at, got)
	}
}
