package intake_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recueil/internal/intake"
)

// Two tabs on one draft: what one saved is never silently replaced by the other.
func TestTwoTabsOnOnePage(t *testing.T) {
	t.Parallel()
	for name, keepMine := range map[string]bool{"mine is kept": true, "the other is kept": false} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.relativeAt("/e/2")
			action, mine := b.fields()
			b.fill(url.Values{"situation.facts": {"de l'autre onglet"}, "situation.child_words": {"au secours"}, "_skip": {"1"}}).want(200, "/e/3")

			mine.Set("situation.facts", "de cet onglet")
			mine.Set("_skip", "1")
			b.post(action, mine).want(409, "/e/2")
			page := b.doc.Find("main").Text()
			if _, form := b.fields(); !strings.Contains(page, "de l'autre onglet") || form.Get("situation.facts") != "de cet onglet" {
				t.Fatalf("both versions are to be seen: %s", page)
			}
			if _, stored := s.again(b, "/e/2").fields(); stored.Get("situation.facts") != "de l'autre onglet" {
				t.Errorf("overwritten: %q", stored.Get("situation.facts"))
			}
			want := "de l'autre onglet"
			if keepMine {
				want = "de cet onglet"
				b.fill(url.Values{"_skip": {"1"}}).want(200, "/e/3")
			} else {
				href, _ := b.doc.Find(".notice a").Attr("href")
				b.open(href).want(200, "/e/2").fill(url.Values{"_skip": {"1"}}).want(200, "/e/3")
			}
			b.open("/v").fill(nil).want(200, "/r")
			if got := s.one().Situation.Facts; got != want {
				t.Errorf("sent %q", got)
			}
		})
	}
}

// again opens a page in another tab of the same browser.
func (s *site) again(b *browser, path string) *browser { return b.twin().open(path) }

func TestTwoTabsOnTwoPagesLoseNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	one := s.relativeAt("/e/2")
	two := one.twin().open("/e/4")
	three := one.twin().open("/e/3")
	var all sync.WaitGroup
	all.Go(func() { one.fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}) })
	all.Go(func() { two.fill(url.Values{"place.department": {"59"}, "_skip": {"1"}}) })
	all.Go(func() { three.fill(url.Values{"children.0.first_name": {"Lou"}, "_skip": {"1"}}) })
	all.Wait()
	one.open("/v").fill(nil).want(200, "/r")
	if r := s.one(); r.Situation.Facts != "vu" || r.Place.Department != "59" || len(r.Children) != 1 {
		t.Errorf("%+v", r.Answers)
	}
}

// Many taps on one page are no conflict: they all say the same.
func TestTapsOnAPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2")
	action, form := b.fields()
	form.Set("situation.facts", "vu")
	form.Set("_skip", "1")
	var all sync.WaitGroup
	taps := make([]*browser, 8)
	for i := range taps {
		taps[i] = b.twin()
		all.Go(func() { taps[i].post(action, form) })
	}
	all.Wait()
	for _, tap := range taps {
		tap.want(200, "/e/3")
	}
}

// A child added in one tab and another in a second tab: both versions are shown.
func TestTwoTabsInOneGroup(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/3")
	b.fill(url.Values{"children.0.first_name": {"Lou"}, "_add": {"children"}}).want(200, "/e/3")
	action, mine := b.fields()
	b.fill(url.Values{"_remove": {"children.1"}}).want(200, "/e/3").fill(url.Values{"children.0.first_name": {"Louise"}, "_skip": {"1"}})
	mine.Set("children.1.first_name", "Max")
	b.post(action, mine).want(409, "/e/3")
	_, form := b.fields()
	if other := b.doc.Find(".notice").Text(); !strings.Contains(other, "Louise") || form.Get("children.0.first_name") != "Lou" || form.Get("children.1.first_name") != "Max" {
		t.Errorf("the other %q, mine %v", other, form)
	}
}

// reads counts how often a draft is read.
type reads struct {
	intake.Drafts
	count atomic.Int32
}

func (r *reads) LoadDraft(ctx context.Context, id [32]byte, now time.Time) ([]byte, int, error) {
	r.count.Add(1)
	return r.Drafts.LoadDraft(ctx, id, now)
}

// The check page carries what it sends: the stored draft is read only when it is of
// another revision by now.
func TestCheckPageSendsItsCopyUnlessTheDraftChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changed bool
		reads   int32
		want    string
	}{"unchanged": {false, 1, "vu"}, "changed in another tab": {true, 2, "vu, et entendu"}} {
		t.Run(name, func(t *testing.T) {
			var drafts *reads
			s := newSite(t, func(config *intake.Config) { drafts = &reads{Drafts: config.Drafts}; config.Drafts = drafts })
			b := s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).open("/v")
			action, form := b.fields()
			if c.changed {
				b.twin().open("/e/2").fill(url.Values{"situation.facts": {"vu, et entendu"}, "_skip": {"1"}})
			}
			drafts.count.Store(0)
			b.post(action, form).want(200, "/r")
			if got := drafts.count.Load(); got != c.reads { // the last one is the receipt's
				t.Errorf("the draft was read %d times, want %d", got, c.reads)
			}
			if got := s.one().Situation.Facts; got != c.want {
				t.Errorf("sent %q, want %q", got, c.want)
			}
			if got := s.drafts(); got != 1 {
				t.Errorf("%d drafts are left, want the receipt alone", got)
			}
		})
	}
}

// Whoever goes back, or by a link elsewhere, finds what he typed. It counts as no
// answer to what he had no time for, and nothing is asked about.
func TestGoingBackKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4")
	b.fill(url.Values{"place.child_now": {"au parc"}, "_view": {"back"}}).want(200, "/e/3")
	b.fill(url.Values{"children.0.first_name": {"Camille"}, "children.0.birth_date.day": {"31"}, "children.0.birth_date.month": {"février"}, "_keep": {"1"}}).want(200, "/e/3")
	if _, form := b.fields(); form.Get("children.0.first_name") != "Camille" || form.Get("children.0.birth_date.month") != "février" || b.doc.Find(".error-summary").Length() != 0 {
		t.Errorf("kept is %v", form)
	}
	b.open("/e/4")
	if _, form := b.fields(); form.Get("place.child_now") != "au parc" {
		t.Errorf("after going back it reads %q", form.Get("place.child_now"))
	}
	b.fill(nil).want(422, "/e/4") // the département is asked for still
	// What cannot be kept stays before its writer's eyes.
	b.open("/e/4").fill(url.Values{"place.address": {strings.Repeat("x", 301)}, "_view": {"back"}}).want(422, "/e/4")
	if _, form := b.fields(); form.Get("place.address") != strings.Repeat("x", 301) {
		t.Error("a text that is too long is lost by going back")
	}
}
