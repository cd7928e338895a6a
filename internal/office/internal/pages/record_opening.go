package pages

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/internal/trust"
)

// A recordOpening is what a record of a unit begins from.
type recordOpening struct {
	Record   uuid.UUID
	Team     trust.Epoch    // the unit's current key
	Referral uuid.NullUUID  // none when the contact came straight to the unit
	Report   *report.Report // what was referred; nil without a referral
	At       time.Time
}

// openRecord opens a record in the transaction that accepts its referral. The record's
// key is made here and not taken from the referral: to seal one to the unit its public
// key is enough, and whoever writes the database could have put a key there that he knows.
func (s *Server) openRecord(ctx context.Context, tx pgx.Tx, v *visit, o recordOpening) ([]audit.Event, error) {
	begin := opened{record: o.Record, unit: o.Team.TeamID, lead: v.ID, said: s.openingFrom(o.Report)}
	if o.Referral.Valid {
		begin.referral = &o.Referral.UUID
	}
	return s.storeRecord(ctx, tx, v, begin)
}

// openingFrom is what the unit knows at first of what was referred to it: the rest
// stays where it was referred, one click away.
func (s *Server) openingFrom(r *report.Report) followup.Said {
	told := followup.Said{{Field: "label", Values: []string{s.voice.T("office.record.label.referred", "Day", s.fullDay(s.Now()))}}, {Field: "origin", Values: []string{"referral"}}}
	if r == nil {
		return append(told, followup.Answer{Field: "consent", Values: []string{"not_asked"}})
	}
	if place, known := territory.Department(r.Place.Department); known {
		told = append(told, followup.Answer{Field: "department", Values: []string{place.Code}})
	}
	if len(r.Children) == 1 {
		if years, known := r.Children[0].Years(r.ReceivedAt); known {
			told = append(told, followup.Answer{Field: "age", Values: []string{itoa(years)}})
		}
	}
	return append(told, followup.Answer{Field: "consent", Values: []string{"not_asked"}})
}
