package office_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/office"
	"recueil/internal/office/internal/factor"
	"recueil/internal/postgres"
	"recueil/internal/postgres/cluster"
	"recueil/internal/postgres/schema"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/testing/browse"
	"recueil/internal/testing/leak"
	"recueil/internal/testing/reporttest"
	"recueil/internal/testing/sealtest"
	"recueil/internal/trust"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

// What the reporter typed, what staff type, and what must be found.
const (
	told    = "Qxmarqueur7Zk"
	reason  = "Qxmotif5Wjdecision"
	written = "Qxreponse9Tm"
	witness = "Wvtemoin3Jh"
)

// A markedHouse is the office on a database that logs all it can; everything that
// anybody writes is under one folder.
type markedHouse struct {
	t               *testing.T
	dir, url        string
	port            int
	database        *cluster.Cluster
	owner, intake   *pgxpool.Pool
	clock           time.Time
	mu              sync.Mutex
	log             bytes.Buffer
	trust           *trust.Source
	opened, damaged report.Report
	secrets         []string // of the member at work: found nowhere but on his screen
}

func (h *markedHouse) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(b)
}

func (h *markedHouse) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *markedHouse) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *markedHouse) path(name string) string { return filepath.Join(h.dir, name) }

func (h *markedHouse) pool(url string) *pgxpool.Pool {
	h.t.Helper()
	pool, err := postgres.Open(context.Background(), postgres.Config{URL: url, MaxConns: 4})
	h.must(err)
	h.t.Cleanup(pool.Close)
	return pool
}

func (h *markedHouse) startDatabase() {
	h.t.Helper()
	var err error
	h.database, err = cluster.Start(context.Background(), cluster.Config{Dir: h.path("pg"), Port: h.port})
	h.must(err)
}

func newMarkedHouse(t *testing.T) *markedHouse {
	t.Helper()
	dir, err := os.MkdirTemp("", "recueil-office-marker-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h := &markedHouse{t: t, dir: dir, clock: sealtest.Received.Add(time.Hour)}
	h.must(os.Chmod(dir, 0o755)) // the database's user must reach its folder
	h.must(os.Mkdir(h.path("tmp"), 0o700))
	t.Setenv("TMPDIR", h.path("tmp"))
	h.startDatabase()
	t.Cleanup(func() { h.database.Kill() })
	h.owner = h.pool(h.database.OwnerURL("postgres"))
	h.port = int(h.owner.Config().ConnConfig.Port)
	h.migrate()

	log := slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug}))
	_, err = office.Found(t.Context(), office.Founding{Pool: h.owner, ShredDir: h.path("shred"), Now: h.now(),
		Teams: []trust.Team{{ID: "plateau", Name: "Plateau", Receives: true}},
		First: office.Account{Login: "camille", Name: "Camille", Role: "coordinator", Passphrase: vouching},
		Install: func(f *trust.File) error {
			raw, err := f.Encode()
			h.must(err)
			return os.WriteFile(h.path("trust.json"), raw, 0o600)
		}})
	h.must(err)
	h.trust, err = trust.NewSource(trust.Options{Path: h.path("trust.json")}, log)
	h.must(err)
	screens, err := office.New(office.Config{Pool: h.pool(h.database.URL("recueil_office", "only-in-tests", "postgres")), Trust: h.trust, ShredDir: h.path("shred"),
		Idle: 15 * time.Minute, Absolute: 12 * time.Hour, Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles,
		Now: h.now, Log: log})
	h.must(err)
	server := httptest.NewTLSServer(screens)
	t.Cleanup(server.Close)
	h.url = server.URL
	h.intake = h.pool(h.database.URL("recueil_intake", "only-in-tests", "postgres"))
	return h
}

func (h *markedHouse) migrate() {
	h.t.Helper()
	ctx := context.Background()
	conn, err := h.owner.Acquire(ctx)
	h.must(err)
	defer conn.Release()
	h.must(schema.Migrate(ctx, conn.Conn()))
	for _, role := range []string{"recueil_office", "recueil_intake"} {
		for _, statement := range []string{"password 'only-in-tests'", "set log_statement = 'all'", "set log_min_messages = 'debug1'",
			"set log_min_error_statement = 'debug1'", "set log_error_verbosity = 'verbose'", "set log_parameter_max_length = -1", "set log_parameter_max_length_on_error = -1"} {
			_, err := conn.Exec(ctx, "alter role "+role+" "+statement)
			h.must(err)
		}
	}
}

