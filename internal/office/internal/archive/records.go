package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// ErrNoRecord says that no record of that id belongs to the teams asked for.
var ErrNoRecord = errors.New("there is no such record here")

// ErrReplaced says that somebody has corrected the same entry in between.
var ErrReplaced = errors.New("the entry was corrected by somebody else")

// A Record is the row of a record of the follow-up unit.
type Record struct {
	ID       uuid.UUID
	TeamID   string
	Epoch    int
	Body     []byte // its key, sealed to the unit
	Referral *uuid.UUID
	Lead     uuid.UUID
	LeadName string
	LeadGone bool // the lead is disabled, or left the unit
	Status   string
	OpenedAt time.Time
	LastAt   time.Time
	NextAt   *time.Time
	Opening  uuid.UUID
	Version  int
}

const recordColumns = `r.id, r.team_id, r.epoch, r.body, r.referral_id as referral, r.lead, l.display_name as lead_name,
  (l.disabled_at is not null or not exists (select from team_key_wraps w where w.staff_id = r.lead and w.team_id = r.team_id)) as lead_gone,
  r.status, r.opened_at, r.last_at, r.next_at, r.opening, r.version`

// Record returns one record of these teams.
func (a *Archive) Record(ctx context.Context, id uuid.UUID, teams []string) (Record, error) {
	rows, err := a.pool.Query(ctx, "select "+recordColumns+" from records r join staff l on l.id = r.lead where r.id = $1 and r.team_id = any($2)", id, teams)
	if err != nil {
		return Record{}, fmt.Errorf("reading record %s: %w", id, postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Record])
	if errors.Is(err, pgx.ErrNoRows) {
		return Record{}, ErrNoRecord
	}
	if err != nil {
		return Record{}, fmt.Errorf("reading record %s: %w", id, postgres.Sort(err))
	}
	return found, nil
}

// RecordOfReferral returns the id of the record that a referral opened.
func (a *Archive) RecordOfReferral(ctx context.Context, referral uuid.UUID, teams []string) (id uuid.UUID, err error) {
	err = a.pool.QueryRow(ctx, "select id from records where referral_id = $1 and team_id = any($2)", referral, teams).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, ErrNoRecord
	}
	if err != nil {
		return id, fmt.Errorf("reading the record of referral %s: %w", referral, postgres.Sort(err))
	}
	return id, nil
}

// A NewRecord is one about to be opened, with its first entry.
type NewRecord struct {
	ID       uuid.UUID
	TeamID   string
	Epoch    int
	Body     []byte
	Referral *uuid.UUID
	Lead     uuid.UUID
	By       uuid.UUID
	At       time.Time
	Opening  RecordEntry
}

// OpenRecord stores a record and its opening. One of that id that is stored already is
// ErrConcurrent.
func OpenRecord(ctx context.Context, tx pgx.Tx, n NewRecord) error {
	_, err := tx.Exec(ctx, `insert into records (id, team_id, epoch, body, referral_id, lead, opened_at, last_at, opening)
		values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`, n.ID, n.TeamID, n.Epoch, n.Body, n.Referral, n.Lead, n.At, n.Opening.ID)
	if postgres.Constraint(err) == "records_pkey" {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("opening record %s: %w", n.ID, postgres.Sort(err))
	}
	n.Opening.Sequence, n.Opening.Author, n.Opening.CreatedAt = 1, n.By, n.At
	return AppendEntry(ctx, tx, n.ID, n.Opening)
}

// A RecordChange is what an act leaves in the row. What is nil stays.
type RecordChange struct {
	Record  uuid.UUID
	Version int // as it was read; another act in between makes it stale
	At      time.Time
	NextAt  *time.Time
	Lead    *uuid.UUID
	Status  *string
	Opening *uuid.UUID
}

// ChangeRecord writes the row anew. It fails with ErrConcurrent when somebody else did
// in between.
func ChangeRecord(ctx context.Context, tx pgx.Tx, c RecordChange) error {
	tag, err := tx.Exec(ctx, `update records set last_at = greatest(last_at, $3), next_at = $4, lead = coalesce($5, lead),
		status = coalesce($6, status), opening = coalesce($7, opening), version = version + 1 where id = $1 and version = $2`,
		c.Record, c.Version, c.At, c.NextAt, c.Lead, c.Status, c.Opening)
	if err != nil {
		return fmt.Errorf("changing record %s: %w", c.Record, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}
