package intake_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// sent opens every report in the database as its team would, the oldest first.
func (s *site) sent() []report.Report {
	s.t.Helper()
	return s.bodies("select body from report_grants join reports on id = report_id order by received_at, id")
}

// added opens everything that reporters added later.
func (s *site) added() []report.Report {
	s.t.Helper()
	return s.bodies("select body from additions order by received_at, id")
}

func (s *site) bodies(query string) []report.Report {
	s.t.Helper()
	rows, err := s.db.Owner.Query(context.Background(), query)
	if err != nil {
		s.t.Fatal(err)
	}
	bodies, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		s.t.Fatal(err)
	}
	opened := make([]report.Report, len(bodies))
	for i, body := range bodies {
		plain, err := age.Decrypt(bytes.NewReader(body), s.identity)
		if err != nil {
			s.t.Fatal(err)
		}
		text, err := io.ReadAll(plain)
		if err != nil {
			s.t.Fatal(err)
		}
		if opened[i], err = report.Decode(text); err != nil {
			s.t.Fatal(err)
		}
	}
	return opened
}

// one is the only report, without any addition.
func (s *site) one() report.Report {
	s.t.Helper()
	reports, additions := s.sent(), s.added()
	if n := s.spool.Len(); n != 0 {
		s.t.Errorf("%d envelopes wait on the disk of a site whose database is there:\n%s", n, s.log)
	}
	if len(reports) != 1 || len(additions) != 0 {
		s.t.Fatalf("%d reports and %d additions, want 1 and 0", len(reports), len(additions))
	}
	return reports[0]
}

func (s *site) drafts() (count int) {
	s.t.Helper()
	if err := s.db.Owner.QueryRow(context.Background(), "select count(*) from drafts").Scan(&count); err != nil {
		s.t.Fatal(err)
	}
	return count
}

// quiet fails when the log holds any of these words.
func (s *site) quiet(words ...string) {
	s.t.Helper()
	for _, word := range words {
		if strings.Contains(s.log.String(), word) {
			s.t.Errorf("the log holds %q:\n%s", word, s.log)
		}
	}
}

// words returns a text of the adult catalogue, to be looked for on a page.
func (s *site) words(key string, values ...any) string {
	s.t.Helper()
	voice, err := web.NewVoice(s.config.Catalogue, "fr", "fr/adult.toml")
	if err != nil {
		s.t.Fatal(err)
	}
	return voice.T(key, values...)
}

// An outage takes PostgreSQL away from one site: what is asked meanwhile meets an
// address where no server listens.
type outage struct {
	away            atomic.Bool
	silent          atomic.Bool // it takes requests and never answers
	disk            atomic.Bool // full
	broken          atomic.Bool // the table of drafts alone
	refuses         atomic.Bool // reports and additions alone
	live, dead      *inbox.Inbox
	deposit, nobody inbox.Deposit
}

func newSiteWithOutage(t testing.TB) (*site, *outage) {
	t.Helper()
	o := &outage{}
	return newSite(t, func(c *intake.Config) {
		pool, err := postgres.Open(context.Background(), postgres.Config{URL: "postgres://nobody:x@127.0.0.1:1/none"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		t.Cleanup(func() { stop(); pool.Close() })
		o.deposit = c.Receiver.(inbox.Deposit)
		o.live, o.dead = o.deposit.Inbox, inbox.New(ctx, pool)
		o.nobody = o.deposit
		o.nobody.Inbox, o.nobody.Spool = o.dead, diskOf{o, o.deposit.Spool}
		c.Drafts, c.Receiver, c.Mailboxes = o, o, o
	}), o
}

type diskOf struct {
	o    *outage
	disk inbox.Spool
}

func (d diskOf) Put(e envelope.Envelope) error {
	if d.o.disk.Load() {
		return errors.New("no space left on device")
	}
	return d.disk.Put(e)
}

func (o *outage) drafts() *inbox.Inbox {
	if o.away.Load() {
		return o.dead
	}
	return o.live
}

// wait is a server that says nothing, until the caller gives up.
func (o *outage) wait(ctx context.Context) error {
	if !o.silent.Load() {
		return nil
	}
	<-ctx.Done()
	return postgres.Sort(ctx.Err())
}

func (o *outage) LoadDraft(ctx context.Context, id [32]byte, now time.Time) ([]byte, int, error) {
	if err := o.wait(ctx); err != nil {
		return nil, 0, err
	}
	if o.broken.Load() {
		return nil, 0, errors.New("invalid page in block 7")
	}
	return o.drafts().LoadDraft(ctx, id, now)
}

func (o *outage) SaveDraft(ctx context.Context, d inbox.Draft) (int, error) {
	if err := o.wait(ctx); err != nil {
		return 0, err
	}
	return o.drafts().SaveDraft(ctx, d)
}

func (o *outage) DeleteDraft(ctx context.Context, id [32]byte) error {
	if err := o.wait(ctx); err != nil {
		return err
	}
	return o.drafts().DeleteDraft(ctx, id)
}

func (o *outage) Accept(ctx context.Context, d inbox.Delivery) (inbox.Outcome, error) {
	if o.away.Load() || o.refuses.Load() {
		return o.nobody.Accept(ctx, d)
	}
	return o.deposit.Accept(ctx, d)
}

func (o *outage) Attest(ctx context.Context, id report.ID) (inbox.Attestation, error) {
	return o.drafts().Attest(ctx, id)
}

func (o *outage) CheckAttestation(ctx context.Context, reference, digits string) (time.Time, error) {
	return o.drafts().CheckAttestation(ctx, reference, digits)
}

func (o *outage) OpenMailbox(ctx context.Context, lookup [32]byte) (inbox.Mailbox, error) {
	return o.drafts().OpenMailbox(ctx, lookup)
}

func (o *outage) Messages(ctx context.Context, lookup [32]byte, now time.Time) ([]inbox.Message, error) {
	return o.drafts().Messages(ctx, lookup, now)
}

func (o *outage) NoteRead(ctx context.Context, lookup [32]byte, now time.Time) error {
	return o.drafts().NoteRead(ctx, lookup, now)
}

// deliver hands over what waits on the disk, as the intake does in the background.
func (o *outage) deliver(s *site) {
	s.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	go s.spool.Run(ctx, func(ctx context.Context, e envelope.Envelope) error {
		_, err := o.live.Accept(ctx, inbox.Delivery{Envelope: e})
		return err
	}, slog.New(slog.NewTextHandler(s.log, nil)))
	for s.spool.Len() > 0 {
		if ctx.Err() != nil {
			s.t.Fatal("the spool was not delivered")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// token reads the secret in the browser's cookie.
func (b *browser) token() secret.Key {
	b.t.Helper()
	u, _ := url.Parse(b.base)
	for _, cookie := range b.client.Jar.Cookies(u) {
		if cookie.Name != "__Host-e" {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)
		if err != nil {
			b.t.Fatal(err)
		}
		key, err := secret.FromBytes(raw)
		if err != nil {
			b.t.Fatal(err)
		}
		return key
	}
	b.t.Fatal("the browser has no cookie")
	return secret.Key{}
}
