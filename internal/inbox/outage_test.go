package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/postgres/cluster"
	"recueil/internal/postgres/schema"
	"recueil/internal/report"
	"recueil/internal/spool"
)

// A house has a database server of its own, to stop and to kill.
type house struct {
	t       *testing.T
	dir     string
	port    int
	server  *cluster.Cluster
	owner   *pgxpool.Pool
	deposit inbox.Deposit
	spool   *spool.Spool
	log     *lockedLog
}

type lockedLog struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir, err := os.MkdirTemp("", "recueil-outage-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user must reach its folder
		t.Fatal(err)
	}
	h := &house{t: t, dir: filepath.Join(dir, "pg"), log: new(lockedLog)}
	h.start()
	t.Cleanup(func() { h.server.Kill() })
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, h.server.OwnerURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := schema.Migrate(ctx, conn); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "alter role recueil_intake password 'only-in-tests'"); err != nil {
		t.Fatal(err)
	}
	h.port = int(conn.Config().Port)
	h.owner = h.pool(h.server.OwnerURL("postgres"))
	in := inbox.New(t.Context(), h.pool(h.server.URL("recueil_intake", "only-in-tests", "postgres")))
	if h.spool, err = spool.Open(filepath.Join(dir, "spool")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.spool.Close() })
	log := slog.New(slog.NewTextHandler(h.log, nil))
	h.deposit = inbox.Deposit{Inbox: in, Spool: h.spool, Log: log}
	go h.spool.Run(t.Context(), func(ctx context.Context, e envelope.Envelope) error {
		_, err := in.Accept(ctx, inbox.Delivery{Envelope: e})
		if postgres.Unavailable(err) {
			return errors.Join(spool.ErrAway, err)
		}
		return err
	}, log)
	return h
}

func (h *house) pool(url string) *pgxpool.Pool {
	h.t.Helper()
	pool, err := postgres.Open(context.Background(), postgres.Config{URL: url, MaxConns: 6})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(pool.Close)
	return pool
}

// start starts the server as it is in production: what it committed is on disk.
func (h *house) start() {
	h.t.Helper()
	server, err := cluster.Start(context.Background(), cluster.Config{Dir: h.dir, Port: h.port, Durable: true})
	if err != nil {
		h.t.Fatal(err)
	}
	h.server = server
}

// drained waits until the spool has handed everything over.
func (h *house) drained() {
	h.t.Helper()
	for range 200 {
		if h.spool.Len() == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.t.Fatalf("%d envelopes still wait: %s", h.spool.Len(), h.log.String())
}

func TestOutageOfTheDatabaseLosesNothing(t *testing.T) {
	h := newHouse(t)
	put := func(e envelope.Envelope, want inbox.Outcome) {
		t.Helper()
		if got, err := h.deposit.Accept(t.Context(), inbox.Delivery{Envelope: e}); got != want || err != nil {
			t.Fatalf("outcome %d, want %d: %v", got, want, err)
		}
	}
	before, during := sealed(t, "bonjour"), sealed(t, "bonsoir")
	put(before, inbox.Stored)
	h.server.Stop()
	put(during, inbox.Spooled)
	put(during, inbox.Spooled)                      // a second tap
	put(retold(before).AsAddition(), inbox.Spooled) // something added to a report that is there
	put(retold(during).AsAddition(), inbox.Spooled) // and to one that waits itself
	if _, _, err := h.deposit.Inbox.LoadDraft(t.Context(), [32]byte{1}, time.Now()); !errors.Is(err, postgres.ErrUnavailable) {
		t.Errorf("a draft while the database is away: %v", err)
	}
	if got := h.log.String(); strings.Contains(got, "level=ERROR") || !strings.Contains(got, "kept on disk until the database is back") {
		t.Errorf("an outage is told as %s", got)
	}
	h.start()
	h.drained()
	if n := count(t, h.owner, "reports join report_grants on report_id = id where id = $1 and body = $2", during.ID, during.Body); n != 1 {
		t.Errorf("the report of the outage is there %d times", n)
	}
	if n := count(t, h.owner, "additions"); n != 2 {
		t.Errorf("%d additions, want 2", n)
	}
	put(during, inbox.AlreadyStored)
}

// The server and all its processes die at once while eight visitors send: each
// report that was acknowledged is there afterwards, once.
func TestKilledDatabaseLosesNoAcknowledgedReport(t *testing.T) {
	h := newHouse(t)
	var mu sync.Mutex
	acknowledged := map[report.ID]inbox.Outcome{}
	sending, stop := context.WithCancel(t.Context())
	var visitors sync.WaitGroup
	for range 8 {
		visitors.Go(func() {
			for sending.Err() == nil {
				e := sealed(t, "bonjour")
				outcome, err := h.deposit.Accept(context.Background(), inbox.Delivery{Envelope: e})
				if err != nil {
					t.Errorf("neither stored nor kept: %v", err)
					continue
				}
				mu.Lock()
				acknowledged[e.ID] = outcome
				mu.Unlock()
				time.Sleep(time.Millisecond)
			}
		})
	}
	time.Sleep(500 * time.Millisecond)
	if err := syscall.Kill(-h.server.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	h.start()
	time.Sleep(300 * time.Millisecond)
	stop()
	visitors.Wait()
	h.drained()

	rows, _ := h.owner.Query(t.Context(), "select id from reports join report_grants on report_id = id")
	stored, err := pgx.CollectRows(rows, pgx.RowTo[report.ID])
	if err != nil {
		t.Fatal(err)
	}
	times := map[report.ID]int{}
	for _, id := range stored {
		times[id]++
	}
	got := map[inbox.Outcome]int{}
	for id, outcome := range acknowledged {
		got[outcome]++
		if times[id] != 1 {
			t.Errorf("%s was acknowledged (outcome %d) and is there %d times", id, outcome, times[id])
		}
	}
	if got[inbox.Stored] < 50 || got[inbox.Spooled] < 5 {
		t.Errorf("this was no load: %v", got)
	}
	if n := count(t, h.owner, "additions"); n != 0 {
		t.Errorf("%d reports became additions of themselves", n)
	}
	t.Logf("acknowledged %d: %v", len(acknowledged), got)
}
