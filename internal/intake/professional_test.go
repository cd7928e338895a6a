package intake_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
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
		if b.doc.Find("[name=_view]").Length() != 0 {
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

// sentAt is when every report of a site is sent, in words.
func (s *site) sentAt() string {
	s.t.Helper()
	return s.words("when.moment", "Date", "24 novembre 2026", "Time", s.words("when.time.sharp", "Hour", 16))
}

// digest is what the receipt attests to, as it stands there.
func (b *browser) digest() string { return strings.TrimSpace(b.doc.Find(".digest").Text()) }

// stored is the SHA-256 of the only body in the database.
func (s *site) stored() string {
	s.t.Helper()
	var body []byte
	if err := s.db.Owner.QueryRow(context.Background(), "select body from report_grants").Scan(&body); err != nil {
		s.t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func TestAttestationIsOfWhatIsStored(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*browser) *browser{
		"one tap": func(b *browser) *browser { return b.fill(nil) },
		"a second tap at once": func(b *browser) *browser {
			b.taps(6, nil)
			return b.open("/r")
		},
		"a second tap later": func(b *browser) *browser {
			action, form := b.fields()
			b.post(action, form)
			return b.post(action, form)
		},
		"something added since": func(b *browser) *browser {
			step, typed := b.twin().open("/e/tout").fields()
			b.fill(nil)
			typed.Set("situation.facts", "et autre chose")
			return b.post(step, typed)
		},
		"on the short form": func(b *browser) *browser {
			return b.open("/m").fill(url.Values{"short.where": {"gare"}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.t = t
			b := send(s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v")).want(200, "/r")
			reference := b.doc.Find("#reference").Text()
			if got := strings.ReplaceAll(b.digest(), " ", ""); got != s.stored() {
				t.Errorf("it attests to %s, stored is %s", got, s.stored())
			}
			alone := b.twin().open("/r?a=1").want(200, "/r?a=1")
			if page := alone.doc.Text(); alone.digest() != b.digest() || !strings.Contains(page, reference) || !strings.Contains(page, s.sentAt()) ||
				strings.Contains(page, b.doc.Find("#code").Text()) || strings.Contains(page, "vu") && strings.Contains(page, "gare") {
				t.Errorf("the attestation alone: %s", page)
			}
		})
	}
}

func TestOnlyProfessionalsGetAnAttestation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, b := range map[string]*browser{
		"young": s.toCheck().fill(nil), "relative": s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).open("/v").fill(nil),
		"no door": s.browser().open("/m").fill(url.Values{"short.where": {"gare"}}),
	} {
		if b.want(200, "/r").doc.Find(".attestation").Length() != 0 || b.open("/r?a=1").want(200, "/r").doc.Find(".attestation").Length() != 0 {
			t.Errorf("%s has an attestation", name)
		}
	}
}

// What waits on the disk is attested to as soon as it is delivered.
func TestAttestationDuringAnOutage(t *testing.T) {
	t.Parallel()
	s, o := newSiteWithOutage(t)
	s.config.Attestations = o
	s.url = s.serve()
	b := s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v")
	action, form := b.fields()
	o.away.Store(true)
	b.post(action, form).want(200, "/v") // the first answer never reached the browser: the script sends once more
	b.post(action, form).want(200, "/v")
	shown := b.digest()
	if !strings.Contains(b.doc.Find(".attestation").Text(), s.words("page.receipt.attestation.pending")) || len(shown) != 16*5-1 || b.doc.Find(".attestation a.button").Length() != 0 {
		t.Fatalf("meanwhile: %s", b.doc.Find(".attestation").Text())
	}
	reference := b.doc.Find("#reference").Text()
	o.away.Store(false)
	o.deliver(s)
	if got := strings.ReplaceAll(shown, " ", ""); got != s.stored() {
		t.Errorf("it attested to %s, stored is %s", got, s.stored())
	}
	v := s.browser().open("/x").fill(url.Values{"reference": {reference}, "digest": {shown}}).want(200, "/x")
	if got := v.doc.Find(".notice").Text(); !strings.HasPrefix(got, "Oui") {
		t.Errorf("verified: %s", got)
	}
	again := b.post(action, form).want(200, "/r") // sent once more, it is still the one that was kept
	if again.digest() != shown {
		t.Errorf("later it attests to %s, first %s", again.digest(), shown)
	}
}

func TestVerification(t *testing.T) {
	s := newSite(t)
	b := s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v").fill(nil).want(200, "/r")
	reference, digest := b.doc.Find("#reference").Text(), b.digest()
	bare := strings.ReplaceAll(digest, " ", "")
	s.clock.Add(48 * time.Hour)
	yes, no := s.words("page.verify.yes", "When", s.sentAt()), s.words("page.verify.no")
	for name, c := range map[string]struct{ reference, digest, want string }{
		"as it is shown":         {reference, digest, yes},
		"the first four groups":  {reference, digest[:19], yes},
		"in capitals, no spaces": {strings.ToLower(strings.ReplaceAll(reference, "-", "")), strings.ToUpper(bare), yes},
		"o for 0 and l for 1":    {strings.ReplaceAll(reference, "0", "o"), strings.NewReplacer("0", "O", "1", "l").Replace(bare), yes},
		"hyphens and lines":      {" " + reference + "\n", bare[:8] + "-" + bare[8:16] + "\r\n", yes},
		"a digest of nothing":    {reference, strings.Repeat("0", 64), no},
		"an unknown reference":   {"00000000", digest, no},
		"neither":                {"ZZZZZZZZ", strings.Repeat("f", 16), no},
		"right but for the last": {reference, bare[:63] + map[bool]string{true: "1", false: "0"}[bare[63] == '0'], no},
		"from the middle of it":  {reference, bare[16:40], no},
	} {
		v := s.browser().open("/x")
		begun := time.Now()
		v.fill(url.Values{"reference": {c.reference}, "digest": {c.digest}}).want(200, "/x")
		if took := time.Since(begun); took < 400*time.Millisecond {
			t.Errorf("%s: answered after %s", name, took)
		}
		if got := strings.TrimSpace(v.doc.Find("main .notice").Text()); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if v.doc.Find("#reference").AttrOr("value", "") != strings.TrimRight(c.reference, "\n") && name != "hyphens and lines" {
			t.Errorf("%s: the page forgot what was typed", name)
		}
	}
	for name, c := range map[string]struct{ reference, digest, field string }{
		"nothing":         {"", "", "#reference"},
		"fifteen digits":  {reference, bare[:15], "#digest"},
		"too many digits": {reference, bare + "0", "#digest"},
		"words":           {reference, "bonjour à tous", "#digest"},
		"a short one":     {reference[:4], digest, "#reference"},
	} {
		v := s.browser().open("/x").fill(url.Values{"reference": {c.reference}, "digest": {c.digest}}).want(422, "/x")
		if got := v.doc.Find(".error-summary a").First().AttrOr("href", ""); got != c.field || v.doc.Find(".notice").Length() != 0 {
			t.Errorf("%s: the summary leads to %s", name, got)
		}
	}
	s.quiet(bare[:16], strings.ReplaceAll(reference, "-", ""))
}

// Whoever comes from a link elsewhere sends no cookie along; what he wrote before must
// still open with the one he has.
func TestVerificationLeavesADraftAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_view": {"steps"}})
	stranger := s.browser()
	r, _ := http.NewRequest(http.MethodGet, s.url+"/x", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := stranger.do(r).want(200, "/x").header.Values("Set-Cookie"); len(got) != 0 {
		t.Errorf("it sets %q", got)
	}
	b.open("/x").want(200, "/x").fill(url.Values{"reference": {"00000000"}, "digest": {strings.Repeat("0", 16)}}).want(200, "/x")
	if _, form := b.open("/e/2").want(200, "/e/2").fields(); form.Get("situation.facts") != "vu" {
		t.Error("the draft is lost")
	}
}

func TestLegalReminder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, b := range []*browser{s.browser().door("professional").open("/e/10"), s.teacher()} {
		reminder := b.doc.Find("details:not([open]) > summary:contains('" + s.words("page.professional.law") + "')").Parent().Text()
		for _, article := range []string{"Article 40 du", "434-3", "226-14", "L226-2-1"} {
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
