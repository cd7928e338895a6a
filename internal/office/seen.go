package office

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/postgres"
	"recueil/internal/trust"
)

// Announcer returns what tells, as the role recueil_office, which trust file this
// office uses.
func Announcer(pool *pgxpool.Pool, id [16]byte) func(context.Context, *trust.File) error {
	return func(ctx context.Context, f *trust.File) error {
		_, err := pool.Exec(ctx, "select server_seen($1, $2, $3, $4, 0)", id, trust.ServerName(id), f.Version(), f.Fingerprint())
		if err != nil {
			return fmt.Errorf("announcing this office: %w", postgres.Sort(err))
		}
		return nil
	}
}
