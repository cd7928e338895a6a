package intake_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestTheSwitchKeepsThePageAndWhatIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2")
	b.switchTo("en", url.Values{"situation.facts": {"des cris \U0001f622\nla nuit"}}).want(200, "/e/2").speaks("en")
	if got := b.heading(); got != s.voice("en", "adult").T("page.tell.heading") {
		t.Errorf("the page says %q", got)
	}
	if _, form := b.fields(); form.Get("situation.facts") != "des cris \U0001f622\nla nuit" {
		t.Errorf("what was typed became %q", form.Get("situation.facts"))
	}
	if b.doc.Find(".error-summary").Length() != 0 {
		t.Error("the page asks about something")
	}
	if next := b.twin().open("/d").resumes(); next != "/e/2" { // not answered yet
		t.Errorf("the form goes on at %s", next)
	}
	b.fill(url.Values{"situation.child_words": {"j’ai peur"}, "_skip": {"1"}}).want(200, "/e/3").speaks("en")
	b.switchTo("fr", nil).want(200, "/e/3").speaks("fr")

	b.open("/e/2?m=1").switchTo("en", url.Values{"situation.child_words": {"j’ai très peur"}}).want(200, "/e/2?m=1")
	b.byScript("/e/2", url.Values{"_lang": {"fr"}, "_back": {"1"}, "situation.child_words": {"dit trois fois"}}).want(200, "/e/2?m=1").speaks("fr")
	b.open("/v").speaks("fr").switchTo("en", nil).want(200, "/v").speaks("en")
	if len(s.sent()) != 0 {
		t.Fatal("the switch sent the report")
	}
	still := b.twin()
	still.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if still.switchTo("fr", nil); still.status != 303 || still.header.Get("Location") != "/v" { // a reload then repeats nothing
		t.Errorf("the check page comes back with %d", still.status)
	}
	b.fill(nil).want(200, "/r").speaks("en")
	if r := s.one(); r.Situation.Facts != "des cris \U0001f622\nla nuit" || r.Situation.ChildWords != "dit trois fois" {
		t.Errorf("%+v", r.Situation)
	}
	s.quiet("cris", "peur")
}

func TestTheSwitchKeepsWhatThePageAskedAbout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	english := s.voice("en", "adult")
	b := s.browser().door("relative")
	b.open("/e/1").fill(nil).want(422, "/e/1")
	b.switchTo("en", nil).want(422, "/e/1").speaks("en")
	if got := b.problem(); got != english.T("field.danger_now") {
		t.Errorf("asked: %q", got)
	}
	if title := b.doc.Find("title").Text(); !strings.HasPrefix(title, "Error: ") {
		t.Errorf("title %q", title)
	}
	if b.doc.Find("button[name=_skip]").Length() != 1 {
		t.Error("the question cannot be left any more")
	}
	b.switchTo("fr", nil).want(422, "/e/1").speaks("fr").switchTo("en", nil).want(422, "/e/1")
	b.fill(nil).want(200, "/e/13") // asked once, and left

	// An answer that is refused is shown as it was typed.
	b = s.relativeAt("/e/4")
	long := strings.Repeat("rue ", 600)
	b.switchTo("en", url.Values{"place.address": {long}, "place.department": {"59"}}).want(422, "/e/4").speaks("en")
	if _, form := b.fields(); form.Get("place.address") != long || form.Get("place.department") != "59" || !strings.Contains(b.problem(), "longer than") {
		t.Errorf("%q, %q", b.problem(), form.Get("place.department"))
	}
	// A commune that can be several is still to be chosen.
	b.fill(url.Values{"place.address": {""}, "place.department": {""}, "place.commune": {"Saint-Denis"}, "_skip": nil}).want(422, "/e/4")
	offered := len(b.offered())
	b.switchTo("fr", nil).want(422, "/e/4").speaks("fr")
	if got := len(b.offered()); got != offered || got < 2 {
		t.Errorf("%d communes are offered after the switch, %d before", got, offered)
	}
}

