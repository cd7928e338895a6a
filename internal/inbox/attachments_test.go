package inbox_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/report"
)

var piece = append([]byte("age-encryption.org/v1\n"), bytes.Repeat([]byte("x"), 1000)...)

func TestFilesOfAnOwner(t *testing.T) {
	in, db := newInbox(t)
	ctx, now := t.Context(), time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	room := inbox.Room{Unsent: 1 << 20}
	hour := now.Add(time.Hour)
	owner, one, two := report.NewID(), report.NewID(), report.NewID()
	want := func(name string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) || want == nil && got != nil {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	want("begin", in.BeginFile(ctx, owner, one, 600_000, hour, room), nil)
	want("another over the quota", in.BeginFile(ctx, owner, two, 600_000, hour, room), inbox.ErrNoRoom)
	want("piece", in.StorePiece(ctx, one, 0, piece), nil)
	want("piece of none", in.StorePiece(ctx, two, 0, piece), inbox.ErrFileGone)
	want("finish", in.FinishFile(ctx, inbox.StoredFile{Owner: owner, ID: one, Size: 1022, Pieces: 1, Expires: hour}), nil)
	want("finish twice", in.FinishFile(ctx, inbox.StoredFile{Owner: owner, ID: one, Size: 1022, Pieces: 1, Expires: hour}), inbox.ErrFileGone)
	want("room again, once it is known how large it is", in.BeginFile(ctx, owner, two, 600_000, hour, room), nil)
	want("over the ceiling", in.BeginFile(ctx, owner, report.NewID(), 1, hour, inbox.Room{Unsent: 1 << 30, Ceiling: 1}), inbox.ErrNoRoom)
	want("keep", in.KeepFiles(ctx, owner, now.Add(3*time.Hour)), nil)
	if gone, err := in.ExpireFiles(ctx, now.Add(2*time.Hour)); gone != 1 || err != nil {
		t.Errorf("%d expired, want the one that was never finished: %v", gone, err)
	}
	want("remove another's", in.RemoveFile(ctx, report.NewID(), one), nil)
	if n := count(t, db.Owner, "attachment_pieces"); n != 1 {
		t.Errorf("%d pieces, want the kept one", n)
	}
	want("remove all", in.RemoveFiles(ctx, owner), nil)
	if n := count(t, db.Owner, "attachments") + count(t, db.Owner, "attachment_pieces"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestFilesOfWhatWasSentStay(t *testing.T) {
	in, db := newInbox(t)
	ctx, now := t.Context(), time.Now()
	e := sealed(t, "bonjour")
	room := inbox.Room{Unsent: 1 << 30}
	whole, half := report.NewID(), report.NewID()
	for _, id := range []report.ID{whole, half} {
		if err := errors.Join(in.BeginFile(ctx, e.ID, id, 2000, now, room), in.StorePiece(ctx, id, 0, piece)); err != nil {
			t.Fatal(err)
		}
	}
	if err := in.FinishFile(ctx, inbox.StoredFile{Owner: e.ID, ID: whole, Size: 1022, Pieces: 1, Expires: now}); err != nil {
		t.Fatal(err)
	}
	accept(t, in, e, inbox.Stored)
	if err := in.BeginFile(ctx, e.ID, report.NewID(), 2000, now, room); !errors.Is(err, inbox.ErrFileSent) {
		t.Errorf("begun after sending: %v", err)
	}
	if err := in.RemoveFiles(ctx, e.ID); err != nil {
		t.Fatal(err)
	}
	if gone, err := in.ExpireFiles(ctx, now.Add(time.Hour)); gone != 1 || err != nil {
		t.Errorf("%d expired, want the half one: %v", gone, err)
	}
	if n := count(t, db.Owner, "attachments where id = $1 and expires_at = 'infinity'", whole); n != 1 || count(t, db.Owner, "attachment_pieces") != 1 {
		t.Error("a file that was sent is gone")
	}
}

// One call goes on until nothing is due.
func TestExpiryGoesOnUntilNothingIsDue(t *testing.T) {
	in, db := newInbox(t)
	if _, err := db.Owner.Exec(t.Context(), `insert into attachments (id, owner, size, expires_at) select gen_random_uuid(), gen_random_uuid(), 1, now() from generate_series(1, 450)`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Owner.Exec(t.Context(), `insert into drafts (id, content, revision, expires_at) select sha256(n::text::bytea), decode(repeat('00', 64), 'hex'), 1, now() from generate_series(1, 1100) n`); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if gone, err := in.ExpireFiles(t.Context(), later); gone != 450 || err != nil {
		t.Errorf("%d files: %v", gone, err)
	}
	if gone, err := in.ExpireDrafts(t.Context(), later); gone != 1100 || err != nil {
		t.Errorf("%d drafts: %v", gone, err)
	}
}

// The report that a file belongs to may wait on the disk of another intake.
func TestNoFileExpiresWhileAnIntakeHoldsSomethingOnItsDisk(t *testing.T) {
	in, db := newInbox(t)
	if _, err := db.Owner.Exec(t.Context(), `insert into attachments (id, owner, size, complete, expires_at) values (gen_random_uuid(), gen_random_uuid(), 1, true, now())`); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	other := inbox.Sighting{ID: [16]byte{1}, Name: "other", Version: 1, Fingerprint: strings.Repeat("a", 64), Waiting: 1}
	if err := in.Seen(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if gone, err := in.ExpireFiles(t.Context(), later); gone != 0 || err != nil {
		t.Errorf("while it waits: %d files, %v", gone, err)
	}
	other.Waiting = 0
	if err := in.Seen(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if gone, err := in.ExpireFiles(t.Context(), later); gone != 1 || err != nil {
		t.Errorf("once it was handed over: %d files, %v", gone, err)
	}
}
