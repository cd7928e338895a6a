package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// Claim makes a report somebody's, with a lease from now. What nobody had taken up is
// in triage then, and so is what waited for an answer: the wait is over. What is
// qualified stays so. It fails with ErrConcurrent when another has claimed it in
// between, or holds it open.
func (a *Archive) Claim(ctx context.Context, id report.ID, version int, who uuid.UUID, now time.Time) error {
	return a.one(ctx, id, `update reports set status = case when status in ('received', 'reopened', 'awaiting_information') then $3 else status end,
		assignee = $4, lease_holder = $4, lease_until = $5, acted_at = $6, version = version + 1
		where id = $1 and version = $2 and status = any($7)
		and (lease_until is null or lease_until <= $6 or lease_holder = $4)`,
		id, version, triage.InTriage, who, now.Add(triage.LeaseTime), now, triage.When(triage.Claim))
}

// Renew lengthens the lease of who holds it. It fails with ErrConcurrent for
// anybody else, and for who holds no key of it any more: nobody keeps a report from
// the others that he cannot read. It is no edit: the version stays.
func (a *Archive) Renew(ctx context.Context, id report.ID, who uuid.UUID, teams []string, now time.Time) error {
	return a.one(ctx, id, `update reports set lease_until = $3 where id = $1 and lease_holder = $2
		and exists (select from report_grants g where g.report_id = $1 and g.team_id = any($4))`, id, who, now.Add(triage.LeaseTime), teams)
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
