package pages_test

import (
	"bytes"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/testing/filetest"
)

// brings sends the form of a document with a file, as a browser does.
func (b *browser) brings(record, name string, content []byte, values url.Values) *browser {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if values.Get("entry") == "" {
		w.WriteField("entry", uuid.NewString())
	}
	for field, all := range values {
		for _, value := range all {
			w.WriteField(field, value)
		}
	}
	file, err := w.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}
	file.Write(content)
	w.Close()
	r, err := http.NewRequest(http.MethodPost, b.base+record+"/ajouter/document", &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(r)
}

func TestAFileGoesIntoARecordAndComesBackByteForByte(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	b := d.as("t.colin").openRecord("Récif")
	record := b.recordAt()
	long := append(filetest.PDF(), make([]byte, 2<<20)...)
	rand.NewChaCha8([32]byte{7}).Read(long[len(long)-2<<20:])
	double := url.Values{"entry": {uuid.NewString()}, "said.note": {"Rapport du collège"}}
	for range 2 { // a double tap is one entry and one file
		b.brings(record, `C:\cours\été.pdf`, long, double).want(200, record)
	}
	if n, pieces := ask[int](d, "select count(*) from record_files where complete"), ask[int](d, "select count(*) from record_file_pieces"); n != 1 || pieces < 3 || ask[int](d, "select count(*) from record_files") != 1 {
		t.Fatalf("%d files of %d pieces are stored", n, pieces)
	}
	if n := ask[int](d, `select count(*) from record_file_pieces where position('collège'::bytea in body) > 0 or position('%PDF-'::bytea in body) > 0`); n != 0 {
		t.Errorf("%d pieces lie in clear", n)
	}
	if got := b.text(".record-lines"); !strings.Contains(got, "été.pdf") || !strings.Contains(got, "Rapport du collège") || strings.Contains(got, "cours") {
		t.Errorf("the timeline says %q", got)
	}
	at := b.doc.Find(".record-lines .does a").First().AttrOr("href", "")
	response, got, err := b.fetch(at+"/original", "")
	if err != nil || response.StatusCode != 200 || !bytes.Equal(got, long) {
		t.Fatalf("%d bytes come, %d were sent: %v", len(got), len(long), err)
	}
	if policy := response.Header.Get("Content-Security-Policy"); policy != "default-src 'none'; frame-ancestors 'none'; sandbox" || response.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("it is handed out as %q, %q", response.Header.Get("Content-Type"), policy)
	}
	if response, got, err = b.fetch(at+"/original", "bytes=1048570-1048590"); err != nil || response.StatusCode != 206 || !bytes.Equal(got, long[1048570:1048591]) {
		t.Errorf("a range: %d %v", response.StatusCode, err)
	}
	b.open(record).brings(record, "croquis.jpg", picture(), url.Values{"said.title": {"Croquis"}}).want(200, record)
	at = b.doc.Find(".record-lines .does a").First().AttrOr("href", "")
	if b.open(at).want(200, at); b.doc.Find("figure img").AttrOr("src", "") != at+"/image" {
		t.Errorf("the picture is not shown: %s", b.text("main"))
	}
	if response, got, err := b.fetch(at+"/image", ""); err != nil || response.StatusCode != 200 || !bytes.HasPrefix(got, []byte{0xff, 0xd8, 0xff}) {
		t.Errorf("the picture: %d %v", response.StatusCode, err)
	}
	for action, want := range map[string]int{"record.file_add": 2, "record.file_open": 2, "record.file_download": 2} {
		if n := ask[int](d, "select count(*) from audit_events where action = $1 and object_type = 'record'", action); n != want {
			t.Errorf("%s stands %d times in the trail, want %d", action, n, want)
		}
	}
	// A sound is heard in pieces, from any place: one look, which is never without its line.
	b.open(record).brings(record, "message.wav", filetest.Wav(), url.Values{"said.title": {"Message"}}).want(200, record)
	sound := b.doc.Find(".record-lines .does a").First().AttrOr("href", "")
	for _, part := range []string{"bytes=1-", "bytes=9-20", ""} {
		if response, _, err := b.fetch(sound+"/son", part); err != nil || response.StatusCode >= 300 {
			t.Errorf("%q of a sound: %d %v", part, response.StatusCode, err)
		}
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.file_open' and detail = $1", sound[strings.LastIndex(sound, "/")+1:]); n != 1 {
		t.Errorf("a sound stands %d times in the trail", n)
	}
	// Who has no part in records leaves a line too.
	d.as("a.diallo").open(record).want(http.StatusForbidden, "")
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.refused' and actor = $1 and object_id = $2", d.staffID("a.diallo"), strings.TrimPrefix(record, "/suivi/")); n != 1 {
		t.Errorf("an agent who tries a record leaves %d lines", n)
	}
	// It is there for its unit alone, and only as a file of its own record.
	if response, _, _ := d.as("c.martin").fetch(at+"/original", ""); response.StatusCode != 404 {
		t.Errorf("the platform is given it: %d", response.StatusCode)
	}
	other := b.openRecord("Anse").recordAt()
	if response, _, _ := b.fetch(other+"/fichiers/"+at[strings.LastIndex(at, "/")+1:]+"/original", ""); response.StatusCode != 404 {
		t.Errorf("another record has it too: %d", response.StatusCode)
	}
	// One that is not what was put there is damaged, alone.
	d.exec("update record_file_pieces set body = set_byte(body, 3000, (get_byte(body, 3000) + 1) % 256) where number = 0 and file_id = $1", at[strings.LastIndex(at, "/")+1:])
	if b.open(at).want(200, at); !strings.Contains(b.text(".damaged"), "abîmé") {
		t.Errorf("a changed file is shown: %q", b.text("main"))
	}
	b.open(record).want(200, record)
}

