package pages

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
)

// A letter is what one team writes to the other about a referral. Nobody of the
// writing team opens it again: it is sealed to the one that reads it.
type letter struct {
	Referral uuid.UUID
	To       string // the team that reads it
	Kind     string // a state that it explains, or archive.Shared
	Text     string
}

// writeLetter seals and stores a letter in the transaction of the act that it belongs
// to, and returns it as it was sealed.
func (s *Server) writeLetter(ctx context.Context, tx pgx.Tx, v *visit, l letter) (sealed []byte, err error) {
	to, err := s.seals(l.To)
	if err != nil {
		return nil, err
	}
	id := report.NewID()
	if sealed, err = referral.SealLetter(referral.Letter{ID: id, Referral: l.Referral, Kind: l.Kind, Text: l.Text}, to); err != nil {
		return nil, err
	}
	return sealed, archive.SendLetter(ctx, tx, archive.Letter{ID: id, ReferralID: l.Referral, TeamID: to.TeamID, Epoch: to.Number, Kind: l.Kind,
		Author: v.ID, Body: sealed, SentAt: s.Now()})
}

// A readLetter is one of them, opened.
type readLetter struct {
	archive.Letter
	Text    string
	Damaged bool
}

// openLetters opens what a member's teams were written. One that does not open is shown
// as damaged and hides no other.
func (s *Server) openLetters(v *visit, letters []archive.Letter) []readLetter {
	read := make([]readLetter, len(letters))
	for i, l := range letters {
		read[i] = readLetter{Letter: l, Damaged: true}
		identity, held := v.keys.Identity(l.TeamID, l.Epoch)
		if !held {
			continue
		}
		opened, err := referral.OpenLetter(identity, referral.Letter{ID: l.ID, Referral: l.ReferralID, Kind: l.Kind}, l.Body)
		if err != nil {
			s.Log.Warn("a letter does not open", "letter", l.ID, "err", err)
			continue
		}
		read[i].Text, read[i].Damaged = opened.Text, false
	}
	return read
}
