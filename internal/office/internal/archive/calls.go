package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/envelope"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

const (
	// ReceiptTime is how long the receipt of a call can be shown once more.
	ReceiptTime = 10 * time.Minute
	// DropTime is how long a call that was given up can be taken back.
	DropTime = 24 * time.Hour
)

// A Call is the row of a call: its draft, or for a while its receipt.
type Call struct {
	ID         report.ID
	Author     uuid.UUID
	AuthorName string
	TeamID     string
	Epoch      int
	Body       []byte
	Revision   int
	BegunAt    time.Time
	SavedAt    time.Time
	SentAt     *time.Time
	DroppedAt  *time.Time
}

const callQuery = `select c.id, c.author, s.display_name as author_name, c.team_id, c.epoch, c.body, c.revision, c.begun_at, c.saved_at, c.sent_at, c.dropped_at
	from calls c join staff s on s.id = c.author`

// Call returns one call of the teams.
func (a *Archive) Call(ctx context.Context, id report.ID, teams []string) (Call, error) {
	rows, err := a.pool.Query(ctx, callQuery+" where c.id = $1 and c.team_id = any($2)", id, teams)
	return oneCall(rows, id, err)
}

// HoldCall returns one call for an act on it, which others wait for.
func HoldCall(ctx context.Context, tx pgx.Tx, id report.ID) (Call, error) {
	rows, err := tx.Query(ctx, callQuery+" where c.id = $1 for update of c", id)
	return oneCall(rows, id, err)
}

func oneCall(rows pgx.Rows, id report.ID, err error) (Call, error) {
	if err != nil {
		return Call{}, fmt.Errorf("reading call %s: %w", id, postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Call])
	if errors.Is(err, pgx.ErrNoRows) {
		return Call{}, ErrNotFound
	}
	if err != nil {
		return Call{}, fmt.Errorf("reading call %s: %w", id, postgres.Sort(err))
	}
	return found, nil
}

// OpenCalls lists the calls that were neither sent nor given up, the newest first.
func (a *Archive) OpenCalls(ctx context.Context, teams []string) ([]Call, error) {
	found, err := collect[Call](ctx, a.pool, callQuery+` where c.sent_at is null and c.dropped_at is null and c.team_id = any($1)
		order by c.saved_at desc limit 100`, teams)
	if err != nil {
		return nil, fmt.Errorf("listing calls: %w", err)
	}
	return found, nil
}

// DroppedCalls lists what a member gave up and can still take back, the latest first.
func (a *Archive) DroppedCalls(ctx context.Context, author uuid.UUID, teams []string, now time.Time) ([]Call, error) {
	found, err := collect[Call](ctx, a.pool, callQuery+` where c.author = $1 and c.team_id = any($2) and c.sent_at is null and c.dropped_at > $3
		order by c.dropped_at desc limit 20`, author, teams, now.Add(-DropTime))
	if err != nil {
		return nil, fmt.Errorf("listing calls given up: %w", err)
	}
	return found, nil
}

// Joined returns the report of the teams that a call was added to, under its own id.
func (a *Archive) Joined(ctx context.Context, id report.ID, teams []string) (joined report.ID, err error) {
	err = a.pool.QueryRow(ctx, `select d.report_id from additions d where d.id = $1
		and exists (select from report_grants g where g.report_id = d.report_id and g.team_id = any($2))`, id, teams).Scan(&joined)
	if errors.Is(err, pgx.ErrNoRows) {
		return joined, ErrNotFound
	}
	if err != nil {
		return joined, fmt.Errorf("reading what call %s joined: %w", id, postgres.Sort(err))
	}
	return joined, nil
}

// CountOpenCalls counts a member's calls that wait to be finished.
func (a *Archive) CountOpenCalls(ctx context.Context, author uuid.UUID) (int, error) {
	var n int
	err := a.pool.QueryRow(ctx, "select count(*)::int from calls where author = $1 and sent_at is null and dropped_at is null", author).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting calls: %w", postgres.Sort(err))
	}
	return n, nil
}

// BeginCall stores the first draft of a call. The error is ErrConcurrent when there is
// one already.
func BeginCall(ctx context.Context, tx pgx.Tx, c Call) error {
	_, err := tx.Exec(ctx, `insert into calls (id, author, team_id, epoch, body, revision, begun_at, saved_at) values ($1, $2, $3, $4, $5, 1, $6, $6)`,
		c.ID, c.Author, c.TeamID, c.Epoch, c.Body, c.SavedAt)
	if postgres.Constraint(err) == "calls_pkey" {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("beginning call %s: %w", c.ID, postgres.Sort(err))
	}
	return nil
}

// SaveCall stores what was written since the revision of c, and returns the new one.
// The error is ErrConcurrent when another page saved in between, or the call was sent.
func (a *Archive) SaveCall(ctx context.Context, c Call) (revision int, err error) {
	err = pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		revision, err = SaveCall(ctx, tx, c)
		return err
	})
	return revision, err
}

