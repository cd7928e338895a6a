package intake_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/PuerkitoBio/goquery"

	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/spool"
	"recueil/internal/territory"
	"recueil/internal/testing/testdb"
	"recueil/internal/trust"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

// A clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A site is a public side on a database of its own, with what a test looks into.
type site struct {
	t        testing.TB
	db       *testdb.DB
	clock    *clock
	log      *logbook
	identity *age.HybridIdentity
	spool    *spool.Spool
	config   intake.Config
	url      string
	client   *http.Client // trusts the site's certificate
}

func newSite(t testing.TB, change ...func(*intake.Config)) *site {
	t.Helper()
	s := &site{t: t, db: testdb.New(t), clock: &clock{now: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)}, log: new(logbook)}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	log := slog.New(slog.NewTextHandler(s.log, nil))
	var err error
	if s.identity, err = age.GenerateHybridIdentity(); err != nil {
		t.Fatal(err)
	}
	recovery, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	file, err := trust.New(recovery.Recipient().String(), []trust.Team{{ID: "plateau", Name: "Plateau", Receives: true,
		Epochs: []trust.TeamKeys{{Epoch: 1, Recipient: s.identity.Recipient().String()}}}})
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := file.Encode()
	path := filepath.Join(t.TempDir(), "trust.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	trusted, err := trust.NewSource(trust.Options{Path: path}, log)
	if err != nil {
		t.Fatal(err)
	}
	if s.spool, err = spool.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.spool.Close() })
	box := inbox.New(ctx, s.db.Intake)
	s.config = intake.Config{Drafts: box, Receiver: inbox.Deposit{Inbox: box, Spool: s.spool, Log: log}, Captchas: box, Attestations: box, Mailboxes: box, Files: box, FileLimits: intake.DefaultFileLimits(), Spooled: func(id report.ID) bool { return s.spool.Holds(id) }, Trust: trusted, Secret: secret.New(),
		ExitURL: "https://ailleurs.example/", Hours: territory.DefaultHours(), Catalogue: locales.FS, Templates: templates.FS,
		Static: static.FS, Bundles: static.Bundles, Now: s.clock.Now, Log: log}
	for _, f := range change {
		f(&s.config)
	}
	s.url = s.serve()
	return s
}

// serve starts one more server with the same settings: another instance.
func (s *site) serve() string {
	public, err := intake.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	server := httptest.NewTLSServer(public) // __Host- cookies want a secure connection
	s.t.Cleanup(server.Close)
	s.t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s.client = server.Client()
	return server.URL
}

// A failer is a test, or one try of a property.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// A logbook keeps what the servers log.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A browser without JavaScript: cookies, links and forms.
type browser struct {
	t      failer
	site   *site
	client *http.Client
	base   string
	status int
	at     string
	shown  string // the same, as the address bar shows it
	method string // that the page answers
	part   string // of the page, as the address names it
	body   string
	header http.Header
	doc    *goquery.Document
}

func (s *site) browser() *browser {
	jar, _ := cookiejar.New(nil)
	client := *s.client
	client.Jar = jar
	b := &browser{t: s.t, site: s, client: &client, base: s.url}
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != strings.TrimPrefix(b.base, "https://") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return b
}

func (b *browser) do(r *http.Request) *browser {
	b.t.Helper()
	if r.Method == http.MethodPost && r.Header.Get("Origin") == "" {
		r.Header.Set("Origin", b.base)
	}
	if _, set := r.Header["Sec-Fetch-Site"]; !set {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.status, b.header, b.at, b.body = response.StatusCode, response.Header, addressOf(response.Request.URL), string(raw)
	b.part = response.Request.URL.Fragment
	b.shown, b.method = response.Request.URL.RequestURI(), response.Request.Method
	if b.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(raw)); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// addressOf is a page's address, whether it is shown once more or not.
func addressOf(u *url.URL) string {
	query := u.Query()
	query.Del("r")
	at := url.URL{Path: u.Path, RawQuery: query.Encode()}
	return at.String()
}

func (b *browser) open(path string) *browser {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) *browser {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// fields reads the page's form as a browser would send it untouched.
func (b *browser) fields() (string, url.Values) {
	b.t.Helper()
	form := b.doc.Find("main form").First()
	if form.Length() == 0 {
		b.t.Fatalf("%s has no form: %d %s", b.at, b.status, b.doc.Find("h1").Text())
	}
	values := url.Values{}
	form.Find("input[name],textarea[name],select[name]").Each(func(_ int, f *goquery.Selection) {
		name, _ := f.Attr("name")
		kind, _ := f.Attr("type")
		value, _ := f.Attr("value")
		_, checked := f.Attr("checked")
		switch {
		case kind == "radio" || kind == "checkbox":
			if checked {
				values.Add(name, value)
			}
		case goquery.NodeName(f) == "textarea":
			values.Add(name, f.Text())
		case goquery.NodeName(f) == "select":
			chosen, _ := f.Find("option[selected]").Attr("value")
			values.Add(name, chosen)
		default:
			values.Add(name, value)
		}
	})
	action, _ := form.Attr("action")
	return action, values
}

// fill sends the page's form with these answers; the form must offer their names.
func (b *browser) fill(answers url.Values) *browser {
	b.t.Helper()
	action, values := b.fields()
	for name, given := range answers {
		if !strings.HasPrefix(name, "_") && b.doc.Find(`main form [name="`+name+`"]`).Length() == 0 {
			b.t.Fatalf("%s does not ask for %s", b.at, name)
		}
		values[name] = given
	}
	return b.post(action, values)
}

func (b *browser) want(status int, path string) *browser {
	b.t.Helper()
	if b.status != status || path != "" && b.at != path {
		b.t.Fatalf("at %s with %d, want %s with %d: %s\n%s", b.at, b.status, path, status, b.doc.Find("h1").Text(), b.doc.Find(".error-summary, .notice").Text())
	}
	return b
}

func (b *browser) door(name string) *browser {
	b.t.Helper()
	return b.open("/").post("/", url.Values{"door": {name}}).want(200, "/a")
}
