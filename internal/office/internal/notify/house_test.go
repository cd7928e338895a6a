package notify

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/testing/testdb"
	"recueil/locales"
)

// A house is a database with processes that tell of it, and people who are told.
type house struct {
	t     *testing.T
	db    *testdb.DB
	mu    sync.Mutex
	now   time.Time
	inbox *post
	by    uuid.UUID
}

// post is a channel that keeps what it is given, in place of servers: those have tests
// of their own.
type post struct {
	mu   sync.Mutex
	got  []Notice
	fail *Failure
	held chan struct{} // it waits for that, if any
}

func (p *post) Send(ctx context.Context, _ string, n Notice, _ Words) error {
	p.mu.Lock()
	held, fail := p.held, p.fail
	p.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return &Failure{Code: "slow", Err: ctx.Err()}
		}
	}
	if fail != nil {
		return fail
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, n)
	return nil
}

// addresses are where everything went since they were asked for.
func (p *post) addresses() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, n := range p.got {
		all = append(all, n.Address)
	}
	p.got = nil
	return all
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, db: testdb.New(t), now: night, inbox: &post{}, by: uuid.New()}
	h.exec(`insert into staff (id, login, display_name, role, recipient, sealed_identity) values ($1, 'c', 'C', 'coordinator', 'x', convert_to('age-encryption.org/v1' || chr(10), 'UTF8'))`, h.by)
	return h
}

func (h *house) exec(statement string, arguments ...any) {
	h.t.Helper()
	if _, err := h.db.Owner.Exec(context.Background(), statement, arguments...); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// process is one office.
func (h *house) process(change ...func(*Config)) *Notifier {
	h.t.Helper()
	log := slog.New(slog.DiscardHandler)
	store := archive.New(h.db.Office)
	c := Config{Pool: h.db.Office, Archive: store, Trail: audit.Trail{Pool: h.db.Office, Log: log}, Channels: map[Medium]Channel{Email: h.inbox, Webhook: h.inbox},
		Counters:  map[Kind]Counter{Overdue: store.CountOverdue, Answers: store.CountUnseen, Unopened: store.CountUnopened},
		Catalogue: locales.FS, Log: log, Hosts: []string{"deux.example"}, Now: func() time.Time {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.now
		}}
	for _, f := range change {
		f(&c)
	}
	n, err := New(c)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// receive puts a row of a report where the public side does.
func (h *house) receive(urgency int, lane string) uuid.UUID {
	h.t.Helper()
	id := uuid.New()
	h.mu.Lock()
	now := h.now
	h.mu.Unlock()
	due := now.Add([]time.Duration{0, 2 * time.Hour, 24 * time.Hour, 72 * time.Hour}[urgency])
	h.exec(`insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane) values ($1::uuid, 'ABCDEFGH', sha256(convert_to($1::uuid::text, 'UTF8')), $2, 'web', $3, $4, $5)`, id, now, urgency, due, lane)
	return id
}

func (h *house) ladder(n *Notifier, steps ...Step) {
	h.t.Helper()
	h.set(n, func(s *Settings) { s.Steps = steps })
}

func (h *house) set(n *Notifier, change func(*Settings)) {
	h.t.Helper()
	s, err := n.Settings(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	change(&s)
	if err := n.Save(context.Background(), h.by, s); err != nil {
		h.t.Fatal(err)
	}
}

// look lets a process look and send once.
func (h *house) look(n *Notifier) {
	h.t.Helper()
	for _, do := range []func(context.Context) error{n.Look, n.Send, n.Look} {
		if err := do(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func states(h *house) map[string]int {
	h.t.Helper()
	rows, _ := h.db.Owner.Query(context.Background(), `select state, count(*)::int from notices group by state`)
	all := map[string]int{}
	var state string
	var count int
	if _, err := pgx.ForEachRow(rows, []any{&state, &count}, func() error { all[state] = count; return nil }); err != nil {
		h.t.Fatal(err)
	}
	return all
}

var steps = []Step{{After: 3, Medium: Email, Address: "un@exemple.fr"}, {After: 5, Medium: Webhook, Address: "https://deux.example/"}}
