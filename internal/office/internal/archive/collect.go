package archive

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// A querier is the pool, or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
}

// collect reads all rows that a query finds, each by the names of its columns. Its error
// is sorted already, and the caller says what he was reading.
func collect[Row any](ctx context.Context, from querier, query string, arguments ...any) ([]Row, error) {
	rows, err := from.Query(ctx, query, arguments...)
	if err != nil {
		return nil, postgres.Sort(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Row])
	return found, postgres.Sort(err)
}
