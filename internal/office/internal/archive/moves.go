package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A Step is one move of a report along the table of triage. From and To may be the
// same for a qualified report that is found to be something else.
type Step struct {
	Report        report.ID
	Version       int // as its author saw it
	From, To      triage.Status
	Qualification *triage.Qualification // nil leaves it as it is
	Release       bool                  // it is nobody's afterwards
	By            uuid.UUID
	At            time.Time
}

// Move takes a step, and ends the lease of who takes it. It fails with ErrConcurrent
// when somebody else changed the report in between, or holds it open; and with the
// errors of [triage.Change.Check] for what the table does not allow, the second person
// included. Who proposes something for another to agree to is kept beside the report.
func Move(ctx context.Context, tx pgx.Tx, s Step) error {
	var now struct {
		as       triage.Qualification
		proposed *uuid.UUID
	}
	err := tx.QueryRow(ctx, `select coalesce(qualification, ''), proposed_by from reports
		where id = $1 and version = $2 and status = $3 and (lease_until is null or lease_until <= $4 or lease_holder = $5) for update`,
		s.Report, s.Version, s.From, s.At, s.By).Scan(&now.as, &now.proposed)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("moving report %s: %w", s.Report, postgres.Sort(err))
	}
	change := triage.Change{From: s.From, To: s.To, As: now.as, By: s.By, Proposed: now.proposed}
	if s.Qualification != nil {
		change.As = *s.Qualification
	}
	if err := allowed(change); err != nil {
		return fmt.Errorf("moving report %s: %w", s.Report, err)
	}
	var proposed *uuid.UUID
	if change.Proposes() {
		proposed = &s.By
	}
	_, err = tx.Exec(ctx, `update reports set status = $2, qualification = nullif($3, ''), proposed_by = $4,
		assignee = case when $5 then null else assignee end, lease_holder = null, lease_until = null, acted_at = $6, version = version + 1 where id = $1`,
		s.Report, s.To, change.As, proposed, s.Release, s.At)
	if err != nil {
		return fmt.Errorf("moving report %s: %w", s.Report, postgres.Sort(err))
	}
	return nil
}

// Lock keeps others from changing a report until the transaction ends, and returns
// where it stands then. It fails with ErrConcurrent when it is there no more.
func Lock(ctx context.Context, tx pgx.Tx, id report.ID) (now triage.Status, err error) {
	err = tx.QueryRow(ctx, "select status from reports where id = $1 for update", id).Scan(&now)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrConcurrent
	}
	if err != nil {
		return "", fmt.Errorf("keeping report %s: %w", id, postgres.Sort(err))
	}
	return now, nil
}

// allowed lets what one person may qualify and close in one act go from triage to the
// end; everything else follows the edges.
func allowed(c triage.Change) error {
	if c.From == triage.InTriage && c.To == triage.Closed {
		return triage.Close(c.From, c.As)
	}
	return c.Check()
}

// A Handover makes a report another's, whatever state it is in.
type Handover struct {
	Report  report.ID
	Version int
	To      uuid.UUID
}

// Assign hands a report over, and ends whoever's lease. It fails with ErrConcurrent
// when somebody else changed the report in between.
func Assign(ctx context.Context, tx pgx.Tx, h Handover) error {
	tag, err := tx.Exec(ctx, `update reports set assignee = $3, lease_holder = null, lease_until = null, version = version + 1
		where id = $1 and version = $2`, h.Report, h.Version, h.To)
	if err != nil {
		return fmt.Errorf("handing report %s over: %w", h.Report, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}

// An Urgency is what a coordinator sets; the sealed one stays beside it.
type Urgency struct {
	Report  report.ID
	Version int
	By      uuid.UUID
	Now     report.Urgency
	Due     time.Time // by it
}

// SetUrgency sets the urgency that counts, in the queue and for the alarm too.
func SetUrgency(ctx context.Context, tx pgx.Tx, u Urgency) error {
	_, err := tx.Exec(ctx, "select report_set_urgency($1, $2, $3, $4, $5)", u.Report, u.Version, u.By, u.Now, u.Due)
	return sortAct(u.Report, err)
}
