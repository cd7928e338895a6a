package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/postgres"
)

// A Shredding destroys the shred key of a retired epoch. From then on no copy of its
// wraps opens, in the database or in any backup.
type Shredding struct {
	House
	Team  string
	Epoch int
	Force bool // although something is sealed to it, or an intake may yet bring something
}

// settling is how long every intake must have used the present trust file: what it
// sealed a moment before may still be on its way.
const settling = 5 * time.Minute

// Check says what would be lost, and refuses what must not be done.
func (s Shredding) Check(ctx context.Context) (Sealed, error) { return s.check(ctx, s.Pool) }

func (s Shredding) check(ctx context.Context, q querier) (Sealed, error) {
	current, known := s.Trust.File().Current(s.Team)
	switch {
	case !known:
		return Sealed{}, fmt.Errorf("the trust file has no team %s", s.Team)
	case s.Epoch < 1 || s.Epoch > current.Number:
		return Sealed{}, fmt.Errorf("the team %s has no epoch %d in this trust file", s.Team, s.Epoch)
	case s.Epoch == current.Number:
		return Sealed{}, fmt.Errorf("epoch %d of %s is the current one, and every new report is sealed to it; rotate first", s.Epoch, s.Team)
	}
	if err := s.allUseThisFile(ctx); err != nil {
		return Sealed{}, err
	}
	lost, err := sealedTo(ctx, q, s.Team, s.Epoch)
	if err != nil || s.Force {
		return lost, err
	}
	if lost.Calls > 0 {
		return lost, fmt.Errorf("%d unfinished calls are sealed to epoch %d of %s; listeners send them, or a day passes after they gave them up; --force loses them for good", lost.Calls, s.Epoch, s.Team)
	}
	if !lost.None() {
		return lost, fmt.Errorf("sealed to epoch %d of %s are %s; `recueil team reseal` brings them forward, --force loses them for good", s.Epoch, s.Team, lost)
	}
	servers, err := readServers(ctx, q)
	if err != nil {
		return lost, err
	}
	if why := s.unsettled(s.Trust.File().Version(), servers); why != "" {
		return lost, fmt.Errorf("something sealed to epoch %d may yet arrive: %s", s.Epoch, why)
	}
	for _, server := range servers {
		if used := server.SeenAt.Sub(server.UsingSince); used < settling {
			return lost, fmt.Errorf("something sealed to epoch %d may yet arrive: %s %s has used this trust file for %s; wait until it is %s",
				s.Epoch, server.Kind, server.Name, used.Round(time.Second), settling)
		}
	}
	return lost, nil
}

// Shred destroys the key and removes the wraps of its epoch. What was destroyed stands
// in the audit trail before it is done; when the file cannot be removed, running it
// again finishes the work.
func Shred(ctx context.Context, s Shredding) (Sealed, error) {
	var lost Sealed
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		var err error
		if lost, err = s.check(ctx, tx); err != nil {
			return err
		}
		for _, table := range []string{"team_key_wraps", "recovery_wraps"} {
			if _, err := tx.Exec(ctx, "delete from "+table+" where team_id = $1 and epoch = $2", s.Team, s.Epoch); err != nil {
				return fmt.Errorf("removing the wraps of epoch %d of %s: %w", s.Epoch, s.Team, postgres.Sort(err))
			}
		}
		_, err = tx.Exec(ctx, `insert into team_epochs (team_id, epoch, trust_version, prepared_at, shredded_at) values ($1, $2, 1, $3, $3)
			on conflict (team_id, epoch) do update set shredded_at = excluded.shredded_at`, s.Team, s.Epoch, s.Now())
		if err != nil {
			return fmt.Errorf("keeping that epoch %d of %s is gone: %w", s.Epoch, s.Team, postgres.Sort(err))
		}
		detail := fmt.Sprintf("epoch %d, lost: %s", s.Epoch, lost)
		return audit.AppendIn(ctx, tx, audit.Event{At: s.Now(), Action: "team.shredded", Object: "team", ID: s.Team, Detail: detail})
	})
	if err != nil {
		return lost, err
	}
	if err := s.shreds().Destroy(s.Team, s.Epoch); err != nil {
		return lost, fmt.Errorf("the wraps of epoch %d are removed, but its shred key is not; run it again: %w", s.Epoch, err)
	}
	if s.shreds().Has(s.Team, s.Epoch) {
		return lost, errors.New("the shred key is still there")
	}
	return lost, nil
}
