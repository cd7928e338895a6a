package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// AttestationDigits is how many hexadecimal digits of a digest tell it from every
// other; the function of the database holds the same number. Sixteen are 64 bits:
// more than anybody can try at a page, and four groups that can still be copied
// from paper by hand.
const AttestationDigits = 16

// ErrNoAttestation says that there is no such report, or none with that digest.
var ErrNoAttestation = errors.New("nothing attests to that")

// An Attestation says that a sealed body was stored, and nothing of what is in it.
type Attestation struct {
	Digest     [32]byte // SHA-256 of the body as it was first stored
	ReceivedAt time.Time
}

// Attest returns the attestation of a report that is stored, or ErrNoAttestation. A
// second tap seals another body that is not kept: only this says which one was.
func (in *Inbox) Attest(ctx context.Context, id report.ID) (Attestation, error) {
	var digest []byte
	var a Attestation
	err := in.pool.QueryRow(ctx, "select digest, received_at from attestation_show($1)", id).Scan(&digest, &a.ReceivedAt)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Attestation{}, ErrNoAttestation
	case err != nil:
		return Attestation{}, fmt.Errorf("showing an attestation: %w", postgres.Sort(err))
	case len(digest) != len(a.Digest):
		return Attestation{}, fmt.Errorf("showing an attestation: a digest of %d bytes", len(digest))
	}
	a.Digest = [32]byte(digest)
	return a, nil
}

// CheckAttestation returns when the report came that a reference and the first
// digits of its digest, in small hexadecimal letters, speak of, or ErrNoAttestation.
func (in *Inbox) CheckAttestation(ctx context.Context, reference, digits string) (time.Time, error) {
	var received *time.Time
	if err := in.pool.QueryRow(ctx, "select attestation_check($1, $2)", reference, digits).Scan(&received); err != nil {
		return time.Time{}, fmt.Errorf("checking an attestation: %w", postgres.Sort(err))
	}
	if received == nil {
		return time.Time{}, ErrNoAttestation
	}
	return *received, nil
}
