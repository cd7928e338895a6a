package schema_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"

	"recueil/internal/postgres/schema"
	"recueil/internal/testing/testdb"
	"recueil/migrations"
)

// empty makes a database without tables and returns its address.
func empty(t *testing.T) string {
	t.Helper()
	db, name := testdb.New(t), "recueil_empty_"+strings.ToLower(rand.Text()[:12])
	if _, err := db.Owner.Exec(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Owner.Exec(context.Background(), "drop database "+name+" with (force)") })
	at, err := url.Parse(db.URL(""))
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + name
	return at.String()
}

func connect(t *testing.T, at string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func one[T any](t *testing.T, conn *pgx.Conn, query string) T {
	t.Helper()
	rows, _ := conn.Query(t.Context(), query)
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// shape is every table with its columns, and every function with its text.
const shape = `select md5(string_agg(line, E'\n' order by line)) from (
  select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || coalesce(column_default, '') as line
    from information_schema.columns where table_schema = 'public' and table_name <> 'schema_version'
  union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
  union all select indexdef from pg_indexes where schemaname = 'public' and tablename <> 'schema_version') lines`

func TestMigrationsGoUpOnceAndDownAgain(t *testing.T) {
	conn, ctx := connect(t, empty(t)), t.Context()
	all, err := migrations.FS.ReadDir(".")
	if err != nil || len(all) < 5 {
		t.Fatalf("%d migrations: %v", len(all), err)
	}
	pending := func(want int) {
		t.Helper()
		if got, err := schema.Pending(ctx, conn); got != want || err != nil {
			t.Errorf("%d migrations are pending, want %d: %v", got, want, err)
		}
	}
	up := func() {
		t.Helper()
		if err := schema.Migrate(ctx, conn); err != nil {
			t.Fatal(err)
		}
	}
	pending(len(all))
	up()
	pending(0)
	first := one[string](t, conn, shape)
	up()
	pending(0)
	if got := one[string](t, conn, shape); got != first {
		t.Error("migrating twice changes something")
	}

	m, err := migrate.NewMigrator(ctx, conn, "schema_version")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.LoadMigrations(migrations.FS); err != nil {
		t.Fatal(err)
	}
	if err := m.MigrateTo(ctx, 0); err != nil {
		t.Fatalf("going down: %v", err)
	}
	if left := one[int](t, conn, "select count(*)::int from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_version'"); left != 0 {
		t.Errorf("%d tables are left below the first migration", left)
	}
	pending(len(all))
	up()
	if got := one[string](t, conn, shape); got != first {
		t.Error("down and up again is another database")
	}
}

func TestTwoMayMigrateAtOnce(t *testing.T) {
	at := empty(t)
	var both sync.WaitGroup
	for range 2 {
		conn := connect(t, at)
		both.Go(func() {
			if err := schema.Migrate(context.Background(), conn); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if pending, err := schema.Pending(t.Context(), connect(t, at)); pending != 0 || err != nil {
		t.Errorf("%d pending: %v", pending, err)
	}
}

// A dump that is restored on a young cluster brings numbers of transactions that
// have not happened yet there: nothing of it may be announced for ever.
func TestRestoredArrivalsAreNotNews(t *testing.T) {
	conn, ctx := connect(t, empty(t)), t.Context()
	if err := schema.Migrate(ctx, conn); err != nil {
		t.Fatal(err)
	}
	for _, arrival := range []string{"4", "99999999999"} {
		_, err := conn.Exec(ctx, `insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, arrival)
			values (gen_random_uuid(), '00000000', sha256('x'), now(), 'web', 1, now(), $1::text::xid8)`, arrival)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := schema.Migrate(ctx, conn); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, conn, "select count(*)::int from reports where not pg_visible_in_snapshot(arrival, pg_current_snapshot())"); n != 0 {
		t.Errorf("%d reports count as not yet arrived", n)
	}
	if n := one[int](t, conn, "select count(*)::int from reports where arrival = '4'"); n != 1 {
		t.Error("an arrival that was in order was changed")
	}
}
