package intake_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/report"
)

// teacher is at the page of a professional who fills in everything at once.
func (s *site) teacher() *browser {
	s.t.Helper()
	b := s.browser().door("professional").open("/e/1")
	b.fill(url.Values{"_view": {"whole"}}).want(200, "/e/tout")
	if b.part != "partie-1" {
		s.t.Errorf("the page opens at #%s", b.part)
	}
	return b
}

// parts are the steps on the page, by their numbers.
func (b *browser) parts() string {
	_, form := b.fields()
	return strings.Join(form["_step"], " ")
}

func TestWholeFormIsOnePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	if got := b.parts(); got != "1 13 2 3 4 5 6 7 8 10 11 12" {
		t.Errorf("steps %s", got)
	}
	for _, node := range b.doc.Find(".contents a").Nodes {
		target := strings.TrimPrefix(node.Attr[0].Val, "#")
		if b.doc.Find("section[id='"+target+"'] h2").Length() != 1 {
			t.Errorf("the contents lead to #%s, where no part is", target)
		}
	}
	if n := b.doc.Find(".contents a").Length(); n != 12 {
		t.Errorf("%d lines of contents", n)
	}
	seen := map[string]bool{}
	for _, node := range b.doc.Find("[id]").Nodes {
		for _, a := range node.Attr {
			if a.Key == "id" && seen[a.Val] {
				t.Errorf("two elements have the id %s", a.Val)
			} else if a.Key == "id" {
				seen[a.Val] = true
			}
		}
	}

	// What opens more questions leads to them, once; then the way goes on.
	told := url.Values{"danger_now": {"no"}, "reporter.profile": {"elected"}, "situation.facts": {"vu"}, "situation.dangers": {"sexual_exploitation"}, "_skip": {"1"}}
	b.fill(told).want(200, "/e/tout")
	if b.part != "partie-9" || b.parts() != "1 13 2 3 4 5 6 7 8 9 10 11 12" {
		t.Errorf("at #%s with the steps %s", b.part, b.parts())
	}
	b.fill(url.Values{"exploitation.forms": {"hotel_or_flat"}, "_skip": {"1"}}).want(200, "/v")
	if got := b.doc.Find("main .where").Text(); got != "Étape 2 sur 2" {
		t.Errorf("the check page is %q", got)
	}
	b.fill(nil).want(200, "/r")
	if r := s.one(); r.Reporter.Profile != report.ProfileElected || !slices.Equal(r.Exploitation.Forms, []report.ExploitationForm{report.ExploitationFormHotelOrFlat}) {
		t.Errorf("%+v", r.Answers)
	}
}

// The view changes at any moment, both ways; nothing is asked back and nothing lost.
func TestSwitchingTheViewKeepsEverything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("professional").open("/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/13")
	b.fill(url.Values{"_skip": {"1"}}).want(200, "/e/2")
	b.fill(url.Values{"situation.facts": {"à moitié"}, "_view": {"whole"}}).want(200, "/e/tout")
	if b.part != "partie-2" || b.doc.Find(".error-summary").Length() != 0 {
		t.Errorf("at #%s, asked back: %s", b.part, b.doc.Find(".error-summary").Text())
	}
	_, form := b.fields()
	if form.Get("danger_now") != "no" || form.Get("situation.facts") != "à moitié" {
		t.Errorf("lost on the way to one page: %v", form)
	}
	b.fill(url.Values{"children.0.first_name": {"Camille"}, "children.0.birth_date.day": {"31"}, "children.0.birth_date.month": {"février"}, "children.0.birth_date.year": {"2015"},
		"professional.name": {"Dominique Exemple"}, "place.commune": {"Zzyx"}, "_add": {"children"}}).want(200, "/e/tout")
	b.fill(url.Values{"children.1.first_name": {"Lou"}, "_view": {"steps"}}).want(200, "/e/5") // the first of which nothing was told
	for path, want := range map[string]url.Values{
		"/e/3":  {"children.0.first_name": {"Camille"}, "children.0.birth_date.day": {"31"}, "children.0.birth_date.month": {"février"}, "children.1.first_name": {"Lou"}},
		"/e/4":  {"place.commune": {"Zzyx"}},
		"/e/10": {"professional.name": {"Dominique Exemple"}},
	} {
		_, form := b.open(path).want(200, path).fields()
		for name := range want {
			if form.Get(name) != want.Get(name) {
				t.Errorf("%s holds %q in %s", path, form.Get(name), name)
			}
		}
	}
	// A step that was left out by nobody is asked for as ever.
	b.open("/e/3").fill(nil).want(422, "/e/3")
	b.open("/e/12").fill(url.Values{"contact.channel": {"none"}, "_view": {"whole"}}).want(200, "/e/tout")
	if _, form := b.fields(); form.Get("contact.channel") != "none" || b.part != "partie-12" {
		t.Errorf("at #%s with %v", b.part, form["contact.channel"])
	}
}

