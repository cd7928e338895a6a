// Package testdb gives each test a database of its own, made in a tenth of a second
// from a template that was migrated once, with the real roles and their grants.
//
// The server is the one RECUEIL_TEST_DATABASE_URL names (as its superuser), or a
// private cluster that lives as long as the test program.
package testdb

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/postgres"
	"recueil/internal/postgres/cluster"
	"recueil/internal/postgres/schema"
	"recueil/migrations"
)

// The password of the two roles in test databases.
const rolePassword = "only-in-tests"

// A DB is one test's database, with a pool for each role.
type DB struct {
	Name                  string
	Owner, Intake, Office *pgxpool.Pool
	server                string
}

var server = sync.OnceValues(func() (string, error) {
	if at := os.Getenv("RECUEIL_TEST_DATABASE_URL"); at != "" {
		return at, nil
	}
	dir, err := folder()
	if err != nil {
		return "", err
	}
	c, err := cluster.Start(context.Background(), cluster.Config{Dir: dir + "/pg"})
	if err != nil {
		return "", err
	}
	return c.OwnerURL("postgres"), nil
})

var template = sync.OnceValues(func() (string, error) {
	at, err := server()
	if err != nil {
		return "", err
	}
	name := "recueil_template_" + migrationsHash()
	return name, makeTemplate(context.Background(), at, name)
})

// makeTemplate migrates the template once for all test programs on the server.
func makeTemplate(ctx context.Context, at, name string) error {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return fmt.Errorf("reaching the test server: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(815)"); err != nil {
		return err
	}
	var ready bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&ready); err != nil || ready {
		return err
	}
	making := name + "_making"
	for _, statement := range []string{"drop database if exists " + making, "create database " + making} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	inside, err := pgx.Connect(ctx, withDatabase(at, making))
	if err != nil {
		return err
	}
	err = schema.Migrate(ctx, inside)
	inside.Close(ctx)
	if err != nil {
		return err
	}
	for _, role := range []string{"recueil_intake", "recueil_office"} {
		if _, err := conn.Exec(ctx, "alter role "+role+" password '"+rolePassword+"'"); err != nil {
			return err
		}
	}
	_, err = conn.Exec(ctx, "alter database "+making+" rename to "+name)
	return err
}

// New makes a database for one test; it is dropped when the test ends.
func New(t testing.TB) *DB {
	t.Helper()
	ctx := context.Background()
	name, err := template()
	if err != nil {
		t.Fatalf("preparing the test database: %v", err)
	}
	at, _ := server()
	admin, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatalf("reaching the test server: %v", err)
	}
	defer admin.Close(ctx)
	db := &DB{Name: "recueil_test_" + strings.ToLower(rand.Text()[:16]), server: at}
	if _, err := admin.Exec(ctx, "create database "+db.Name+" template "+name); err != nil {
		t.Fatalf("making the test database: %v", err)
	}
	// Grants on the database itself are not copied from a template.
	if _, err := admin.Exec(ctx, "revoke all on database "+db.Name+" from public; grant connect on database "+db.Name+" to recueil_intake, recueil_office"); err != nil {
		t.Fatalf("granting on the test database: %v", err)
	}
	db.Owner, db.Intake, db.Office = db.pool(t, ""), db.pool(t, "recueil_intake"), db.pool(t, "recueil_office")
	t.Cleanup(func() {
		db.Owner.Close()
		db.Intake.Close()
		db.Office.Close()
		if conn, err := pgx.Connect(ctx, at); err == nil {
			conn.Exec(ctx, "drop database "+db.Name+" with (force)")
			conn.Close(ctx)
		}
	})
	return db
}

// URL reaches the database as a role; "" is the owner.
func (db *DB) URL(role string) string {
	at := withDatabase(db.server, db.Name)
	if role == "" {
		return at
	}
	u, _ := url.Parse(at)
	u.User = url.UserPassword(role, rolePassword)
	return u.String()
}

func (db *DB) pool(t testing.TB, role string) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(context.Background(), postgres.Config{URL: db.URL(role), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func withDatabase(at, name string) string {
	u, err := url.Parse(at)
	if err != nil {
		return at
	}
	u.Path = "/" + name
	return u.String()
}

func migrationsHash() string {
	h := sha256.New()
	names, _ := fs.Glob(migrations.FS, "*.sql")
	for _, name := range names {
		content, _ := fs.ReadFile(migrations.FS, name)
		h.Write(content)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
