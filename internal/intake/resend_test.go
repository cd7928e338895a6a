package intake_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"recueil/internal/report"
)

// toCheck brings a young person to the check page.
func (s *site) toCheck() *browser {
	s.t.Helper()
	b := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/2")
	b.fill(url.Values{"situation.story": {"le soir, il crie"}}).want(200, "/e/4")
	b.fill(url.Values{"place.department": {"59"}, "children.0.age": {"14"}}).want(200, "/e/12")
	return b.fill(url.Values{"contact.channel": {"none"}}).want(200, "/v")
}

// receipt reads reference and code.
func (b *browser) receipt() string {
	b.t.Helper()
	b.want(200, "")
	code := b.doc.Find("#code").Text()
	if len(code) != 24 {
		b.t.Fatalf("%s shows no code: %s", b.at, b.doc.Find("h1").Text())
	}
	return b.doc.Find("#reference").Text() + " " + code
}

// twin is a second request of the same browser: its cookies, its page.
func (b *browser) twin() *browser {
	other := *b
	client := *b.client
	jar := &frozenJar{b.client.Jar.Cookies(mustURL(b.base))}
	client.Jar = jar
	other.client = &client
	return &other
}

// frozenJar sends the cookies of a moment: what a tap sends that left before the
// answer to the first one came.
type frozenJar struct{ cookies []*http.Cookie }

func (j *frozenJar) Cookies(*url.URL) []*http.Cookie         { return j.cookies }
func (j *frozenJar) SetCookies(_ *url.URL, c []*http.Cookie) { j.cookies = c }

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// taps sends the page's form from several fingers at once and returns what each saw.
func (b *browser) taps(n int, answers url.Values) []string {
	b.t.Helper()
	action, form := b.fields()
	for name, given := range answers {
		form[name] = given
	}
	twins := make([]*browser, n)
	var all sync.WaitGroup
	for i := range twins {
		twins[i] = b.twin()
		all.Go(func() { twins[i].post(action, form) })
	}
	all.Wait()
	seen := make([]string, n)
	for i, twin := range twins {
		seen[i] = twin.receipt()
	}
	return seen
}

func TestRapidTapsAreOneReport(t *testing.T) {
	t.Parallel()
	told := url.Values{"short.where": {"gare"}, "short.story": {"il est là"}}
	for name, taps := range map[string]func(*site) []string{
		"whole form": func(s *site) []string { return s.toCheck().taps(8, nil) },
		"short form": func(s *site) []string { return s.browser().open("/m").taps(8, told) },
		"short form with a draft": func(s *site) []string {
			b := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {"yes"}}).want(200, "/d")
			b.open("/e/2").fill(url.Values{"situation.story": {"la moitié"}})
			return b.open("/m").taps(8, told)
		},
		"one after the other": func(s *site) []string {
			b := s.toCheck()
			action, form := b.fields()
			return []string{b.post(action, form).receipt(), b.post(action, form).receipt(), b.post(action, form).receipt()}
		},
		"short form, one after the other": func(s *site) []string {
			b := s.browser().open("/m")
			action, form := b.fields()
			form["short.story"] = told["short.story"]
			return []string{b.post(action, form).receipt(), b.post(action, form).receipt(), b.post(action, form).receipt()}
		},
		"short form with a draft, one after the other": func(s *site) []string {
			b := s.browser().door("relative").open("/e/1").fill(url.Values{"danger_now": {"yes"}}).want(200, "/d").open("/m")
			action, form := b.fields()
			form["short.story"] = told["short.story"]
			return []string{b.post(action, form).receipt(), b.post(action, form).receipt()}
		},
		"short form without cookies": func(s *site) []string {
			b := s.browser().open("/m")
			action, form := b.fields()
			form["short.story"] = told["short.story"]
			b.client.Jar = nil
			return []string{b.post(action, form).receipt(), b.post(action, form).receipt()}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.t = t
			all := taps(s)
			for i, seen := range all {
				if seen != all[0] {
					t.Errorf("tap %d shows %s", i, seen)
				}
			}
			s.one()
		})
	}
}

func TestWholeFormTakesTheDraftAlongToTheShortOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/2")
	b.fill(url.Values{"situation.story": {"la moitié"}, "situation.young_ticks": {"runaway_now"}}).want(200, "/e/4")
	b.open("/m").fill(url.Values{"short.where": {"gare"}}).want(200, "/r")
	r := s.one()
	if r.Situation.Story != "la moitié" || r.Answers.Short.Where != "gare" || !r.Short || r.Urgency != 0 || r.Reporter.Profile != report.ProfileSelf || r.Door != report.Young {
		t.Errorf("%+v", r)
	}
	b.open("/e/2").want(200, "/r") // nothing of it is left to be sent twice
}

func TestShortFormNeedsNoDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser().open("/m").fill(url.Values{"short.who": {"mon frère"}, "short.callback": {"06 39 98 12 34"}}).want(200, "/r")
	r := s.one()
	if !r.Short || r.Urgency != 0 || r.Door != "" || r.Reporter.Profile != report.ProfileUndisclosed || r.Answers.Short.Callback != "06 39 98 12 34" {
		t.Errorf("%+v", r)
	}
	if n := s.drafts(); n != 1 {
		t.Errorf("%d rows: the receipt and nothing else", n)
	}
}

func TestSendingAgainWithinTenMinutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	action, form := b.fields()
	first := b.post(action, form).want(200, "/r").receipt()
	s.clock.Add(9 * time.Minute)
	if again := b.post(action, form).want(200, "/r").receipt(); again != first {
		t.Errorf("nine minutes later: %s, first %s", again, first)
	}
	for _, path := range []string{"/e/2", "/v", "/r"} { // Back leads to the receipt
		if again := b.open(path).want(200, "/r").receipt(); again != first {
			t.Errorf("%s shows %s", path, again)
		}
	}
	s.one()
}

func TestSendingAgainLaterShowsNothing(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]func(*site) (*browser, string, url.Values){
		"whole form": func(s *site) (*browser, string, url.Values) {
			b := s.toCheck()
			action, form := b.fields()
			return b, action, form
		},
		"short form": func(s *site) (*browser, string, url.Values) {
			b := s.browser().open("/m")
			action, form := b.fields()
			form.Set("short.story", "il est là")
			return b, action, form
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b, action, form := sent(s)
			code := strings.Fields(b.post(action, form).receipt())[1]
			s.clock.Add(11 * time.Minute)
			for range 2 { // nor does asking twice bring it back
				b.post(action, form).want(410, action)
				if strings.Contains(b.body, code) || b.doc.Find(".exit").Length() != 0 || b.doc.Find("h1").Text() != s.words("page.gone.heading") {
					t.Errorf("the neutral page: %s", b.doc.Find("h1").Text())
				}
				b.open("/r").want(410, "/r")
			}
			s.one()
		})
	}
}

// A draft may run out while somebody reads it through: it is sent all the same.
func TestCheckPageSendsWhatRanOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	s.clock.Add(59 * time.Minute)
	b.open("/v").want(200, "/v")
	s.clock.Add(30 * time.Minute)
	b.fill(nil).want(200, "/r").receipt()
	if r := s.one(); r.Situation.Story != "le soir, il crie" {
		t.Errorf("%+v", r.Situation)
	}
}

// Changed text after sending becomes an addition; the report stays as it is.
func TestChangedTextBecomesAnAddition(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	b.open("/e/2")
	page, typed := b.fields()
	b.open("/v")
	first := b.fill(nil).want(200, "/r").receipt()

	t.Run("the same page again is the same receipt", func(t *testing.T) {
		b.post(page, typed).want(200, "/r")
		if len(s.added()) != 0 {
			t.Error("an addition of nothing new")
		}
	})
	t.Run("a changed page is added", func(t *testing.T) {
		typed.Set("situation.story", "il a aussi un couteau")
		typed.Set("situation.young_ticks", "weapon_or_death_threat")
		if again := b.post(page, typed).want(200, "/r").receipt(); again != first {
			t.Errorf("another receipt: %s", again)
		}
		if got := b.doc.Find(".is-done").Text(); !strings.Contains(got, s.young("page.already_sent.changed")) {
			t.Errorf("the receipt does not say that it came: %q", got)
		}
		reports, additions := s.sent(), s.added()
		if len(reports) != 1 || len(additions) != 1 || reports[0].Situation.Story != "le soir, il crie" ||
			additions[0].Situation.Story != "il a aussi un couteau" || additions[0].Urgency != 0 || !additions[0].CaseKey.IsZero() || !additions[0].ReplyKey.IsZero() {
			t.Fatalf("%d reports, additions %+v", len(reports), additions)
		}
	})
	t.Run("and once", func(t *testing.T) {
		b.post(page, typed).want(200, "/r")
		if n := len(s.added()); n != 1 {
			t.Errorf("%d additions", n)
		}
	})
}

func TestChangedShortFormBecomesAnAddition(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().open("/m")
	action, form := b.fields()
	form.Set("short.story", "il est là")
	first := b.post(action, form).receipt()
	form.Set("short.story", "il est parti")
	if again := b.post(action, form).want(200, "/r").receipt(); again != first {
		t.Errorf("another receipt: %s, first %s", again, first)
	}
	reports, additions := s.sent(), s.added()
	if len(reports) != 1 || len(additions) != 1 || additions[0].Answers.Short.Story != "il est parti" || !additions[0].Short {
		t.Errorf("%d reports, %+v", len(reports), additions)
	}
}

// An older check page of the same draft, sent after a newer one.
func TestOlderCheckPageAfterSendingIsAdded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	action, older := b.fields()
	b.open("/e/2?m=1").fill(url.Values{"situation.story": {"corrigé"}}).want(200, "/v").fill(nil).want(200, "/r")
	b.post(action, older).want(200, "/r")
	additions := s.added()
	if len(additions) != 1 || additions[0].Situation.Story != "le soir, il crie" {
		t.Errorf("%+v", additions)
	}
}