// deposit stores a report whose every text is the marker, something added to it,
// and a report whose body opens but is none.
func (h *markedHouse) deposit() {
	h.t.Helper()
	ctx, box := h.t.Context(), inbox.New(h.t.Context(), h.intake)
	to := h.trust.File().Receiving()
	accept := func(e envelope.Envelope) {
		h.t.Helper()
		if outcome, err := box.Accept(ctx, inbox.Delivery{Envelope: e}); err != nil || outcome == inbox.AlreadyStored {
			h.t.Fatalf("outcome %d, %v", outcome, err)
		}
	}
	r := sealtest.Report(told)
	for _, f := range report.Fields() {
		name := strings.Replace(f.Name, ".N.", ".0.", 1)
		values := reporttest.Value(f, name)
		switch f.Kind {
		case report.Text, report.LongText, report.PhoneNumber, report.Email, report.CommuneKind:
			values = []string{told}
		case report.DateParts:
			values = []string{told, told, told}
		}
		h.must(r.Set(name, values))
	}
	r.Marks = r.Check(r.ReceivedAt)
	h.opened = *r
	e, err := seal.Report(r, seal.NewCode(), to, envelope.Main)
	h.must(err)
	accept(e)
	added := *r
	added.Answers = report.Answers{Situation: report.Situation{Story: told + " encore"}}
	addition, err := seal.Addition(&added, report.NewID(), to)
	h.must(err)
	accept(addition)

	broken := sealtest.Report(told)
	h.damaged = *broken
	e, err = seal.Report(broken, seal.NewCode(), to, envelope.Main)
	h.must(err)
	recipient, err := age.ParseHybridRecipient(to.Recipient)
	h.must(err)
	var body bytes.Buffer
	w, err := age.Encrypt(&body, recipient)
	h.must(err)
	_, err = w.Write([]byte(`{"format":"recueil.report/1","` + told + `":{"` + told + `":"` + told + `"`))
	h.must(err)
	h.must(w.Close())
	e.Body = body.Bytes()
	accept(e)
}

// work does all a member can do with a report, rightly and wrongly.
func (h *markedHouse) work(b *browse.Browser) {
	t := h.t
	address := "/dossiers/" + h.opened.ID.String()
	b.Open("/file").Want(401)
	b.Open(address).Want(401)
	if b.Post("/connexion", url.Values{"login": {"camille"}, "passphrase": {reason}}); b.Status != 422 {
		t.Errorf("a wrong passphrase: %d", b.Status)
	}
	b.Post("/connexion", url.Values{"login": {"camille"}, "passphrase": {vouching.Reveal()}}).Want(200)
	b.Post("/compte/verification/application", url.Values{"code": {reason}}).Want(422)
	shared := b.Page.Find("#secret").Text()
	code, _, err := factor.CodeNow(secret.Text(shared), h.now())
	h.must(err)
	b.Post("/compte/verification/application", url.Values{"code": {code}}).Want(200)
	h.secrets = append(h.secrets, vouching.Reveal(), shared, strings.ReplaceAll(shared, " ", ""), b.Page.Find(".codes li").First().Text())
	if b.Open("/file").Want(200); !strings.Contains(b.Body, address) || !strings.Contains(b.Body, h.damaged.ID.String()) {
		t.Error("the queue does not show both reports")
	}
	b.Open("/dossiers/" + h.damaged.ID.String()).Want(200)
	b.Open("/dossiers/" + report.NewID().String()).Want(404)
	b.Open(address).Want(200)
	if n := strings.Count(b.Body, told); n < 20 {
		t.Fatalf("the report shows the marker %d times: it was not opened whole", n)
	}
	_, claim, _ := b.Form(address + "/prise-en-charge")
	b.Post(address+"/prise-en-charge", url.Values{"version": {"999"}, reason: {reason}}).Want(409)
	b.Post(address+"/prise-en-charge", claim).Want(200)
	_, closing, _ := b.Form(address + "/cloture")
	with := func(changes ...string) url.Values {
		form := url.Values{"version": closing["version"], "qualification": {"out_of_scope"}, "reason": {reason}}
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		return form
	}
	for name, c := range map[string]struct {
		form   url.Values
		status int
	}{
		"no qualification": {with("qualification", ""), 422}, "a forged one": {with("qualification", reason), 422},
		"too long": {with("reason", strings.Repeat(reason, 400)), 422}, "no text": {with("reason", reason+"\xff\x00"), 422},
		"an old version": {with("version", "1"), 409}, "a version that is none": {with("version", reason), 409},
	} {
		if b.Post(address+"/cloture", c.form); b.Status != c.status {
			t.Errorf("closing with %s: %d, want %d", name, b.Status, c.status)
		}
	}
	_, message, _ := b.Form(address + "/messages")
	say := func(text string, status int, changes ...string) {
		t.Helper()
		form := url.Values{"version": message["version"], "message": {report.NewID().String()}, "text": {text}}
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		if b.Post(address+"/messages", form); b.Status != status {
			t.Errorf("a message of %d bytes: %d, want %d", len(text), b.Status, status)
		}
	}
	say(written, 200)
	say(strings.Repeat(written, 400), 422)
	say(written+"\xff\x00", 422)
	say(written+" "+told, 422) // a word of the report
	say(written+" "+told, 200, "anyway", "1", "known", strings.ToLower(told))
	say(written, 200, "insert", "1", "canned", written)
	say(written, 409, "version", "1")
	if !strings.Contains(b.Open(address).Body, written) {
		t.Error("what was written is not shown")
	}
	b.Send("POST", address+"/messages", "application/x-www-form-urlencoded", "text="+written+"%zz").Want(400)
	b.Send("POST", address+"/cloture", "multipart/form-data; boundary="+reason, "--"+reason+"\r\n\r\n"+reason).Want(415)
	b.Send("POST", address+"/cloture", "application/x-www-form-urlencoded", "reason="+reason+"%zz").Want(400)

	h.database.Stop()
	if b.Post(address+"/cloture", with()); b.Status != 503 {
		t.Errorf("closing while the database is away: %d", b.Status)
	}
	say(written, 503)
	if b.Open(address); b.Status != 503 {
		t.Errorf("a report while the database is away: %d", b.Status)
	}
	h.startDatabase()

	h.mu.Lock()
	h.clock = h.clock.Add(16 * time.Minute) // the session is over
	h.mu.Unlock()
	b.Post(address+"/cloture", with())
	if b.Status != 401 || !strings.Contains(b.Body, reason) {
		t.Errorf("closing after the session: %d, and the reason is kept: %v", b.Status, strings.Contains(b.Body, reason))
	}
	_, kept, _ := b.Form("/connexion")
	kept.Set("login", "camille")
	kept.Set("passphrase", vouching.Reveal())
	b.Post("/connexion", kept).Want(200)
	b.Open(address).Want(200)
	_, again, _ := b.Form(address + "/") // whichever stands first: all carry the version
	b.Post(address+"/cloture", with("version", again.Get("version"))).Want(200)
	if b.Open(address).Want(200); !strings.Contains(b.Body, reason) {
		t.Error("the reason of the decision is not shown")
	}
	b.Post("/deconnexion", nil).Want(200)
}

