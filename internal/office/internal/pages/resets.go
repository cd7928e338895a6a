package pages

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/triage"
	"recueil/internal/web"
)

// Taking away a second factor that somebody lost. An administrator of accounts
// proposes it, a coordinator who has spoken with the member confirms: neither can do
// it alone, and nobody for himself.
type resetsPage struct {
	Frame
	Proposes bool
	Confirms bool
	Rows     []resetRow
}

type resetRow struct {
	Address  string
	Name     string
	Login    string
	Own      bool
	Proposed string // by whom and when, or ""
	Mine     bool   // by this very person
}

func (s *Server) resets(c echo.Context, v *visit) error {
	page := resetsPage{Frame: s.frame(c, s.voice.T("office.resets.title")), Proposes: v.Role.May(triage.ProposeReset), Confirms: v.Role.May(triage.ConfirmReset)}
	if !page.Proposes && !page.Confirms {
		return errRole
	}
	all, err := s.Desk.Resettables(c.Request().Context())
	if err != nil {
		return err
	}
	for _, r := range all {
		row := resetRow{Address: "/verifications/" + r.ID.String(), Name: r.DisplayName, Login: r.Login, Own: r.ID == v.ID}
		if r.At != nil {
			row.Proposed, row.Mine = s.voice.T("office.resets.by", "Who", *r.ByName, "When", s.when(*r.At)), *r.ByID == v.ID
		} else if !page.Proposes {
			continue
		}
		page.Rows = append(page.Rows, row)
	}
	return s.render(c, http.StatusOK, "resets", page)
}

func (s *Server) proposeReset(c echo.Context, v *visit) error {
	return s.onReset(c, func(id uuid.UUID) error { return s.Desk.ProposeReset(c.Request().Context(), v.ID, id) })
}

func (s *Server) confirmReset(c echo.Context, v *visit) error {
	return s.onReset(c, func(id uuid.UUID) error { return s.Desk.ConfirmReset(c.Request().Context(), v.ID, id) })
}

func (s *Server) refuseReset(c echo.Context, v *visit) error {
	if !v.Role.May(triage.ProposeReset) && !v.Role.May(triage.ConfirmReset) {
		return errRole
	}
	return s.onReset(c, func(id uuid.UUID) error { return s.Desk.RefuseReset(c.Request().Context(), v.ID, id) })
}

func (s *Server) onReset(c echo.Context, act func(uuid.UUID) error) error {
	id, err := uuid.Parse(c.Param("compte"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := act(id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/verifications")
}

// waitingResets counts what waits for this member to decide.
func (s *Server) waitingResets(c echo.Context, v *visit) int {
	if !v.Role.May(triage.ConfirmReset) {
		return 0
	}
	n, err := s.Desk.CountResets(c.Request().Context(), v.ID)
	if err != nil {
		s.Log.Warn("proposals to take factors away were not counted", "err", err)
	}
	return n
}