// SaveCall does the same together with something else.
func SaveCall(ctx context.Context, tx pgx.Tx, c Call) (revision int, err error) {
	err = tx.QueryRow(ctx, `update calls set team_id = $4, epoch = $5, body = $6, saved_at = $7, revision = revision + 1, dropped_at = null
		where id = $1 and author = $2 and revision = $3 and sent_at is null returning revision`,
		c.ID, c.Author, c.Revision, c.TeamID, c.Epoch, c.Body, c.SavedAt).Scan(&revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrConcurrent
	}
	if err != nil {
		return 0, fmt.Errorf("saving call %s: %w", c.ID, postgres.Sort(err))
	}
	return revision, nil
}

// TakeCall makes another member the author of a draft.
func TakeCall(ctx context.Context, tx pgx.Tx, id report.ID, by uuid.UUID, teams []string) error {
	tag, err := tx.Exec(ctx, `update calls set author = $2, revision = revision + 1
		where id = $1 and team_id = any($3) and author <> $2 and sent_at is null and dropped_at is null`, id, by, teams)
	return changed(tag.RowsAffected(), id, err)
}

// DropCall gives a member's draft up, for a day until it is gone.
func DropCall(ctx context.Context, tx pgx.Tx, id report.ID, by uuid.UUID, at time.Time) error {
	tag, err := tx.Exec(ctx, "update calls set dropped_at = $3 where id = $1 and author = $2 and sent_at is null and dropped_at is null", id, by, at)
	return changed(tag.RowsAffected(), id, err)
}

// RestoreCall takes that back.
func RestoreCall(ctx context.Context, tx pgx.Tx, id report.ID, by uuid.UUID, now time.Time) error {
	tag, err := tx.Exec(ctx, "update calls set dropped_at = null where id = $1 and author = $2 and sent_at is null and dropped_at > $3", id, by, now.Add(-DropTime))
	return changed(tag.RowsAffected(), id, err)
}

// ForgetReceipt takes the receipt of a sent call away.
func (a *Archive) ForgetReceipt(ctx context.Context, id report.ID, author uuid.UUID) error {
	if _, err := a.pool.Exec(ctx, "delete from calls where id = $1 and author = $2 and sent_at is not null", id, author); err != nil {
		return fmt.Errorf("forgetting the receipt of %s: %w", id, postgres.Sort(err))
	}
	return nil
}

// SweepCalls removes receipts and calls given up, once nobody may take them back.
func (a *Archive) SweepCalls(ctx context.Context, now time.Time) error {
	_, err := a.pool.Exec(ctx, "delete from calls where sent_at <= $1 or dropped_at <= $2", now.Add(-ReceiptTime), now.Add(-DropTime))
	if err != nil {
		return fmt.Errorf("sweeping calls: %w", postgres.Sort(err))
	}
	return nil
}

// SendCall puts a sealed call where reports lie. The error is ErrConcurrent when a
// report of that id is there already.
func SendCall(ctx context.Context, tx pgx.Tx, e *envelope.Envelope) error {
	if err := e.Check(); err != nil {
		return fmt.Errorf("sending call %s: %w", e.ID, err)
	}
	_, err := tx.Exec(ctx, "select call_send($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		e.ID, e.Tag[:], e.ReceivedAt, e.Reference, e.ReceiptLookup[:], int16(e.Urgency), e.DueAt, e.TeamID, e.Epoch, e.Body)
	switch postgres.Constraint(err) {
	case "reports_pkey", "report_grants_pkey", "submissions_pkey":
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("sending call %s: %w", e.ID, postgres.Sort(err))
	}
	return nil
}

// AddCall puts a sealed call beside a report that is there, by a member whose team has it
// or who is named on it. The error is ErrNotFound when there is no such report for him,
// ErrConcurrent when a call of that id joined one already.
func AddCall(ctx context.Context, tx pgx.Tx, e *envelope.Envelope, by uuid.UUID) error {
	if err := e.Check(); err != nil {
		return fmt.Errorf("adding call %s: %w", e.ID, err)
	}
	var added bool
	err := tx.QueryRow(ctx, "select call_add($1, $2, $3, $4, $5, $6, $7)", e.ID, e.ReportID, e.ReceivedAt, e.TeamID, e.Epoch, e.Body, by).Scan(&added)
	if postgres.Constraint(err) == "additions_pkey" {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("adding call %s: %w", e.ID, postgres.Sort(err))
	}
	if !added {
		return ErrNotFound
	}
	return nil
}

// BuryCall puts the receipt of a call in the place of its draft.
func BuryCall(ctx context.Context, tx pgx.Tx, c Call, at time.Time) error {
	tag, err := tx.Exec(ctx, "update calls set team_id = $2, epoch = $3, body = $4, revision = revision + 1, sent_at = $5, dropped_at = null where id = $1",
		c.ID, c.TeamID, c.Epoch, c.Body, at)
	return changed(tag.RowsAffected(), c.ID, err)
}

// ClaimSent makes a report that was just sent its listener's, in triage.
func ClaimSent(ctx context.Context, tx pgx.Tx, id report.ID, who uuid.UUID, until time.Time) error {
	tag, err := tx.Exec(ctx, `update reports set status = 'in_triage', assignee = $2, lease_holder = $2, lease_until = $3, version = version + 1
		where id = $1 and status = 'received'`, id, who, until)
	return changed(tag.RowsAffected(), id, err)
}

func changed(rows int64, id report.ID, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("changing call %s: %w", id, postgres.Sort(err))
	case rows == 0:
		return ErrConcurrent
	}
	return nil
}
