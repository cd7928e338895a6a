package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/envelope"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A UnitReport is a report that a unit made of a record of its own.
type UnitReport struct {
	ReportID   report.ID
	RecordID   uuid.UUID
	Masked     bool
	Author     uuid.UUID
	AuthorName string
	SentAt     time.Time
	Status     triage.Status // of the report: all that the unit sees of it
}

// ReportsOfRecord lists what was reported of a record of these teams, oldest first.
func (a *Archive) ReportsOfRecord(ctx context.Context, record uuid.UUID, teams []string) ([]UnitReport, error) {
	found, err := collect[UnitReport](ctx, a.pool, `select u.report_id, u.record_id, u.masked, u.author, s.display_name as author_name, u.sent_at, r.status
		from unit_reports u join records c on c.id = u.record_id join reports r on r.id = u.report_id join staff s on s.id = u.author
		where u.record_id = $1 and c.team_id = any($2) order by u.sent_at, u.report_id limit 100`, record, teams)
	if err != nil {
		return nil, fmt.Errorf("reading what was reported of record %s: %w", record, err)
	}
	return found, nil
}

// SendUnitReport puts a report of a unit where reports lie, and beside it which record
// it is of.
func SendUnitReport(ctx context.Context, tx pgx.Tx, e *envelope.Envelope, u UnitReport) error {
	if err := e.Check(); err != nil {
		return fmt.Errorf("reporting record %s: %w", u.RecordID, err)
	}
	_, err := tx.Exec(ctx, "select unit_send($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		e.ID, e.Tag[:], e.ReceivedAt, e.Reference, e.ReceiptLookup[:], int16(e.Urgency), e.DueAt, e.TeamID, e.Epoch, e.Body, u.RecordID, u.Masked, u.Author)
	if err != nil {
		return fmt.Errorf("reporting record %s: %w", u.RecordID, postgres.Sort(err))
	}
	return nil
}
