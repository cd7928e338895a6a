package intake_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/report"
	"recueil/internal/seal"
)

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

func TestFilesGoWithTheReport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toFiles()
	first, second := picture(3<<20+17), []byte("%PDF-1.7\nune page")
	b.attach("photo.jpg", first, "_join").want(200, "/e/11")
	if got := b.doc.Find("[data-list] li bdi").Text(); got != "photo.jpg" {
		t.Errorf("listed: %q", got)
	}
	b.attach("lettre.pdf", second, "").want(200, "/e/12") // chosen, and gone on at once
	b.open("/v").want(200, "/v")
	if got := b.doc.Find("main").Text(); !strings.Contains(got, "photo.jpg") || !strings.Contains(got, "3,1 Mo") || !strings.Contains(got, "lettre.pdf") {
		t.Errorf("the check page says %.500q", got)
	}
	b.fill(nil).want(200, "/r")
	r := s.one()
	s.holds(r, first, second)
	if r.Attachments[0].Name != "photo.jpg" || r.Attachments[0].Type != "image/jpeg" || r.Attachments[1].Type != "application/pdf" {
		t.Errorf("%+v", r.Attachments)
	}
	if n := s.count("attachments where not complete or expires_at < '" + s.clock.Now().Format(time.RFC3339) + "'"); n != 0 {
		t.Errorf("%d rows are not whole", n)
	}
	b.open("/s").want(303, "/s") // leaving takes nothing that was sent
	s.holds(s.one(), first, second)
	b = s.toFiles()
	b.attach("photo.jpg", first, "_join").fill(nil)
	s.quiet("photo.jpg", "lettre")
}

