package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
	"recueil/internal/testing/testdb"
)

// sealed is the envelope of a report told on the short form.
func sealed(t testing.TB, story string) envelope.Envelope {
	t.Helper()
	team, _ := sealtest.Team(t, "plateau")
	return sealtest.Seal(t, sealtest.Report(story), team)
}

// retold is the same report with other text.
func retold(e envelope.Envelope) envelope.Envelope {
	e.Tag[7] ^= 0xff
	e.Body = append(bytes.Clone(e.Body), "changed"...)
	return e
}

func accept(t *testing.T, in *inbox.Inbox, e envelope.Envelope, want inbox.Outcome) {
	t.Helper()
	if got, err := in.Accept(t.Context(), inbox.Delivery{Envelope: e}); got != want || err != nil {
		t.Fatalf("outcome %d, want %d: %v", got, want, err)
	}
}

func count(t *testing.T, pool *pgxpool.Pool, query string, arguments ...any) int {
	t.Helper()
	var n int
	if err := pool.QueryRow(context.Background(), "select count(*) from "+query, arguments...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func newInbox(t *testing.T) (*inbox.Inbox, *testdb.DB) {
	t.Helper()
	db := testdb.New(t)
	return inbox.New(t.Context(), db.Intake), db
}

func TestOnlyTheSameReportIsAlreadyStored(t *testing.T) {
	in, db := newInbox(t)
	first, second := sealed(t, "bonjour"), sealed(t, "bonsoir")
	second.Reference, second.ReceiptLookup = first.Reference, first.ReceiptLookup // what cannot happen, and must lose nothing
	second.Tag = first.Tag
	accept(t, in, first, inbox.Stored)
	accept(t, in, second, inbox.Stored)
	if n := count(t, db.Owner, "reports join report_grants on report_id = id where reference = $1", first.Reference); n != 2 {
		t.Errorf("%d reports of one reference, want both", n)
	}

	accept(t, in, first, inbox.AlreadyStored)
	changed := retold(first)
	accept(t, in, changed, inbox.Added)
	accept(t, in, changed, inbox.AlreadyStored)
	accept(t, in, first, inbox.AlreadyStored)
	again := retold(changed)
	again.Tag[8] ^= 1
	accept(t, in, again, inbox.Added)
	if n := count(t, db.Owner, "report_grants where report_id = $1 and body = $2", first.ID, first.Body); n != 1 {
		t.Error("the first text is not there any more")
	}
	if n := count(t, db.Owner, "additions where report_id = $1 and team_id = 'plateau' and body in ($2, $3)", first.ID, changed.Body, again.Body); n != 2 {
		t.Errorf("%d additions, want both changes", n)
	}
	if n := count(t, db.Owner, "reports"); n != 2 {
		t.Errorf("%d reports", n)
	}

	added := first.AsAddition()
	added.ID, added.Tag[0] = report.NewID(), first.Tag[0]^1
	accept(t, in, added, inbox.Added)
	accept(t, in, added, inbox.AlreadyStored)
}

func TestTwoTapsAtOnceAreOneReport(t *testing.T) {
	in, db := newInbox(t)
	e := sealed(t, "bonjour")
	outcomes := make(chan inbox.Outcome)
	for range 20 {
		go func() {
			outcome, err := in.Accept(context.Background(), inbox.Delivery{Envelope: e})
			if err != nil {
				t.Error(err)
			}
			outcomes <- outcome
		}()
	}
	got := map[inbox.Outcome]int{}
	for range 20 {
		got[<-outcomes]++
	}
	if got[inbox.Stored] != 1 || got[inbox.AlreadyStored] != 19 || count(t, db.Owner, "reports") != 1 || count(t, db.Owner, "additions") != 0 {
		t.Errorf("%v", got)
	}
}

// The table is locked until all wait, so that good and bad ones share transactions.
func TestBadEnvelopesHarmNobodyElse(t *testing.T) {
	in, db := newInbox(t)
	tx, err := db.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if _, err := tx.Exec(t.Context(), "lock table submissions in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		bad     bool
		outcome inbox.Outcome
		err     error
	}
	const deliveries = 120
	answers := make(chan answer, deliveries)
	for n := range deliveries {
		e := sealed(t, "bonjour")
		bad := n%10 == 3
		if bad {
			e.TeamID = "a\x00b" // PostgreSQL takes no such text
		}
		go func() {
			outcome, err := in.Accept(context.Background(), inbox.Delivery{Envelope: e})
			answers <- answer{bad, outcome, err}
		}()
	}
	time.Sleep(200 * time.Millisecond)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range deliveries {
		switch a := <-answers; {
		case a.bad && (a.err == nil || postgres.Unavailable(a.err)):
			t.Errorf("a bad envelope: outcome %d, %v", a.outcome, a.err)
		case !a.bad && (a.outcome != inbox.Stored || a.err != nil):
			t.Errorf("a good envelope: outcome %d, %v", a.outcome, a.err)
		}
	}
	if n := count(t, db.Owner, "reports"); n != deliveries-deliveries/10 {
		t.Errorf("%d reports", n)
	}
	if n := count(t, db.Owner, "(select distinct xmin::text from reports) transactions"); n < 2 || n > deliveries-2 {
		t.Errorf("%d transactions: nothing was shared", n)
	}
}

func TestReportAndTombstoneAreStoredTogetherOrNotAtAll(t *testing.T) {
	in, db := newInbox(t)
	now := time.Now()
	tombstone := inbox.Draft{ID: secret.New(), Content: make([]byte, 50), Revision: -1, Expires: now.Add(time.Minute), Now: now}
	bad := tombstone
	bad.Content = []byte("too short")
	e := sealed(t, "bonjour")
	if outcome, err := in.Accept(t.Context(), inbox.Delivery{Envelope: e, Tombstone: &bad}); err == nil || outcome != 0 || postgres.Unavailable(err) {
		t.Fatalf("outcome %d, %v", outcome, err)
	}
	if count(t, db.Owner, "reports")+count(t, db.Owner, "submissions")+count(t, db.Owner, "drafts") != 0 {
		t.Error("half of it was stored")
	}
	if outcome, err := in.Accept(t.Context(), inbox.Delivery{Envelope: e, Tombstone: &tombstone}); outcome != inbox.Stored {
		t.Fatalf("outcome %d, %v", outcome, err)
	}
	if n := count(t, db.Owner, "reports r, drafts d where r.xmin = d.xmin"); n != 1 {
		t.Error("report and tombstone came in two transactions")
	}
}

func TestAdditionWaitsForItsReport(t *testing.T) {
	in, _ := newInbox(t)
	e := sealed(t, "bonjour")
	early := retold(e).AsAddition()
	outcome, err := in.Accept(t.Context(), inbox.Delivery{Envelope: early})
	if outcome != 0 || !postgres.Missing(err) || postgres.Unavailable(err) {
		t.Fatalf("outcome %d, %v", outcome, err)
	}
	accept(t, in, e, inbox.Stored)
	accept(t, in, early, inbox.Added)
}

func TestPlainBodyIsRefusedBeforeTheDatabase(t *testing.T) {
	in, db := newInbox(t)
	e := sealed(t, "bonjour")
	e.Body = []byte("bonjour, en clair")
	if _, err := in.Accept(t.Context(), inbox.Delivery{Envelope: e}); !errors.Is(err, envelope.ErrNotSealed) {
		t.Error(err)
	}
	if count(t, db.Owner, "submissions") != 0 {
		t.Error("something was stored")
	}
}

// A spool in memory.
type shelf struct {
	mu   sync.Mutex
	kept []envelope.Envelope
	full error
}

func (s *shelf) Put(e envelope.Envelope) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full == nil {
		s.kept = append(s.kept, e)
	}
	return s.full
}

func TestDepositKeepsOnDiskWhateverTheDatabaseSays(t *testing.T) {
	db := testdb.New(t)
	running, end := context.WithCancel(t.Context())
	in := inbox.New(running, db.Intake)
	var kept shelf
	var log bytes.Buffer
	deposit := inbox.Deposit{Inbox: in, Spool: &kept, Log: slog.New(slog.NewTextHandler(&log, nil))}

	refused := sealed(t, "bonjour")
	refused.TeamID = "a\x00b"
	if outcome, err := deposit.Accept(t.Context(), inbox.Delivery{Envelope: refused}); outcome != inbox.Spooled || err != nil {
		t.Errorf("refused: outcome %d, %v", outcome, err)
	}
	if !bytes.Contains(log.Bytes(), []byte("level=ERROR")) || !bytes.Contains(log.Bytes(), []byte(refused.ID.String())) {
		t.Errorf("nobody hears of the refusal: %s", log.String())
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel() // the reporter's connection broke
	if outcome, err := deposit.Accept(gone, inbox.Delivery{Envelope: sealed(t, "bonjour")}); outcome != inbox.Stored || err != nil {
		t.Errorf("connection gone: outcome %d, %v", outcome, err)
	}
	end()
	if outcome, err := deposit.Accept(t.Context(), inbox.Delivery{Envelope: sealed(t, "bonjour")}); outcome == 0 || err != nil {
		t.Errorf("while stopping: outcome %d, %v", outcome, err)
	}
	kept.full = errors.New("no space")
	if outcome, err := deposit.Accept(t.Context(), inbox.Delivery{Envelope: refused}); outcome != 0 || !errors.Is(err, kept.full) {
		t.Errorf("neither takes it: outcome %d, %v", outcome, err)
	}
}
