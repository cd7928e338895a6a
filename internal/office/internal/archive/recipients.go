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

// ErrNoRecipient says that the directory has no such entry.
var ErrNoRecipient = errors.New("there is no such recipient")

// A Recipient is an entry of the directory: a service that files may be sent to.
type Recipient struct {
	ID            uuid.UUID
	Kind          string
	Name          string
	Collectivity  string // its code; empty: everywhere
	Contact       string
	AgeKey        string
	Source        string // where the entry was verified
	Revision      int
	EditedBy      uuid.UUID
	KeyBy         *uuid.UUID // who put the key in
	VerifiedOn    *time.Time
	VerifiedBy    *uuid.UUID
	VerifiedName  *string
	EntryTeam     *string
	EntryEpoch    *int
	EntryTag      []byte
	ConfirmedOn   *time.Time
	ConfirmedBy   *uuid.UUID
	ConfirmedName *string
	KeyTeam       *string
	KeyEpoch      *int
	KeyTag        []byte
	RetiredAt     *time.Time
}

const recipientColumns = `e.id, e.kind, e.name, e.collectivity, e.contact, e.age_key, e.source, e.revision, e.edited_by, e.key_by,
  e.verified_on, e.verified_by, v.display_name as verified_name, e.entry_team, e.entry_epoch, e.entry_tag,
  e.confirmed_on, e.confirmed_by, k.display_name as confirmed_name, e.key_team, e.key_epoch, e.key_tag, e.retired_at
  from recipients e left join staff v on v.id = e.verified_by left join staff k on k.id = e.confirmed_by`

// Recipients lists the directory as far as it is in use, by kind and name.
func (a *Archive) Recipients(ctx context.Context) ([]Recipient, error) {
	found, err := collect[Recipient](ctx, a.pool, "select "+recipientColumns+" where e.retired_at is null order by e.kind, e.collectivity, e.name, e.id limit 2000")
	if err != nil {
		return nil, fmt.Errorf("reading the directory: %w", err)
	}
	return found, nil
}

// Recipient returns one entry, one out of use too.
func (a *Archive) Recipient(ctx context.Context, id uuid.UUID) (Recipient, error) {
	rows, err := a.pool.Query(ctx, "select "+recipientColumns+" where e.id = $1", id)
	if err != nil {
		return Recipient{}, fmt.Errorf("reading recipient %s: %w", id, postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Recipient])
	if errors.Is(err, pgx.ErrNoRows) {
		return Recipient{}, ErrNoRecipient
	}
	if err != nil {
		return Recipient{}, fmt.Errorf("reading recipient %s: %w", id, postgres.Sort(err))
	}
	return found, nil
}

// AddRecipient puts a new entry in, unverified. It fails with ErrConcurrent when there is
// one of its id.
func AddRecipient(ctx context.Context, tx pgx.Tx, r Recipient, at time.Time) error {
	_, err := tx.Exec(ctx, `insert into recipients (id, kind, name, collectivity, contact, age_key, source, edited_at, edited_by, key_by)
		values (@id, @kind, @name, @collectivity, @contact, @key, @source, @at, @by, @keyBy)`, r.arguments(at))
	if postgres.Constraint(err) == "recipients_pkey" {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("adding recipient %s: %w", r.ID, postgres.Sort(err))
	}
	return nil
}

// EditRecipient changes an entry of that revision, which then wants to be verified
// anew. So does its key wherever it changed.
func EditRecipient(ctx context.Context, tx pgx.Tx, r Recipient, at time.Time) error {
	return changeRecipient(ctx, tx, r.ID, `update recipients set kind = @kind, name = @name, collectivity = @collectivity, contact = @contact,
		source = @source, edited_at = @at, edited_by = @by, revision = revision + 1,
		verified_on = null, verified_by = null, entry_team = null, entry_epoch = null, entry_tag = null,
		key_by = case when age_key = @key then key_by else @keyBy end,
		confirmed_on = case when age_key = @key then confirmed_on end, confirmed_by = case when age_key = @key then confirmed_by end,
		key_team = case when age_key = @key then key_team end, key_epoch = case when age_key = @key then key_epoch end,
		key_tag = case when age_key = @key then key_tag end, age_key = @key
		where id = @id and revision = @revision and retired_at is null`, r.arguments(at))
}

// VerifyRecipient notes who verified an entry and when, with the tag for it.
func VerifyRecipient(ctx context.Context, tx pgx.Tx, r Recipient) error {
	return changeRecipient(ctx, tx, r.ID, `update recipients set verified_on = @on, verified_by = @by, entry_team = @team, entry_epoch = @epoch,
		entry_tag = @tag, revision = revision + 1 where id = @id and revision = @revision and retired_at is null`,
		pgx.NamedArgs{"id": r.ID, "revision": r.Revision, "on": r.VerifiedOn, "by": r.VerifiedBy, "team": r.EntryTeam, "epoch": r.EntryEpoch, "tag": r.EntryTag})
}

// ConfirmRecipient notes who confirmed the key of an entry, with the tag for it.
func ConfirmRecipient(ctx context.Context, tx pgx.Tx, r Recipient) error {
	return changeRecipient(ctx, tx, r.ID, `update recipients set confirmed_on = @on, confirmed_by = @by, key_team = @team, key_epoch = @epoch,
		key_tag = @tag, revision = revision + 1 where id = @id and revision = @revision and retired_at is null`,
		pgx.NamedArgs{"id": r.ID, "revision": r.Revision, "on": r.ConfirmedOn, "by": r.ConfirmedBy, "team": r.KeyTeam, "epoch": r.KeyEpoch, "tag": r.KeyTag})
}

// RetireRecipient takes an entry out of use. It stays for what was sent to it.
func RetireRecipient(ctx context.Context, tx pgx.Tx, id uuid.UUID, revision int, at time.Time) error {
	return changeRecipient(ctx, tx, id, "update recipients set retired_at = @at, revision = revision + 1 where id = @id and revision = @revision and retired_at is null",
		pgx.NamedArgs{"id": id, "revision": revision, "at": at})
}

func changeRecipient(ctx context.Context, tx pgx.Tx, id uuid.UUID, statement string, arguments pgx.NamedArgs) error {
	tag, err := tx.Exec(ctx, statement, arguments)
	if err != nil {
		return fmt.Errorf("changing recipient %s: %w", id, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}

func (r *Recipient) arguments(at time.Time) pgx.NamedArgs {
	return pgx.NamedArgs{"id": r.ID, "kind": r.Kind, "name": r.Name, "collectivity": r.Collectivity, "contact": r.Contact, "key": r.AgeKey,
		"source": r.Source, "revision": r.Revision, "at": at, "by": r.EditedBy, "keyBy": r.KeyBy}
}
