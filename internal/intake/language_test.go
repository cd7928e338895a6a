package intake_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recueil/internal/web"
)

// An accepting browser asks for languages as its settings say.
type accepting struct {
	http.RoundTripper
	languages string
}

func (a accepting) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Language", a.languages)
	return a.RoundTripper.RoundTrip(r)
}

func (b *browser) accepts(languages string) *browser {
	b.client.Transport = accepting{b.client.Transport, languages}
	return b
}

// voice says what a page must say.
func (s *site) voice(lang string, files ...string) *web.Voice {
	s.t.Helper()
	for i, name := range files {
		files[i] = lang + "/" + name + ".toml"
	}
	voice, err := web.NewVoice(s.config.Catalogue, lang, files...)
	if err != nil {
		s.t.Fatal(err)
	}
	return voice
}

// speaks fails unless the page is in that language, to its last key.
func (b *browser) speaks(lang string) *browser {
	b.t.Helper()
	if got, _ := b.doc.Find("html").Attr("lang"); got != lang {
		b.t.Errorf("%s is in %q, want %q", b.at, got, lang)
	}
	b.whole()
	return b
}

// switchTo presses the switch as a browser without a script does: with everything
// that is typed in the form it belongs to.
func (b *browser) switchTo(lang string, typed url.Values) *browser {
	b.t.Helper()
	button := b.doc.Find(`button[name=_lang][value="` + lang + `"]`)
	if button.Length() != 1 {
		b.t.Fatalf("%s offers %s %d times", b.at, lang, button.Length())
	}
	if said, _ := button.Attr("lang"); said != lang || strings.TrimSpace(button.Text()) == "" {
		b.t.Errorf("the button says %q and is of the language %q", button.Text(), said)
	}
	if form, of := button.Attr("form"); of {
		if id, _ := b.doc.Find("main form").First().Attr("id"); id != form || id == "" {
			b.t.Fatalf("the switch of %s belongs to the form %q, which is %q", b.at, form, id)
		}
		action, values := b.fields()
		for name, given := range typed {
			values[name] = given
		}
		values.Set("_lang", lang)
		return b.post(action, values)
	}
	form := button.Closest("form")
	values := url.Values{"_lang": {lang}}
	for _, name := range []string{"_to", "_resume"} {
		if value, there := form.Find("input[name=" + name + "]").Attr("value"); there {
			values.Set(name, value)
		}
	}
	action, _ := form.Attr("action")
	return b.post(action, values)
}

func (b *browser) heading() string { return strings.TrimSpace(b.doc.Find("h1").Text()) }

func (b *browser) languageCookie() string {
	for _, cookie := range b.client.Jar.Cookies(mustURL(b.base)) {
		if cookie.Name == "__Host-l" {
			return cookie.Value
		}
	}
	return ""
}

func TestPagesSpeakWhatTheBrowserAsksFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for languages, want := range map[string]string{
		"": "fr", "en-US,en;q=0.9": "en", "en-GB": "en", "fr-BE,en;q=0.8": "fr", "ja": "fr", "ja,en;q=0.5": "en", "<x>": "fr", strings.Repeat("en,", 400): "fr",
	} {
		b := s.browser().accepts(languages).open("/").want(200, "/").speaks(want)
		if got := b.heading(); got != s.voice(want, "adult").T("page.home.heading") {
			t.Errorf("%q: the page says %q", languages, got)
		}
		if b.languageCookie() != "" {
			t.Errorf("%q: a cookie was set without a choice", languages)
		}
	}
	b := s.browser().accepts("en").open("/").switchTo("fr", nil).want(200, "/").speaks("fr")
	b.open("/d").speaks("fr") // the choice counts more than the browser's settings
	raw, err := http.NewRequest(http.MethodGet, s.url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	raw.Header.Set("Cookie", "__Host-l=../en")
	s.browser().do(raw).want(200, "/").speaks("fr")
}

func TestTheChoiceIsASessionCookieThatLeavingDrops(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().open("/")
	r, _ := http.NewRequest(http.MethodPost, s.url+"/l", strings.NewReader("_lang=en&_to=/"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	stay := *b.client
	stay.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	follows := b.client
	b.client = &stay
	b.do(r).want(303, "")
	cookie, err := http.ParseSetCookie(b.header.Get("Set-Cookie"))
	if err != nil || cookie.Name != "__Host-l" || cookie.Value != "en" || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteStrictMode ||
		cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 0 || !cookie.Expires.IsZero() {
		t.Errorf("cookie %q, %v", b.header.Values("Set-Cookie"), err)
	}
	b.client = follows
	b.door("relative").speaks("en")
	b.open("/s")
	if left := b.client.Jar.Cookies(mustURL(b.base)); len(left) != 0 || b.status != 303 {
		t.Errorf("after leaving: %d, cookies %v", b.status, left)
	}
	b.open("/").speaks("fr")
	b.post("/l", url.Values{"_lang": {"xx"}, "_to": {"/d"}}).want(200, "/d").speaks("fr")
	if b.languageCookie() != "" {
		t.Error("a language that is none became a cookie")
	}
}

// On a page where something is typed, the switch keeps it: nothing counts as
// answered, nothing is asked about, nothing is sent.
// A page that asks about something asks about it in the other language too.
// Without a form, the switch leads back to the page.
// The language of a report is that of the pages it was written on, whatever its
// writer read before and after.
func TestAReportSaysItsLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().accepts("en").door("self").speaks("en")
	b.open("/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/2")
	b.fill(url.Values{"situation.story": {"they shout"}}).want(200, "/e/4")
	b.fill(url.Values{"place.department": {"59"}, "children.0.age": {"14"}}).want(200, "/e/12")
	b.fill(url.Values{"contact.channel": {"none"}}).want(200, "/v")
	b.switchTo("fr", nil).want(200, "/v").speaks("fr").fill(nil).want(200, "/r")
	if r := s.one(); r.Language != "en" {
		t.Errorf("written in %q", r.Language)
	}
}
