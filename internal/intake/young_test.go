package intake_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestYoungWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("self")
	b.open("/e/1").want(200, "/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/2")
	b.fill(url.Values{"situation.story": {"bonjour"}}).want(200, "/e/4")
	b.fill(url.Values{"place.department": {"59"}, "children.0.age": {"14"}}).want(200, "/e/12")
	b.fill(url.Values{"contact.channel": {"none"}}).want(200, "/v")
	b.fill(nil).want(200, "/r")
	if code := b.doc.Find("#code").Text(); len(code) != 24 {
		t.Errorf("code %q", code)
	}
}

// Whoever is added beside the writer is not the writer: no question, and nothing on the
// page that is read again, says "tu" of him.
func TestAnotherYoungPersonIsNotTheWriter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("self")
	b.open("/e/1").fill(url.Values{"danger_now": {"no"}})
	b.fill(url.Values{"situation.story": {"bonjour"}})
	b.fill(url.Values{"place.department": {"59"}, "children.0.age": {"14"}})
	b.fill(url.Values{"contact.channel": {"none"}}).want(200, "/v")
	b.open("/v?plus=1").open("/e/3").fill(url.Values{"_add": {"children"}}).want(200, "/e/3")
	first, second := b.text("#children-0"), b.text("#children-1")
	if !strings.Contains(first, "Ton prénom") || !strings.HasPrefix(first, "Toi") {
		t.Errorf("the writer is asked %q", first)
	}
	if !strings.HasPrefix(second, "Jeune 2") || !strings.Contains(second, "Son âge") || regexp.MustCompile(`(?i)\b(tu|toi|ton|tes|mes|mon|ma)\b`).MatchString(second) {
		t.Errorf("the other is asked %q", second)
	}
	b.fill(url.Values{"children.1.age": {"9"}, "children.1.particulars": {"pregnancy"}})
	if got := b.open("/v").text("main"); !strings.Contains(got, "Jeune 2 · Âge") || strings.Contains(got, "Je suis enceinte") {
		t.Errorf("read again: %s", got)
	}
}

// The receipt no longer holds the answers, and still speaks of the friend; so do the
// pages beside the form.
func TestTheFriendIsSpokenOfToTheEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("young_for_other")
	b.open("/e/1").fill(url.Values{"danger_now": {"no"}})
	b.fill(url.Values{"situation.story": {"bonjour"}})
	if got := b.open("/p/confidentialite").text("main"); !strings.Contains(got, "si ton ami est en danger") {
		t.Errorf("beside the form: %s", got)
	}
	b.open("/e/4").fill(url.Values{"place.department": {"59"}, "children.0.age": {"14"}})
	b.fill(url.Values{"contact.channel": {"none"}}).want(200, "/v")
	if got := b.fill(nil).want(200, "/r").text("main"); !strings.Contains(got, "Si ton ami est en danger") || strings.Contains(got, "te protéger") {
		t.Errorf("after sending: %s", got)
	}
	if got := b.open("/p/aide").text("main"); !strings.Contains(got, "Tes réponses restent une heure") {
		t.Errorf("after sending, beside: %s", got)
	}
}
