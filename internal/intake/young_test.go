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
// page that is read again, says "tu" or "I" of him; and he never moves up into the
// writer's place.
func TestAnotherYoungPersonIsNotTheWriter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ lang, door, first, second, age, read string }{
		{"fr", "self", "Toi", "Jeune 2", "Son âge", "Jeune 2 · Âge"},
		{"fr", "young_for_other", "Ton ami", "Jeune 2", "Son âge", "Jeune 2 · Âge"},
		{"en", "self", "You", "Young person 2", "Where does this person live?", "Young person 2 · Age"},
	} {
		b := s.browser().accepts(c.lang).door(c.door)
		b.open("/e/1").fill(url.Values{"danger_now": {"no"}})
		b.fill(url.Values{"situation.story": {"bonjour"}})
		b.fill(url.Values{"place.department": {"59"}, "children.0.age": {"14"}})
		b.fill(url.Values{"contact.channel": {"none"}}).want(200, "/v")
		b.open("/v?plus=1").open("/e/3").fill(url.Values{"_add": {"children"}}).want(200, "/e/3")
		first, second := b.text("#children-0"), b.text("#children-1")
		if !strings.HasPrefix(first, c.first) || spoken.FindString(first) == "" && c.door == "self" {
			t.Errorf("%s: the first is asked %q", c.lang, first)
		}
		if said := spoken.FindString(unknown.Replace(second)); !strings.HasPrefix(second, c.second) || !strings.Contains(second, c.age) || said != "" {
			t.Errorf("%s: %q in what the other is asked: %q", c.lang, said, second)
		}
		if removes := b.doc.Find("[name=_remove]"); removes.Length() != 1 || removes.AttrOr("value", "") != "children.1" {
			t.Errorf("%s: the first can be taken out", c.lang)
		}
		b.fill(url.Values{"children.1.age": {"9"}, "children.1.particulars": {"pregnancy"}})
		rows := b.open("/v").doc.Find(".summary-list dt:contains('" + c.second + "')").Parent()
		if got := rows.Text(); rows.Length() != 2 || !strings.Contains(got, c.read) || spoken.FindString(got) != "" {
			t.Errorf("%s: read again: %s", c.lang, got)
		}
	}
}

// spoken finds a word that only the writer himself, or whoever speaks to him, can mean.
var spoken = regexp.MustCompile(`(?i)(^|[^\pL])(tu|toi|ton|ta|tes|te|mes|mon|ma|me|moi|je|j’|votre|vous|vos|you|your|my|i|me)([^\pL]|$)`)

// unknown takes out the answer of whoever writes, which is the same of anybody.
var unknown = strings.NewReplacer("Je ne sais pas", "", "I don’t know", "")

// A grown-up adds another child, and is asked about it as about the first.
func TestAnotherChildIsAskedAboutLikeTheFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/3").fill(url.Values{"_add": {"children"}}).want(200, "/e/3")
	for _, field := range []string{"age", "living_place"} {
		first, second := b.text("label[for=children-0-"+field+"]"), b.text("label[for=children-1-"+field+"]")
		if first == "" || first != second {
			t.Errorf("%s: %q, then %q", field, first, second)
		}
	}
	if b.doc.Find("[name=_remove]").Length() != 2 {
		t.Error("one of the children cannot be taken out")
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
