package marker_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"recueil/internal/testing/browse"
	"recueil/internal/testing/leak"
)

// formWith is the form of the files' page with a file in it.
func formWith(name string, content []byte, fields ...string) (kind, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range fields {
		_ = w.WriteField(field, "1")
	}
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write(content)
	_ = w.Close()
	return w.FormDataContentType(), b.String()
}

// picture begins as a JPEG does and holds the marker again and again.
func picture(size int) []byte {
	return append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), bytes.Repeat([]byte(word+" "), size/(len(word)+1))...)
}

// bringFiles adds a file that holds the marker and is named by it, and one that is
// refused, and goes on with a third.
func (v *visitor) bringFiles() {
	v.t.Helper()
	send := func(content []byte, status int, fields ...string) {
		v.t.Helper()
		kind, body := formWith(word+".jpg", content, fields...)
		v.Send(http.MethodPost, "/f", kind, body).Want(status)
	}
	send(picture(3<<20), 200, "_join")
	send([]byte("MZ"+word), 422, "_join")
	send(nil, 422, "_join")
	kind, body := formWith(word+".jpg", picture(1<<20), "_join")
	v.Send(http.MethodPost, "/f", kind, body[:len(body)/2]).Want(422) // broken off
	send(picture(1<<20), 200)
	if v.At == "/e/11" {
		v.t.Fatalf("the files lead nowhere: %s", v.At)
	}
}

// atFiles is a relative whose report is urgent: no captcha holds it up.
func (h *house) atFiles(t *testing.T) *browse.Browser {
	b := browse.New(t, h.url)
	b.Open("/").Post("/", url.Values{"door": {"relative"}}).Want(200)
	b.Post("/e/1", url.Values{"danger_now": {"yes"}}).Want(200)
	return b.Post("/e/2", url.Values{"situation.facts": {"Des cris."}, "_skip": {"1"}}).Want(200)
}

// Watched while a file comes in slowly: no file is open for writing, and the marker is
// in no folder.
func TestAFileTouchesNoDisk(t *testing.T) {
	h := newHouse(t)
	b := h.atFiles(t)
	kind, body := formWith(word+".jpg", picture(6<<20), "_join")
	from, to := io.Pipe()
	r, err := http.NewRequest(http.MethodPost, h.url+"/f", from)
	h.must(err)
	r.Header.Set("Content-Type", kind)
	r.ContentLength = int64(len(body))
	go func() {
		defer to.Close()
		for rest := body; rest != ""; {
			n := min(len(rest), 1<<20)
			if _, err := io.WriteString(to, rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
			h.watchDisk()
		}
	}()
	b.Do(r).Want(200)
	h.watchDisk()
	if found := leak.Of(word).InFiles(t, h.dir); len(found) > 0 {
		t.Errorf("the marker is in %v", found)
	}
	if found := leak.Of(word).InTables(t, h.owner); len(found) > 0 {
		t.Errorf("the marker is in the tables %v", found)
	}
	var pieces int
	h.must(h.owner.QueryRow(context.Background(), "select count(*) from attachment_pieces").Scan(&pieces))
	if pieces < 6 {
		t.Errorf("%d pieces are stored", pieces)
	}
}

// watchDisk looks at what the intake has open, and at its folder for temporary files.
func (h *house) watchDisk() {
	fds := fmt.Sprintf("/proc/%d/fd", h.intake.Process.Pid)
	entries, err := os.ReadDir(fds)
	if err != nil || len(entries) < 3 {
		h.t.Errorf("%d open files are seen: %v", len(entries), err)
	}
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join(fds, entry.Name()))
		if err != nil || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "/dev/") {
			continue // a socket, a pipe, or closed by now
		}
		var position, flags int
		info, _ := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%s", h.intake.Process.Pid, entry.Name()))
		if n, _ := fmt.Sscanf(string(info), "pos: %d\nflags: %o", &position, &flags); n == 2 && flags&syscall.O_ACCMODE == syscall.O_RDONLY {
			continue // the runtime reads its limits
		}
		if target != h.path("intake.log") && target != h.path("spool/lock") && target != h.path("intake") {
			h.t.Errorf("%s is open for writing", target)
		}
	}
	if left, err := os.ReadDir(h.path("tmp")); err != nil || len(left) > 0 {
		h.t.Errorf("temporary files: %v %v", left, err)
	}
}

// Killed while fifty visitors add files and send: what was acknowledged is whole, and
// what was not disappears.
func TestKilledIntakeLosesNoAcknowledgedFile(t *testing.T) {
	h := newHouse(t)
	type sent struct {
		reference string
		files     int
	}
	var mu sync.Mutex
	var acknowledged []sent
	killed := make(chan struct{})
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			client := h.client()
			post := func(path, kind, body string) (string, bool) {
				r, _ := http.NewRequest(http.MethodPost, h.url+path, strings.NewReader(body))
				r.Header.Set("Content-Type", kind)
				r.Header.Set("Origin", h.url)
				answer, err := client.Do(r)
				if err != nil {
					return "", false
				}
				defer answer.Body.Close()
				page, err := io.ReadAll(answer.Body)
				return string(page), err == nil && answer.StatusCode == http.StatusOK
			}
			const form = "application/x-www-form-urlencoded"
			ok := true
			step := func(path, kind, body string) (page string) {
				if ok {
					page, ok = post(path, kind, body)
				}
				return page
			}
			step("/", form, "door=relative")
			step("/e/1", form, "danger_now=yes")
			step("/e/2", form, "situation.facts=Des+cris.&_skip=1")
			files := 0
			for range 1 + n%3 {
				kind, body := formWith("un.jpg", picture(1<<20+n*1000), "_join")
				if step("/f", kind, body); ok {
					files++
				}
			}
			if page := step("/v", form, ""); ok {
				_, rest, found := strings.Cut(page, `id="reference"`)
				if !found {
					t.Errorf("no receipt: %.300s", page)
					return
				}
				_, rest, _ = strings.Cut(rest, ">")
				reference, _, _ := strings.Cut(rest, "<")
				mu.Lock()
				acknowledged = append(acknowledged, sent{strings.NewReplacer("-", "", "\u2011", "", " ", "").Replace(reference), files})
				if len(acknowledged) == 10 {
					close(killed)
					h.intake.Process.Kill()
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	select {
	case <-killed:
	default:
		t.Fatalf("only %d were acknowledged before the end", len(acknowledged))
	}
	<-h.gone
	ctx := context.Background()
	var unfinished int
	h.must(h.owner.QueryRow(ctx, "select count(*) from attachments where not attachment_sent(owner)").Scan(&unfinished))
	if unfinished == 0 {
		t.Error("nothing was under way when it was killed")
	}
	_, err := h.owner.Exec(ctx, "select attachments_expire(now() + interval '9 days', 1000)")
	h.must(err)
	for _, one := range acknowledged {
		var whole int
		h.must(h.owner.QueryRow(ctx, `select count(*) from reports r join attachments a on a.owner = r.id where r.reference = $1 and a.complete and a.size =
			(select sum(octet_length(p.body)) from attachment_pieces p where p.attachment_id = a.id)`, one.reference).Scan(&whole))
		if whole != one.files {
			t.Errorf("%s has %d files, %d were acknowledged", one.reference, whole, one.files)
		}
	}
	var orphans int
	h.must(h.owner.QueryRow(ctx, "select count(*) from attachments where not complete or not attachment_sent(owner)").Scan(&orphans))
	if orphans != 0 {
		t.Errorf("%d orphans are left", orphans)
	}
	t.Logf("%d acknowledged, %d files were under way or not sent", len(acknowledged), unfinished)
}