func TestTheSwitchDecidesNoConflict(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2")
	action, mine := b.fields()
	b.fill(url.Values{"situation.facts": {"de l'autre onglet"}, "_skip": {"1"}}).want(200, "/e/3")
	mine.Set("situation.facts", "de cet onglet")
	b.post(action, mine).want(409, "/e/2")
	b.switchTo("en", nil).want(409, "/e/2").speaks("en").switchTo("fr", nil).want(409, "/e/2").switchTo("en", nil)
	if _, form := b.fields(); form.Get("situation.facts") != "de cet onglet" || !strings.Contains(b.doc.Find(".notice").Text(), "de l'autre onglet") {
		t.Errorf("both texts are to be seen: %s", b.doc.Find("main").Text())
	}
	if _, stored := s.again(b, "/e/2").fields(); stored.Get("situation.facts") != "de l'autre onglet" {
		t.Errorf("the switch stored %q", stored.Get("situation.facts"))
	}
}

func TestTheSwitchOnTheShortForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().open("/m").fill(nil).want(422, "/m")
	b.switchTo("en", nil).want(422, "/m").speaks("en")
	if got := b.problem(); got != s.voice("en", "adult").T("problem.short_empty") {
		t.Errorf("asked: %q", got)
	}
	b.open("/m").switchTo("fr", nil).want(200, "/m").speaks("fr")
	if b.doc.Find(".error-summary").Length() != 0 {
		t.Error("an empty page that nobody sent asks about something")
	}
	_, before := b.fields()
	b.switchTo("en", url.Values{"short.story": {"il crie"}, "short.where": {"à Lille"}}).want(200, "/m").speaks("en")
	_, after := b.fields()
	if after.Get("short.story") != "il crie" || after.Get("short.where") != "à Lille" || after.Get("_token") != before.Get("_token") {
		t.Errorf("%v", after)
	}
	b.open("/m").fill(nil).want(422, "/m") // asked for a line, he writes it and then sees the switch
	b.switchTo("fr", url.Values{"short.story": {"il crie"}}).want(200, "/m").switchTo("en", nil).want(200, "/m")
	if len(s.sent()) != 0 {
		t.Fatal("the switch sent the report")
	}
	b.fill(nil).want(200, "/r").speaks("en")
	if r := s.one(); r.Answers.Short.Story != "il crie" || r.Language != "en" {
		t.Errorf("%+v in %s", r.Answers.Short, r.Language)
	}
}

func TestTheSwitchAtTheCaptcha(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.asked()
	b.switchTo("en", url.Values{"digits": {"12"}, "answer": {"douze ?"}}).want(200, "/q").speaks("en")
	if _, form := b.fields(); form.Get("digits") != "12" || form.Get("answer") != "douze ?" {
		t.Errorf("what was typed became %v", form)
	}
	if sound, _ := b.doc.Find("audio").Attr("src"); !strings.Contains(sound, ".en.wav") {
		t.Errorf("the digits are spoken by %q", sound)
	}
	if _, _, failures := s.captcha(); failures != 0 || len(s.sent()) != 0 {
		t.Errorf("%d failures, %d reports", failures, len(s.sent()))
	}
	b.fill(s.digits()).want(200, "/r").speaks("en")
}

func TestTheSwitchLeadsBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/", "/a", "/d", "/p/aide", "/p/confidentialite", "/p/mentions", "/p/accessibilite"} {
		s.browser().open(path).switchTo("en", nil).want(200, path).speaks("en").switchTo("fr", nil).want(200, path).speaks("fr")
	}
	s.browser().open("/nulle/part?x=1").want(404, "").switchTo("en", nil).want(404, "/nulle/part?x=1").speaks("en")

	b := s.toCheck().fill(nil).want(200, "/r")
	code := b.receipt()
	if b.switchTo("en", nil).want(200, "/r").speaks("en"); b.receipt() != code {
		t.Errorf("the receipt shows %s, it was %s", b.receipt(), code)
	}

	// The page that covers a form stays where it is, and says no more than before.
	b = s.relativeAt("/e/2")
	r, _ := http.NewRequest(http.MethodGet, s.url+"/e/2", nil)
	r.Header.Set("Sec-Fetch-Site", "none")
	b.do(r).want(200, "/e/2")
	next := b.resumes()
	b.switchTo("en", nil).want(200, "/l").speaks("en")
	if b.resumes() != next || b.heading() != s.voice("en", "adult").T("page.resume.heading") || b.doc.Find("textarea").Length() != 0 {
		t.Errorf("%s leads to %s", b.heading(), b.resumes())
	}
	b.open("/").post("/", url.Values{"door": {"self"}}).want(200, "/").switchTo("fr", nil).want(200, "/l")
	if door, _ := b.doc.Find("main button[name=door]").Attr("value"); door != "self" || s.drafts() != 2 { // with the other's receipt
		t.Errorf("the page offers to begin anew by %q; %d drafts", door, s.drafts())
	}
	b.open("/l").want(200, "/")
}

