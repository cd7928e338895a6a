package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// Claim makes a report somebody's, in triage, with a lease from now. It fails with
// ErrConcurrent when another has claimed it in between, or holds it open.
func (a *Archive) Claim(ctx context.Context, id report.ID, version int, who uuid.UUID, now time.Time) error {
	return a.one(ctx, id, `update reports set status = $3, assignee = $4, lease_holder = $4, lease_until = $5, version = version + 1
		where id = $1 and version = $2 and status in ('received', 'reopened', 'in_triage', 'awaiting_information')
		and (lease_until is null or lease_until <= $6 or lease_holder = $4)`,
		id, version, triage.InTriage, who, now.Add(triage.LeaseTime), now)
}

// Renew lengthens the lease of who holds it. It fails with ErrConcurrent for
// anybody else, and for who holds no key of it any more: nobody keeps a report from
// the others that he cannot read. It is no edit: the version stays.
func (a *Archive) Renew(ctx context.Context, id report.ID, who uuid.UUID, teams []string, now time.Time) error {
	return a.one(ctx, id, `update reports set lease_until = $3 where id = $1 and lease_holder = $2
		and exists (select from report_grants g where g.report_id = $1 and g.team_id = any($4))`, id, who, now.Add(triage.LeaseTime), teams)
}

// A Step is one move of a report along the table of triage.
type Step struct {
	Report        report.ID
	Version       int // as its author saw it
	From, To      triage.Status
	Qualification *triage.Qualification // nil leaves it as it is
	By            uuid.UUID
	At            time.Time
}

// Move takes a step, and ends the lease of who takes it. It fails with ErrConcurrent
// when somebody else changed the report in between, or holds it open.
func Move(ctx context.Context, tx pgx.Tx, s Step) error {
	tag, err := tx.Exec(ctx, `update reports set status = $3, qualification = coalesce($4, qualification),
		lease_holder = null, lease_until = null, version = version + 1
		where id = $1 and version = $2 and status = $5 and (lease_until is null or lease_until <= $6 or lease_holder = $7)`,
		s.Report, s.Version, s.To, s.Qualification, s.From, s.At, s.By)
	if err != nil {
		return fmt.Errorf("moving report %s: %w", s.Report, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}

func (a *Archive) one(ctx context.Context, id report.ID, statement string, arguments ...any) error {
	tag, err := a.pool.Exec(ctx, statement, arguments...)
	if err != nil {
		return fmt.Errorf("changing report %s: %w", id, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}
