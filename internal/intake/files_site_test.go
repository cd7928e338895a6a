package intake_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"filippo.io/age"

	"recueil/internal/report"
	"recueil/internal/seal"
)

// What the tests of files do with a site.

// picture is a JPEG's beginning and whatever follows, of any size.
func picture(size int) []byte {
	content := make([]byte, size)
	rand.Read(content)
	copy(content, "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01")
	return content
}

// A body is a form with files, as a browser writes it.
func formWith(fields url.Values, name string, content []byte) (string, []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for field, values := range fields {
		for _, value := range values {
			_ = w.WriteField(field, value)
		}
	}
	if content != nil {
		quoted := strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name)
		part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + quoted + `"`},
			"Content-Type": {"application/octet-stream"}})
		_, _ = part.Write(content)
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// attach adds a file by the button, or without a name leaves it to "Continuer".
func (b *browser) attach(name string, content []byte, button string) *browser {
	b.t.Helper()
	return b.attachAt("/f", name, content, button)
}

func (b *browser) attachAt(path, name string, content []byte, button string) *browser {
	b.t.Helper()
	fields := url.Values{}
	if button != "" {
		fields.Set(button, "1")
	}
	return b.sendForm(path, fields, name, content)
}

func (b *browser) sendForm(path string, fields url.Values, name string, content []byte) *browser {
	b.t.Helper()
	kind, body := formWith(fields, name, content)
	r, err := http.NewRequest(http.MethodPost, b.base+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	return b.do(r)
}

// toFiles is a relative who has told something and is at the files.
func (s *site) toFiles() *browser {
	s.t.Helper()
	return s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"vu et entendu"}, "_skip": {"1"}}).want(200, "/e/3").open("/e/11").want(200, "/e/11")
}

func (s *site) count(query string) (n int) {
	s.t.Helper()
	if err := s.db.Owner.QueryRow(context.Background(), "select count(*) from "+query).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// opened is a file as its team opens it, by what its report says.
func (s *site) opened(owner report.ID, file report.Attachment) []byte {
	s.t.Helper()
	rows, err := s.db.Owner.Query(context.Background(), "select body from attachment_pieces where attachment_id = $1 order by number", file.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var stored []byte
	for rows.Next() {
		var piece []byte
		if err := rows.Scan(&piece); err != nil {
			s.t.Fatal(err)
		}
		stored = append(stored, piece...)
	}
	r := s.openable(owner)
	identity, err := age.NewScryptIdentity(seal.PartPassphrase(seal.PartKey(r.CaseKey, seal.AttachmentKind, file.ID)).Reveal())
	if err != nil {
		s.t.Fatal(err)
	}
	identity.SetMaxWorkFactor(1)
	plain, err := age.Decrypt(bytes.NewReader(stored), identity)
	if err != nil {
		s.t.Fatalf("%s does not open: %v", file.ID, err)
	}
	all, err := io.ReadAll(plain)
	if err != nil {
		s.t.Fatal(err)
	}
	_, content, _ := bytes.Cut(all, []byte("\n"))
	if int64(len(stored)) != file.Stored {
		s.t.Errorf("%d bytes are stored, the report says %d", len(stored), file.Stored)
	}
	return content[:file.Size]
}

// openable is the report or the addition of an id.
func (s *site) openable(id report.ID) report.Report {
	s.t.Helper()
	for _, r := range append(s.sent(), s.added()...) {
		if r.ID == id {
			return r
		}
	}
	s.t.Fatalf("no report %s", id)
	return report.Report{}
}

// holds compares the files of a report with what was sent, in the same order.
func (s *site) holds(r report.Report, contents ...[]byte) {
	s.t.Helper()
	if len(r.Attachments) != len(contents) {
		s.t.Fatalf("the report lists %d files, want %d", len(r.Attachments), len(contents))
	}
	for i, file := range r.Attachments {
		sum := sha256.Sum256(contents[i])
		if got := s.opened(r.ID, file); !bytes.Equal(got, contents[i]) || file.SHA256 != hex.EncodeToString(sum[:]) || file.Size != int64(len(contents[i])) {
			s.t.Errorf("file %d is another one: %d bytes of %d", i, len(got), len(contents[i]))
		}
	}
}

func (s *site) until(what string, done func() bool) {
	s.t.Helper()
	for range 200 {
		if done() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("waited in vain until %s: %s", what, s.log)
}

// move is the same browser at another instance.
func (b *browser) move(base string) *browser {
	b.client.Jar.SetCookies(mustURL(base), b.client.Jar.Cookies(mustURL(b.base)))
	b.base = base
	return b
}
