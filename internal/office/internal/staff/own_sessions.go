package staff

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/postgres"
)

// A Running session is one of a member's own, as he sees it.
type Running struct {
	Device  Device
	Since   time.Time
	Seen    time.Time
	Locked  bool
	Current bool
}

// Sessions lists the sessions of the member, the latest first. Half-open ones are
// among them: somebody knows his passphrase.
func (d *Desk) Sessions(ctx context.Context, s *Session) ([]Running, error) {
	now := d.Now()
	rows, err := d.Pool.Query(ctx, `select sealed_device, created_at, last_seen_at, sealed_identity is null or last_seen_at <= $2 as locked, id = $3 as current
		from sessions where staff_id = $1 and expires_at > $4 order by last_seen_at desc`, s.ID, now.Add(-d.Idle), s.id(), now)
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", postgres.Sort(err))
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Running, error) {
		var r Running
		var sealed []byte
		if err := row.Scan(&sealed, &r.Since, &r.Seen, &r.Locked, &r.Current); err != nil {
			return r, err
		}
		device, err := s.identity.OpenOwn(keyring.ForDevice, s.ID, sealed)
		if err != nil {
			device = []byte("other other") // whoever changed the row learns nothing by it
		}
		r.Device = Device(device)
		return r, nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", postgres.Sort(err))
	}
	return all, nil
}

// CloseOthers ends every session of the member but this one, and forgets the devices
// he is known on.
func (d *Desk) CloseOthers(ctx context.Context, s *Session) error {
	event := audit.Event{At: d.Now(), Actor: s.ID, Action: "sessions.closed", Object: "staff", ID: s.ID.String()}
	return d.Trail.Within(ctx, event, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "delete from sessions where staff_id = $1 and id <> $2", s.ID, s.id()); err != nil {
			return fmt.Errorf("closing sessions: %w", postgres.Sort(err))
		}
		if _, err := tx.Exec(ctx, "delete from known_devices where staff_id = $1", s.ID); err != nil {
			return fmt.Errorf("forgetting devices: %w", postgres.Sort(err))
		}
		return nil
	})
}
