package intake_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

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
