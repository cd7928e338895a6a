package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// ErrNoMailbox says that no report has a code of that hash.
var ErrNoMailbox = errors.New("no report has this code")

// A Mailbox is what the holder of a code learns of the report: where it stands, and
// how many messages wait. Nothing of what was told is in it.
type Mailbox struct {
	Report     report.ID
	Reference  string
	Status     string
	ReceivedAt time.Time
	WordTag    []byte // nil for a report that was stored without
	Messages   int
}

// A Message is one that staff wrote, sealed under the reply key.
type Message struct {
	ID       report.ID
	Sequence int
	Body     []byte
	SentAt   time.Time
	ReadAt   *time.Time // when the reporter let us know
}

// OpenMailbox finds a report by the hash of its code, or returns ErrNoMailbox.
func (in *Inbox) OpenMailbox(ctx context.Context, lookup [32]byte) (Mailbox, error) {
	var m Mailbox
	err := in.pool.QueryRow(ctx, "select report_id, reference, status, received_at, word_tag, messages from mailbox_open($1)", lookup[:]).
		Scan(&m.Report, &m.Reference, &m.Status, &m.ReceivedAt, &m.WordTag, &m.Messages)
	if errors.Is(err, pgx.ErrNoRows) {
		return Mailbox{}, ErrNoMailbox
	}
	if err != nil {
		return Mailbox{}, fmt.Errorf("opening a mailbox: %w", postgres.Sort(err))
	}
	return m, nil
}

// Messages hands the messages of a code over, in the order of sending, and notes
// that they were delivered.
func (in *Inbox) Messages(ctx context.Context, lookup [32]byte, now time.Time) ([]Message, error) {
	rows, err := in.pool.Query(ctx, "select id, sequence, body, sent_at, read_at from mailbox_messages($1, $2)", lookup[:], now)
	if err != nil {
		return nil, fmt.Errorf("handing messages over: %w", postgres.Sort(err))
	}
	messages, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Message])
	if err != nil {
		return nil, fmt.Errorf("handing messages over: %w", postgres.Sort(err))
	}
	return messages, nil
}

// NoteRead notes that the reporter lets staff know he has read what was delivered.
func (in *Inbox) NoteRead(ctx context.Context, lookup [32]byte, now time.Time) error {
	if _, err := in.pool.Exec(ctx, "select mailbox_read($1, $2)", lookup[:], now); err != nil {
		return fmt.Errorf("noting messages as read: %w", postgres.Sort(err))
	}
	return nil
}
