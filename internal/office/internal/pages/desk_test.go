package pages_test

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
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/metrics"
	"recueil/internal/office"
	"recueil/internal/office/internal/factor"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/testing/testdb"
	"recueil/internal/trust"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

// night is when the tests begin: a Tuesday, a quarter past eleven in Paris.
var night = time.Date(2026, 3, 17, 22, 15, 0, 0, time.UTC)

// origin is what passkeys are tied to in the tests; nobody looks it up.
const origin = "https://bureau.exemple.invalid"

const passphrase = "lampe tilleul marée bouton"

// people are the members of the house of all tests, and the teams whose keys they
// hold. n.roche was never admitted to a team; the last four are the unit.
var people = []struct {
	login, name string
	role        triage.Role
	teams       string
}{
	{"c.martin", "Camille Martin", triage.Coordinator, "plateau"},
	{"a.diallo", "Awa Diallo", triage.Agent, "plateau"},
	{"s.leroy", "Sam Leroy", triage.FollowUp, "plateau"},
	{"j.moreau", "Jo Moreau", triage.Auditor, ""},
	{"k.petit", "Kim Petit", triage.AccountAdministrator, ""},
	{"p.blanc", "Paule Blanc", triage.Statistician, ""},
	{"n.roche", "Nour Roche", triage.Agent, ""},
	{"u.perrin", "Ulysse Perrin", triage.Coordinator, "cellule"},
	{"t.colin", "Tess Colin", triage.FollowUp, "cellule travailleurs-sociaux"},
	{"y.noel", "Yaël Noël", triage.FollowUp, "cellule psychologues"},
	{"z.brun", "Zoé Brun", triage.FollowUp, "cellule juristes"},
}

var houseTeams = []trust.Team{
	{ID: "plateau", Name: "Plateau", Receives: true},
	{ID: "cellule", Name: "Cellule de suivi", FollowsUp: true},
	{ID: "travailleurs-sociaux", Name: "Travailleurs sociaux", ProfessionOf: "cellule"},
	{ID: "psychologues", Name: "Psychologues", ProfessionOf: "cellule"},
	{ID: "juristes", Name: "Juristes", ProfessionOf: "cellule"},
}

// A house is founded once for all tests: a passphrase costs half a second each. Its
// rows are copied into the database of each test.
type house struct {
	dir  string
	rows map[string][]byte
}

var tables = []string{"teams", "staff", "memberships", "team_key_wraps", "recovery_wraps"}

var (
	founding sync.Once
	founded  house
)

func foundedHouse(t *testing.T) house {
	t.Helper()
	founding.Do(func() {
		dir, err := os.MkdirTemp("", "recueil-test-house-")
		if err != nil {
			t.Fatal(err)
		}
		founded = found(t, dir)
	})
	if founded.rows == nil {
		t.Fatal("the house of the tests was not founded")
	}
	return founded
}

func TestMain(m *testing.M) {
	code := m.Run()
	if founded.dir != "" {
		os.RemoveAll(founded.dir)
	}
	os.Exit(code)
}

