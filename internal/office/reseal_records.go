package office

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
)

// records seals the keys of a unit's records again, or a profession's opinions: each
// is opened, bound to the newer key, and opened once more before it takes the place of
// the older one.
func (r *resealer) records(ctx context.Context, keys staff.Keys, opinions bool, done *Resealed) error {
	older, newer := r.epoch(keys, r.From), r.epoch(keys, r.to.Number)
	after := uuid.Nil
	for {
		so, last := *done, uuid.Nil
		err := pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
			bodies, err := archive.RecordBodies(ctx, tx, archive.RecordBodySpan{Opinions: opinions, Team: r.Team, Epoch: r.From, After: after, Most: batch})
			if err != nil || len(bodies) == 0 {
				return err
			}
			last = bodies[len(bodies)-1].ID
			var events []audit.Event
			for _, b := range bodies {
				again, err := r.recordAgain(b, older, newer, opinions)
				if err != nil {
					r.Log.Warn("a body stays under its old key", "id", b.ID, "err", err)
					so.Left = append(so.Left, b.ID)
					continue
				}
				if err := archive.PutRecordBody(ctx, tx, opinions, b.ID, r.to.Number, again); err != nil {
					return err
				}
				so.Records++
				events = append(events, audit.Event{At: r.Now(), Actor: r.by, Action: "record.resealed", Object: "record", ID: b.Record.String(), Seen: again,
					Detail: fmt.Sprintf("%s %d to %d", r.Team, r.From, r.to.Number)})
			}
			for _, event := range events {
				if err := audit.AppendIn(ctx, tx, event); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || last == uuid.Nil {
			return err
		}
		*done, after = so, last
		if r.Progress != nil {
			r.Progress(so)
		}
	}
}

func (r *resealer) epoch(keys staff.Keys, number int) keyring.Team {
	for _, key := range keys.Epochs(r.Team) {
		if key.Epoch == number {
			return key
		}
	}
	return keyring.Team{}
}

func (r *resealer) recordAgain(b archive.RecordBody, older, newer keyring.Team, opinion bool) ([]byte, error) {
	if opinion {
		o, err := followup.OpenOpinion(older, b.ID, b.Record, b.Sealed)
		if err != nil {
			return nil, err
		}
		again, err := o.Seal(newer, r.to)
		if err == nil {
			_, err = followup.OpenOpinion(newer, b.ID, b.Record, again)
		}
		return again, err
	}
	key, err := followup.OpenKey(older, b.Record, b.Sealed)
	if err != nil {
		return nil, err
	}
	again, err := followup.SealKey(newer, r.to, key)
	if err == nil {
		_, err = followup.OpenKey(newer, b.Record, again)
	}
	return again, err
}
