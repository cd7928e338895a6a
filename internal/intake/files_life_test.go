package intake_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"recueil/internal/inbox"
)

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

// An intake that dies right after a file was whole, before its draft lists it: the file is
// in nobody's list, and must not stay beside the report.
func TestAFileThatNothingListsIsNotSentAlong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	content := picture(1000)
	b := s.toFiles().attach("un.jpg", content, "_join").want(200, "/e/11")
	_, err := s.db.Owner.Exec(t.Context(), `insert into attachments (id, owner, size, pieces, complete, expires_at)
		select gen_random_uuid(), owner, size, pieces, complete, expires_at from attachments`)
	if err != nil || s.count("attachments") != 2 {
		t.Fatal(err)
	}
	b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
	s.holds(s.one(), content)
	if n := s.count("attachments"); n != 1 {
		t.Errorf("%d files went with a report that lists one", n)
	}
}

// The same of what is added by the code.
func TestAFileThatNothingListsIsNotAddedEither(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").open("/b/3").attachAt("/b/3", "un.jpg", picture(1000), "_join").want(200, "/b/3")
	if _, err := s.db.Owner.Exec(t.Context(), `insert into attachments (id, owner, size, pieces, complete, expires_at)
		select gen_random_uuid(), owner, size, pieces, complete, expires_at from attachments`); err != nil {
		t.Fatal(err)
	}
	b.attachAt("/b/3", "deux.jpg", picture(1000), "").want(200, "/b/1?s=1")
	if n := s.count("attachments"); n != 2 || len(s.parcel().Attachments) != 2 {
		t.Errorf("%d files went with an addition that lists %d", n, len(s.parcel().Attachments))
	}
}
