package pages

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// A recordOpening is what a record of a unit begins from.
type recordOpening struct {
	Record   uuid.UUID
	Team     trust.Epoch    // the unit's current key
	Key      secret.Key     // of the referral's body
	Referral uuid.NullUUID  // none when the contact came straight to the unit
	Report   *report.Report // what was referred; nil without a referral
	At       time.Time
}

// openRecord opens a record in the transaction that accepts its referral.
func (s *Server) openRecord(context.Context, pgx.Tx, *visit, recordOpening) ([]audit.Event, error) {
	return nil, nil
}
