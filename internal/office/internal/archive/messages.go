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

// MostMessages is how many messages a mailbox hands out; a conversation that is
// longer is not held in writing.
const MostMessages = 500

var (
	// ErrSequence says that somebody else's message came first: its place is taken.
	ErrSequence = errors.New("the place of the message is taken")
	// ErrMessageID says that a message of that id is stored, on whichever report.
	ErrMessageID = errors.New("a message of that id is stored already")
)

// A Message is what staff wrote to a reporter, sealed under the report's reply key.
type Message struct {
	ID          uuid.UUID
	Sequence    int
	Author      uuid.UUID
	AuthorName  string
	Body        []byte
	SentAt      time.Time
	DeliveredAt *time.Time
	ReadAt      *time.Time
}

const messageQuery = `select m.id, m.sequence, m.author, s.display_name as author_name, m.body, m.sent_at, m.delivered_at, m.read_at
	from messages m join staff s on s.id = m.author`

// Messages lists what was written to the reporter, in the order of sending.
func (a *Archive) Messages(ctx context.Context, id report.ID) ([]Message, error) {
	found, err := collect[Message](ctx, a.pool, messageQuery+" where m.report_id = $1 order by m.sequence limit $2", id, MostMessages)
	if err != nil {
		return nil, fmt.Errorf("reading the messages of %s: %w", id, err)
	}
	return found, nil
}

// MessageOf returns the message of that id on that report. The error is ErrNotFound
// when there is none, or it is another report's.
func (a *Archive) MessageOf(ctx context.Context, id report.ID, message uuid.UUID) (Message, error) {
	rows, err := a.pool.Query(ctx, messageQuery+" where m.report_id = $1 and m.id = $2", id, message)
	if err != nil {
		return Message{}, fmt.Errorf("reading a message of %s: %w", id, postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Message])
	if errors.Is(err, pgx.ErrNoRows) {
		return Message{}, ErrNotFound
	}
	if err != nil {
		return Message{}, fmt.Errorf("reading a message of %s: %w", id, postgres.Sort(err))
	}
	return found, nil
}

// LastSequence is the place of the newest message, 0 without any.
func (a *Archive) LastSequence(ctx context.Context, id report.ID) (int, error) {
	var last int
	err := a.pool.QueryRow(ctx, "select coalesce(max(sequence), 0) from messages where report_id = $1", id).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("counting the messages of %s: %w", id, postgres.Sort(err))
	}
	return last, nil
}

// A NewMessage is one about to be stored, written on a report as it was in a version.
// With To it moves that report as well.
type NewMessage struct {
	Report   report.ID
	Version  int
	ID       uuid.UUID
	Sequence int
	Author   uuid.UUID
	Body     []byte
	At       time.Time
	From, To triage.Status // To is empty when nothing moves
}

// AppendMessage stores a message, and its move with it. The errors are ErrConcurrent
// when somebody else changed the report or holds it open, ErrSequence and
// ErrMessageID; after each of them nothing is stored.
func AppendMessage(ctx context.Context, tx pgx.Tx, m NewMessage) error {
	const holds = " where id = $1 and version = $2 and (lease_until is null or lease_until <= $3 or lease_holder = $4)"
	// Shared, so that two may write at once and nobody claims the report in between.
	statement, arguments := "select from reports"+holds+" for share", []any{m.Report, m.Version, m.At, m.Author}
	if m.To != "" {
		statement = "update reports set status = $5, lease_holder = null, lease_until = null, acted_at = $3, version = version + 1" + holds + " and status = $6"
		arguments = append(arguments, m.To, m.From)
	}
	tag, err := tx.Exec(ctx, statement, arguments...)
	if err != nil {
		return fmt.Errorf("writing to the reporter of %s: %w", m.Report, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	_, err = tx.Exec(ctx, "insert into messages (id, report_id, sequence, author, body, sent_at) values ($1, $2, $3, $4, $5, $6)",
		m.ID, m.Report, m.Sequence, m.Author, m.Body, m.At)
	switch postgres.Constraint(err) {
	case "messages_order":
		return ErrSequence
	case "messages_pkey":
		return ErrMessageID
	}
	if err != nil {
		return fmt.Errorf("writing to the reporter of %s: %w", m.Report, postgres.Sort(err))
	}
	return nil
}

// Seen notes that somebody who answers for a report has what was added to it before
// his eyes.
func (a *Archive) Seen(ctx context.Context, id report.ID, additions []report.ID, at time.Time) error {
	_, err := a.pool.Exec(ctx, "update additions set seen_at = $3 where report_id = $1 and id = any($2) and seen_at is null", id, additions, at)
	if err != nil {
		return fmt.Errorf("noting what was seen of %s: %w", id, postgres.Sort(err))
	}
	return nil
}

// A UnitMessage is one that a follow-up unit sends to the reporter of a situation that
// was referred to it.
type UnitMessage struct {
	Referral uuid.UUID
	Report   report.ID
	ID       uuid.UUID
	Author   uuid.UUID
	At       time.Time
	Seal     func(sequence int) ([]byte, error) // for its place
}

// AppendUnitMessage stores a message of a unit, as long as it has the referral, and
// returns it as it was sealed. The report's version and lease are the platform's: they do
// not keep a unit from writing. The error is ErrConcurrent when another message took the
// place, or nothing can be written any more.
func AppendUnitMessage(ctx context.Context, tx pgx.Tx, m UnitMessage) (sealed []byte, err error) {
	var last int
	err = tx.QueryRow(ctx, `select (select coalesce(max(sequence), 0) from messages where report_id = f.report_id)
		from referrals f join reports r on r.id = f.report_id
		where f.id = $1 and f.report_id = $2 and f.status = 'accepted' and r.status not in ('merged', 'archived', 'purged') for share of f`, m.Referral, m.Report).Scan(&last)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && last >= MostMessages {
		return nil, ErrConcurrent
	}
	if err != nil {
		return nil, fmt.Errorf("writing to the reporter of %s: %w", m.Report, postgres.Sort(err))
	}
	if sealed, err = m.Seal(last + 1); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "insert into messages (id, report_id, sequence, author, body, sent_at) values ($1, $2, $3, $4, $5, $6)",
		m.ID, m.Report, last+1, m.Author, sealed, m.At)
	if postgres.Constraint(err) == "messages_order" {
		return nil, ErrConcurrent
	}
	if err != nil {
		return nil, fmt.Errorf("writing to the reporter of %s: %w", m.Report, postgres.Sort(err))
	}
	return sealed, nil
}
