package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/words"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// Where somebody comes with the code that he was given, and chooses his passphrase.
type invitationPage struct {
	Frame
	Login    string
	Code     string
	Offered  string // six words to take or to leave
	Problems []problem
}

// Bad returns what is wrong with a field of the page, or "".
func (p invitationPage) Bad(field string) string { return textOf(p.Problems, field) }

func (s *Server) askInvitation(c echo.Context) error {
	return s.showInvitation(c, http.StatusOK, invitationPage{})
}

func (s *Server) showInvitation(c echo.Context, status int, page invitationPage) error {
	if page.Offered == "" {
		page.Offered = words.Passphrase().Reveal()
	}
	page.Frame = s.frame(c, s.voice.T("office.invitation.title"))
	page.Error = len(page.Problems) > 0
	page.Switch = s.others(languageSwitch{Action: "/invitation/langue", Form: "invitation"})
	return s.render(c, status, "invitation", page)
}

// mistakes says which field of the form an error belongs to, and its words.
var mistakes = []struct {
	err        error
	field, key string
}{
	{staff.ErrCodeTypo, "code", "office.invitation.code.typo"},
	{staff.ErrCodeWrong, "code", "office.invitation.code.wrong"},
	{staff.ErrCodeUsed, "code", "office.invitation.code.used"},
	{staff.ErrCodeExpired, "code", "office.invitation.code.expired"},
	{staff.ErrCodeRevoked, "code", "office.invitation.code.revoked"},
	{staff.ErrStale, "code", "office.invitation.code.used"},
	{staff.ErrTaken, "code", "office.invitation.taken"},
	{staff.ErrShort, "passphrase", "office.invitation.short"},
	{staff.ErrLong, "passphrase", "office.invitation.long"},
	{staff.ErrGuessable, "passphrase", "office.invitation.guessable"},
}

// readInvitation reads what the form keeps from one answer to the next.
func readInvitation(form url.Values) invitationPage {
	page := invitationPage{Login: form.Get("login"), Code: form.Get("code")}
	if offered := secret.Text(form.Get("offered")); words.Drawn(offered) {
		page.Offered = offered.Reveal()
	}
	return page
}

func (s *Server) acceptInvitation(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	page := readInvitation(form)
	if form.Get("other") != "" {
		page.Offered = ""
		return s.showInvitation(c, http.StatusOK, page)
	}
	chosen := secret.Text(form.Get("passphrase"))
	refuse := func(field, key string) error {
		page.Problems = append(page.Problems, problem{field, s.voice.T(key)})
		return s.showInvitation(c, http.StatusUnprocessableEntity, page)
	}
	switch {
	case strings.TrimSpace(page.Login) == "":
		return refuse("login", "office.invitation.login.missing")
	case chosen != secret.Text(form.Get("again")):
		return refuse("again", "office.invitation.again.differs")
	}
	err = s.Desk.Accept(c.Request().Context(), staff.Acceptance{Login: page.Login, Code: page.Code, Passphrase: chosen})
	for _, m := range mistakes {
		if errors.Is(err, m.err) {
			return refuse(m.field, m.key)
		}
	}
	if err != nil {
		return err
	}
	done := problemPage{Heading: s.voice.T("office.invitation.done"), Texts: []string{s.voice.T("office.invitation.done.text"), s.voice.T("office.invitation.done.next")}}
	done.Frame = s.frame(c, done.Heading)
	return s.render(c, http.StatusOK, "problem", done)
}
