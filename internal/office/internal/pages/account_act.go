package pages

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/seal"
	"recueil/internal/web"
)

// The page of one act on an account: what follows from it, what it wants to know,
// and one button.
type actPage struct {
	Frame
	Heading  string
	Follows  []string
	Alone    string // teams that would be left without a coordinator
	Blocked  bool   // and therefore it cannot be done
	Place    *placeForm
	Problems []problem
	Action   string
	Button   string
	Danger   bool
	Back     string
}

// actOf finds the act and the account of an address.
func (s *Server) actOf(c echo.Context, v *visit) (act, staff.Listed, error) {
	i := slices.IndexFunc(acts, func(a act) bool { return a.path == c.Param("acte") })
	if i < 0 {
		return act{}, staff.Listed{}, web.ErrNotFound
	}
	account, err := s.accountOf(c)
	switch {
	case err != nil:
		return act{}, account, err
	case !v.Role.May(acts[i].action):
		return act{}, account, errRole
	case account.ID == v.ID:
		return act{}, account, errOwnAccount
	case !acts[i].on(account):
		return act{}, account, staff.ErrStale
	}
	return acts[i], account, nil
}

func (s *Server) askAct(c echo.Context, v *visit) error {
	a, account, err := s.actOf(c, v)
	if err != nil {
		return err
	}
	teams := append(append([]string{}, account.Teams...), account.Wanted...)
	return s.showAct(c, http.StatusOK, a, account, staff.Place{Role: account.Role, Teams: teams})
}

func (s *Server) showAct(c echo.Context, status int, a act, account staff.Listed, place staff.Place, problems ...problem) error {
	key := "office.act." + a.key
	page := actPage{Heading: s.voice.T(key+".heading", "Name", account.DisplayName), Button: s.voice.T(key + ".button"), Danger: a.danger,
		Back: "/comptes/" + account.ID.String(), Problems: problems}
	page.Action = page.Back + "/" + a.path
	page.Frame = s.frame(c, page.Heading)
	page.Error = len(problems) > 0
	for n := 1; s.voice.Has(key + ".follows" + itoa(n)); n++ {
		page.Follows = append(page.Follows, s.voice.T(key+".follows"+itoa(n), "Name", account.DisplayName))
	}
	names, err := s.teamNames(c)
	if err != nil {
		return err
	}
	if account.State == staff.Active || account.State == staff.Awaiting {
		alone, err := s.Desk.HeldAlone(c.Request().Context(), account.ID)
		if err != nil {
			return err
		}
		page.Alone = strings.Join(namesOf(alone, names), ", ")
		page.Blocked = len(alone) > 0 && a.key == "disable"
	}
	if a.place {
		if page.Place, err = s.placeForm(c, place, problems); err != nil {
			return err
		}
	}
	return s.render(c, status, "account_act", page)
}

func (s *Server) doAct(c echo.Context, v *visit) error {
	a, account, err := s.actOf(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	place := readPlace(form)
	if problems := s.placeProblems(place); a.place && problems != nil {
		return s.showAct(c, http.StatusUnprocessableEntity, a, account, place, problems...)
	}
	code, err := s.carryOut(c, v, a, account, place)
	if errors.Is(err, staff.ErrLastHolder) {
		return s.showAct(c, http.StatusConflict, a, account, place, problem{"role-0", s.voice.T("office.act.last")})
	}
	if err != nil {
		return err
	}
	switch {
	case a.code:
		return s.showCode(c, account.DisplayName, account.Login, code)
	case a.key == "revoke":
		return c.Redirect(http.StatusSeeOther, "/comptes")
	}
	return c.Redirect(http.StatusSeeOther, "/comptes/"+account.ID.String())
}

func (s *Server) carryOut(c echo.Context, v *visit, a act, account staff.Listed, place staff.Place) (seal.Code, error) {
	ctx := c.Request().Context()
	var none seal.Code
	switch a.key {
	case "assign":
		return none, s.Desk.Assign(ctx, v.ID, account.ID, place)
	case "reset":
		return s.Desk.Reset(ctx, v.ID, account.ID)
	case "reinstate":
		return none, s.Desk.Reinstate(ctx, v.ID, account.ID, place)
	case "disable":
		return none, s.Desk.Disable(ctx, v.ID, account.ID)
	case "revoke_reset":
		return none, s.Desk.Revoke(ctx, v.ID, *account.Reset)
	}
	// A new code for who is invited takes the place of the one that he lost.
	if err := s.Desk.Revoke(ctx, v.ID, account.ID); err != nil || a.key == "revoke" {
		return none, err
	}
	return s.Desk.Invite(ctx, v.ID, staff.Invitation{Login: account.Login, DisplayName: account.DisplayName, Role: account.Role, Teams: account.Wanted})
}

// A placeForm asks for role and teams; its template is part of layout.html.
type placeForm struct {
	Roles   []choice
	Teams   []choice
	BadRole string
	BadTeam string
}

func (s *Server) placeForm(c echo.Context, chosen staff.Place, problems []problem) (*placeForm, error) {
	teams, err := s.Desk.Teams(c.Request().Context())
	if err != nil {
		return nil, err
	}
	var form placeForm
	for _, role := range triage.Roles() {
		key := "office.role." + string(role)
		form.Roles = append(form.Roles, choice{string(role), capital(s.voice.T(key)), s.voice.T(key + ".does"), role == chosen.Role})
	}
	for _, team := range teams {
		form.Teams = append(form.Teams, choice{Value: team.ID, Text: team.Name, Checked: slices.Contains(chosen.Teams, team.ID)})
	}
	for _, p := range problems {
		switch p.Field {
		case "role-0":
			form.BadRole = p.Text
		case "team-0":
			form.BadTeam = p.Text
		}
	}
	return &form, nil
}

// readPlace reads role and teams. Teams of who reads nothing are nobody's concern.
func readPlace(form map[string][]string) staff.Place {
	var place staff.Place
	if given := form["role"]; len(given) > 0 {
		place.Role = triage.Role(given[0])
	}
	if place.Role.May(triage.Read) {
		place.Teams = slices.Compact(slices.Sorted(slices.Values(form["team"])))
	}
	return place
}

func (s *Server) placeProblems(place staff.Place) []problem {
	switch {
	case !slices.Contains(triage.Roles(), place.Role):
		return []problem{{"role-0", s.voice.T("office.place.role.choose")}}
	case place.Role.May(triage.Read) && len(place.Teams) == 0:
		return []problem{{"team-0", s.voice.T("office.place.team.choose")}}
	}
	return nil
}

// capital begins a label with a capital.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(string(first)) + text[size:]
}