func TestMarkerIsFoundNowhereInTheOffice(t *testing.T) {
	h := newMarkedHouse(t)
	h.deposit()
	b := browse.New(t, h.url)
	h.work(b)

	ctx := t.Context()
	_, err := h.owner.Exec(ctx, "insert into teams (id, name) values ('controle', '"+witness+"')")
	h.must(err)
	if got := leak.Of(witness).InTables(t, h.owner); !slices.Equal(got, []string{"public.teams"}) {
		t.Errorf("the witness is found in %v", got)
	}
	var decisions int
	h.must(h.owner.QueryRow(ctx, "select count(*) from parts").Scan(&decisions))
	if decisions != 1 {
		t.Errorf("%d decisions are stored", decisions)
	}
	for _, word := range append(h.secrets, told, reason, written) {
		for _, table := range leak.Of(word).InTables(t, h.owner) {
			t.Errorf("the table %s holds %s", table, word)
		}
	}
	_, err = h.owner.Exec(ctx, "checkpoint")
	h.must(err)
	h.database.Stop()
	if got := leak.Of(witness).InFiles(t, h.path("pg")); got == nil {
		t.Error("the witness is in the database, and in no file of it")
	}
	for name, must := range map[string]string{"audit": "audit_append", "a report opened": "report_grants"} {
		if log, err := os.ReadFile(h.path("pg/server.log")); err != nil || !strings.Contains(string(log), must) {
			t.Errorf("the database's log does not speak of %s", name)
		}
	}
	if !strings.Contains(h.log.String(), "msg=audit") || !strings.Contains(h.log.String(), "level=ERROR") {
		t.Errorf("the office logged nothing to look at: %s", h.log.String())
	}
	for _, word := range append(h.secrets, told, reason, written) {
		m := leak.Of(word)
		for _, file := range m.InFiles(t, h.dir) {
			t.Errorf("the file %s holds %s", strings.TrimPrefix(file, h.dir), word)
		}
		if m.In(h.log.Bytes()) {
			t.Errorf("the log holds %s", word)
		}
		for _, address := range b.Seen {
			if m.In([]byte(address)) {
				t.Errorf("an address or header holds %s: %.200s", word, address)
			}
		}
	}
	if left, err := os.ReadDir(h.path("tmp")); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
}
