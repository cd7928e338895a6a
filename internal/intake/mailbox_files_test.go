package intake_test

import (
	"net/url"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/reply"
	"recueil/internal/report"
)

// parcel is the files of the only addition, whose id they belong to.
func (s *site) parcel() report.Report {
	s.t.Helper()
	added := s.added()
	if len(added) != 1 {
		s.t.Fatalf("%d additions, want 1", len(added))
	}
	return added[0]
}

func TestFilesAreSentFromTheMailbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	first, second := picture(2<<20+5), []byte("%PDF-1.7\nune page")
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1").open("/b/3").want(200, "/b/3")
	b.attachAt("/b/3", "photo.jpg", first, "_join").want(200, "/b/3")
	if got := b.doc.Find("[data-list] li bdi").Text(); got != "photo.jpg" {
		t.Errorf("listed: %q", got)
	}
	twin := b.twin()
	b.attachAt("/b/3", "lettre.pdf", second, "").want(200, "/b/1?s=1") // chosen, and sent at once
	added := s.parcel()
	s.holds(added, first, second)
	if added.Added == nil || !added.Added.Empty() || added.CaseKey == r.CaseKey {
		t.Errorf("the addition is %+v", added.Added)
	}
	twin.attachAt("/b/3", "", nil, "").want(200, "/b/1") // a second tap sends nothing more
	b.open("/s").want(303, "/s")
	s.holds(s.parcel(), first, second)
	s.quiet("photo.jpg", "lettre")
}

func TestFileOfTheMailboxIsRefusedAndTakenBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, limited(func(l *intake.FileLimits) { l.Most = 2 }))
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").open("/b/3")
	b.attachAt("/b/3", "photo.jpg", picture(1000), "_join").want(200, "/b/3")
	b.attachAt("/b/3", "photo.jpg", []byte("MZ et la suite d'un programme"), "_join").want(422, "/b/3")
	if b.problem() != s.words("problem.file.program") {
		t.Errorf("refused for %q", b.problem())
	}
	b.attachAt("/b/3", "vide.jpg", nil, "_join").want(422, "/b/3")
	b.open("/b/3").attachAt("/b/3", "deux.jpg", picture(1000), "_join").want(200, "/b/3")
	b.attachAt("/b/3", "trois.jpg", picture(1000), "_join").want(422, "/b/3")
	b.open("/b/3")
	id, _ := b.doc.Find("[data-list] button").First().Attr("value")
	b.post("/b/3/1", url.Values{"file": {id}}).want(200, "/b/3")
	if n := b.doc.Find("[data-list] li").Length(); n != 1 || s.count("attachments") != 1 {
		t.Errorf("%d files are listed, %d stored", n, s.count("attachments"))
	}
	if len(s.added()) != 0 {
		t.Error("something was sent")
	}
}

func TestTheYoungSendFilesWhenTheyAreAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("self", "")
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	if b.has("/b/3") || b.doc.Find("[href='/b/3'], [value='/b/3']").Length() > 0 {
		t.Error("files are offered that nobody asked for")
	}
	b.open("/b/3").want(200, "/b/1")
	b.attachAt("/b/3", "photo.jpg", picture(1000), "").want(200, "/b/1")
	if n := s.count("attachments"); n != 0 {
		t.Fatalf("%d files were stored", n)
	}
	s.writes(r, 1, reply.Message{Text: "Peux-tu nous envoyer la capture ?", Asks: true, Files: true})
	b.open("/b/1").want(200, "/b/1")
	if b.doc.Find("[value='/b/3']").Length() != 1 {
		t.Error("the message asks for files, and the page does not offer it")
	}
	content := picture(3000)
	b.open("/b/3").attachAt("/b/3", "capture.jpg", content, "").want(200, "/b/1?s=1")
	s.holds(s.parcel(), content)
}

func TestLeavingTheMailboxTakesUnsentFilesAlong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").open("/b/3").attachAt("/b/3", "photo.jpg", picture(2<<20), "_join").want(200, "/b/3")
	b.open("/s").want(303, "/s")
	if n := s.count("attachments") + s.count("attachment_pieces"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	b = s.enter(r.code.Reveal(), "").open("/b/3").attachAt("/b/3", "photo.jpg", picture(1000), "_join").want(200, "/b/3")
	box := s.config.Files.(*inbox.Inbox)
	s.clock.Add(20 * time.Minute)
	b.open("/b/3").want(200, "/b/3") // it lives on, and its files with it
	late := s.clock.Now().Add(6*time.Hour + 15*time.Minute)
	if n, err := box.ExpireFiles(t.Context(), late); n != 0 || err != nil {
		t.Errorf("%d files expired too early: %v", n, err)
	}
	if n, err := box.ExpireFiles(t.Context(), late.Add(20*time.Minute)); n != 1 || err != nil {
		t.Errorf("%d files expired: %v", n, err)
	}
}

// What waits on the disk keeps its files, whoever leaves.
func TestSpooledParcelKeepsItsFiles(t *testing.T) {
	t.Parallel()
	for name, elsewhere := range map[string]bool{"at the same intake": false, "at another": true} {
		t.Run(name, func(t *testing.T) {
			s, outage := newSiteWithOutage(t)
			r := s.reported("relative", "")
			content := picture(2 << 20)
			b := s.enter(r.code.Reveal(), "").open("/b/3").attachAt("/b/3", "photo.jpg", content, "_join").want(200, "/b/3")
			outage.refuses.Store(true)
			b.attachAt("/b/3", "", nil, "").want(200, "/b/3")
			outage.refuses.Store(false)
			if elsewhere {
				s.config.Spooled = nil
				b.move(s.serve())
			}
			b.open("/s").want(303, "/s")
			outage.deliver(s)
			s.holds(s.parcel(), content)
		})
	}
}

func limited(change func(*intake.FileLimits)) func(*intake.Config) {
	return func(c *intake.Config) { change(&c.FileLimits) }
}
