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

// A ReplyKind is what is waited for from a recipient.
type ReplyKind string

// The kinds.
const (
	Acknowledgement ReplyKind = "acknowledgement" // that the file arrived
	Feedback        ReplyKind = "feedback"        // what became of it
)

// An ExpectedReply is one that has not come yet. Dates are days in Paris.
type ExpectedReply struct {
	PartID       uuid.UUID // of the transmission
	ReportID     report.ID
	Reference    string
	Status       triage.Status
	AssigneeName *string
	Kind         ReplyKind
	DueOn        time.Time
	ChasedOn     *time.Time
}

// ExpectReply begins to wait for a reply.
func ExpectReply(ctx context.Context, tx pgx.Tx, e ExpectedReply) error {
	_, err := tx.Exec(ctx, "insert into expected_replies (part_id, report_id, kind, due_on) values ($1, $2, $3, $4)", e.PartID, e.ReportID, e.Kind, e.DueOn)
	if err != nil {
		return fmt.Errorf("waiting for a reply on %s: %w", e.ReportID, postgres.Sort(err))
	}
	return nil
}

// EndReplies ends the wait for whatever a report still waits for.
func EndReplies(ctx context.Context, tx pgx.Tx, id report.ID, on time.Time) error {
	if _, err := tx.Exec(ctx, "update expected_replies set ended_on = $2 where report_id = $1 and ended_on is null", id, on); err != nil {
		return fmt.Errorf("ending the wait for a reply on %s: %w", id, postgres.Sort(err))
	}
	return nil
}

// ChaseReply notes that somebody asked for what a report waits for. It fails with
// ErrConcurrent when nothing is waited for any more.
func ChaseReply(ctx context.Context, tx pgx.Tx, id report.ID, on time.Time) error {
	tag, err := tx.Exec(ctx, "update expected_replies set chased_on = $2 where report_id = $1 and ended_on is null", id, on)
	if err != nil {
		return fmt.Errorf("chasing a reply on %s: %w", id, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}

// ExpectedReplies lists what reports of the teams wait for, what is due first first.
// A report that left the states in which one waits is not among them.
func (a *Archive) ExpectedReplies(ctx context.Context, teams []string) ([]ExpectedReply, error) {
	found, err := collect[ExpectedReply](ctx, a.pool, `select e.part_id, e.report_id, r.reference, r.status, s.display_name as assignee_name, e.kind, e.due_on, e.chased_on
		from expected_replies e join reports r on r.id = e.report_id left join staff s on s.id = r.assignee
		where e.ended_on is null and r.status in ('transmitted', 'acknowledged')
		and exists (select from report_grants g where g.report_id = r.id and g.team_id = any($1))
		order by e.due_on, r.urgency, e.part_id limit 500`, teams)
	if err != nil {
		return nil, fmt.Errorf("reading the expected replies: %w", err)
	}
	return found, nil
}

// CountOverdueReplies counts, for a reminder without a word of content, the replies
// that were due before a day and that nobody asked for since another.
func (a *Archive) CountOverdueReplies(ctx context.Context, today, chasedBefore time.Time) (n int, err error) {
	err = a.pool.QueryRow(ctx, `select count(*) from expected_replies e join reports r on r.id = e.report_id
		where e.ended_on is null and e.due_on < $1 and (e.chased_on is null or e.chased_on < $2) and r.status in ('transmitted', 'acknowledged')`,
		today, chasedBefore).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting the overdue replies: %w", postgres.Sort(err))
	}
	return n, nil
}
