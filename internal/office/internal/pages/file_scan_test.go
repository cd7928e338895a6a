package pages_test

import (
	"bytes"
	"strings"
	"testing"

	"recueil/internal/testing/clamdtest"
)

// What the scanner says is advice: whatever it is, the file is shown and can be saved,
// and nothing reaches the scanner before a reason was given.
func TestAScannerLooksThroughWhatIsOpened(t *testing.T) {
	t.Parallel()
	clamd := clamdtest.Start(t, "tcp", "127.0.0.1:0")
	d := newDesk(t)
	r := d.receiveWith(sent{"notes.txt", []byte("ce qu’il a dit")})
	b, at := d.as("s.leroy").reveal(filePath(r, 0)), filePath(r, 0)
	if b.doc.Find("[data-scan]").Length() != 0 {
		t.Errorf("without a scanner the page says %q", b.text("[data-scan]"))
	}
	d.clamd = clamd.Address
	d.server = d.start()
	b = d.as("a.diallo")
	if b.open(at).want(200, at); len(clamd.Seen()) != 0 {
		t.Error("it was scanned before a reason was given")
	}
	b.reveal(at)
	for _, c := range []struct{ answer, says string }{
		{"stream: OK\x00", "rien trouvé."},
		{"stream: Win.Test<b> FOUND\x00", "Menace trouvée."},
		{"INSTREAM size limit exceeded. ERROR\x00", "Non analysé."},
		{"", "Non analysé."},
	} {
		clamd.Says(c.answer)
		b.open(at+"/apercu").want(200, at+"/apercu")
		if got := b.text("[data-scan]"); !strings.Contains(got, c.says) || strings.Contains(c.answer, "FOUND") && !strings.Contains(got, "Win.Test<b>") {
			t.Errorf("after %q the page says %q", c.answer, got)
		}
		if !strings.Contains(b.text("main .told"), "ce qu’il a dit") {
			t.Errorf("after %q the file is not shown", c.answer)
		}
		if response, body, err := b.fetch(at+"/original", ""); err != nil || response.StatusCode != 200 || string(body) != "ce qu’il a dit" {
			t.Errorf("after %q the original: %v, %v", c.answer, response, err)
		}
	}
	if !bytes.Equal(clamd.Seen(), []byte("ce qu’il a dit")) {
		t.Errorf("it was shown %q", clamd.Seen())
	}
	clamd.Close()
	if got := b.open(at + "/apercu").text("[data-scan]"); !strings.Contains(got, "Non analysé.") {
		t.Errorf("with nobody there the page says %q", got)
	}
	if log := d.log.String(); strings.Contains(log, "notes.txt") || strings.Contains(log, "dit") && strings.Contains(log, "qu’il") {
		t.Error("words stand in the log")
	}
	// A file that was changed in the database is damaged, not scanned.
	d.exec("update attachment_pieces set body = set_byte(body, length(body) - 40, get_byte(body, length(body) - 40) # 1) where attachment_id = $1", r.Attachments[0].ID)
	if b.open(at + "/apercu"); b.doc.Find("[data-scan]").Length() != 0 || b.doc.Find(".damaged").Length() == 0 {
		t.Errorf("a damaged file: %q", b.text("main"))
	}
}
