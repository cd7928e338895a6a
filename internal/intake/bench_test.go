package intake_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"recueil/internal/challenge"
	"recueil/internal/intake"
)

// BenchmarkShortForm is the hot path without a network: for profiles
// (go test -run - -bench ShortForm -cpuprofile cpu.out ./internal/intake). What
// counts towards the goals is measured by internal/tests/bench.
func BenchmarkShortForm(b *testing.B) {
	s := newSite(b)
	public, err := intake.New(s.config)
	if err != nil {
		b.Fatal(err)
	}
	signer := challenge.NewSigner(s.config.Secret)
	rest := url.Values{"short.where": {"Chez moi, Lille"}, "short.who": {"Moi, 14 ans"}, "short.story": {strings.Repeat("Le soir, il crie et il casse des choses. ", 8)}}.Encode()
	b.SetParallelism(8)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest("POST", "/m", strings.NewReader("_token="+signer.Issue(time.Now())+"&"+rest))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Cookie", "__Host-e=-") // as the page sets it
			w := httptest.NewRecorder()
			public.ServeHTTP(w, r)
			if w.Code != 303 {
				text, _ := io.ReadAll(w.Body)
				b.Errorf("answered %d: %s", w.Code, text)
				return
			}
		}
	})
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// BenchmarkFullDraft is the last POST of a long report; filling it in goes before.
// Look at it alone: go tool pprof -focus 'intake.*send$'.
func BenchmarkFullDraft(b *testing.B) {
	s := newSite(b)
	public, err := intake.New(s.config)
	if err != nil {
		b.Fatal(err)
	}
	type filled struct{ cookie, form string }
	drafts := make(chan filled, b.N)
	for range b.N {
		one := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {"no"}})
		one.fill(url.Values{"situation.story": {strings.Repeat("Le soir, il crie et il casse des choses. ", 40)}, "situation.young_ticks": {"dangerous_person_present"}})
		one.fill(url.Values{"place.department": {"59"}, "place.commune": {"Lille"}, "place.child_now": {"Chez une amie"}, "children.0.age": {"14"}})
		one.fill(url.Values{"contact.confidentiality": {"confidential"}, "contact.channel": {"phone"}, "contact.value": {"06 39 98 12 34"}, "contact.alias": {"Camille"}})
		one.open("/v?plus=1").fill(url.Values{"situation.dangers": {"psychological_violence", "domestic_violence"}, "situation.frequency": {"repeated"}})
		one.fill(url.Values{"children.0.first_name": {"Camille"}, "children.0.school": {"Collège des Tilleuls, Lille"}, "children.0.grade": {"4e"}})
		one.fill(url.Values{"suspects.0.relation": {"step_parent"}, "suspects.0.name": {"Le compagnon de ma mère"}}).want(200, "/v")
		_, form := one.fields()
		cookies := one.client.Jar.Cookies(mustURL(one.base))
		drafts <- filled{cookies[slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == "__Host-e" })].String(), form.Encode()}
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			d := <-drafts
			r := httptest.NewRequest("POST", "/v", strings.NewReader(d.form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Cookie", d.cookie)
			w := httptest.NewRecorder()
			public.ServeHTTP(w, r)
			if w.Code != 303 || w.Header().Get("Location") != "/r" {
				b.Errorf("answered %d, to %s", w.Code, w.Header().Get("Location"))
				return
			}
		}
	})
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// processorTime is what this process used so far: it tells more than the clock does on
// a machine that others work on.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStepPage is what a visitor waits for most often: a page of questions, its
// draft loaded, compressed.
func BenchmarkStepPage(b *testing.B) {
	s := newSite(b)
	public, err := intake.New(s.config)
	if err != nil {
		b.Fatal(err)
	}
	begin := httptest.NewRequest("POST", "/", strings.NewReader("door=self"))
	begin.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	begun := httptest.NewRecorder()
	public.ServeHTTP(begun, begin)
	cookie, _, _ := strings.Cut(begun.Header().Get("Set-Cookie"), ";")
	var size atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest("GET", "/e/2", nil)
			r.Header.Set("Cookie", cookie)
			r.Header.Set("Accept-Encoding", "gzip")
			w := httptest.NewRecorder()
			public.ServeHTTP(w, r)
			if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" {
				b.Errorf("answered %d, %s", w.Code, w.Header().Get("Content-Encoding"))
				return
			}
			size.Store(int64(w.Body.Len()))
		}
	})
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
	b.ReportMetric(float64(size.Load()), "gzipped-B")
}
