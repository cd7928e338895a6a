package intake_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"recueil/internal/intake"
)

func TestDraftsLiveAsLongAsPromised(t *testing.T) {
	for _, c := range []struct {
		door  string
		after time.Duration
		lives bool
	}{
		{"relative", 23 * time.Hour, true},
		{"relative", 25 * time.Hour, false},
		{"professional", 23 * time.Hour, true},
		{"professional", 25 * time.Hour, false},
		{"self", 50 * time.Minute, true},
		{"self", 70 * time.Minute, false},
		{"young_for_other", 50 * time.Minute, true},
		{"young_for_other", 70 * time.Minute, false},
	} {
		t.Run(c.door+" "+c.after.String(), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.browser().door(c.door).open("/e/1").fill(url.Values{"danger_now": {"unknown"}})
			s.clock.Add(c.after)
			b.open("/e/1")
			if lives := b.status == 200; lives != c.lives {
				t.Fatalf("answered %d", b.status)
			}
			if !c.lives {
				return
			}
			if _, form := b.fields(); form.Get("danger_now") != "unknown" {
				t.Error("the answer is gone")
			}
			b.fill(nil) // saved once more, it lives as long again
			s.clock.Add(c.after)
			b.open("/e/1").want(200, "/e/1")
		})
	}
}

// A server that stops in the middle of a form takes nothing with it, and two of
// them behind one address need not know of each other.
func TestServersShareEverything(t *testing.T) {
	for _, door := range []string{"self", "relative", "professional"} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			requests := s.balance(3)
			b := s.browser().door(door)
			for b.open(b.onward()); b.at != "/v"; {
				_, form := b.fields()
				if b.doc.Find(`[name="situation.facts"],[name="situation.story"]`).Length() > 0 {
					for _, name := range []string{"situation.facts", "situation.story"} {
						if b.doc.Find(`[name="`+name+`"]`).Length() > 0 {
							form.Set(name, "d'un serveur à l'autre")
						}
					}
				}
				form.Set("_skip", "1")
				b.fill(form).want(200, "")
			}
			b.fill(nil).want(200, "/r").receipt()
			b.open("/r").want(200, "/r").receipt()
			if r := s.one(); r.Situation.Facts+r.Situation.Story != "d'un serveur à l'autre" || requests.Load() < 10 {
				t.Errorf("%d requests, %+v", requests.Load(), r.Situation)
			}
			s.browser().open("/m").fill(url.Values{"short.story": {"x"}}).want(200, "/r").receipt()
		})
	}
}

// balance puts several servers behind the site's address, which take turns at every
// request.
func (s *site) balance(n int) *atomic.Uint32 {
	s.t.Helper()
	var turn atomic.Uint32
	servers := make([]http.Handler, n)
	for i := range servers {
		public, err := intake.New(s.config)
		if err != nil {
			s.t.Fatal(err)
		}
		servers[i] = public
	}
	front := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		servers[turn.Add(1)%uint32(n)].ServeHTTP(w, r)
	}))
	s.t.Cleanup(front.Close)
	s.url, s.client = front.URL, front.Client()
	return &turn
}

// onward is where the main button of a page without a form leads.
func (b *browser) onward() string {
	b.t.Helper()
	href, ok := b.doc.Find("main a.button").First().Attr("href")
	if !ok {
		b.t.Fatalf("%s leads nowhere", b.at)
	}
	return href
}
