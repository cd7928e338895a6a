package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// ErrNoDraft says that there is no draft of that id, or that its time is over.
var ErrNoDraft = errors.New("there is no such draft")

// ErrConflict says that somebody else saved the draft in between.
var ErrConflict = errors.New("the draft was saved by somebody else")

// A Draft is one write of a draft: sealed content, the revision it replaces (0 for
// a new one, -1 for whatever is there) and when it expires.
type Draft struct {
	ID       [32]byte
	Content  []byte
	Revision int
	Expires  time.Time
	Now      time.Time
}

const saveDraft = "select draft_save($1, $2, $3, $4, $5)"

func (d *Draft) arguments() []any {
	return []any{d.ID[:], d.Content, d.Revision, d.Expires, d.Now}
}

// LoadDraft returns a draft's sealed content and revision, or ErrNoDraft.
func (in *Inbox) LoadDraft(ctx context.Context, id [32]byte, now time.Time) ([]byte, int, error) {
	var content []byte
	var revision int
	err := in.pool.QueryRow(ctx, "select content, revision from draft_load($1, $2)", id[:], now).Scan(&content, &revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, ErrNoDraft
	}
	if err != nil {
		return nil, 0, fmt.Errorf("loading a draft: %w", postgres.Sort(err))
	}
	return content, revision, nil
}

// SaveDraft stores a draft and returns its new revision. Saved over in between, or
// expired, it is ErrConflict.
func (in *Inbox) SaveDraft(ctx context.Context, d Draft) (int, error) {
	var revision *int
	if err := in.pool.QueryRow(ctx, saveDraft, d.arguments()...).Scan(&revision); err != nil {
		return 0, fmt.Errorf("saving a draft: %w", postgres.Sort(err))
	}
	if revision == nil {
		return 0, ErrConflict
	}
	return *revision, nil
}

// DeleteDraft removes a draft; one that is not there is no error.
func (in *Inbox) DeleteDraft(ctx context.Context, id [32]byte) error {
	if _, err := in.pool.Exec(ctx, "select draft_delete($1)", id[:]); err != nil {
		return fmt.Errorf("deleting a draft: %w", postgres.Sort(err))
	}
	return nil
}

// ExpireDrafts removes drafts whose time is over, and says how many. Several servers
// may do it at once.
func (in *Inbox) ExpireDrafts(ctx context.Context, now time.Time) (int, error) {
	return in.expireAll(ctx, "select drafts_expire($1, $2)", now, draftBatch, draftBatch)
}
