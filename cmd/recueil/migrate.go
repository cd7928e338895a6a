package main

import (
	"fmt"

	"recueil/internal/postgres/schema"
)

type migrateCommand struct{ ownerFlags }

// Run migrates. It is safe to run again, and while the servers run: migrations
// only add what the running version does not know.
func (c *migrateCommand) Run(t *terminal) error {
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := pool.Acquire(t.ctx)
	if err != nil {
		return fmt.Errorf("reaching the database: %w", err)
	}
	defer conn.Release()
	pending, err := schema.Pending(t.ctx, conn.Conn())
	if err != nil {
		return err
	}
	if err := schema.Migrate(t.ctx, conn.Conn()); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d migrations applied; the database is up to date\n", pending)
	return nil
}
