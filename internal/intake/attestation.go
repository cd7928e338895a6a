package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/web"
)

// Attestations says which sealed bodies were stored. It is the inbox.
type Attestations interface {
	Attest(ctx context.Context, id report.ID) (inbox.Attestation, error)
	CheckAttestation(ctx context.Context, reference, digits string) (time.Time, error)
}

// An Attestation is what a professional keeps of having sent something: no word of
// it, and nothing that opens it.
type Attestation struct {
	Reference string
	Received  string   // when, in words
	Digest    []string // four digits each, so that they can be copied from paper
	Begins    int      // how many of these groups are enough to have it verified
	Verified  string   // where, without the scheme
	Pending   bool     // not in the database yet
}

type attestationPage struct {
	Frame
	Attestation Attestation
}

// attest makes the attestation of a professional's receipt; nobody else gets one.
// The database says which body was kept: of two taps each sealed another. What waits
// on the disk is told from the sealing itself, if that was this very request.
func (s *Server) attest(c echo.Context, v *visit) *Attestation {
	if v.Door != report.Professional {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), patience)
	defer cancel()
	kept, err := s.Attestations.Attest(ctx, v.ID)
	if err != nil {
		if !errors.Is(err, inbox.ErrNoAttestation) {
			s.Log.Warn("an attestation was not found", "report", v.ID, "err", err)
		}
		if v.sealed == nil {
			return nil
		}
		kept = *v.sealed
	}
	a := &Attestation{Reference: seal.FormatReference(v.Reference), Received: s.moment(s.voice(&v.draft), kept.ReceivedAt),
		Begins: inbox.AttestationDigits / 4, Verified: c.Request().Host + verifyAddress, Pending: err != nil}
	for digits := hex.EncodeToString(kept.Digest[:]); digits != ""; digits = digits[4:] {
		a.Digest = append(a.Digest, digits[:4])
	}
	return a
}

// attestationOf is the attestation of a body that was just sealed.
func attestationOf(e *envelope.Envelope) *inbox.Attestation {
	return &inbox.Attestation{Digest: sha256.Sum256(e.Body), ReceivedAt: e.ReceivedAt}
}

// showAttestation is the attestation alone, to be printed or handed on without the
// receipt code.
func (s *Server) showAttestation(c echo.Context, v *visit) error {
	a := s.attest(c, v)
	if a == nil {
		return c.Redirect(http.StatusSeeOther, "/r")
	}
	voice := s.voice(&v.draft)
	page := attestationPage{s.frame(c, voice, voice.T("page.attestation.title")), *a}
	page.FormPage = true
	return s.render(c, voice, http.StatusOK, "attestation", page)
}

// moment is a date and time of Paris in words.
func (s *Server) moment(voice *web.Voice, t time.Time) string {
	at := s.Hours.Clock(t)
	return voice.T("when.moment", "Date", dayInWords(voice, at.Format(time.DateOnly)), "Time", clockInWords(voice, at))
}
