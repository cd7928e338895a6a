package pages_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"recueil/internal/testing/filetest"
)

func picture() []byte {
	return filetest.WithEXIF(filetest.JPEG(filetest.Scene(300, 200)), filetest.EXIF(6))
}

func TestAFileIsCoveredUntilAReasonIsGiven(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	r := d.receiveWith(sent{"Photo de l’été.jpg", picture()}, sent{"notes.txt", []byte("<script>alert(1)</script> ce qu’il a dit")})
	b, at := d.as("s.leroy"), filePath(r, 0)
	b.open(path(r)).want(200, path(r))
	if got := b.texts(".files .file b"); len(got) != 2 || got[0] != "Photo de l’été.jpg" {
		t.Fatalf("the report lists %q", got)
	}
	if line := b.text("#piece-" + r.Attachments[0].ID.String()); !strings.Contains(line, "image JPEG") || !strings.Contains(line, r.Attachments[0].SHA256[:12]) || !strings.Contains(line, " Ko") {
		t.Errorf("the line says %q", line)
	}
	if !strings.Contains(b.text(".head .meta"), "2 pièces jointes") || b.doc.Find("main img, main audio").Length() > 0 {
		t.Errorf("the head says %q, or something is shown at once", b.text(".head .meta"))
	}
	for _, early := range []string{"/apercu", "/image", "/son"} {
		if response, body, err := b.fetch(at+early, ""); err != nil || response.StatusCode != 303 || response.Header.Get("Location") != at || bytes.Contains(body, []byte{0xff, 0xd8}) {
			t.Errorf("%s without a reason: %v, %v", early, response, err)
		}
	}
	b.open(at).want(200, at)
	if b.doc.Find(".covered").Length() != 1 || b.doc.Find("main img").Length() > 0 {
		t.Error("it is not covered")
	}
	for _, reason := range []string{"", "  \r\n ", strings.Repeat("é", 401), "a\x00b", "\xff"} {
		b.submit("main form", url.Values{"reason": {reason}})
		if b.status != 422 || b.doc.Find(`textarea[aria-invalid="true"]`).Length() != 1 || !strings.HasPrefix(b.text("title"), "Erreur") {
			t.Errorf("%q is taken for a reason: %d %s", reason, b.status, b.text("title"))
		}
	}
	const reason = "Le parent dit qu’on y voit la chambre."
	b.open(at).submit("main form", url.Values{"reason": {reason}}).want(200, at+"/apercu")
	if got := b.doc.Find("main img").AttrOr("src", ""); got != at+"/image" || b.doc.Find("main img").AttrOr("width", "") != "200" {
		t.Errorf("the picture is at %q, %s wide", got, b.doc.Find("main img").AttrOr("width", ""))
	}
	facts := b.text("[aria-labelledby=trouve]")
	for _, want := range []string{"non vérifiées", "2026:03:14 18:05:09 +01:00", "48.85667, 2.35083", filetest.Device, "redressé"} {
		if !strings.Contains(facts, want) {
			t.Errorf("the facts do not say %q: %q", want, facts)
		}
	}
	response, shown, err := b.fetch(at+"/image", "")
	if err != nil || response.StatusCode != 200 || response.Header.Get("Content-Type") != "image/jpeg" || response.Header.Get("Cache-Control") != "no-store" ||
		response.Header.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'; sandbox" {
		t.Fatalf("%v %v", response, err)
	}
	if config, err := jpeg.DecodeConfig(bytes.NewReader(shown)); err != nil || config.Width != 200 || config.Height != 300 || bytes.Contains(shown, []byte("Exif")) {
		t.Errorf("the picture is not upright, or carries metadata: %+v, %v", config, err)
	}
	// A text is shown as text.
	b.reveal(filePath(r, 1))
	if !strings.Contains(b.text("main .told"), "<script>alert(1)</script> ce qu’il a dit") || strings.Contains(b.body, "<script>alert") {
		t.Errorf("the text is %q", b.text("main .told"))
	}
	// The reason is read by the team in the report, and lies nowhere in clear.
	b.open(path(r))
	if !strings.Contains(b.text(".timeline"), "Photo de l’été.jpg") || !strings.Contains(b.text(".timeline blockquote"), reason) {
		t.Errorf("the timeline says %q", b.text(".timeline"))
	}
	if n := ask[int](d, "select count(*)::int from audit_events where action = 'attachment.open' and object_id = $1 and actor = $2 and detail = $3 and digest is not null",
		r.Attachments[0].ID.String(), d.staffID("s.leroy"), r.ID.String()); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
	if n := ask[int](d, "select count(*)::int from audit_events e where e::text like '%chambre%' or e::text like '%Photo%'"); n != 0 || strings.Contains(d.log.String(), "chambre") || strings.Contains(d.log.String(), "Photo") {
		t.Error("words stand in the trail or in the log")
	}
}

func TestAReasonHoldsForOneMemberAndAWhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	r := d.receiveWith(sent{"a.jpg", picture()}, sent{"b.jpg", picture()})
	awa, camille := d.as("a.diallo"), d.as("c.martin")
	awa.reveal(filePath(r, 0))
	location := func(b *browser, n int) string {
		t.Helper()
		response, _, err := b.fetch(filePath(r, n)+"/image", "")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(response.StatusCode, response.Header.Get("Location"))
	}
	asked := "303" + filePath(r, 0)
	for name, got := range map[string]string{"hers": location(awa, 0), "another file": location(awa, 1), "a colleague": location(camille, 0)} {
		if want := map[string]string{"hers": "200", "another file": "303" + filePath(r, 1), "a colleague": asked}[name]; strings.ReplaceAll(got, " ", "") != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for range 4 { // a page open meanwhile keeps the session
		d.clock.Add(10 * time.Minute)
		awa.open("/file")
	}
	if got := strings.ReplaceAll(location(awa, 0), " ", ""); got != asked {
		t.Errorf("forty minutes later: %s", got)
	}
}

// Reasons that are given at the same moment, beside a decision, all stay readable.
func TestNotesOfTheSameMomentAllOpen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receiveWith(sent{"son.wav", filetest.Wav()})
	var all sync.WaitGroup
	for _, login := range []string{"a.diallo", "c.martin", "s.leroy"} {
		b := d.as(login)
		for range 6 {
			all.Go(func() {
				request, err := http.NewRequest(http.MethodPost, b.base+filePath(r, 0), strings.NewReader("reason=écouter"))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				client := http.Client{Transport: b.client.Transport, Jar: b.client.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
				if response, err := client.Do(request); err != nil || response.StatusCode != 303 {
					t.Errorf("%v, %v", response, err)
				}
			})
		}
	}
	all.Wait()
	b := d.as("a.diallo").claim(r)
	b.submit("form.closing", url.Values{"qualification": {"out_of_scope"}, "reason": {motive}}).want(200, "/file")
	b.open(path(r))
	if n, broken := b.doc.Find(".timeline blockquote").Length(), b.doc.Find(".timeline .broken").Length(); n != 19 || broken != 0 {
		t.Errorf("%d reasons are read, %d are damaged", n, broken)
	}
}

func TestTheOriginalComesByteForByte(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	content := make([]byte, 3<<20+12345)
	rand.NewChaCha8([32]byte{1}).Read(content)
	r := d.receiveWith(sent{"../Été \u202egpj.exe", content}, sent{"vide.txt", []byte("x")})
	b := d.as("a.diallo")
	address := filePath(r, 0) + "/original"
	response, got, err := b.fetch(address, "")
	if err != nil || response.StatusCode != 200 || !bytes.Equal(got, content) {
		t.Fatalf("%d bytes come, %d were sent: %v", len(got), len(content), err)
	}
	sum := sha256.Sum256(content)
	encoded := base64.StdEncoding.EncodeToString(sum[:])
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "X-Content-Type-Options": "nosniff",
		"Cache-Control": "no-store", "Repr-Digest": "sha-256=:" + encoded + ":", "Digest": "sha-256=" + encoded,
		"Content-Disposition": "attachment; filename*=utf-8''%C3%89t%C3%A9%20gpj.exe.bin", "Accept-Ranges": "bytes", "Content-Length": fmt.Sprint(len(content)),
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for asked, want := range map[string][]byte{
		"bytes=1048570-1048590": content[1048570:1048591], "bytes=-5": content[len(content)-5:], "bytes=3000000-": content[3000000:], "bytes=0-0": content[:1],
	} {
		if response, got, err := b.fetch(address, asked); err != nil || response.StatusCode != 206 || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", asked, len(got), err)
		}
	}
	if response, _, _ := b.fetch(address, "bytes=99999999-"); response.StatusCode != 416 {
		t.Errorf("beyond the end: %d", response.StatusCode)
	}
	if n := ask[int](d, "select count(*)::int from audit_events where action = 'attachment.download' and object_id = $1 and detail = $2", r.Attachments[0].ID.String(), r.ID.String()); n != 6 {
		t.Errorf("%d downloads stand in the trail, want 6", n)
	}
}

