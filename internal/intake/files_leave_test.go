package intake_test

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/report"
)

// slowFiles are kept by a database that takes its time to remove them.
type slowFiles struct {
	intake.Files
	until chan struct{}
}

func (f slowFiles) RemoveFiles(ctx context.Context, owner report.ID) error {
	select {
	case <-f.until:
		return f.Files.RemoveFiles(ctx, owner)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Many large files take the database a while: whoever leaves is gone before, with the
// draft that held their key.
func TestLeavingWaitsForNoFile(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	s := newSite(t, func(c *intake.Config) { c.Files = slowFiles{c.Files, hold} })
	b := s.toFiles().attach("photo.jpg", picture(1000), "_join").want(200, "/e/11")
	start := time.Now()
	b.open("/s").want(303, "/s")
	if took := time.Since(start); took > 5*time.Second || s.drafts() != 0 {
		t.Errorf("leaving took %s, %d drafts are left", took, s.drafts())
	}
	if s.count("attachments") != 1 {
		t.Error("the file is gone already: nothing was slow")
	}
	close(hold)
	for deadline := time.Now().Add(20 * time.Second); s.count("attachments") != 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the file stays")
		}
	}
}

// A form with files is read as it comes: what stands beside them has a bound of its own.
func TestInputsBesideAFileAreBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toFiles()
	many := url.Values{}
	for n := range 2000 {
		many.Set("x"+strconv.Itoa(n), strings.Repeat("y", 40))
	}
	b.attachAt("/f", "", nil, "_join").want(422, "/e/11")
	none := b.text(".field-error")
	b.sendForm("/f", many, "photo.jpg", picture(1000))
	if got := b.text(".field-error"); b.status != 422 || got == none || got != s.words("problem.file.broken") {
		t.Errorf("answered %d: %q", b.status, got)
	}
	if s.count("attachments") != 0 {
		t.Error("a file is left")
	}
}

// betweenFor does something between the sealing of a delivery and its acknowledgement.
type betweenFor struct {
	intake.Receiver
	do func()
}

func (r *betweenFor) Accept(ctx context.Context, d inbox.Delivery) (inbox.Outcome, error) {
	if do := r.do; do != nil {
		r.do = nil
		do()
	}
	return r.Receiver.Accept(ctx, d)
}

// A file that another tab puts on the list once it is sealed is not sent, and its sender
// is told so.
func TestAFileThatComesTooLateIsToldOf(t *testing.T) {
	t.Parallel()
	meanwhile := &betweenFor{}
	s := newSite(t, func(c *intake.Config) { meanwhile.Receiver, c.Receiver = c.Receiver, meanwhile })
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").open("/b/3").attachAt("/b/3", "photo.jpg", picture(1000), "_join").want(200, "/b/3")
	other := *b
	meanwhile.do = func() { other.attachAt("/b/3", "tard.jpg", picture(1000), "_join").want(200, "/b/3") }
	b.attachAt("/b/3", "", nil, "").want(422, "/b/3")
	if got := b.text(".field-error"); got != s.words("problem.file.broken") {
		t.Errorf("it says %q", got)
	}
	if added := s.added(); len(added) != 1 || len(added[0].Attachments) != 1 {
		t.Errorf("%d additions", len(added))
	}
}
