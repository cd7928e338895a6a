package intake_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

func TestDatabaseAwayBetweenTwoPages(t *testing.T) {
	t.Parallel()
	s, outage := newSiteWithOutage(t)
	b := s.relativeAt("/e/3")
	b.fill(url.Values{"children.0.first_name": {"Lou"}, "_add": {"children"}}).want(200, "/e/3")
	action, form := b.fields()
	form.Set("children.1.first_name", marker)
	form.Set("children.1.last_name", "Martin")
	outage.away.Store(true)
	b.post(action, form).want(503, "/e/3")
	if got := b.doc.Find(".notice").First().Text(); !strings.Contains(got, s.words("error.unavailable.text")) {
		t.Errorf("told %q", got)
	}
	_, again := b.fields()
	for name, want := range map[string]string{"children.0.first_name": "Lou", "children.1.first_name": marker, "children.1.last_name": "Martin"} {
		if got := again.Get(name); got != want {
			t.Errorf("%s is shown as %q", name, got)
		}
	}
	b.fill(nil).want(503, "/e/3") // still away, still there
	outage.away.Store(false)
	b.fill(url.Values{"_skip": {"1"}}).want(200, "/e/4")
	_, stored := b.open("/e/3").fields()
	if stored.Get("children.0.first_name") != "Lou" || stored.Get("children.1.first_name") != marker {
		t.Errorf("stored %v", stored)
	}
	s.quiet(marker, "Lou")
}

// Taking an item out is done or not done, never half.
func TestDatabaseAwayWhileAnItemIsRemoved(t *testing.T) {
	t.Parallel()
	s, outage := newSiteWithOutage(t)
	b := s.relativeAt("/e/3")
	for _, name := range []string{"Lou", "Max", "Noé"} {
		n := string(rune('0' + len(b.doc.Find("fieldset.group[id^=children]").Nodes) - 1))
		b.fill(url.Values{"children." + n + ".first_name": {name}, "_add": {"children"}}).want(200, "/e/3")
	}
	outage.away.Store(true)
	b.fill(url.Values{"_remove": {"children.1"}}).want(503, "/e/3")
	if _, form := b.fields(); form.Get("children.1.first_name") != "Max" {
		t.Errorf("half removed: %v", form)
	}
	outage.away.Store(false)
	b.fill(url.Values{"_remove": {"children.1"}}).want(200, "/e/3")
	if _, form := b.fields(); form.Get("children.0.first_name")+form.Get("children.1.first_name")+form.Get("children.2.first_name") != "LouNoé" {
		t.Errorf("removed otherwise: %v", form)
	}
}

func TestPagesWhileTheDatabaseIsAway(t *testing.T) {
	s, outage := newSiteWithOutage(t)
	b := s.relativeAt("/e/2")
	outage.away.Store(true)
	for path, status := range map[string]int{
		"/": 200, "/a": 200, "/d": 200, "/m": 200, "/p/aide": 200, "/static/": 404, "/nirgends": 404,
		"/e/2": 503, "/v": 503, "/r": 503,
	} {
		start := time.Now()
		b.open(path).want(status, path)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s took %s", path, took)
		}
		if status == 503 && b.doc.Find(`main a[href="/m"]`).Length() != 1 {
			t.Errorf("%s does not say that the short form works", path)
		}
	}
	b.open("/").post("/", url.Values{"door": {"self"}}).want(503, "/")
	outage.away.Store(false)
	b.open("/e/2").want(200, "/e/2")
}

