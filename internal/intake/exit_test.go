package intake_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Leaving at any moment: nothing is left behind, here or on the device, and every
// address of before says nothing.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		here  func(*site) *browser
		begun bool
	}{
		"from the middle of the form": {func(s *site) *browser { return s.relativeAt("/e/2") }, true},
		"from the check page":         {(*site).toCheck, true},
		"from the receipt":            {func(s *site) *browser { return s.toCheck().fill(nil).want(200, "/r") }, true},
		"from the short form's receipt": {func(s *site) *browser {
			return s.browser().open("/m").fill(url.Values{"short.story": {"x"}}).want(200, "/r")
		}, true},
		"before anything": {func(s *site) *browser { return s.browser().open("/") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := c.here(s)
			if (s.drafts() == 1) != c.begun {
				t.Fatalf("%d drafts before leaving", s.drafts())
			}
			if got := b.header.Get("Referrer-Policy"); got != "same-origin" {
				t.Errorf("before leaving: Referrer-Policy %q", got)
			}
			exits := b.doc.Find(`a[href="/s"]`)
			if exits.Length() == 0 {
				t.Fatalf("%s has no exit", b.at)
			}
			b.open("/s").want(303, "/s")
			for header, want := range map[string]string{"Location": "https://ailleurs.example/", "Clear-Site-Data": `"cache", "cookies", "storage"`,
				"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
				if got := b.header.Get(header); got != want {
					t.Errorf("%s: %q", header, got)
				}
			}
			expired, err := http.ParseSetCookie(b.header.Get("Set-Cookie"))
			if err != nil || expired.Name != "__Host-e" || expired.MaxAge >= 0 || expired.Value != "" || len(b.header.Values("Set-Cookie")) != 1 {
				t.Errorf("cookies: %v", b.header.Values("Set-Cookie"))
			}
			if strings.TrimSpace(b.body) != "" {
				t.Errorf("the answer says %q", b.body)
			}
			if n := s.drafts(); n != 0 {
				t.Errorf("%d drafts are left", n)
			}
			if left := b.client.Jar.Cookies(mustURL(b.base)); len(left) != 0 {
				t.Errorf("cookies are left: %v", left)
			}
			for _, path := range []string{"/e/1", "/e/2", "/e/12", "/v", "/v?plus=1", "/r"} {
				b.open(path).want(410, path)
				if b.doc.Find("h1").Text() != s.words("page.gone.heading") || b.doc.Find("form, .exit, footer").Length() != 0 {
					t.Errorf("%s is not neutral: %s", path, b.body)
				}
			}
			b.open("/s").want(303, "/s") // once more harms nobody
		})
	}
}

// A link on another site opens a page without the cookie of who is writing in another
// tab. Were one set then, the draft would be lost.
func TestOthersCannotTakeADraftAway(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]http.Header{
		"a browser of today":               {"Sec-Fetch-Site": {"cross-site"}},
		"an older one":                     {"Sec-Fetch-Site": {""}, "Referer": {"https://ailleurs.example/"}},
		"an older one, by what is no site": {"Sec-Fetch-Site": {""}, "Referer": {"https://%zz/"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.relativeAt("/e/2")
			for _, path := range []string{"/m", "/s", "/", "/a", "/d", "/e/2", "/v", "/r", "/x"} {
				r, _ := http.NewRequest(http.MethodGet, s.url+path, nil)
				r.Header = header.Clone()
				if got := s.browser().do(r).header.Values("Set-Cookie"); got != nil {
					t.Errorf("%s sets %v", path, got)
				}
				r.Header = header.Clone()
				b.do(r) // an old browser sends the cookie all the same
			}
			b.open("/e/2").want(200, "/e/2")
			if n := s.drafts(); n != 1 {
				t.Errorf("%d drafts, want 1", n)
			}
			own, _ := http.NewRequest(http.MethodGet, s.url+"/s", nil)
			own.Header = http.Header{"Sec-Fetch-Site": {""}, "Referer": {s.url + "/e/2"}}
			b.do(own)
			if n := s.drafts(); n != 0 {
				t.Error("leaving from a page of ours keeps the draft")
			}
		})
	}
}

// Another site cannot clear what the visitor of this one keeps.
func TestOthersCannotMakeAVisitorLeave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2")
	r, _ := http.NewRequest(http.MethodGet, s.url+"/s", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r).want(303, "/s")
	if got := b.header.Get("Clear-Site-Data"); got != "" {
		t.Errorf("Clear-Site-Data %q", got)
	}
}

// A form opened from the history shows nothing before it is asked to.
func TestFormFromTheHistoryIsCovered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	for _, path := range []string{"/e/2", "/v"} {
		r, _ := http.NewRequest(http.MethodGet, s.url+path, nil)
		r.Header.Set("Sec-Fetch-Site", "none")
		b.do(r).want(200, path)
		if strings.Contains(b.body, "le soir") || b.doc.Find(`main a[href="/s"]`).Length() != 1 {
			t.Errorf("%s shows %s", path, b.doc.Find("main").Text())
		}
		b.open(b.onward()).want(200, "/v")
	}
}

// Every page that may show what was typed keeps out of the browser's caches.
func TestFormPagesAreNotKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().open("/m")
	pages := []*browser{b}
	for _, path := range []string{"/e/2", "/e/3", "/e/4", "/v"} {
		pages = append(pages, s.relativeAt("/e/2").open(path))
	}
	pages = append(pages, s.toCheck().fill(nil).want(200, "/r"))
	for _, b := range pages {
		cookie, err := http.ParseSetCookie(b.header.Get("Set-Cookie"))
		if err != nil || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" ||
			cookie.MaxAge != 0 || !cookie.Expires.IsZero() {
			t.Errorf("%s: cookie %v", b.at, b.header["Set-Cookie"])
		}
		if b.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be stored", b.at)
		}
		for _, word := range []string{"119", "enfant", "signalement"} {
			if title := b.doc.Find("title").Text(); strings.Contains(strings.ToLower(title), word) {
				t.Errorf("%s is titled %q", b.at, title)
			}
		}
	}
}

// What the switch keeps counts as answered nowhere; it is covered all the same, and
// another look at the home page throws nothing of it away.
func TestWordsThatWaitAreCovered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	short := s.browser().open("/m").switchTo("en", url.Values{"short.story": {"il me suit partout"}}).want(200, "/m")
	long := s.browser().door("professional").open("/e/1").fill(url.Values{"_view": {"whole"}}).want(200, "/e/tout").
		switchTo("en", url.Values{"situation.facts": {"il me suit partout"}}).want(200, "/e/tout")
	for _, c := range []struct {
		b    *browser
		path string
		want string
	}{{short, "/m", "/m"}, {short, "/m?r=1", "/m"}, {long, "/e/tout", "/e/tout"}} {
		r, _ := http.NewRequest(http.MethodGet, s.url+c.path, nil)
		r.Header.Set("Sec-Fetch-Site", "none")
		c.b.do(r)
		if strings.Contains(c.b.body, "partout") || c.b.doc.Find(`main a[href="/s"]`).Length() != 1 {
			t.Errorf("%s opened from the history shows %s", c.path, c.b.doc.Find("main").Text())
		}
		c.b.open("/").post("/", url.Values{"door": {"self"}}).want(200, "/")
		next, _ := c.b.doc.Find("main a.button").Attr("href")
		if c.b.open(next).want(200, c.want); !strings.Contains(c.b.body, "partout") {
			t.Errorf("%s leads to %s, which shows %s", c.path, next, c.b.doc.Find("main").Text())
		}
	}
}
