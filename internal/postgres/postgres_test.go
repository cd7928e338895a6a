package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/postgres"
	"recueil/internal/testing/testdb"
)

// Each error comes from a real server, or from a connection that really fails.
func TestErrorsAreToldApartByTheirCodes(t *testing.T) {
	db, ctx := testdb.New(t), t.Context()
	run := func(pool *pgxpool.Pool, statements ...string) error {
		acquired, err := pool.Acquire(ctx)
		if err != nil {
			return err
		}
		conn := acquired.Hijack() // settings do not go back to the pool
		defer conn.Close(context.Background())
		for _, statement := range statements {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}
	other := func(url string) error {
		pool, err := postgres.Open(ctx, postgres.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		return pool.Ping(ctx)
	}
	const submission = "insert into submissions (report_id, tag, received_at) values ('0190a1b2-0000-7000-8000-000000000001', sha256('x'), now())"
	late, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	_, slow := db.Owner.Exec(late, "select pg_sleep(5)")
	for _, c := range []struct {
		name       string
		err        error
		code       string
		away       bool
		constraint string
		missing    bool
	}{
		{name: "nothing wrong", err: run(db.Intake, "select 1")},
		{name: "the same row twice", err: run(db.Intake, submission, submission), code: "23505", constraint: "submissions_pkey"},
		{name: "a row that refers to none", err: run(db.Owner, "insert into report_grants (report_id, team_id, epoch, body) values (gen_random_uuid(), 'p', 1, 'age-encryption.org/v1'||chr(10)::bytea)"), code: "23503", missing: true},
		{name: "a value that a check refuses", err: run(db.Owner, "insert into teams (id, name) values ('A', '')"), code: "23514"},
		{name: "no privilege", err: run(db.Intake, "select id from reports"), code: "42501"},
		{name: "no such table", err: run(db.Owner, "select 1 from nowhere"), code: "42P01"},
		{name: "not a text", err: run(db.Owner, "select convert_from('\\xff', 'UTF8')"), code: "22021"},
		{name: "a division by zero", err: run(db.Owner, "select 1/0"), code: "22012"},
		{name: "a standby", err: run(db.Intake, "set default_transaction_read_only = on", submission), code: "25006", away: true},
		{name: "a statement that took too long", err: run(db.Owner, "set statement_timeout = 5", "select pg_sleep(5)"), code: "57014", away: true},
		{name: "a connection ended by the operator", err: run(db.Owner, "select pg_terminate_backend(pg_backend_pid())"), code: "57P01", away: true},
		{name: "no memory left", err: run(db.Owner, "do $$ begin raise exception using errcode = '53200'; end $$"), code: "53200", away: true},
		{name: "a disk that fails", err: run(db.Owner, "do $$ begin raise exception using errcode = '58030'; end $$"), code: "58030", away: true},
		{name: "a wrong password", err: other(strings.Replace(db.URL("recueil_intake"), "only-in-tests", "guessed", 1)), code: "28P01", away: true},
		{name: "no such database", err: other(strings.Replace(db.URL(""), db.Name, "nowhere", 1)), code: "3D000", away: true},
		{name: "an answer that ends in the middle", err: fmt.Errorf("reading: %w", io.EOF), away: true},
		{name: "nobody listens", err: other("postgres://recueil_intake:x@127.0.0.1:1/recueil"), away: true},
		{name: "somebody else listens", err: other("postgres://recueil_intake:x@" + hangsUp(t) + "/recueil?sslmode=disable"), away: true},
		{name: "the request's time is over", err: slow, away: true},
		{name: "an error of our own", err: errors.New("the database is away")}, // the words do not count
	} {
		var refused *pgconn.PgError
		errors.As(c.err, &refused)
		if c.code != "" && (refused == nil || refused.Code != c.code) {
			t.Errorf("%s: the server says %v, want %s", c.name, c.err, c.code)
		}
		sorted := postgres.Sort(c.err)
		if away := errors.Is(sorted, postgres.ErrUnavailable); away != c.away || postgres.Unavailable(c.err) != c.away {
			t.Errorf("%s: away is %v, want %v: %v", c.name, away, c.away, c.err)
		}
		if !errors.Is(sorted, c.err) {
			t.Errorf("%s: sorting loses %v", c.name, c.err)
		}
		if got := postgres.Constraint(sorted); got != c.constraint {
			t.Errorf("%s: breaks %q, want %q", c.name, got, c.constraint)
		}
		if got := postgres.Missing(sorted); got != c.missing {
			t.Errorf("%s: missing is %v", c.name, got)
		}
	}
}

// hangsUp is a server that ends every connection in the middle of its first word.
func hangsUp(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			io.ReadFull(conn, make([]byte, 8))
			conn.Close()
		}
	}()
	return listener.Addr().String()
}

func TestASerialPoolAsksForOneProcess(t *testing.T) {
	db := testdb.New(t)
	for _, serial := range []bool{false, true} {
		pool, err := postgres.Open(t.Context(), postgres.Config{URL: db.URL("recueil_office"), Serial: serial})
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		var workers int
		if err := pool.QueryRow(t.Context(), "select current_setting('max_parallel_workers_per_gather')::int").Scan(&workers); err != nil || (workers == 0) != serial {
			t.Errorf("serial %v: %d further processes, %v", serial, workers, err)
		}
	}
}

func TestOpenConnectsLaterAndPrintsNoPassword(t *testing.T) {
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: "postgres://recueil_intake:hunter2@127.0.0.1:1/recueil", MaxConns: 3})
	if err != nil || pool.Config().MaxConns != 3 {
		t.Fatalf("a service does not start while its database is away: %v", err)
	}
	pool.Close()
	for _, url := range []string{"postgres://recueil_intake:hunter2@127.0.0.1:port/recueil", "postgres://recueil_intake:hunter2@/%zz", "mysql://hunter2"} {
		if _, err := postgres.Open(t.Context(), postgres.Config{URL: url}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
