package archive

import (
	"context"
	"fmt"
)

// ByReference lists the reports that carry a reference, the newest first, up to a page
// of them, whole: references are not unique.
func (a *Archive) ByReference(ctx context.Context, reference string, v View) ([]Report, error) {
	arguments := v.arguments()
	arguments["reference"], arguments["limit"] = reference, PageSize
	found, err := collect[Report](ctx, a.pool, "select "+rowColumns+", g.body, null::bytea as digest, x.sealed as excerpt"+lineJoins+" where r.reference = @reference and r.status <> 'purged' and "+granted+
		" order by r.received_at desc, r.id limit @limit", arguments)
	if err != nil {
		return nil, fmt.Errorf("looking up a reference: %w", err)
	}
	return found, nil
}
