package intake_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A page that shows what was typed is never the answer to a POST: the browser's
// history then holds nothing that Back could send once more after the visitor left.
func TestBackAfterLeavingShowsNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	const word = "marqueur-tapé"
	for name, c := range map[string]struct {
		refused func(t *testing.T, s *site) *browser
		path    string
	}{
		"a step that is refused": {func(t *testing.T, s *site) *browser {
			b := s.relativeAt("/e/4")
			return b.fill(url.Values{"place.address": {word + strings.Repeat(" rue", 600)}})
		}, "/e/4"},
		"a step that asks once more": {func(t *testing.T, s *site) *browser {
			return s.relativeAt("/e/4").fill(url.Values{"place.address": {word}})
		}, "/e/4"},
		"a conflict of two tabs": {func(t *testing.T, s *site) *browser {
			b := s.relativeAt("/e/2")
			action, mine := b.fields()
			b.fill(url.Values{"situation.facts": {"de l'autre onglet"}, "_skip": {"1"}}).want(200, "/e/3")
			mine.Set("situation.facts", word)
			return b.post(action, mine)
		}, "/e/2"},
		"the short form": {func(t *testing.T, s *site) *browser {
			return s.browser().open("/m").fill(url.Values{"short.callback": {word + strings.Repeat("0", 100)}})
		}, "/m"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := c.refused(t, s)
			if b.status < 400 || !strings.Contains(b.body, word) || b.at != c.path {
				t.Fatalf("at %s with %d, the text shown: %v", b.at, b.status, strings.Contains(b.body, word))
			}
			if b.method != http.MethodGet {
				t.Errorf("the page answers a %s", b.method)
			}
			shown := b.shown
			b.open("/s").want(http.StatusSeeOther, "")
			if b.open(shown); strings.Contains(b.body, word) {
				t.Errorf("%s shows it again with %d", shown, b.status)
			}
		})
	}
}

// Whoever only opened the short form has a draft without a door: no other page may
// stumble over it.
func TestPagesWithADraftOfTheShortFormAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().open("/m").fill(nil).want(422, "/m")
	for _, path := range []string{"/e/2", "/e/tout", "/v", "/q", "/r", "/a", "/d", "/"} {
		if other := b.twin().open(path); other.status >= 500 {
			t.Errorf("%s answers %d", path, other.status)
		}
		if other := b.twin().post(path, url.Values{"situation.story": {"x"}, "digits": {"1"}}); other.status >= 500 {
			t.Errorf("a POST to %s answers %d", path, other.status)
		}
	}
	b.fill(url.Values{"short.story": {"il crie"}}).want(200, "/r")
	if r := s.one(); r.Answers.Short.Story != "il crie" {
		t.Errorf("%+v", r.Answers.Short)
	}
}

func TestRefusedPageOutlivesAReload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4").fill(url.Values{"place.address": {"impasse des Lilas"}}).want(422, "/e/4")
	b.open(b.shown).want(422, "/e/4")
	if _, form := b.fields(); form.Get("place.address") != "impasse des Lilas" || b.problem() == "" {
		t.Errorf("%q, %v", b.problem(), form)
	}
	b.open("/e/4").want(200, "/e/4") // opened anew it shows what is stored
}

// Every page that was filled in, sent once more after the report as it was, adds nothing.
func TestPagesSentAgainAfterTheReportAddNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	type page struct {
		action string
		form   url.Values
	}
	var pages []page
	for _, at := range []string{"/e/1", "/e/2", "/e/4", "/e/12"} {
		if b.open(at); b.status == 200 && len(b.asked()) > 0 {
			action, form := b.fields()
			pages = append(pages, page{action, form})
		}
	}
	if len(pages) < 3 {
		t.Fatalf("only %d pages were filled in", len(pages))
	}
	b.open("/v").fill(nil).want(200, "/r")
	for _, p := range pages {
		b.post(p.action, p.form).want(200, "/r")
	}
	s.one()
}
