package inbox_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/secret"
)

func TestDraftLifeAndRevisions(t *testing.T) {
	in, db := newInbox(t)
	ctx, now := t.Context(), time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	id, other := [32]byte(secret.New()), [32]byte(secret.New())
	save := func(name string, d inbox.Draft, want int, wantErr error) {
		t.Helper()
		if got, err := in.SaveDraft(ctx, d); got != want || !errors.Is(err, wantErr) {
			t.Errorf("%s: revision %d, want %d: %v", name, got, want, err)
		}
	}
	load := func(name string, id [32]byte, at time.Time, want []byte, revision int) {
		t.Helper()
		got, n, err := in.LoadDraft(ctx, id, at)
		if want == nil && !errors.Is(err, inbox.ErrNoDraft) || want != nil && (err != nil || n != revision || !bytes.Equal(got, want)) {
			t.Errorf("%s: revision %d, %v", name, n, err)
		}
	}
	first, second, third := bytes.Repeat([]byte{1}, 60), bytes.Repeat([]byte{2}, 70), bytes.Repeat([]byte{3}, 80)
	hour := func(content []byte, revision int, at time.Time) inbox.Draft {
		return inbox.Draft{ID: id, Content: content, Revision: revision, Expires: at.Add(time.Hour), Now: at}
	}

	load("before anything", id, now, nil, 0)
	save("new", hour(first, 0, now), 1, nil)
	load("new", id, now, first, 1)
	load("a forged id", other, now, nil, 0)
	save("new where one is", hour(second, 0, now), 0, inbox.ErrConflict)
	save("changed", hour(second, 1, now), 2, nil)
	save("changed from another tab", hour(third, 1, now), 0, inbox.ErrConflict)
	save("from a revision that never was", hour(third, 9, now), 0, inbox.ErrConflict)
	load("after the conflict", id, now, second, 2)
	save("forged id, guessed revision", inbox.Draft{ID: other, Content: third, Revision: 2, Expires: now.Add(time.Hour), Now: now}, 0, inbox.ErrConflict)

	load("one second before its end", id, now.Add(time.Hour-time.Second), second, 2)
	load("at its end", id, now.Add(time.Hour), nil, 0)
	save("after its end", hour(third, 2, now.Add(time.Hour)), 0, inbox.ErrConflict)
	save("renewed in time", hour(third, 2, now.Add(59*time.Minute)), 3, nil)
	load("slid on", id, now.Add(100*time.Minute), third, 3)

	later := now.Add(3 * time.Hour)
	save("anew over an expired one", hour(first, 0, later), 1, nil)
	tombstone := hour(second, -1, later)
	tombstone.Expires = later.Add(10 * time.Minute)
	save("tombstone over a draft", tombstone, 2, nil)
	save("the draft's tab after sending", hour(third, 1, later), 0, inbox.ErrConflict)
	load("tombstone", id, later.Add(9*time.Minute), second, 2)
	load("tombstone after ten minutes", id, later.Add(10*time.Minute), nil, 0)

	save("another, for two hours", inbox.Draft{ID: other, Content: first, Expires: later.Add(2 * time.Hour), Now: later}, 1, nil)
	if gone, err := in.ExpireDrafts(ctx, later.Add(time.Hour)); gone != 1 || err != nil {
		t.Errorf("%d expired: %v", gone, err)
	}
	if n := count(t, db.Owner, "drafts"); n != 1 {
		t.Errorf("%d rows are left", n)
	}
	load("the one whose time is not over", other, later.Add(time.Hour), first, 1)
	for range 2 { // the second finds nothing, and that is no error
		if err := in.DeleteDraft(ctx, other); err != nil {
			t.Error(err)
		}
	}
	load("deleted", other, later, nil, 0)
	if _, err := in.SaveDraft(ctx, inbox.Draft{ID: other, Content: make([]byte, 39), Expires: later.Add(time.Hour), Now: later}); err == nil {
		t.Error("what is too short to be sealed is stored")
	}
}