func TestTheSwitchLeadsToNoOtherSite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for to, want := range map[string]string{
		"/d": "/d", "/e/2?m=1": "/e/2?m=1", "": "/", "https://example.com/": "/", "//example.com/": "/", "//example.com/d": "/", "https://example.com/d": "/", `/\example.com/`: "/", `\\example.com`: "/",
		"javascript:alert(1)": "/", "d": "/", "/d#x": "/d", "/\t/example.com": "/", "///example.com": "/", "/%0a/x": "/%0a/x", "/a b": "/a%20b",
		"https:example.com": "/", "?x": "/", "/d\r\nX: y": "/",
	} {
		b := s.browser().open("/")
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		b.post("/l", url.Values{"_lang": {"en"}, "_to": {to}})
		if got := b.header.Get("Location"); b.status != 303 || got != want {
			t.Errorf("%q leads to %q with %d, want %q", to, got, b.status, want)
		}
	}
	b := s.browser().open("/")
	r, _ := http.NewRequest(http.MethodPost, s.url+"/l", strings.NewReader("_lang=en"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://example.com")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if b.do(r); b.status != 403 || b.languageCookie() != "" {
		t.Errorf("another site switched the language: %d", b.status)
	}
}

func TestTheSwitchOnThePagesOfProfessionals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("professional").open("/e/1").fill(url.Values{"_view": {"whole"}}).want(200, "/e/tout")
	b.switchTo("en", url.Values{"danger_now": {"no"}, "situation.facts": {"vu en classe"}}).want(200, "/e/tout").speaks("en")
	if _, form := b.fields(); form.Get("situation.facts") != "vu en classe" || form.Get("danger_now") != "no" {
		t.Errorf("what was typed became %q, %q", form.Get("situation.facts"), form.Get("danger_now"))
	}
	b.fill(url.Values{"reporter.profile": nil}).want(422, "/e/tout")
	asked := b.doc.Find(".error-summary li").Length()
	b.switchTo("fr", nil).want(422, "/e/tout").speaks("fr").switchTo("en", nil).want(422, "/e/tout")
	if got := b.doc.Find(".error-summary li").Length(); got != asked {
		t.Errorf("%d questions are asked again, %d were before", got, asked)
	}
	b.fill(url.Values{"_skip": {"1"}}).want(200, "/v").fill(nil).want(200, "/r")
	b.open("/r?a=1").speaks("en").switchTo("fr", nil).want(200, "/r?a=1").speaks("fr")
	b.open("/x").switchTo("en", url.Values{"reference": {"7KQ4"}}).want(200, "/x").speaks("en")
	if _, form := b.fields(); form.Get("reference") != "7KQ4" {
		t.Errorf("what was typed became %q", form.Get("reference"))
	}
	if r := s.one(); r.Situation.Facts != "vu en classe" || r.Language != "en" {
		t.Errorf("%q in %s", r.Situation.Facts, r.Language)
	}
}

func TestTheSwitchDuringAnOutage(t *testing.T) {
	t.Parallel()
	s, o := newSiteWithOutage(t)
	b := s.toCheck()
	o.away.Store(true)
	b.switchTo("en", nil).want(200, "/v").speaks("en")
	b.fill(nil).want(200, "/v").speaks("en") // the receipt, which no database could show again
	if b.doc.Find("#code").Length() != 1 || b.doc.Find("[name=_lang]").Length() != 0 {
		t.Errorf("%s offers to lose the receipt", b.heading())
	}
	o.away.Store(false)
	o.deliver(s)
	s.one()
	b = s.relativeAt("/e/2")
	o.away.Store(true)
	if _, form := b.switchTo("en", url.Values{"situation.facts": {"gardé"}}).want(503, "/e/2").speaks("en").fields(); form.Get("situation.facts") != "gardé" {
		t.Errorf("what was typed became %q", form.Get("situation.facts"))
	}
}
