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

// MostViews is how many views of the queue one may have, and see of others.
const MostViews = 20

// A SavedView is a view of the queue that somebody gave a name.
type SavedView struct {
	ID        uuid.UUID
	Owner     uuid.UUID
	TeamID    string
	Epoch     int
	Name      []byte // sealed under the team's key
	Query     string
	Shared    bool // with the team
	CreatedAt time.Time
}

// SavedViews lists one's own views, and those that are shared with some teams: neither
// takes the room of the other.
func (a *Archive) SavedViews(ctx context.Context, owner uuid.UUID, teams []string) ([]SavedView, error) {
	found, err := collect[SavedView](ctx, a.pool, `select id, owner, team_id, epoch, name, query, shared, created_at from (
		(select * from queue_views where team_id = any($2) and owner = $1 order by created_at, id limit $3) union all
		(select * from queue_views where team_id = any($2) and owner <> $1 and shared order by created_at, id limit $3)) v
		order by shared, created_at, id`, owner, teams, MostViews)
	if err != nil {
		return nil, fmt.Errorf("listing views: %w", err)
	}
	return found, nil
}

// ErrViewID says that a view of that id is kept already.
var ErrViewID = errors.New("a view of that id is kept already")

// SaveView keeps a view. It fails with ErrConcurrent when its owner has MostViews, and
// with ErrViewID when there is one of its id.
func SaveView(ctx context.Context, tx pgx.Tx, v SavedView) error {
	tag, err := tx.Exec(ctx, `insert into queue_views (id, owner, team_id, epoch, name, query, shared, created_at)
		select $1, $2, $3, $4, $5, $6, $7, $8 where (select count(*) from queue_views where owner = $2) < $9`,
		v.ID, v.Owner, v.TeamID, v.Epoch, v.Name, v.Query, v.Shared, v.CreatedAt, MostViews)
	if postgres.Constraint(err) == "queue_views_pkey" {
		return ErrViewID
	}
	if err != nil {
		return fmt.Errorf("keeping a view: %w", postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}

// DropView removes a view of one's own, or with any one of the teams' shared ones. It
// fails with ErrNotFound when there is none such.
func DropView(ctx context.Context, tx pgx.Tx, id, owner uuid.UUID, teams []string) error {
	tag, err := tx.Exec(ctx, "delete from queue_views where id = $1 and (owner = $2 or shared and team_id = any($3))", id, owner, teams)
	if err != nil {
		return fmt.Errorf("dropping a view: %w", postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return nil
}

// TakeViews lists the views whose names are sealed to one epoch of a team, and keeps
// others from changing them until the transaction ends.
func TakeViews(ctx context.Context, tx pgx.Tx, team string, epoch int) ([]SavedView, error) {
	found, err := collect[SavedView](ctx, tx, `select id, owner, team_id, epoch, name, query, shared, created_at from queue_views
		where team_id = $1 and epoch = $2 order by id for update`, team, epoch)
	if err != nil {
		return nil, fmt.Errorf("listing the views of %s: %w", team, err)
	}
	return found, nil
}

// RenameView puts the name of a view, sealed to another epoch, in the place of the one
// before.
func RenameView(ctx context.Context, tx pgx.Tx, id uuid.UUID, epoch int, name []byte) error {
	if _, err := tx.Exec(ctx, "update queue_views set epoch = $2, name = $3 where id = $1", id, epoch, name); err != nil {
		return fmt.Errorf("sealing the name of view %s again: %w", id, postgres.Sort(err))
	}
	return nil
}
