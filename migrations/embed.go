// Package migrations holds the numbered SQL that makes the database: tables,
// roles, grants and functions. Apply it with [recueil/internal/postgres/schema.Migrate].
package migrations

import "embed"

// FS has every migration at its root, named NNN_what.sql, as jackc/tern reads them.
//
//go:embed *.sql
var FS embed.FS
