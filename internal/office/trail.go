package office

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/audit"
)

// A TrailFinding is a line of the audit trail that is not as it was written.
type TrailFinding struct {
	Line int64
	Kind string // "changed", "missing", "recomputed"
}

// VerifyTrail reads the whole audit trail and returns how many lines it has and
// what is wrong with them. heads is the log stream of the office as another machine
// kept it, or nil: without it, lines cut off at the end by somebody who also set the
// head back are not found, nor a chain recomputed as a whole.
func VerifyTrail(ctx context.Context, pool *pgxpool.Pool, heads io.Reader) (lines int64, findings []TrailFinding, err error) {
	result, err := audit.Verify(ctx, pool, heads)
	for _, f := range result.Findings {
		findings = append(findings, TrailFinding{f.Seq, f.Kind})
	}
	return result.Lines, findings, err
}
