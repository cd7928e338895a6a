package intake_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
)

func TestMailboxesStayOpenAsLongAsPromised(t *testing.T) {
	for _, c := range []struct {
		door  string
		after time.Duration
		lives bool
	}{
		{"relative", 29 * time.Minute, true}, {"relative", 31 * time.Minute, false},
		{"self", 14 * time.Minute, true}, {"self", 16 * time.Minute, false},
		{"young_for_other", 14 * time.Minute, true}, {"young_for_other", 16 * time.Minute, false},
	} {
		t.Run(c.door+" "+c.after.String(), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.enter(s.reported(c.door, "").code.Reveal(), "").want(200, "/b/1")
			for range 2 { // looked at once more, it stays open as long again
				s.clock.Add(c.after)
				b.open("/b/1")
				if !c.lives {
					b.want(200, "/b?f=1")
					if got := strings.TrimSpace(b.doc.Find(".notice").Text()); got != s.words("page.code.closed") {
						t.Errorf("told %q", got)
					}
					return
				}
				b.want(200, "/b/1")
			}
			if got := strings.Contains(b.body, "Tes messages"); got != (c.door != "relative") {
				t.Error("the reporter is not spoken to as on the form")
			}
		})
	}
}

// What was written while the time ran out comes back with the code, and with no other.
func TestTextOutlivesTheMailbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, other := s.reported("self", ""), s.reported("self", "")
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	s.clock.Add(time.Hour)
	b.fill(url.Values{"text": {marker + " 🌿"}, "_send": {"text"}}).want(410, "/b")
	if got := strings.TrimSpace(b.doc.Find(".notice").Text()); got != s.words("page.code.closed_kept") {
		t.Errorf("told %q", got)
	}
	if strings.Contains(b.body, marker) || b.method != http.MethodGet {
		t.Error("the text is shown to whoever comes by")
	}
	b.fill(url.Values{"code": {r.code.Reveal()}}).want(200, "/b/1")
	if _, form := b.fields(); form.Get("text") != marker+" 🌿" {
		t.Errorf("the text comes back as %q", form.Get("text"))
	}
	b.fill(url.Values{"_send": {"text"}}).want(200, "/b/1?s=1")
	if added := s.added(); len(added) != 1 || added[0].Added.Text != marker+" 🌿" {
		t.Errorf("%d additions", len(added))
	}
	s.clock.Add(time.Hour)
	b.open("/b/1").want(200, "/b?f=1").fill(url.Values{"code": {r.code.Reveal()}}).want(200, "/b/1")
	s.clock.Add(time.Hour)
	b.fill(url.Values{"text": {marker}, "_send": {"text"}}).want(410, "/b").fill(url.Values{"code": {other.code.Reveal()}}).want(200, "/b/1")
	if strings.Contains(b.body, marker) {
		t.Error("another report's mailbox shows it")
	}
	s.quiet(marker)
}

func TestLeavingTheMailbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("self", "")
	s.exec("delete from drafts")
	b := s.browser().door("relative")
	draft := b.open("/e/13").fill(url.Values{"reporter.profile": {"neighbour"}}).at
	b.open("/b").fill(url.Values{"code": {r.code.Reveal()}}).want(200, "/b/1")
	b.fill(url.Values{"text": {marker}}).want(200, "/b/1") // kept, not sent
	if _, form := b.fields(); form.Get("text") != marker {
		t.Error("what was typed is gone")
	}
	b.open(draft).want(200, draft) // the form beside it goes on
	if n := s.drafts(); n != 2 {
		t.Fatalf("%d rows, want a draft and a mailbox", n)
	}
	b.open("/s").want(303, "/s")
	if n := s.drafts(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if left := cookies(b); len(left) != 0 {
		t.Errorf("cookies are left: %v", left)
	}
	for _, path := range []string{"/b/1", "/b/1?s=1", "/b/2", "/b/1?r=1"} {
		b.open(path).want(410, "")
		if b.doc.Find("h1").Text() != s.words("page.gone.heading") || b.doc.Find("form, .exit, footer").Length() != 0 {
			t.Errorf("%s is not neutral", path)
		}
	}
	if b.open("/b").want(200, "/b"); strings.Contains(b.body, marker) || b.doc.Find("#code").AttrOr("value", "") != "" {
		t.Error("the page for codes remembers something")
	}
}

// Another site cannot take an open mailbox away, nor the history show it.
func TestOthersDoNotSeeAMailbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	for _, path := range []string{"/b", "/b/1", "/b/2", "/s"} {
		request, _ := http.NewRequest(http.MethodGet, s.url+path, nil)
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		if got := s.browser().do(request).header.Values("Set-Cookie"); got != nil {
			t.Errorf("%s sets %v", path, got)
		}
	}
	for _, path := range []string{"/b/1", "/b/2"} {
		request, _ := http.NewRequest(http.MethodGet, s.url+path, nil)
		request.Header.Set("Sec-Fetch-Site", "none")
		b.do(request)
		if b.doc.Find("h1").Text() != s.words("page.resume.heading") || b.doc.Find(`main a[href="/b/1"]`).Length() != 1 {
			t.Errorf("%s opened from the history shows %q", path, b.doc.Find("h1").Text())
		}
	}
	for _, path := range []string{"/b", "/b/1", "/b/2"} {
		request, _ := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader("text="+marker+"&_send=text"))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		request.Header.Set("Origin", "https://ailleurs.example")
		b.do(request).want(403, path)
	}
	b.open("/b/1").want(200, "/b/1")
	if len(s.added()) != 0 {
		t.Error("another site wrote to the team")
	}
}

func TestTwoTabsOfAMailbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	s.writes(r, 1, reply.Message{Text: "Pouvez-vous préciser ?", Asks: true})
	a := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	other := *a
	answer, _ := a.doc.Find(".message textarea").Attr("name")
	a.fill(url.Values{"text": {"du premier onglet"}}).want(200, "/b/1")
	other.fill(url.Values{"text": {"du second onglet"}, answer: {"réponse"}, "_send": {answer}}).want(200, "/b/1?s=1")
	if _, form := other.fields(); form.Get("text") != "du premier onglet\n\ndu second onglet" || form.Get(answer) != "" {
		t.Errorf("the tabs left %q and %q", form.Get("text"), form.Get(answer))
	}
	// What waits in a box from one tab outlives the sending of it from the other.
	third := *a
	third.open("/b/1")
	a.fill(url.Values{"text": {"du premier onglet, changé"}, "_send": {"text"}}).want(200, "/b/1?s=1")
	if _, form := a.fields(); form.Get("text") != "du premier onglet\n\ndu second onglet" {
		t.Errorf("what the other tab wrote is %q", form.Get("text"))
	}
	third.fill(url.Values{"_send": {"text"}}).want(200, "/b/1?s=1")
	if _, form := third.fields(); form.Get("text") != "" {
		t.Errorf("sent, and still there: %q", form.Get("text"))
	}
	if n := len(s.added()); n != 3 {
		t.Errorf("%d additions, want 3", n)
	}
}

func TestTheSameAnswerTwiceIsOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	action, form := b.fields()
	form.Set("text", "une fois")
	form.Set("_send", "text")
	for range 3 {
		b.post(action, form).want(200, "/b/1?s=1")
	}
	form.Set("text", "une fois, et autre chose") // Back, and changed: this is another
	b.post(action, form).want(200, "/b/1?s=1")
	b.open("/b/1").fill(url.Values{"text": {"une fois"}, "_send": {"text"}}).want(200, "/b/1?s=1") // the same words from another page
	if n := len(s.added()); n != 3 {
		t.Errorf("%d additions, want 3", n)
	}
}

func TestMailboxWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	s, outage := newSiteWithOutage(t)
	r := s.reported("relative", "")
	message := s.writes(r, 1, reply.Message{Text: "Où êtes-vous ?", Asks: true})
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	reach := *b
	reach.open("/b/2").want(200, "/b/2")
	outage.away.Store(true)
	name := "answer-" + message.String()
	b.fill(url.Values{name: {marker}, "_send": {name}})
	if b.status != 200 || !strings.Contains(b.text("h1"), "C’est bien envoyé") {
		t.Fatalf("answered %d: %s", b.status, b.text("h1, .notice"))
	}
	reach.fill(url.Values{"wish": {"no_contact"}})
	if reach.status != 200 || s.spool.Len() != 2 {
		t.Errorf("answered %d, %d on the disk", reach.status, s.spool.Len())
	}
	s.browser().open("/b").fill(url.Values{"code": {r.code.Reveal()}}).want(503, "/b")
	late := *b
	late.post("/b/2", url.Values{"channel": {"phone"}, "contact.value": {"06 39 98 00 00"}, "wish": {"other_way"}}).want(503, "/b/2")
	if _, form := late.fields(); form.Get("contact.value") != "06 39 98 00 00" {
		t.Error("the number is gone")
	}
	outage.disk.Store(true)
	lost := *b
	lost.open("/b/1").want(503, "/b/1")
	outage.away.Store(false)
	lost.open("/b/1").want(200, "/b/1")
	outage.away.Store(true)
	lost.fill(url.Values{"text": {marker}, "_send": {"text"}}).want(503, "/b/1")
	if _, form := lost.fields(); form.Get("text") != marker {
		t.Error("neither stored nor shown again")
	}
	outage.disk.Store(false)
	lost.fill(url.Values{"_send": {"text"}})
	if lost.status != 200 || s.spool.Len() != 3 {
		t.Errorf("sent once more: %d, %d on the disk", lost.status, s.spool.Len())
	}
	outage.away.Store(false)
	outage.deliver(s)
	added := s.added()
	if len(added) != 3 {
		t.Fatalf("%d additions arrived", len(added))
	}
	for _, a := range added {
		if a.Added.Wish == report.WishNoContact != (a.Added.Text == "") || a.Added.Text != "" && a.Added.Text != marker {
			t.Errorf("%+v", a.Added)
		}
	}
	s.quiet(marker, r.code.Reveal())
}

// A report that waits on the disk has a code that does not open yet, and then does.
func TestTheCodeOfASpooledReport(t *testing.T) {
	t.Parallel()
	s, outage := newSiteWithOutage(t)
	b := s.toCheck()
	outage.away.Store(true)
	b.fill(url.Values{"word": {"prune"}})
	code, err := seal.ParseCode(b.doc.Find("#code").Text())
	if err != nil {
		t.Fatal(err)
	}
	outage.away.Store(false)
	s.enter(code.Reveal(), "prune").want(422, "/b")
	outage.deliver(s)
	s.enter(code.Reveal(), "cerise").want(422, "/b")
	s.enter(code.Reveal(), "prune").want(200, "/b/1")
}
