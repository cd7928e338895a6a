package inbox

import (
	"context"
	"fmt"

	"recueil/internal/postgres"
)

// A Sighting is what an intake says of itself: which trust file it seals by, and how
// many sealed reports wait on its disk.
type Sighting struct {
	ID          [16]byte
	Name        string
	Version     int
	Fingerprint string
	Waiting     int
}

// Seen tells that this intake is there; after ten minutes without a word it is
// forgotten.
func (in *Inbox) Seen(ctx context.Context, s Sighting) error {
	_, err := in.pool.Exec(ctx, "select server_seen($1, $2, $3, $4, $5)", s.ID, s.Name, s.Version, s.Fingerprint, s.Waiting)
	if err != nil {
		return fmt.Errorf("announcing this intake: %w", postgres.Sort(err))
	}
	return nil
}
