package pages

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/seal"
	"recueil/internal/web"
)

type invitePage struct {
	Frame
	Name     string
	Login    string
	Place    *placeForm
	Problems []problem
}

// Bad returns what is wrong with a field of the page, or "".
func (p invitePage) Bad(field string) string { return textOf(p.Problems, field) }

func textOf(problems []problem, field string) string {
	for _, problem := range problems {
		if problem.Field == field {
			return problem.Text
		}
	}
	return ""
}

func (s *Server) askInvite(c echo.Context, _ *visit) error {
	return s.showInvite(c, http.StatusOK, staff.Invitation{})
}

func (s *Server) showInvite(c echo.Context, status int, typed staff.Invitation, problems ...problem) error {
	page := invitePage{Name: typed.DisplayName, Login: typed.Login, Problems: problems}
	page.Frame = s.frame(c, s.voice.T("office.invite.title"))
	page.Error = len(problems) > 0
	var err error
	if page.Place, err = s.placeForm(c, staff.Place{Role: typed.Role, Teams: typed.Teams}, problems); err != nil {
		return err
	}
	return s.render(c, status, "invite", page)
}

func (s *Server) invite(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	place := readPlace(form)
	typed := staff.Invitation{Login: strings.ToLower(strings.TrimSpace(form.Get("login"))), DisplayName: strings.TrimSpace(form.Get("name")), Role: place.Role, Teams: place.Teams}
	var problems []problem
	refuse := func(field, key string) { problems = append(problems, problem{field, s.voice.T(key)}) }
	faults := typed.Check()
	if errors.Is(faults, staff.ErrName) {
		refuse("name", "office.invite.name.missing")
	}
	if errors.Is(faults, staff.ErrLoginForm) {
		refuse("login", "office.invite.login.form")
	}
	problems = append(problems, s.placeProblems(place)...)
	var code seal.Code
	if problems == nil {
		code, err = s.Desk.Invite(c.Request().Context(), v.ID, typed)
		switch {
		case errors.Is(err, staff.ErrTaken):
			refuse("login", "office.invite.login.taken")
		case errors.Is(err, staff.ErrTeams):
			refuse("team-0", "office.place.team.choose")
		case err != nil:
			return err
		}
	}
	if problems != nil {
		return s.showInvite(c, http.StatusUnprocessableEntity, typed, problems...)
	}
	return s.showCode(c, typed.DisplayName, typed.Login, code)
}

type codePage struct {
	Frame
	Name  string
	Login string
	Code  string
	Until string
}

// showCode shows a code, the one time anybody sees it. It is the answer to the form
// itself: an address would keep it.
func (s *Server) showCode(c echo.Context, name, login string, code seal.Code) error {
	page := codePage{Frame: s.frame(c, s.voice.T("office.code.title")), Name: name, Login: login, Code: code.Reveal(),
		Until: s.when(s.Now().Add(staff.InvitationLife))}
	return s.render(c, http.StatusOK, "code", page)
}
