package inbox_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/testing/testdb"
)

// write puts messages of staff on a report, as the back office does.
func write(t testing.TB, db *testdb.DB, id report.ID, bodies ...string) []report.ID {
	t.Helper()
	var author, message report.ID = report.NewID(), report.ID{}
	if _, err := db.Owner.Exec(t.Context(), `insert into staff (id, login, display_name, role, recipient, sealed_identity)
		values ($1, $2, 'Écoutante', 'agent', 'age1none', convert_to(E'age-encryption.org/v1\n', 'UTF8'))`, author, author.String()); err != nil {
		t.Fatal(err)
	}
	var ids []report.ID
	for i, body := range bodies {
		message = report.NewID()
		if _, err := db.Owner.Exec(t.Context(), "insert into messages (id, report_id, sequence, author, body, sent_at) values ($1, $2, $3, $4, $5, $6)",
			message, id, i+1, author, bytes.Repeat([]byte(body), 50), time.Date(2026, 11, 24, 10+i, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, message)
	}
	return ids
}

func TestMailboxHandsOverWhatIsThere(t *testing.T) {
	in, db := newInbox(t)
	e, other := sealed(t, "bonjour"), sealed(t, "bonsoir")
	e.WordTag = seal.WordTag(secret.New(), "adult", "cerise")
	accept(t, in, e, inbox.Stored)
	accept(t, in, other, inbox.Stored)
	ids, now := write(t, db, e.ID, "a", "b"), time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

	m, err := in.OpenMailbox(t.Context(), e.ReceiptLookup)
	if err != nil || m.Report != e.ID || m.Reference != e.Reference || m.Status != "received" || !m.ReceivedAt.Equal(e.ReceivedAt) || m.Messages != 2 || !bytes.Equal(m.WordTag, e.WordTag[:]) {
		t.Fatalf("%+v: %v", m, err)
	}
	if m, err := in.OpenMailbox(t.Context(), other.ReceiptLookup); err != nil || m.WordTag != nil || m.Messages != 0 {
		t.Errorf("%+v: %v", m, err)
	}
	if n := count(t, db.Owner, "messages where delivered_at is not null"); n != 0 {
		t.Error("looking at the state delivers messages")
	}
	for range 2 {
		messages, err := in.Messages(t.Context(), e.ReceiptLookup, now)
		if err != nil || len(messages) != 2 || messages[0].ID != ids[0] || messages[0].Sequence != 1 || messages[1].Sequence != 2 ||
			messages[1].Body[0] != 'b' || messages[0].ReadAt != nil || !messages[0].SentAt.Before(messages[1].SentAt) {
			t.Fatalf("%+v: %v", messages, err)
		}
		now = now.Add(time.Hour)
	}
	if n := count(t, db.Owner, "messages where delivered_at = $1", now.Add(-2*time.Hour)); n != 2 {
		t.Error("the first delivery does not stay as it was noted")
	}
	if messages, err := in.Messages(t.Context(), other.ReceiptLookup, now); err != nil || len(messages) != 0 {
		t.Errorf("another code reads %d messages: %v", len(messages), err)
	}
	if err := in.NoteRead(t.Context(), e.ReceiptLookup, now); err != nil {
		t.Fatal(err)
	}
	if messages, err := in.Messages(t.Context(), e.ReceiptLookup, now); err != nil || messages[1].ReadAt == nil || !messages[1].ReadAt.Equal(now) {
		t.Errorf("%+v: %v", messages, err)
	}
}

func TestUnknownCodesFindNothing(t *testing.T) {
	in, _ := newInbox(t)
	accept(t, in, sealed(t, "bonjour"), inbox.Stored)
	if m, err := in.OpenMailbox(t.Context(), seal.NewCode().Lookup()); !errors.Is(err, inbox.ErrNoMailbox) || m.Report != (report.ID{}) {
		t.Errorf("%+v: %v", m, err)
	}
}
