package intake_test

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recueil/internal/challenge"
	"recueil/internal/intake"
)

// trapped is what a machine fills in that no person sees.
var trapped = url.Values{"site": {"https://example.com"}}

// asked brings a young person, whom the server takes for a machine, to the captcha.
func (s *site) asked() *browser {
	s.t.Helper()
	return s.toCheck().fill(trapped).want(200, "/q")
}

// lanes lists the lanes of the reports, the oldest first.
func (s *site) lanes() string {
	s.t.Helper()
	var lanes string
	err := s.db.Owner.QueryRow(context.Background(), "select coalesce(string_agg(urgency || ' ' || lane, ', ' order by received_at, id), '') from reports").Scan(&lanes)
	if err != nil {
		s.t.Fatal(err)
	}
	return lanes
}

func (s *site) wantLanes(want string) {
	s.t.Helper()
	if got := s.lanes(); got != want {
		s.t.Errorf("the reports are %q, want %q", got, want)
	}
}

func (b *browser) problem() string { return strings.TrimSpace(b.doc.Find(".error-summary li").Text()) }

// Urgency 0 and 1 and the short form go through at once, and are marked.
func TestNoCaptchaHoldsUpWhatIsUrgent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		captcha string
		danger  string
		tick    []string
		want    string
	}{
		{"urgency 1", intake.CaptchaAuto, "unknown", nil, "1 to_verify"},
		{"urgency 0", intake.CaptchaAuto, "no", []string{"suicidal_thoughts"}, "0 to_verify"},
		{"urgency 0, captcha for everybody", intake.CaptchaAlways, "no", []string{"suicidal_thoughts"}, "0 to_verify"},
	} {
		s := newSite(t, func(config *intake.Config) { config.Captcha = c.captcha })
		b := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {c.danger}})
		b.open("/e/2").fill(url.Values{"situation.story": {"bonjour"}, "situation.young_ticks": c.tick})
		b.open("/v").fill(trapped).want(200, "/r").receipt()
		if got := s.lanes(); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	s := newSite(t, func(config *intake.Config) { config.Captcha = intake.CaptchaAlways })
	s.browser().open("/m").fill(url.Values{"short.story": {"au secours"}, "site": {"x"}}).want(200, "/r").receipt()
	s.browser().open("/m").fill(url.Values{"short.story": {"viens"}}).want(200, "/r").receipt()
	s.clock.Add(time.Second)
	if got := s.lanes(); got != "0 to_verify, 0 main" && got != "0 main, 0 to_verify" {
		t.Errorf("short forms: %s", got)
	}
}

// countedDrafts tells how often a draft was looked up.
type countedDrafts struct {
	intake.Drafts
	loads *atomic.Int32
}

func (d countedDrafts) LoadDraft(ctx context.Context, id [32]byte, now time.Time) ([]byte, int, error) {
	d.loads.Add(1)
	return d.Drafts.LoadDraft(ctx, id, now)
}

// A flood is no reason to look up what the page carries: of what is urgent, only the
// receipt is.
func TestWhatIsUrgentIsSentFromItsPage(t *testing.T) {
	t.Parallel()
	var loads atomic.Int32
	s := newSite(t, func(config *intake.Config) { config.Drafts = countedDrafts{config.Drafts, &loads} })
	b := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {"unknown"}})
	b.fill(url.Values{"situation.story": {"bonjour"}})
	b.open("/v")
	loads.Store(0)
	b.fill(trapped).want(200, "/r").receipt()
	if got := loads.Load(); got != 1 {
		t.Errorf("sending and showing the receipt look a draft up %d times", got)
	}
	s.wantLanes("1 to_verify")
}

// through is a visitor whose proxy names his address.
type through struct {
	address string
	next    http.RoundTripper
}

func (t through) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", t.address)
	return t.next.RoundTrip(r)
}

func (b *browser) from(address string) *browser {
	b.client.Transport = through{address, b.client.Transport}
	return b
}