func TestDatabaseAwayBeforeTheLastPost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ready func(*site) *browser
		told  func(report.Report) string
	}{
		"whole form":              {(*site).toCheck, func(r report.Report) string { return r.Situation.Story }},
		"short form":              {func(s *site) *browser { return s.browser().open("/m") }, func(r report.Report) string { return r.Answers.Short.Story }},
		"short form with a draft": {func(s *site) *browser { return s.toCheck().open("/m") }, func(r report.Report) string { return r.Answers.Short.Story }},
	} {
		t.Run(name, func(t *testing.T) {
			s, outage := newSiteWithOutage(t)
			b := c.ready(s)
			action, form := b.fields()
			if action == "/m" {
				form.Set("short.story", "le soir, il crie")
			}
			outage.away.Store(true)
			first := b.post(action, form).want(200, action).receipt()
			if said := b.text("main"); !strings.Contains(said, "cette page ne s’affichera pas") || strings.Contains(said, "10 minutes") {
				t.Error("the receipt says that it can be seen again")
			}
			if again := b.post(action, form).want(200, action).receipt(); again != first {
				t.Errorf("sent twice while away: %s, first %s", again, first)
			}
			if s.spool.Len() != 1 || len(s.sent()) != 0 {
				t.Errorf("%d on the disk, %d in the database", s.spool.Len(), len(s.sent()))
			}
			outage.away.Store(false)
			outage.deliver(s)
			if told := c.told(s.one()); told != "le soir, il crie" {
				t.Errorf("delivered %q", told)
			}
			// The draft, where there was one, is still there: sent again it is the same report.
			if b.post(action, form); name == "whole form" {
				if again := b.want(200, "/r").receipt(); again != first {
					t.Errorf("after delivery: %s, first %s", again, first)
				}
				b.open("/e/2").want(200, "/r")
			}
			if n := len(s.sent()); n != 1 {
				t.Errorf("%d reports", n)
			}
			s.quiet("le soir, il crie")
		})
	}
}

// A database that takes requests and never answers holds up nobody who is in
// danger, and nobody who leaves.
func TestSilentDatabase(t *testing.T) {
	s, outage := newSiteWithOutage(t)
	b := s.toCheck()
	outage.silent.Store(true)
	for _, c := range []struct {
		path    string
		status  int
		seconds time.Duration
	}{{"/d", 200, 1}, {"/m", 200, 1}, {"/a", 200, 1}, {"/e/2", 503, 6}, {"/nirgends", 404, 1}, {"/s", 303, 1}} {
		start := time.Now()
		b.open(c.path).want(c.status, c.path)
		if took := time.Since(start); took > c.seconds*time.Second+time.Second {
			t.Errorf("%s took %s", c.path, took)
		}
	}
}

// With no database and no disk nothing is acknowledged, and nothing typed is lost.
func TestNeitherDatabaseNorDisk(t *testing.T) {
	t.Parallel()
	s, outage := newSiteWithOutage(t)
	b := s.toCheck()
	short := s.browser().open("/m")
	outage.away.Store(true)
	outage.disk.Store(true)
	b.fill(nil).want(503, "/v")
	if got := b.doc.Find("main").Text(); !strings.Contains(got, s.young("error.unavailable.text")) || !strings.Contains(got, "le soir, il crie") {
		t.Errorf("the page says %.200q", got)
	}
	short.fill(url.Values{"short.story": {marker}}).want(503, "/m")
	if _, form := short.fields(); form.Get("short.story") != marker {
		t.Error("the short form was emptied")
	}
	if s.spool.Len() != 0 {
		t.Error("something is on the full disk")
	}
	outage.disk.Store(false)
	first := b.fill(nil).want(200, "/v").receipt()
	second := short.fill(nil).want(200, "/m").receipt()
	outage.away.Store(false)
	outage.deliver(s)
	if n := len(s.sent()); n != 2 || first == second {
		t.Errorf("%d reports, %s and %s", n, first, second)
	}
	s.quiet(marker, "le soir")
}

func TestExitWhileTheDatabaseIsAway(t *testing.T) {
	s, outage := newSiteWithOutage(t)
	b := s.toCheck()
	outage.away.Store(true)
	start := time.Now()
	b.open("/s").want(303, "/s")
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("leaving took %s", took)
	}
	outage.away.Store(false)
	b.open("/e/2").want(410, "/e/2")
}

// What somebody sends does not hang on the table of drafts: the page carries a copy.
func TestDraftThatCannotBeReadIsSentFromItsPage(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]func(*site) *browser{
		"with a file":    func(s *site) *browser { return s.toFiles().attach("un.jpg", picture(1000), "_join").open("/v") },
		"from a captcha": (*site).asked,
	} {
		t.Run(name, func(t *testing.T) {
			s, outage := newSiteWithOutage(t)
			b := to(s)
			outage.broken.Store(true)
			action, form := b.fields()
			b.post(action, form).want(200, action).receipt()
			s.one()
			if !strings.Contains(s.log.String(), "a draft could not be read") {
				t.Error("nobody hears of it")
			}
		})
	}
}
