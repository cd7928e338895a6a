package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A NoteDraft is what somebody began to note on a report, sealed.
type NoteDraft struct {
	Revision int // counted from 1
	Body     []byte
	SavedAt  time.Time
}

// NoteDraft returns what a member began to note on a report. The error is ErrNotFound
// when that is nothing.
func (a *Archive) NoteDraft(ctx context.Context, id report.ID, author uuid.UUID) (NoteDraft, error) {
	rows, err := a.pool.Query(ctx, "select revision, body, saved_at from note_drafts where report_id = $1 and author = $2", id, author)
	if err != nil {
		return NoteDraft{}, fmt.Errorf("reading a note begun on %s: %w", id, postgres.Sort(err))
	}
	draft, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[NoteDraft])
	if errors.Is(err, pgx.ErrNoRows) {
		return NoteDraft{}, ErrNotFound
	}
	if err != nil {
		return NoteDraft{}, fmt.Errorf("reading a note begun on %s: %w", id, postgres.Sort(err))
	}
	return draft, nil
}

// SaveNoteDraft stores the next revision of what a member began to note. It fails with
// ErrConcurrent when the one before it is not what is stored: he has it open twice.
func (a *Archive) SaveNoteDraft(ctx context.Context, id report.ID, author uuid.UUID, d NoteDraft) error {
	if d.Revision > 1 {
		return a.one(ctx, id, `update note_drafts set revision = $3, body = $4, saved_at = $5
			where report_id = $1 and author = $2 and revision = $3 - 1`, id, author, d.Revision, d.Body, d.SavedAt)
	}
	return a.one(ctx, id, `insert into note_drafts (report_id, author, revision, body, saved_at) values ($1, $2, $3, $4, $5)
		on conflict (report_id, author) do nothing`, id, author, d.Revision, d.Body, d.SavedAt)
}

// ClearNoteDraft forgets a draft of which its author left nothing, as he saw it last. It
// fails with ErrConcurrent when there is a later one.
func (a *Archive) ClearNoteDraft(ctx context.Context, id report.ID, author uuid.UUID, revision int) error {
	if revision == 0 {
		return nil // nothing was ever saved from this page
	}
	return a.one(ctx, id, "delete from note_drafts where report_id = $1 and author = $2 and revision = $3", id, author, revision)
}

// DropNoteDraft forgets what a member began to note.
func DropNoteDraft(ctx context.Context, tx pgx.Tx, id report.ID, author uuid.UUID) error {
	if _, err := tx.Exec(ctx, "delete from note_drafts where report_id = $1 and author = $2", id, author); err != nil {
		return fmt.Errorf("forgetting a note begun on %s: %w", id, postgres.Sort(err))
	}
	return nil
}

// NotesBegun lists the reports on which a member began a note, the newest first.
func (a *Archive) NotesBegun(ctx context.Context, teams []string, author uuid.UUID) ([]Report, error) {
	found, err := collect[Report](ctx, a.pool, "select "+lineColumns+lineJoins+` join note_drafts n on n.report_id = r.id and n.author = @who
		order by n.saved_at desc limit 20`, pgx.NamedArgs{"teams": teams, "who": author})
	if err != nil {
		return nil, fmt.Errorf("listing notes begun: %w", err)
	}
	return found, nil
}