func found(t *testing.T, dir string) house {
	ctx, db := context.Background(), testdb.New(t)
	h := house{dir: dir, rows: map[string][]byte{}}
	first := people[0]
	recovery, err := office.Found(ctx, office.Founding{
		Pool: db.Owner, ShredDir: h.shreds(), Now: night,
		Teams: houseTeams,
		First: office.Account{Login: first.login, Name: first.name, Role: string(first.role), Passphrase: passphrase},
		Install: func(f *trust.File) error {
			raw, err := f.Encode()
			if err != nil {
				return err
			}
			return os.WriteFile(h.trust(), raw, 0o600)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	admitOthers(t, h, db, recovery)
	for _, table := range tables {
		var out bytes.Buffer
		conn, err := db.Owner.Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Conn().PgConn().CopyTo(ctx, &out, "copy "+table+" to stdout"); err != nil {
			t.Fatal(err)
		}
		conn.Release()
		h.rows[table] = out.Bytes()
	}
	return h
}

// admitOthers lets everybody else in. Each team's key is opened once, with the
// recovery key; afterwards the founder holds that of the platform alone.
func admitOthers(t *testing.T, h house, db *testdb.DB, recovery secret.Text) {
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		t.Fatal(err)
	}
	offline, err := age.ParseHybridIdentity(recovery.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	shreds, keys := keyring.NewShredKeys(h.shreds()), map[string]keyring.Team{}
	for _, team := range houseTeams {
		var wrap []byte
		if err := db.Owner.QueryRow(ctx, "select wrap from recovery_wraps where team_id = $1", team.ID).Scan(&wrap); err != nil {
			t.Fatal(err)
		}
		shred, err := shreds.Load(team.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		expect, _ := trusted.File().Current(team.ID)
		if keys[team.ID], err = keyring.OpenTeamForRecovery(wrap, shred, offline, expect); err != nil {
			t.Fatal(err)
		}
	}
	err = pgx.BeginFunc(ctx, db.Owner, func(tx pgx.Tx) error {
		for _, p := range people[1:] {
			id, identity, err := staff.CreateAccount(ctx, tx, staff.NewAccount{Login: p.login, DisplayName: p.name, Role: p.role, Passphrase: passphrase}, night)
			if err != nil {
				return err
			}
			for team := range strings.FieldsSeq(p.teams) {
				err = staff.Admit(ctx, tx, staff.Admission{Staff: id, Recipient: identity.Recipient(), Epochs: []keyring.Team{keys[team]}, Shred: shreds, At: night})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := office.Release(ctx, db.Owner, office.Parting{Login: people[0].login, Team: "cellule", Now: night}); err != nil {
		t.Fatal(err)
	}
}

func (h house) shreds() string { return filepath.Join(h.dir, "shred") }
func (h house) trust() string  { return filepath.Join(h.dir, "trust.json") }

// A desk is a back office as main starts it, on a database of its own.
type desk struct {
	t      *testing.T
	db     *testdb.DB
	clock  *clock
	log    *lockedBuffer
	team   trust.Epoch
	inbox  *inbox.Inbox
	office *office.Office
	server *httptest.Server
	pdf    string              // what draws the first page of a PDF for those servers
	clamd  string              // where one listens for the servers that are started from now on
	codes  map[string][]string // backup codes that each member wrote down

	notices office.NoticeSettings // of the offices that start from now on
	metrics *metrics.Set
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	h := foundedHouse(t)
	d := &desk{t: t, db: testdb.New(t), clock: &clock{now: night}, log: &lockedBuffer{}, codes: map[string][]string{}, pdf: "/usr/bin/pdftoppm"}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	for _, table := range tables {
		conn, err := d.db.Owner.Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(h.rows[table]), "copy "+table+" from stdin"); err != nil {
			t.Fatal(err)
		}
		conn.Release()
	}
	log := slog.New(slog.NewTextHandler(d.log, nil))
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		t.Fatal(err)
	}
	d.team = trusted.File().Receiving()
	d.inbox = inbox.New(ctx, d.db.Intake)
	d.server = d.start()
	return d
}

// start starts one more server on the same database. Each is as main makes it.
func (d *desk) start() *httptest.Server {
	d.t.Helper()
	h := foundedHouse(d.t)
	log := slog.New(slog.NewTextHandler(d.log, nil))
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		d.t.Fatal(err)
	}
	handler, err := office.New(office.Config{Pool: d.db.Office, Trust: trusted, ShredDir: h.shreds(), Program: officeProgram(d.t), Clamd: d.clamd, PDF: d.pdf, Origin: origin, Idle: 15 * time.Minute, Absolute: 12 * time.Hour, Notices: d.notices, Metrics: d.metrics,
		Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Now: d.clock.Now, Log: log})
	if err != nil {
		d.t.Fatal(err)
	}
	d.office = handler
	server := httptest.NewTLSServer(handler) // __Host- cookies want a secure connection
	d.t.Cleanup(server.Close)
	return server
}

// receive puts a report where the public side puts it, minutes ago.
func (d *desk) receive(ago time.Duration, answers report.Answers, change ...func(*report.Report)) *report.Report {
	d.t.Helper()
	r := newReport(d.clock.Now().Add(-ago), answers, change...)
	d.accept(d.seal(r))
	return r
}

// newReport assesses answers as the public side does.
func newReport(at time.Time, answers report.Answers, change ...func(*report.Report)) *report.Report {
	r := &report.Report{ID: report.NewID(), Reference: seal.NewReference(), Channel: report.Web, Language: "fr",
		ReceivedAt: at, CaseKey: secret.New(), ReplyKey: secret.New(), Answers: answers}
	for _, f := range change {
		f(r)
	}
	r.Marks = r.Answers.Check(r.ReceivedAt)
	r.Urgency, r.Rules = report.Assess(r)
	return r
}

func (d *desk) seal(r *report.Report) envelope.Envelope {
	d.t.Helper()
	e, err := seal.Report(r, seal.NewCode(), d.team, envelope.Main)
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

func (d *desk) accept(e envelope.Envelope) {
	d.t.Helper()
	if _, err := d.inbox.Accept(context.Background(), inbox.Delivery{Envelope: e}); err != nil {
		d.t.Fatal(err)
	}
}

// add sends what a reporter adds to a report later.
func (d *desk) add(to *report.Report, answers report.Answers) report.ID {
	d.t.Helper()
	later := *to
	later.ReceivedAt, later.Answers = d.clock.Now(), answers
	id := report.NewID()
	e, err := seal.Addition(&later, id, d.team)
	if err != nil {
		d.t.Fatal(err)
	}
	d.accept(e)
	return id
}

// answer sends what a reporter adds with his code.
func (d *desk) answer(to *report.Report, added report.Added, files ...report.Attachment) report.ID {
	d.t.Helper()
	later := report.Report{ID: to.ID, Reference: to.Reference, Channel: report.Web, Language: "fr", ReceivedAt: d.clock.Now(),
		CaseKey: secret.New(), ReplyKey: to.ReplyKey, Added: &added, Attachments: files}
	id := report.NewID()
	e, err := seal.Addition(&later, id, d.team)
	if err != nil {
		d.t.Fatal(err)
	}
	d.accept(e)
	return id
}

// exec changes the database as somebody does who may write all of it.
func (d *desk) exec(statement string, arguments ...any) {
	d.t.Helper()
	tag, err := d.db.Owner.Exec(context.Background(), statement, arguments...)
	if err != nil {
		d.t.Fatal(err)
	}
	if tag.RowsAffected() == 0 {
		d.t.Fatalf("%s changed nothing", statement)
	}
}

func (d *desk) staffID(login string) uuid.UUID {
	return ask[uuid.UUID](d, "select id from staff where login = $1", login)
}

// ask reads one value from the database.
func ask[T any](d *desk, query string, arguments ...any) T {
	d.t.Helper()
	var value T
	if err := d.db.Owner.QueryRow(context.Background(), query, arguments...).Scan(&value); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	return value
}

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

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A browser without JavaScript: cookies, links and forms.
type browser struct {
	t      *testing.T
	desk   *desk
	client *http.Client
	base   string
	header http.Header  // sent along with everything
	cookie *http.Cookie // of the session, as it was given last
	token  string       // in it
	status int
	at     string
	body   string
	answer http.Header
	doc    *goquery.Document
}

func (d *desk) browser() *browser {
	jar, _ := cookiejar.New(nil)
	client := *d.server.Client()
	client.Jar = jar
	b := &browser{t: d.t, desk: d, client: &client, base: d.server.URL, header: http.Header{}}
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		b.remember(r.Response)
		return nil
	}
	return b
}

func (b *browser) remember(answer *http.Response) {
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "__Host-bureau" {
			b.cookie, b.token = cookie, cookie.Value
		}
	}
}

// as logs a member in.
func (d *desk) as(login string) *browser {
	d.t.Helper()
	b := d.browser().logIn(login, passphrase)
	if b.token == "" || b.doc.Find(".who").Length() == 0 {
		d.t.Fatalf("%s was not let in: %d %s\n%s", login, b.status, b.text(".error-summary"), d.log)
	}
	return b
}

// logIn fills the log-in form in, or the one at hand that asks for it, and takes the
// second step where the passphrase leads to it.
func (b *browser) logIn(login, passphrase string) *browser {
	b.t.Helper()
	b.givePassphrase(login, passphrase)
	switch {
	case b.doc.Find(appForm).Length() > 0:
		return b.enrol(login)
	case b.doc.Find(codeForm).Length() > 0:
		return b.submit(codeForm, url.Values{"code": {b.desk.code(login)}})
	}
	return b
}

func (b *browser) givePassphrase(login, passphrase string) *browser {
	b.t.Helper()
	if b.doc == nil || b.doc.Find("#passphrase").Length() == 0 {
		b.open("/connexion").want(200, "/connexion")
	}
	return b.submit("main form", url.Values{"login": {login}, "passphrase": {passphrase}})
}

const (
	appForm  = `form[action^="/compte/verification/application"]`
	codeForm = `form[action="/connexion/verification"]`
)

// enrol makes the second factor that the first log-in asks for, writes the backup
// codes down, and goes on.
func (b *browser) enrol(login string) *browser {
	b.t.Helper()
	code, _, err := factor.CodeNow(secret.Text(b.text("#secret")), b.desk.clock.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	b.submit(appForm, url.Values{"code": {code}}).want(200, "/compte/verification/application")
	login = strings.ToLower(strings.TrimSpace(login))
	if b.desk.codes[login] = b.texts(".codes li"); len(b.desk.codes[login]) != 10 {
		b.t.Fatalf("%s was shown %q", login, b.desk.codes[login])
	}
	return b.open(b.doc.Find("main a.button").AttrOr("href", ""))
}

// code takes the next of a member's backup codes.
func (d *desk) code(login string) string {
	d.t.Helper()
	login = strings.ToLower(strings.TrimSpace(login))
	if len(d.codes[login]) == 0 {
		d.t.Fatalf("%s has no backup codes left", login)
	}
	next := d.codes[login][0]
	d.codes[login] = d.codes[login][1:]
	return next
}

func (b *browser) do(r *http.Request) *browser {
	b.t.Helper()
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, values := range b.header {
		r.Header[name] = values
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	b.remember(response)
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.status, b.answer, b.at, b.body = response.StatusCode, response.Header, response.Request.URL.RequestURI(), string(raw)
	if b.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(raw)); err != nil {
		b.t.Fatal(err)
	}
	return b
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

// form finds a form on the page.
func (b *browser) form(selector string) *goquery.Selection {
	b.t.Helper()
	form := b.doc.Find(selector).First()
	if form.Length() == 0 {
		b.t.Fatalf("%s has no %s: %d %s", b.at, selector, b.status, b.text("h1"))
	}
	return form
}

// fields is what the form that a selector finds would send as it stands.
func (b *browser) fields(selector string) url.Values {
	b.t.Helper()
	all := url.Values{}
	b.form(selector).Find("input[name], textarea[name]").Each(func(_ int, f *goquery.Selection) {
		name, value := f.AttrOr("name", ""), f.AttrOr("value", "")
		if goquery.NodeName(f) == "textarea" {
			value = strings.TrimPrefix(f.Text(), "\n")
		}
		if kind := f.AttrOr("type", ""); kind != "radio" && kind != "checkbox" || f.Is("[checked]") {
			all.Add(name, value)
		}
	})
	return all
}

// submit sends the form that a selector finds, with these values instead of its own.
func (b *browser) submit(selector string, values url.Values) *browser {
	b.t.Helper()
	form, all := b.form(selector), b.fields(selector)
	for name, given := range values {
		if form.Find(`[name="`+name+`"]`).Length() == 0 {
			b.t.Fatalf("the form of %s does not ask for %s", b.at, name)
		}
		all[name] = given
	}
	return b.post(form.AttrOr("action", ""), all)
}

func (b *browser) want(status int, path string) *browser {
	b.t.Helper()
	if b.status != status || path != "" && b.at != path {
		b.t.Fatalf("at %s with %d, want %s with %d: %s %s", b.at, b.status, path, status, b.text("h1"), b.text(".error-summary, .notice:not([hidden])"))
	}
	return b
}

func (b *browser) text(selector string) string {
	return strings.Join(strings.Fields(b.doc.Find(selector).Text()), " ")
}

func (b *browser) texts(selector string) []string {
	return b.doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
}

func path(r *report.Report) string { return "/dossiers/" + r.ID.String() }
