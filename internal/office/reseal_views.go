package office

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
)

// views seals the names of the views of the queue again: few, short and in one
// transaction.
func (r *resealer) views(ctx context.Context, keys staff.Keys, done *Resealed) error {
	older, newer, err := r.both(keys)
	if err != nil {
		return err
	}
	so, left := 0, []uuid.UUID{}
	err = pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
		views, err := archive.TakeViews(ctx, tx, r.Team, r.From)
		if err != nil {
			return err
		}
		for _, view := range views {
			name, err := older.OpenForTeam(keyring.ForViews, view.Name, view.ID[:])
			if err != nil {
				r.Log.Warn("the name of a view stays under its old key", "id", view.ID, "err", err)
				left = append(left, view.ID)
				continue
			}
			if view.Name, err = newer.SealForTeam(keyring.ForViews, name, view.ID[:]); err != nil {
				return err
			}
			if err := archive.RenameView(ctx, tx, view.ID, r.to.Number, view.Name); err != nil {
				return err
			}
			so++
		}
		if so == 0 {
			return nil
		}
		return audit.AppendIn(ctx, tx, audit.Event{At: r.Now(), Actor: r.by, Action: "entry.resealed", Object: "queue_views", ID: r.Team,
			Detail: fmt.Sprintf("%s %d to %d, %d names", r.Team, r.From, r.to.Number, so)})
	})
	if err == nil {
		done.Views, done.Left = done.Views+so, append(done.Left, left...)
	}
	return err
}

// both are the team's keys of the two epochs.
func (r *resealer) both(keys staff.Keys) (older, newer keyring.Team, err error) {
	found := 0
	for _, team := range keys.Epochs(r.Team) {
		switch team.Epoch {
		case r.From:
			older, found = team, found+1
		case r.to.Number:
			newer, found = team, found+1
		}
	}
	if found != 2 {
		err = fmt.Errorf("%s does not hold epochs %d and %d of %s", r.Sponsor, r.From, r.to.Number, r.Team)
	}
	return older, newer, err
}
