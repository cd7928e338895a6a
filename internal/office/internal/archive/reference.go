package archive

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// ByReference lists the reports that carry a reference, the newest first, up to a page
// of them: references are not unique.
func (a *Archive) ByReference(ctx context.Context, reference string, v View) ([]Report, error) {
	arguments := v.arguments()
	arguments["reference"], arguments["limit"] = reference, PageSize
	rows, err := a.pool.Query(ctx, "select "+columns+joins+" where r.reference = @reference and r.status <> 'purged' and "+granted+
		" order by r.received_at desc, r.id limit @limit", arguments)
	if err != nil {
		return nil, fmt.Errorf("looking up a reference: %w", postgres.Sort(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Report])
	if err != nil {
		return nil, fmt.Errorf("looking up a reference: %w", postgres.Sort(err))
	}
	return found, nil
}