func TestWhoMayDoWhatWithAFile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receiveWith(sent{"son.wav", filetest.Wav()})
	at := filePath(r, 0)
	for login, want := range map[string]map[string]int{
		"a.diallo": {"": 200, "/apercu": 303, "/image": 303, "/son": 303, "/original": 200, "/gel": 200},
		"s.leroy":  {"": 200, "/apercu": 303, "/image": 303, "/son": 303, "/original": 200, "/gel": 403},
		"n.roche":  {"": 404, "/apercu": 404, "/image": 404, "/son": 404, "/original": 404, "/gel": 404}, // admitted to no team
		"k.petit":  {"": 403, "/apercu": 403, "/image": 403, "/son": 403, "/original": 403, "/gel": 403},
		"j.moreau": {"": 403, "/apercu": 403, "/image": 403, "/son": 403, "/original": 403, "/gel": 403},
		"p.blanc":  {"": 403, "/apercu": 403, "/image": 403, "/son": 403, "/original": 403, "/gel": 403},
	} {
		b := d.as(login)
		for page, status := range want {
			if response, _, err := b.fetch(at+page, ""); err != nil || response.StatusCode != status {
				t.Errorf("%s at %q: %v, want %d", login, page, response.StatusCode, status)
			}
		}
		for _, page := range []string{"", "/gel"} {
			if b.post(at+page, url.Values{"reason": {"voir"}}); (b.status >= 400) != (want[page] >= 400) {
				t.Errorf("%s posts to %q: %d", login, page, b.status)
			}
		}
		if want["/gel"] == 200 { // for the next one
			d.exec("delete from attachment_freezes")
		}
	}
	other := d.receiveWith(sent{"autre.wav", filetest.Wav()})
	b := d.as("a.diallo")
	for _, wrong := range []string{path(r) + "/pieces/" + other.Attachments[0].ID.String(), path(r) + "/pieces/x", "/dossiers/x/pieces/" + r.Attachments[0].ID.String()} {
		if response, _, _ := b.fetch(wrong+"/original", ""); response.StatusCode != 404 {
			t.Errorf("%s: %d", wrong, response.StatusCode)
		}
	}
}

func TestAFrozenFileIsNobodysToSee(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	r := d.receiveWith(sent{"a.jpg", picture()}, sent{"b.jpg", picture()})
	b, at := d.as("a.diallo"), filePath(r, 0)
	b.reveal(at)
	b.open(at+"/gel").want(200, "")
	if !strings.Contains(b.text(".follows"), "définitif") {
		t.Errorf("it does not say what follows: %q", b.text("main"))
	}
	if n := ask[int](d, "select count(*)::int from attachment_freezes"); n != 0 {
		t.Fatal("asking froze it")
	}
	b.submit("main form", nil).want(200, path(r))
	if got := b.text("#piece-" + r.Attachments[0].ID.String()); !strings.Contains(got, "Gelé") || !strings.Contains(got, "Awa Diallo") || b.doc.Find("#piece-"+r.Attachments[0].ID.String()+" a").Length() > 0 {
		t.Errorf("the report says %q", got)
	}
	for login, member := range map[string]*browser{"who froze it": b, "a colleague": d.as("c.martin")} {
		for _, page := range []string{"/apercu", "/image", "/son", "/original"} {
			if response, body, _ := member.fetch(at+page, ""); response.StatusCode != 403 || bytes.Contains(body, []byte{0xff, 0xd8, 0xff}) {
				t.Errorf("%s, %s: %d", login, page, response.StatusCode)
			}
		}
		if member.post(at, url.Values{"reason": {"voir"}}); member.status != 403 {
			t.Errorf("%s gives a reason: %d", login, member.status)
		}
		if member.open(at).want(200, at); member.doc.Find("main form").Length() > 0 {
			t.Errorf("%s is asked for a reason", login)
		}
	}
	if response, _, _ := b.fetch(filePath(r, 1)+"/original", ""); response.StatusCode != 200 {
		t.Errorf("the other file: %d", response.StatusCode)
	}
	if n := ask[int](d, "select count(*)::int from audit_events where action = 'attachment.freeze' and object_id = $1", r.Attachments[0].ID.String()); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
}

func TestFilesOfAnAdditionStandWithIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	r := d.receiveWith(sent{"a.jpg", picture()})
	_, later := d.addFile(r, "Voici la suite.", sent{"suite.wav", filetest.Wav()})
	b := d.as("a.diallo").open(path(r))
	if got := b.texts(".talk .file b"); len(got) != 1 || got[0] != "suite.wav" {
		t.Fatalf("the addition lists %q", got)
	}
	at := path(r) + "/pieces/" + later.ID.String()
	b.reveal(at)
	if b.doc.Find("audio[controls]").AttrOr("src", "") != at+"/son" || b.doc.Find("audio[autoplay]").Length() > 0 || !strings.Contains(b.answer.Get("Content-Security-Policy"), "media-src 'self'") {
		t.Errorf("there is no player: %s", b.text("main"))
	}
	response, sound, err := b.fetch(at+"/son", "bytes=40-")
	if err != nil || response.StatusCode != 206 || response.Header.Get("Content-Type") != "audio/wav" || !bytes.Equal(sound, filetest.Wav()[40:]) {
		t.Errorf("%v %v", response, err)
	}
	if b.open(path(r)); strings.Contains(b.answer.Get("Content-Security-Policy"), "media-src") {
		t.Error("the report may play sounds too")
	}
}
