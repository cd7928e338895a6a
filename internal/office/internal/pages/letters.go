package pages

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// A letter is what one team writes to the other about a referral. Nobody of the
// writing team opens it again: it is sealed to the one that reads it. What a unit writes
// to itself is why it looked at a file.
type letter struct {
	Referral uuid.UUID
	Link     secret.Key // of the referral
	From, To string     // the team that writes, and the one that reads
	Kind     string     // a state that it explains, or archive.Shared
	Text     string
	File     uuid.UUID // that it is about
}

// writeLetter seals and stores a letter in the transaction of the act that it belongs
// to, and returns it as it was sealed.
func (s *Server) writeLetter(ctx context.Context, tx pgx.Tx, v *visit, l letter) (sealed []byte, err error) {
	to, err := s.seals(l.To)
	if err != nil {
		return nil, err
	}
	said := referral.Letter{ID: report.NewID(), Referral: l.Referral, From: l.From, Author: v.ID, Kind: l.Kind, At: s.Now(), Text: l.Text, File: l.File}
	if sealed, err = referral.SealLetter(l.Link, said, to); err != nil {
		return nil, err
	}
	return sealed, archive.SendLetter(ctx, tx, archive.Letter{ID: said.ID, ReferralID: l.Referral, TeamID: to.TeamID, Epoch: to.Number, Kind: l.Kind,
		Author: v.ID, Body: sealed, SentAt: said.At})
}

// A readLetter is one of them, opened.
type readLetter struct {
	archive.Letter
	Text    string
	File    uuid.UUID
	Damaged bool
}

// openLetters opens what a member's teams were written, by the links of their referrals.
// One that does not open, or that neither team wrote, is shown as damaged and hides no
// other.
func (s *Server) openLetters(v *visit, letters []archive.Letter, links map[uuid.UUID]secret.Key) []readLetter {
	read := make([]readLetter, len(letters))
	for i, l := range letters {
		read[i] = readLetter{Letter: l, Damaged: true}
		identity, held := v.keys.Identity(l.TeamID, l.Epoch)
		if !held {
			continue
		}
		row := referral.Letter{ID: l.ID, Referral: l.ReferralID, From: l.FromTeam, Author: l.Author, Kind: l.Kind}
		opened, err := referral.OpenLetter(identity, links[l.ReferralID], row, l.Body)
		if err != nil {
			s.Log.Warn("a letter does not open", "letter", l.ID, "err", err)
			continue
		}
		read[i].Text, read[i].File, read[i].SentAt, read[i].Damaged = opened.Text, opened.File, opened.At, false
	}
	return read
}
