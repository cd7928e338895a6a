package pages_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/metrics"
	"recueil/internal/office"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/testing/testdb"
	"recueil/internal/trust"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

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