func behindProxy(config *intake.Config) {
	config.Limits = challenge.DefaultLimits()
	config.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

func (b *browser) cry() *browser {
	b.t.Helper()
	return b.open("/m").fill(url.Values{"short.story": {"au secours"}}).want(200, "/r")
}

// A flood from few addresses is marked, all but its first few; whoever writes from
// elsewhere meanwhile stands before it.
func TestFloodFromFewAddressesMarksNobodyElse(t *testing.T) {
	t.Parallel()
	s := newSite(t, behindProxy)
	const reports, addresses = 400, 5
	for n := range reports {
		s.browser().from("203.0.113." + strconv.Itoa(n%addresses)).cry()
		s.clock.Add(time.Minute / reports)
	}
	genuine := s.browser().from("198.51.100.9").cry().doc.Find("#reference").Text()
	var place, marked int
	err := s.db.Owner.QueryRow(t.Context(), `select
		(select count(*) from reports r where (r.queue_rank, r.due_at, r.id) < (g.queue_rank, g.due_at, g.id)),
		(select count(*) from reports where lane = 'to_verify')
		from reports g where reference = $1`, strings.ReplaceAll(strings.ReplaceAll(genuine, "-", ""), " ", "")).Scan(&place, &marked)
	if err != nil {
		t.Fatal(err)
	}
	if burst := challenge.DefaultLimits().Burst; place > addresses*burst || marked != reports-addresses*burst {
		t.Errorf("%d reports stand before the one from elsewhere, %d of %d are marked", place, marked, reports)
	}
	s.quiet("203.0.113.", "198.51.100.")
}

// In a crowd a browser that worked passes; one that did not is asked.
func TestCrowdIsToldApartByWork(t *testing.T) {
	t.Parallel()
	s := newSite(t, behindProxy, func(config *intake.Config) { config.Limits.Crowd = 2 })
	visitors := make([]*browser, 4)
	for i := range visitors {
		visitors[i] = s.toCheck().from("198.51.100." + strconv.Itoa(i))
	}
	s.clock.Add(2 * time.Second) // nobody was in a hurry
	proof := func(b *browser) url.Values {
		_, form := b.fields()
		for n := range 1 << 20 {
			if challenge.CheckWork(form.Get("_token"), strconv.Itoa(n)) == challenge.Worked {
				return url.Values{"_work": {strconv.Itoa(n)}, "_token": form["_token"]}
			}
		}
		t.Fatal("no proof was found")
		return nil
	}
	stolen := proof(visitors[1])
	visitors[0].fill(nil).want(200, "/r")
	visitors[1].fill(proof(visitors[1])).want(200, "/r")
	visitors[2].fill(stolen).want(200, "/q") // another draft's token and proof
	visitors[3].fill(nil).want(200, "/q")
	visitors[3].open("/v").fill(proof(visitors[3].open("/v"))).want(200, "/q") // not read: too soon
}

func TestPagesThatSendCarryTheirGuard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, b := range []*browser{s.toCheck(), s.browser().open("/m")} {
		if policy := b.header.Get("Content-Security-Policy"); !strings.Contains(policy, "worker-src 'self'; ") || !strings.HasSuffix(policy, "trusted-types recueil-work") {
			t.Errorf("%s: policy %s", b.at, policy)
		}
		work := b.doc.Find("form input[name=_work][data-work][data-bits='14']")
		if b.open(work.AttrOr("data-work", "/nowhere")); b.status != 200 || !strings.Contains(b.header.Get("Content-Type"), "javascript") {
			t.Errorf("the worker is not served: %d", b.status)
		}
	}
	hidden := s.toCheck().doc.Find(".trap[aria-hidden=true] input[tabindex='-1'][autocomplete=off]")
	if hidden.Length() != 1 {
		t.Error("the trap is in somebody's way")
	}
	if policy := s.browser().open("/").header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "trusted-types 'none'") {
		t.Errorf("the home page's policy is %s", policy)
	}
}
