// Package postgres opens pools and speaks of PostgreSQL's errors by their codes,
// never by their text. Every process comes with a role of its own; what a role may
// do is in the migrations.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrUnavailable says that the database cannot answer now; the same call may
// succeed later.
var ErrUnavailable = errors.New("the database is away")

// Config says which database to open.
type Config struct {
	URL      string // postgres://role:password@host/database; never printed
	MaxConns int32  // 0 leaves pgx its default
	Serial   bool   // no query is done by several processes
}

// Open makes a pool without connecting yet: a service starts also while its
// database is away.
func Open(ctx context.Context, c Config) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		// pgx's own message repeats the address, password and all.
		return nil, errors.New("the database URL cannot be read; write it as postgres://role:password@host:5432/recueil")
	}
	if c.MaxConns > 0 {
		config.MaxConns = c.MaxConns
	}
	config.ConnConfig.ConnectTimeout = 3 * time.Second
	if c.Serial {
		config.ConnConfig.AfterConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
			return conn.Exec(ctx, "set max_parallel_workers_per_gather = 0").Close()
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, errors.New("the database pool cannot be made; check --database-url")
	}
	return pool, nil
}

// Sort makes err tell ErrUnavailable from everything else.
func Sort(err error) error {
	if err == nil || !Unavailable(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// Unavailable reports whether err means that the server is away, starting,
// stopping, read-only or full, rather than that it refused what it was told. A server
// that lets nobody in, as a standby does that took over with another password or without
// a line of pg_hba.conf, was told nothing: it is away.
func Unavailable(err error) bool {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return true
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch refused.Code[:2] {
		case "08", "53", "57", "58": // connection, resources, operator, system
			return true
		}
		return refused.Code == "25006" // a standby that takes no writes
	}
	var network net.Error
	return errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) // the server went in the middle of an answer
}

// Constraint returns the name of the unique constraint that err broke, or "".
func Constraint(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23505" {
		return refused.ConstraintName
	}
	return ""
}

// Code returns the code with which the server refused what it was told, or "".
func Code(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// Missing reports whether err says that a row refers to one that is not there.
func Missing(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23503"
}

// Malformed reports whether err says that a text is no value of its type.
func Malformed(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "22P02"
}
