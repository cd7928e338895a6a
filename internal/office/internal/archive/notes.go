package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A Note is a part that moves nothing: what was written on a report, beside the
// decisions. Each kind of part counts its own sequence.
type Note struct {
	Report report.ID
	Part   uuid.UUID
	Author uuid.UUID
	At     time.Time
	Seal   func(sequence int) ([]byte, error)
}

// AddNote appends a note together with its line in the trail, which keeps the digest
// of the sealed note. Two that are written at once come one after the other, whatever
// the clocks of their servers say: each is sealed for its place.
func AddNote(ctx context.Context, trail audit.Trail, n Note, line audit.Event) error {
	return trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		var err error
		line.Seen, err = addNote(ctx, tx, n)
		return []audit.Event{line}, err
	})
}

func addNote(ctx context.Context, tx pgx.Tx, n Note) ([]byte, error) {
	if _, err := tx.Exec(ctx, "select from reports where id = $1 for update", n.Report); err != nil {
		return nil, fmt.Errorf("writing on %s: %w", n.Report, postgres.Sort(err))
	}
	var before int
	var last *time.Time
	err := tx.QueryRow(ctx, "select count(*), max(created_at) from parts where report_id = $1 and kind = 'note'", n.Report).Scan(&before, &last)
	if err != nil {
		return nil, fmt.Errorf("writing on %s: %w", n.Report, postgres.Sort(err))
	}
	if last != nil && !n.At.After(*last) {
		n.At = last.Add(time.Microsecond)
	}
	sealed, err := n.Seal(before + 1)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "insert into parts (id, report_id, kind, author, body, created_at) values ($1, $2, 'note', $3, $4, $5)",
		n.Part, n.Report, n.Author, sealed, n.At)
	if err != nil {
		return nil, fmt.Errorf("writing on %s: %w", n.Report, postgres.Sort(err))
	}
	return sealed, nil
}
