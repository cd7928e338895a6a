package intake_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recueil/internal/reply"
)

// follow goes along a way that leads from the page's form, as a browser without a
// script does.
func (b *browser) follow(to string, typed url.Values) *browser {
	b.t.Helper()
	button := b.doc.Find(`button[name=_go][value="` + to + `"]`).First()
	if button.Length() != 1 {
		b.t.Fatalf("%s leads to %s by no button of its form", b.at, to)
	}
	id, _ := b.doc.Find("main form").First().Attr("id")
	if form, of := button.Attr("form"); id == "" || of && form != id {
		b.t.Fatalf("the way of %s belongs to the form %q, which is %q", b.at, form, id)
	}
	action, values := b.fields()
	for name, given := range typed {
		values[name] = given
	}
	values.Set("_go", to)
	return b.post(action, values)
}

func TestWhoFollowsALinkKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2").follow("/d", url.Values{"situation.facts": {"des cris"}}).want(200, "/d")
	if next := b.resumes(); next != "/e/2" || b.method != http.MethodGet { // not answered yet
		t.Errorf("the numbers lead back to %s", next)
	}
	b.open("/e/2").follow("/p/aide", url.Values{"situation.facts": {"des cris, encore"}}).want(200, "/p/aide")
	if _, form := b.open("/e/2").fields(); form.Get("situation.facts") != "des cris, encore" {
		t.Errorf("what was typed became %q", form.Get("situation.facts"))
	}
	asked := s.browser().door("relative").open("/e/1").fill(nil).want(422, "/e/1") // what is asked holds nobody back
	asked.follow("/d", url.Values{"danger_now": {"no"}}).want(200, "/d")
	if _, form := asked.open("/e/1").fields(); form.Get("danger_now") != "no" {
		t.Errorf("what was chosen became %q", form.Get("danger_now"))
	}
	action, values := b.fields()
	values.Set("_go", "//ailleurs.example/")
	b.post(action, values).want(200, "/")
}

func TestWhoFollowsALinkIsHeldBackOnce(t *testing.T) {
	t.Parallel()
	s, o := newSiteWithOutage(t)
	long := strings.Repeat("é", 50_001)
	b := s.relativeAt("/e/2").follow("/d", url.Values{"situation.facts": {long}}).want(422, "/e/2")
	plain := func(what string) {
		t.Helper()
		if b.doc.Find(`.footer a[href="/d"]`).Length() != 1 || b.doc.Find("button[name=_go]").Length() != 0 {
			t.Errorf("%s, the page lets nobody go", what)
		}
	}
	if _, form := b.fields(); form.Get("situation.facts") != long {
		t.Error("a text that is too long is lost")
	}
	plain("too long")
	o.away.Store(true)
	b = s.browser().open("/m").follow("/d", url.Values{"short.story": {"il crie"}}).want(200, "/m")
	plain("without a cookie's draft")
	o.away.Store(false)
	b = s.toCheck().fill(nil).want(200, "/r").open("/m").follow("/d", url.Values{"short.story": {"il crie"}}).want(200, "/m")
	plain("sent already")
}

func TestWhoFollowsALinkFromTheShortForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().open("/m").fill(nil).want(422, "/m").follow("/d", nil).want(200, "/d")
	b.open("/m").follow("/d", url.Values{"short.story": {"il crie"}, "short.where": {"à Lille"}}).want(200, "/d")
	if _, form := b.open("/m").want(200, "/m").fields(); form.Get("short.story") != "il crie" || form.Get("short.where") != "à Lille" {
		t.Errorf("%v", form)
	}
	b.follow("/p/aide", url.Values{"short.story": {"il crie encore"}}).want(200, "/p/aide")
	b.open("/m").fill(nil).want(200, "/r")
	if r := s.one(); r.Answers.Short.Story != "il crie encore" {
		t.Errorf("%+v", r.Answers.Short)
	}
}

func TestWhoFollowsALinkFromTheMailbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("self", "")
	s.writes(r, 1, reply.Message{Text: "À quelle heure ?", Asks: true})
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	answer, _ := b.doc.Find(".message textarea").Attr("name")
	b.follow("/b/2?w=1", url.Values{answer: {"après 17 h"}, "text": {"et merci"}}).want(200, "/b/2?w=1")
	b.follow("/b/1", url.Values{"contact.value": {"06 39 98 00 11"}}).want(200, "/b/1")
	if _, form := b.fields(); form.Get(answer) != "après 17 h" || form.Get("text") != "et merci" {
		t.Errorf("what was typed became %v", form)
	}
	if _, form := b.open("/b/2").fields(); form.Get("contact.value") != "06 39 98 00 11" || len(s.added()) != 0 {
		t.Errorf("what was typed became %v", form)
	}
	word := s.toCheck().follow("/d", url.Values{"word": {"prune"}}).want(200, "/d").open("/v")
	if _, form := word.fields(); form.Get("word") != "prune" || len(s.sent()) != 1 {
		t.Errorf("the word became %q", form.Get("word"))
	}
}

// A browser that keeps no cookie is told so before the first question, and how one can
// write without.
func TestWhoKeepsNoCookieIsToldHowToWrite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	told := strings.Join(strings.Fields(s.words("page.before.refused")), " ")
	if b := s.browser().door("self"); strings.Contains(b.text("main"), told) {
		t.Error("who keeps the cookie is told that it is not kept")
	}
	b := s.browser()
	if b.open("/a"); strings.Contains(b.text("main"), told) {
		t.Error("who only reads is told of a cookie")
	}
	b.client.Jar = nil
	if b.door("self"); b.text(".notice p:first-child") != told || b.doc.Find(`.notice a[href="/m"]`).Length() != 1 {
		t.Errorf("told %q", b.text(".notice"))
	}
	b.open("/m").fill(url.Values{"short.story": {"il crie"}}).want(200, "/m")
	if b.receipt(); s.one().Answers.Short.Story != "il crie" {
		t.Error("the short form needs a cookie")
	}
}
