package pages

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/web"
)

// errUnshared says that what was referred does not open any more: without it the
// platform could not know that it is the unit that writes.
var errUnshared = &web.Problem{Status: http.StatusConflict, Key: "office.error.unshared"}

// share sends the team that referred the situation a text of its own, and keeps in the
// record that it was sent: both, or neither. The record itself stays with the unit.
func (s *Server) share(c echo.Context, v *visit, f *recordFile, act recordAct) error {
	referred, err := s.Archive.Referral(c.Request().Context(), *f.row.Referral, s.unitIDs(v))
	if err != nil {
		return err
	}
	body, err := s.openReferral(v, &referred)
	if err != nil {
		return errUnshared
	}
	act.also = func(ctx context.Context, tx pgx.Tx) (audit.Event, error) {
		sealed, err := s.writeLetter(ctx, tx, v, letter{Referral: referred.ID, Link: body.Link, From: referred.ToTeam, To: referred.FromTeam, Kind: archive.Shared, Text: act.entry.Said.Get("note")})
		return audit.Event{At: s.Now(), Actor: v.ID, Action: "referral.share", Object: "referral", ID: referred.ID.String(), Seen: sealed}, err
	}
	return s.addEntry(c, v, f.row.ID, act)
}