// The list of hostile files: what each is refused for, or kept as.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	exe := append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), picture(600)...)
	for name, c := range map[string]struct {
		file    string
		content []byte
		problem string // key of its words; empty: taken
		kept    string // the name
		kind    string
	}{
		"program named as a picture": {"vacances.jpg", exe, "program", "", ""},
		"program that is a PDF too":  {"x.pdf", append([]byte("MZ%PDF-1.4\n"), exe...), "program", "", ""},
		"shell script":               {"note.txt", []byte("#!/bin/sh\nrm -rf /\n"), "program", "", ""},
		"ELF":                        {"x", append([]byte("\x7fELF\x02\x01\x01"), picture(100)...), "program", "", ""},
		"picture with PDF inside":    {"x.jpg", append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), "%PDF-1.4"...), "type", "", ""},
		"SVG with script":            {"dessin.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "type", "", ""},
		"SVG named as a picture":     {"dessin.png", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>`), "type", "", ""},
		"HTML named as text":         {"lire.txt", []byte("<!doctype html><script>alert(1)</script>"), "type", "", ""},
		"zip":                        {"tout.zip", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("x", 40)), "type", "", ""},
		"nothing in it":              {"vide.jpg", []byte{}, "empty", "", ""},
		"truncated picture":          {"coupee.jpg", []byte("\xff\xd8\xff\xe0\x00\x10JF"), "", "coupee.jpg", "image/jpeg"},
		"folders":                    {"../../etc/passwd.txt", []byte("bonjour à tous\n"), "", "passwd.txt", "text/plain"},
		"folders of Windows":         {`C:\Users\moi\photo.txt`, []byte("bonjour à tous\n"), "", "photo.txt", "text/plain"},
		"only dots":                  {"..", []byte("bonjour à tous\n"), "", "", "text/plain"},
		"direction turned":           {"rapport\u202egpj.txt", []byte("bonjour à tous\n"), "", "rapport\u202egpj.txt", "text/plain"},
		"lines":                      {"a\r\nSet-Cookie: x=1\n.txt", []byte("bonjour à tous\n"), "", "aSet-Cookie: x=1.txt", "text/plain"},
		"quotes":                     {`dit "oui".txt`, []byte("bonjour à tous\n"), "", `dit "oui".txt`, "text/plain"},
		"5,000 characters":           {strings.Repeat("é", 5000) + ".txt", []byte("bonjour à tous\n"), "", strings.Repeat("é", 179) + "…" + strings.Repeat("é", 16) + ".txt", "text/plain"},
		"no text of any kind":        {"x.txt", []byte("bon\x00jour"), "type", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.toFiles()
			if b.attach(c.file, c.content, "_join"); c.problem != "" {
				b.want(422, "/e/11")
				want := s.words("problem.file."+c.problem, "Most", 10, "Limit", "25 Mo")
				if got := b.doc.Find(".field-error").Text(); got != want || !strings.HasPrefix(b.doc.Find("title").Text(), "Erreur") {
					t.Errorf("told %q, want %q", got, want)
				}
				if n := s.count("attachments") + s.count("attachment_pieces"); n != 0 {
					t.Errorf("%d rows are left", n)
				}
			} else {
				b.want(200, "/e/11")
			}
			b.open("/e/11").fill(nil)
			b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
			r := s.one()
			if r.Situation.Facts != "vu et entendu" {
				t.Errorf("the rest is not kept: %+v", r.Answers)
			}
			if c.problem != "" {
				s.holds(r)
				return
			}
			s.holds(r, c.content)
			if r.Attachments[0].Name != c.kept || r.Attachments[0].Type != c.kind {
				t.Errorf("kept as %q, %s", r.Attachments[0].Name, r.Attachments[0].Type)
			}
		})
	}
}

func TestLimitsOfFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit   func(*intake.FileLimits)
		second  []byte
		problem string
	}{
		"too many":                   {func(l *intake.FileLimits) { l.Most = 1 }, picture(2000), "too_many"},
		"too large":                  {func(l *intake.FileLimits) { l.Size = 1e6 }, picture(1e6 + 1), "too_large"},
		"far too large for its form": {func(l *intake.FileLimits) { l.Size = 1e6 }, picture(7e6), "too_large"},
		"quota":                      {func(l *intake.FileLimits) { l.Room.Unsent = 30_000 }, picture(60_000), "no_room"},
		"ceiling":                    {func(l *intake.FileLimits) { l.Room.Ceiling = 1 }, picture(2000), "no_room"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.toFiles()
			first := picture(1000)
			b.attach("un.jpg", first, "_join").want(200, "/e/11")
			c.limit(&s.config.FileLimits)
			b.base = s.serve()
			// Cookies of one host are another's only by name: this one moves with its draft.
			b.client.Jar.SetCookies(mustURL(b.base), b.client.Jar.Cookies(mustURL(s.url)))
			b.attach("deux.jpg", c.second, "_join").want(422, "/e/11")
			limits := s.config.FileLimits
			want := s.words("problem.file."+c.problem, "Most", limits.Most, "Limit", fmt.Sprint(limits.Size/1e6, " Mo"))
			if got := b.doc.Find(".error-summary li").Text(); got != want {
				t.Errorf("told %q, want %q", got, want)
			}
			if n := s.count("attachments"); n != 1 {
				t.Errorf("%d files", n)
			}
			b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
			s.holds(s.one(), first)
		})
	}
}

func TestTakingAFileBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toFiles()
	kept := picture(5000)
	b.attach("un.jpg", picture(5000), "_join").attach("deux.jpg", kept, "_join").want(200, "/e/11")
	id, _ := b.doc.Find("[data-list] button").First().Attr("value")
	b.post("/f/1", url.Values{"file": {id}}).want(200, "/e/11")
	if got := b.doc.Find("[data-list] bdi").Text(); got != "deux.jpg" || s.count("attachments") != 1 || s.count("attachment_pieces") != 1 {
		t.Errorf("left: %q", got)
	}
	b.post("/f/1", url.Values{"file": {id}}).want(200, "/e/11") // once more, from another tab
	b.post("/f/1", url.Values{"file": {"x"}}).want(200, "/e/11")
	b.open("/v").fill(nil).want(200, "/r")
	s.holds(s.one(), kept)
}

// A connection that breaks, or is closed by "Annuler", leaves nothing.
func TestCancelledUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toFiles()
	kind, body := formWith(url.Values{"_join": {"1"}}, "photo.jpg", picture(4<<20))
	from, to := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, b.base+"/f", from)
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", b.base)
	ended := make(chan error, 1)
	go func() {
		_, err := b.client.Do(r)
		ended <- err
	}()
	if _, err := to.Write(body[:3<<20]); err != nil {
		t.Fatal(err)
	}
	s.until("pieces are stored", func() bool { return s.count("attachment_pieces") > 0 })
	cancel()
	to.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-ended; err == nil {
		t.Error("an answer came")
	}
	s.until("nothing is left", func() bool { return s.count("attachments")+s.count("attachment_pieces") == 0 })
	b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
	s.holds(s.one())
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

func TestLeavingTakesTheFilesAlong(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*browser){
		"exit":      func(b *browser) { b.open("/s").want(303, "/s") },
		"begun new": func(b *browser) { b.open("/").post("/", url.Values{"door": {"self"}, "fresh": {"1"}}).want(200, "/a") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.toFiles().attach("un.jpg", picture(2<<20), "_join").want(200, "/e/11")
			leave(b)
			if n := s.count("attachments") + s.count("attachment_pieces"); n != 0 {
				t.Errorf("%d rows are left", n)
			}
		})
	}
}

// A report that waits on the disk keeps its files whatever its writer does next: his
// draft is still there, as if nothing had been sent.
func TestSpooledReportKeepsItsFiles(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]func(*browser, string){
		"exit": func(b *browser, _ string) { b.open("/s").want(303, "/s") },
		"exit elsewhere": func(b *browser, _ string) {
			b.site.config.Spooled = nil
			b.move(b.site.serve()).open("/s").want(303, "/s")
		},
		"begun new": func(b *browser, _ string) {
			b.open("/").post("/", url.Values{"door": {"relative"}, "fresh": {"1"}}).want(200, "/a")
		},
		"taken back": func(b *browser, id string) { b.post("/f/1", url.Values{"file": {id}}).want(200, "/e/11") },
		"expiry of the draft": func(b *browser, _ string) {
			box := b.site.config.Files.(*inbox.Inbox)
			if _, err := box.ExpireDrafts(context.Background(), b.site.clock.Now().Add(25*time.Hour)); err != nil {
				b.t.Fatal(err)
			}
			if n, err := box.ExpireFiles(context.Background(), b.site.clock.Now().Add(25*time.Hour)); n != 0 || err != nil {
				b.t.Errorf("%d files expired: %v", n, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, outage := newSiteWithOutage(t)
			content := picture(2 << 20)
			b := s.toFiles().attach("un.jpg", content, "_join").want(200, "/e/11")
			id, _ := b.doc.Find("[data-list] button").First().Attr("value")
			b.open("/v").want(200, "/v")
			outage.away.Store(true)
			b.fill(nil).want(200, "/v").receipt()
			outage.away.Store(false)
			next(b, id)
			outage.deliver(s)
			s.holds(s.one(), content)
		})
	}
}

// move is the same browser at another instance.
func (b *browser) move(base string) *browser {
	b.client.Jar.SetCookies(mustURL(base), b.client.Jar.Cookies(mustURL(b.base)))
	b.base = base
	return b
}

func TestTabsThatAddFilesAtOnceLoseNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toFiles()
	contents := map[string][]byte{}
	var all sync.WaitGroup
	for n := range 8 {
		name, content := fmt.Sprintf("%d.jpg", n), picture(100_000+n)
		contents[name] = content
		kind, body := formWith(url.Values{"_join": {"1"}}, name, content)
		all.Go(func() {
			r, _ := http.NewRequest(http.MethodPost, b.base+"/f", bytes.NewReader(body))
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Origin", b.base)
			r.Header.Set("X-Recueil-Send", "1")
			answer, err := b.client.Do(r)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("%s: %v %v", name, answer, err)
			}
		})
	}
	all.Wait()
	b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
	r := s.one()
	if len(r.Attachments) != len(contents) {
		t.Fatalf("%d files", len(r.Attachments))
	}
	for _, file := range r.Attachments {
		if !bytes.Equal(s.opened(r.ID, file), contents[file.Name]) {
			t.Errorf("%s is another one", file.Name)
		}
	}
}

func TestFilesLiveAsLongAsTheirDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toFiles().attach("un.jpg", picture(1000), "_join").want(200, "/e/11")
	box := s.config.Files.(*inbox.Inbox)
	expire := func(want int) {
		t.Helper()
		if n, err := box.ExpireFiles(t.Context(), s.clock.Now()); n != want || err != nil {
			t.Errorf("%d expired, want %d: %v", n, want, err)
		}
	}
	s.clock.Add(23 * time.Hour)
	b.open("/e/2").fill(url.Values{"_skip": {"1"}}) // it slides
	s.clock.Add(23 * time.Hour)
	b.open("/v").want(200, "/v")
	s.clock.Add(23 * time.Hour)
	expire(0) // the page that was shown can still be sent
	s.clock.Add(8 * time.Hour)
	expire(1)
	if n := s.count("attachment_pieces"); n != 0 {
		t.Errorf("%d pieces are left", n)
	}
}

func TestShortFormTakesTheFilesOfTheDraftAlong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	content := picture(1 << 20)
	b := s.toFiles().attach("un.jpg", content, "_join").want(200, "/e/11").open("/m")
	action, form := b.fields()
	form.Set("short.story", "il arrive")
	first := b.post(action, form).want(200, "/r").receipt()
	if again := b.post(action, form).want(200, "/r").receipt(); again != first {
		t.Errorf("a second tap led to %s, first %s", again, first)
	}
	r := s.one()
	if !r.Short || r.Answers.Short.Story != "il arrive" {
		t.Errorf("%+v", r)
	}
	s.holds(r, content)
}

func TestAdditionsListNoFileAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toFiles().attach("un.jpg", picture(1000), "_join").open("/v").want(200, "/v")
	action, form := b.fields()
	b.post(action, form).want(200, "/r")
	b.post("/e/2", url.Values{"situation.facts": {"autre chose"}}).want(200, "/r")
	if got := b.post(action, form).want(200, "/r"); got == nil {
		t.Fatal()
	}
	added := s.added()
	if len(added) != 1 || len(added[0].Attachments) != 0 {
		t.Errorf("%d additions: %+v", len(added), added)
	}
	b.attach("deux.jpg", picture(1000), "_join").want(409, "/f")
	if got := b.doc.Find("main").Text(); !strings.Contains(got, s.words("error.file_sent.text")) {
		t.Errorf("told %q", got)
	}
	if n := s.count("attachments"); n != 1 {
		t.Errorf("%d files", n)
	}
}

// The whole form of a professional leads to the files and back with what was typed.
func TestWholeFormLeadsToTheFilesAndBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	content := picture(1000)
	b.fill(url.Values{"situation.facts": {"vu en classe"}, "_view": {"files"}}).want(200, "/e/11")
	b.attach("un.jpg", content, "").want(200, "/e/tout")
	if b.part != "partie-11" || !strings.Contains(b.doc.Find("#partie-11").Text(), "un.jpg") {
		t.Errorf("back at #%s: %s", b.part, b.doc.Find("#partie-11").Text())
	}
	if _, form := b.fields(); form.Get("situation.facts") != "vu en classe" {
		t.Errorf("typed: %q", form.Get("situation.facts"))
	}
	b.open("/v").fill(nil).want(200, "/r")
	s.holds(s.one(), content)
}

func TestTheYoungAreNotAskedForFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	b.open("/e/11").want(200, "/v")
	b.attach("un.jpg", picture(1000), "_join").want(200, "/v")
	if n := s.count("attachments"); n != 0 {
		t.Errorf("%d files", n)
	}
}
