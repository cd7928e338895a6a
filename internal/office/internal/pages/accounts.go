package pages

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
)

type accountsPage struct {
	Frame
	Rows []accountRow
}

// An accountRow is one account as its administrator sees it.
type accountRow struct {
	Address string
	Name    string
	Login   string
	Role    string
	Teams   string
	State   string // in words
	Class   string // of its badge
	Note    string // until when a code opens it
	Own     bool
}

func (s *Server) accounts(c echo.Context, v *visit) error {
	listed, err := s.Desk.Roster(c.Request().Context())
	if err != nil {
		return err
	}
	names, err := s.teamNames(c)
	if err != nil {
		return err
	}
	page := accountsPage{Frame: s.frame(c, s.voice.T("office.accounts.title"))}
	for _, account := range listed {
		page.Rows = append(page.Rows, s.accountRow(v, account, names))
	}
	return s.render(c, http.StatusOK, "accounts", page)
}

var badges = map[staff.AccountState]string{staff.Active: "is-done", staff.Invited: "", staff.Awaiting: "is-warning", staff.Expired: "is-warning", staff.Disabled: "is-error"}

func (s *Server) accountRow(v *visit, a staff.Listed, names map[string]string) accountRow {
	row := accountRow{Address: "/comptes/" + a.ID.String(), Name: a.DisplayName, Login: a.Login, Role: s.voice.T("office.role." + string(a.Role)),
		State: s.voice.T("office.account.state." + string(a.State)), Class: badges[a.State], Own: a.ID == v.ID,
		Teams: strings.Join(namesOf(append(append([]string{}, a.Teams...), a.Wanted...), names), ", ")}
	switch {
	case a.State == staff.Invited:
		row.Note = s.voice.T("office.account.until", "When", s.when(*a.Until))
	case a.Reset != nil:
		row.Note = s.voice.T("office.account.reset_until", "When", s.when(*a.Until))
	}
	return row
}

type accountPage struct {
	Frame
	Account accountRow
	Holds   string // teams
	Waits   string
	Acts    []actLink
}

type actLink struct {
	Address string
	Text    string
	Hint    string
	Danger  bool
}

func (s *Server) account(c echo.Context, v *visit) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	names, err := s.teamNames(c)
	if err != nil {
		return err
	}
	page := accountPage{Frame: s.frame(c, a.DisplayName), Account: s.accountRow(v, a, names), Holds: strings.Join(namesOf(a.Teams, names), ", "), Waits: strings.Join(namesOf(a.Wanted, names), ", ")}
	for _, act := range acts {
		if act.on(a) && v.Role.May(act.action) && a.ID != v.ID {
			page.Acts = append(page.Acts, actLink{page.Account.Address + "/" + act.path, s.voice.T("office.act." + act.key), s.voice.T("office.act." + act.key + ".hint"), act.danger})
		}
	}
	return s.render(c, http.StatusOK, "account", page)
}

func (s *Server) accountOf(c echo.Context) (staff.Listed, error) {
	id, err := uuid.Parse(c.Param("compte"))
	if err != nil {
		return staff.Listed{}, staff.ErrNoAccount
	}
	return s.Desk.Account(c.Request().Context(), id)
}

// An act is one thing that an administrator does to an account. Each has a page that
// says what follows, and does nothing before its button is pressed.
type act struct {
	path   string // the last part of its address
	key    string // of its words
	action triage.Action
	states []staff.AccountState
	place  bool // asks for role and teams
	code   bool // ends with a code that is shown once
	danger bool
}

var present, invited = []staff.AccountState{staff.Active, staff.Awaiting}, []staff.AccountState{staff.Invited, staff.Expired}

var acts = []act{
	{path: "role", key: "assign", action: triage.Assign, states: present, place: true},
	{path: "phrase", key: "reset", action: triage.Reset, states: present, code: true},
	{path: "code", key: "again", action: triage.Invite, states: invited, code: true},
	{path: "retour", key: "reinstate", action: triage.Reinstate, states: []staff.AccountState{staff.Disabled}, place: true},
	{path: "fermeture", key: "disable", action: triage.Disable, states: present, danger: true},
	{path: "annulation", key: "revoke", action: triage.Invite, states: invited, danger: true},
	{path: "retrait", key: "revoke_reset", action: triage.Reset, danger: true},
}

// on reports whether the act makes sense on an account.
func (a act) on(account staff.Listed) bool {
	if a.key == "revoke_reset" {
		return account.Reset != nil
	}
	for _, state := range a.states {
		if state == account.State {
			return true
		}
	}
	return false
}