func TestARecordRefusesAFileItCannotKeep(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Crique")
	record := b.recordAt()
	for name, c := range map[string]struct {
		file    string
		content []byte
		says    string
	}{
		"a program":     {"photo.jpg", []byte("MZ\x90\x00 program"), "programme"},
		"a script":      {"a.txt", []byte("#!/bin/sh\nrm"), "programme"},
		"an archive":    {"a.zip", []byte("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "type de fichier"},
		"nothing in it": {"vide.txt", nil, "vide"},
		"too much":      {"long.txt", bytes.Repeat([]byte("octets "), 25_000_000/7+2), "25 Mo"},
	} {
		b.brings(record, c.file, c.content, url.Values{"said.note": {"Garder ceci"}}).want(http.StatusUnprocessableEntity, "")
		if !strings.Contains(b.text(".error-summary"), c.says) || !strings.Contains(b.doc.Find("#f-note").Text(), "Garder ceci") || b.doc.Find(b.doc.Find(".error-summary a").AttrOr("href", "#none")).Length() != 1 {
			t.Errorf("%s: %q", name, b.text(".error-summary"))
		}
	}
	// A file beside a text that is refused is not kept, and that is said.
	b.brings(record, "a.txt", []byte("une note"), url.Values{"said.title": {strings.Repeat("é", 201)}}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "fichier à nouveau") {
		t.Errorf("it says %q", got)
	}
	// Nor is it on a record that was closed meanwhile, nor when the session is over: what
	// was typed comes back.
	b.adds(record, "cloture", url.Values{"said.reason": {"moved"}, "said.note": {"Fin."}}).want(200, record)
	b.brings(record, "a.txt", []byte("une note"), url.Values{"said.note": {"Trop tard"}}).want(http.StatusConflict, "")
	if !strings.Contains(b.doc.Find("#f-note").Text(), "Trop tard") {
		t.Error("what was typed on a closed record is lost")
	}
	d.clock.Add(time.Hour)
	b.brings(record, "a.txt", []byte("une note"), url.Values{"said.note": {"Écrit avant la fin"}}).want(http.StatusUnauthorized, "")
	if b.logIn("t.colin", passphrase); !strings.Contains(b.doc.Find("#f-note").Text(), "Écrit avant la fin") {
		t.Errorf("after the log-in stands %s: %q", b.at, b.doc.Find("#f-note").Text())
	}
	if n := ask[int](d, "select count(*) from record_files"); n != 0 {
		t.Errorf("%d files are left", n)
	}
	// One that broke off with its server is gone before the next begins.
	d.exec("insert into record_files (id, record_id, begun_at) select gen_random_uuid(), id, $1 from records", d.clock.Now().Add(-7*time.Hour))
	b.adds(record, "reprise", url.Values{"said.way": {"call_received"}, "said.note": {"Elle rappelle."}}).want(200, record)
	b.brings(record, "a.txt", []byte("une note"), nil).want(200, record)
	if n := ask[int](d, "select count(*) from record_files"); n != 1 {
		t.Errorf("%d files are there", n)
	}
}

// What is illicit is kept from everybody, for good: no look, no sound, no download, also
// for who froze it and from the other server. The rest of the record stays.
func TestAFrozenFileOfARecordIsThereForNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	b := d.as("t.colin").openRecord("Estran")
	record := b.recordAt()
	b.brings(record, "croquis.jpg", picture(), url.Values{"said.title": {"Croquis"}, "said.note": {"Reçu ce matin."}}).want(200, record)
	at := strings.TrimSuffix(b.doc.Find(`.record-lines .does a[href$="/gel"]`).AttrOr("href", ""), "/gel")
	other := d.as("y.noel").open(at).want(200, at) // who has looked already
	if response, _, _ := other.fetch(at+"/image", ""); response.StatusCode != 200 {
		t.Fatalf("before, the picture answers %d", response.StatusCode)
	}
	d.as("c.martin").post(at+"/gel", nil).want(http.StatusNotFound, "")
	d.as("s.leroy").open(at+"/gel").want(http.StatusNotFound, "")
	b.open(at+"/gel").want(200, "")
	if got := b.text(".follows"); !strings.Contains(got, "Plus personne") {
		t.Errorf("before it is frozen stands %q", got)
	}
	for range 2 { // a double tap
		b.post(at+"/gel", nil).want(200, record)
	}
	if got := b.text(".record-lines"); !strings.Contains(got, "Gelé") || !strings.Contains(got, "par Tess Colin") || !strings.Contains(got, "Reçu ce matin.") || b.doc.Find(`.record-lines .files a`).Length() != 0 {
		t.Errorf("the timeline says %q", got)
	}
	for _, who := range []*browser{b, other, d.as("u.perrin")} {
		for _, way := range []string{"", "/image", "/son", "/original"} {
			if response, content, err := who.fetch(at+way, ""); err != nil || response.StatusCode != http.StatusForbidden || bytes.Contains(content, []byte{0xff, 0xd8, 0xff}) {
				t.Errorf("%s answers %d %v", way, response.StatusCode, err)
			}
		}
	}
	if got := b.open(at+"/gel").want(200, "").text("main"); !strings.Contains(got, "Gelé") || b.doc.Find("main form").Length() != 0 {
		t.Errorf("frozen once, the page says %q", got)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.file_freeze' and object_type = 'record' and object_id = $1 and actor = $2 and detail = $3",
		strings.TrimPrefix(record, "/suivi/"), d.staffID("t.colin"), at[strings.LastIndex(at, "/")+1:]); n != 2 {
		t.Errorf("it stands %d times in the trail", n)
	}
	if n := ask[int](d, "select count(*) from record_file_freezes"); n != 1 {
		t.Errorf("it is frozen %d times", n)
	}
}
