// Package schema brings a database to the shape the house needs. It stands apart from
// the pools, so that the servers, whose roles may change no table, do not carry the
// migrations with them.
package schema

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"

	"recueil/migrations"
)

// Migrate brings the database to the newest version of the migrations. It runs as
// the owner, who may create roles the first time.
func Migrate(ctx context.Context, conn *pgx.Conn) error {
	m, err := migrate.NewMigrator(ctx, conn, "schema_version")
	if err != nil {
		return fmt.Errorf("preparing the migrations: %w", err)
	}
	if err := m.LoadMigrations(migrations.FS); err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	if err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	// Transaction numbers start low again after a dump was restored: what then
	// seems to come from the future would be announced as new for ever.
	for _, table := range []string{"reports", "additions"} {
		if _, err := conn.Exec(ctx, "update "+table+" set arrival = '3' where arrival >= pg_snapshot_xmax(pg_current_snapshot())"); err != nil {
			return fmt.Errorf("bringing arrivals in line: %w", err)
		}
	}
	return nil
}

// Pending returns how many migrations the database lacks.
func Pending(ctx context.Context, conn *pgx.Conn) (int, error) {
	m, err := migrate.NewMigrator(ctx, conn, "schema_version")
	if err != nil {
		return 0, fmt.Errorf("reading the version of the database: %w", err)
	}
	if err := m.LoadMigrations(migrations.FS); err != nil {
		return 0, fmt.Errorf("reading the migrations: %w", err)
	}
	at, err := m.GetCurrentVersion(ctx)
	return len(m.Migrations) - int(at), err
}