// Too long a text is the one thing that no view takes along.
func TestSwitchingTheViewShowsWhatIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	long := strings.Repeat("x", 50_001)
	b.fill(url.Values{"situation.facts": {long}, "situation.child_words": {"dit"}, "_view": {"steps"}}).want(422, "/e/tout")
	if _, form := b.fields(); form.Get("situation.facts") != long || form.Get("situation.child_words") != "dit" {
		t.Error("what was typed is gone")
	}
	if href := b.doc.Find(".error-summary a").AttrOr("href", ""); href != "#situation-facts" || b.doc.Find(href).Length() != 1 {
		t.Errorf("the summary leads to %s", href)
	}
}

func TestWholeFormAsksOnceAndSaysForWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher().fill(nil).want(422, "/e/tout")
	links := b.doc.Find(".error-summary a")
	if links.Length() != 16 {
		t.Errorf("%d questions are asked for", links.Length())
	}
	texts := map[string]bool{}
	for i := range links.Nodes {
		link := links.Eq(i)
		if href := link.AttrOr("href", ""); b.doc.Find("main "+href).Length() != 1 {
			t.Errorf("%q leads to %s", link.Text(), href)
		}
		texts[link.Text()] = true
	}
	if len(texts) != links.Length() || !texts["Enfant 1 · Prénom\u00a0: Pas de réponse"] {
		t.Errorf("the lines do not say which question they mean: %v", texts)
	}
	if !strings.HasPrefix(b.doc.Find("title").Text(), "Erreur") {
		t.Errorf("title %q", b.doc.Find("title").Text())
	}
	b.fill(url.Values{"children.0.school": {"0590001A"}}).want(422, "/e/tout") // the rest is not asked for again
	if got := b.doc.Find("#children-0-school-erreur").Text(); got != s.words("mark.not_a_school_code") || b.doc.Find(".error-summary a").Length() != 1 {
		t.Errorf("%d questions; the school's: %q", b.doc.Find(".error-summary a").Length(), got)
	}
	if _, form := b.fields(); form.Get("children.0.school") != "0590001A" {
		t.Error("the code is gone")
	}
	b.fill(nil).want(200, "/v")
}

func TestWholeFormGrowsAndShrinksInPlace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	b.fill(url.Values{"children.0.first_name": {"A"}, "situation.facts": {"vu"}, "_add": {"children"}}).want(200, "/e/tout")
	b.fill(url.Values{"children.1.first_name": {"B"}, "_add": {"children"}}).want(200, "/e/tout")
	if b.part != "children-2" {
		t.Errorf("added at #%s", b.part)
	}
	b.fill(url.Values{"children.2.first_name": {"C"}, "suspects.0.name": {"X"}, "_remove": {"children.0"}}).want(200, "/e/tout")
	_, form := b.fields()
	if b.part != "children-0" || form.Get("children.0.first_name") != "B" || form.Get("children.1.first_name") != "C" || form.Has("children.2.first_name") ||
		form.Get("situation.facts") != "vu" || form.Get("suspects.0.name") != "X" {
		t.Errorf("at #%s with %v", b.part, form)
	}
	b.fill(url.Values{"_remove": {"children.1"}}).want(200, "/e/tout")
	if b.part != "children-0" { // the last one went: its neighbour is the place
		t.Errorf("removed at #%s", b.part)
	}
	if n := b.doc.Find(".error-summary").Length(); n != 0 {
		t.Error("something is asked for meanwhile")
	}
}

// "In danger now" shows the numbers once everything is saved, and then the way on.
func TestDangerOnTheWholeForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	told := url.Values{"danger_now": {"yes"}, "situation.facts": {"vu"}}
	b.fill(told).want(422, "/e/tout").fill(nil).want(200, "/d")
	if next := b.resumes(); next != "/v" {
		t.Errorf("on to %s", next)
	}
	b.open("/e/tout").fill(nil).want(200, "/v") // once
	b.open("/e/tout").fill(url.Values{"situation.facts": {"vu aussi"}, "_view": {"numbers"}}).want(200, "/d")
	if _, form := b.open("/e/tout").fields(); form.Get("situation.facts") != "vu aussi" {
		t.Error("what was typed is gone")
	}
}

func TestModifyingLeadsToThePlaceOnTheWholeForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher().fill(url.Values{"children.0.first_name": {"A"}, "_add": {"children"}})
	b.fill(url.Values{"children.1.first_name": {"B"}, "situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v")
	whole := b.twin().open("/e/tout")
	links := b.doc.Find(".change a")
	found := map[string]bool{}
	for i := range links.Nodes {
		href := links.Eq(i).AttrOr("href", "")
		path, anchor, _ := strings.Cut(href, "#")
		if path != "/e/tout" || whole.doc.Find("[id='"+anchor+"']").Length() != 1 {
			t.Errorf("%q leads to %s", links.Eq(i).Text(), href)
		}
		found[anchor] = true
	}
	if !found["children-1"] || !found["partie-2"] || !found["partie-10"] {
		t.Errorf("places %v", found)
	}
	b.open("/e/tout").fill(url.Values{"children.1.first_name": {"Bé"}, "_skip": {"1"}}).want(200, "/v").fill(nil).want(200, "/r")
	if r := s.one(); r.Children[1].FirstName != "Bé" {
		t.Errorf("%+v", r.Children)
	}
}

func TestTwoTabsOnTheWholeForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	action, mine := b.fields()
	step := b.twin().open("/e/5").fill(url.Values{"situation.dangers": {"sexual_exploitation"}, "_skip": {"1"}})
	step.open("/e/9").fill(url.Values{"exploitation.venue": {"hôtel"}, "_skip": {"1"}})
	mine.Set("situation.facts", "de cet onglet")
	b.post(action, mine).want(409, "/e/tout")
	page := b.doc.Find(".notice").Text()
	if _, form := b.fields(); !strings.Contains(page, "Exploitation sexuelle") || form.Get("situation.facts") != "de cet onglet" ||
		form.Get("exploitation.venue") != "hôtel" || form.Get("situation.dangers") != "" {
		t.Fatalf("both versions are to be seen: %s %v", page, form["exploitation.venue"])
	}
	if _, stored := b.twin().open("/e/5").fields(); stored.Get("situation.dangers") != "sexual_exploitation" {
		t.Error("overwritten")
	}
	b.fill(url.Values{"_skip": {"1"}}).want(200, "/v").fill(nil).want(200, "/r")
	if r := s.one(); r.Situation.Facts != "de cet onglet" || len(r.Situation.Dangers) != 0 {
		t.Errorf("mine was kept: %+v", r.Situation)
	}
}

func TestWholeFormIsForProfessionals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, door := range []string{"self", "relative"} {
		b := s.browser().door(door).open("/e/1")
		if b.doc.Find("[name=_view][value=whole]").Length() != 0 {
			t.Errorf("%s is offered one page", door)
		}
		b.open("/e/tout").want(200, "/e/1")
		b.post("/e/tout", url.Values{"_step": {"2"}, "situation.facts": {"vu"}, "_view": {"whole"}})
		if b.want(200, "").doc.Find("[name=_step]").Length() != 0 { // no way round it, and no way that never ends
			t.Errorf("%s got to the whole form at %s", door, b.at)
		}
	}
}

// A draft that is gone does not take the page with it.
func TestWholeFormOutlivesItsDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	s.clock.Add(25 * time.Hour)
	b.fill(url.Values{"situation.facts": {"vu"}, "professional.name": {"D"}}).want(410, "/e/tout")
	if _, form := b.fields(); form.Get("situation.facts") != "vu" || form.Get("professional.name") != "D" {
		t.Error("what was typed is gone")
	}
	b.fill(url.Values{"_skip": {"1"}}).want(200, "/v").fill(nil).want(200, "/r")
	if r := s.one(); r.Situation.Facts != "vu" {
		t.Errorf("%+v", r.Situation)
	}
}

// The whole page once more after sending: the same is the same receipt, what changed
// is added.
func TestWholeFormAfterSending(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher()
	b.fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v").open("/e/tout")
	action, form := b.fields()
	b.open("/v").fill(nil).want(200, "/r")
	b.post(action, form).want(200, "/r")
	if n := len(s.added()); n != 0 {
		t.Fatalf("%d additions of nothing new", n)
	}
	form.Set("situation.facts", "vu et entendu")
	b.post(action, form).want(200, "/r")
	if added := s.added(); len(added) != 1 || added[0].Situation.Facts != "vu et entendu" {
		t.Errorf("%d additions", len(added))
	}
}

func TestCopyBeforeSending(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v")
	copied := b.doc.Find(".print-only").Text()
	if !strings.Contains(copied, s.words("page.professional.copy.notice")) || !strings.Contains(copied, s.sentAt()) || b.doc.Find("[data-print][hidden]").Length() != 1 {
		t.Errorf("the copy says %q", copied)
	}
	if s.toCheck().doc.Find("[data-print], .print-only").Length() != 0 {
		t.Error("a young person is offered a copy")
	}
}

func TestLegalReminder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, b := range []*browser{s.browser().door("professional").open("/e/10"), s.teacher()} {
		reminder := b.doc.Find("details:not([open]) > summary:contains('" + s.words("page.professional.law") + "')").Parent().Text()
		for _, article := range []string{"Article 40 du", "434\u20113", "226\u201114", "L226\u20112\u20111"} {
			if !strings.Contains(reminder, article) {
				t.Errorf("%s does not name %s", b.at, article)
			}
		}
	}
}

// Seven lines that say the same tell nobody where to go.
func TestLinesOfTheSummaryTellQuestionsApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("professional").open("/e/10").want(200, "/e/10").fill(nil).want(422, "/e/10")
	lines := map[string]bool{}
	b.doc.Find(".error-summary li").Each(func(_ int, line *goquery.Selection) {
		if lines[line.Text()] {
			t.Errorf("%q stands there twice", line.Text())
		}
		lines[line.Text()] = true
	})
	if len(lines) < 5 {
		t.Errorf("the summary says %v", lines)
	}
}
