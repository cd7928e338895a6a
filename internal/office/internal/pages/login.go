package pages

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/secret"
	"recueil/internal/web"
)

type loginPage struct {
	Frame
	Login   string
	Notice  string // why one must log in again
	Problem string
	Return  string // where to go afterwards
	Kept    []keptValue
}

// A keptValue is something typed on a page whose session ended meanwhile. It goes
// through the log-in form and back onto that page.
type keptValue struct{ Name, Value string }

// keptNames are the fields that survive a log-in.
var keptNames = []string{"version", "qualification", "reason"}

func (s *Server) home(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/file") }

func (s *Server) login(c echo.Context) error {
	return s.showLogin(c, http.StatusOK, loginPage{Return: ownAddress(c.QueryParam("retour"))})
}

func (s *Server) showLogin(c echo.Context, status int, page loginPage) error {
	page.Frame = s.frame(c, s.voice.T("office.login.title"))
	page.Error = page.Problem != ""
	return s.render(c, status, "login", page)
}

// askLogin answers a request without a session: its page follows after the log-in,
// with what was typed on it.
func (s *Server) askLogin(c echo.Context) error {
	page := loginPage{Notice: s.voice.T("office.login.first")}
	if _, had := cookieToken(c); had {
		page.Notice = s.voice.T("office.login.expired")
		setCookie(c, "", -1)
	}
	request := c.Request()
	if request.Method != http.MethodPost {
		page.Return = ownAddress(request.URL.RequestURI())
		if page.Return == "/file" {
			page.Return = ""
		}
		return s.showLogin(c, http.StatusUnauthorized, page)
	}
	s.keep(c, &page)
	return s.showLogin(c, http.StatusUnauthorized, page)
}

// logInAgain is where the form of a report goes once the page knows that the
// session is over: the log-in, with what was typed.
func (s *Server) logInAgain(c echo.Context) error {
	page := loginPage{Notice: s.voice.T("office.login.expired")}
	s.keep(c, &page)
	return s.showLogin(c, http.StatusOK, page)
}

// keep puts what was typed on the page of a report into the log-in form.
func (s *Server) keep(c echo.Context, page *loginPage) {
	page.Return = here(c)
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return
	}
	for _, name := range keptNames {
		if form.Get(name) != "" {
			page.Kept = append(page.Kept, keptValue{name, form.Get(name)})
		}
	}
	if len(page.Kept) > 1 {
		page.Notice = s.voice.T("office.login.kept")
	}
}

func (s *Server) logIn(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	page := loginPage{Login: form.Get("login"), Return: ownAddress(form.Get("return"))}
	for _, name := range keptNames {
		if form.Get("kept."+name) != "" {
			page.Kept = append(page.Kept, keptValue{name, form.Get("kept." + name)})
		}
	}
	ctx := c.Request().Context()
	member, token, err := s.Desk.LogIn(ctx, page.Login, secret.Text(form.Get("passphrase")))
	if errors.Is(err, staff.ErrLogin) {
		if err := s.Trail.Append(ctx, audit.Event{At: s.Now(), Actor: member.ID, Action: "login.failed", Object: "staff", ID: member.ID.String()}); err != nil {
			return err
		}
		page.Problem = s.voice.T("office.login.refused")
		return s.showLogin(c, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if err := s.Trail.Append(ctx, audit.Event{At: s.Now(), Actor: member.ID, Action: "login", Object: "staff", ID: member.ID.String()}); err != nil {
		return errors.Join(err, s.Desk.LogOut(ctx, token))
	}
	setCookie(c, base64.RawURLEncoding.EncodeToString(token.Bytes()), 0)
	if page.Return == "" {
		page.Return = "/file"
	}
	if id, found := strings.CutPrefix(page.Return, "/dossiers/"); found && len(page.Kept) > 1 && member.Role.May(triage.Shut) {
		return s.returnWith(c, token, id, page.Kept)
	}
	return c.Redirect(http.StatusSeeOther, page.Return)
}

// returnWith shows the report again with what was typed before the session ended.
func (s *Server) returnWith(c echo.Context, token secret.Key, address string, kept []keptValue) error {
	id, err := parseID(address)
	if err != nil {
		return err
	}
	v, err := s.visit(c, token)
	if err != nil {
		return err
	}
	typed := url.Values{}
	for _, k := range kept {
		typed.Set(k.Name, k.Value)
	}
	return s.showReport(c, v, id, http.StatusOK, readClosing(typed), s.voice.T("office.close.kept"))
}

func (s *Server) logOut(c echo.Context) error {
	ctx := c.Request().Context()
	if token, ok := cookieToken(c); ok {
		session, err := s.Desk.Resume(ctx, token, false)
		if err == nil {
			if err := s.Trail.Append(ctx, audit.Event{At: s.Now(), Actor: session.ID, Action: "logout", Object: "staff", ID: session.ID.String()}); err != nil {
				return err
			}
		}
		if err := s.Desk.LogOut(ctx, token); err != nil {
			return err
		}
	}
	setCookie(c, "", -1)
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return c.Redirect(http.StatusSeeOther, "/connexion")
}

var ownAddresses = regexp.MustCompile(`^/(file(\?[a-zA-Z0-9=&%._:-]*)?|dossiers/[0-9a-f-]{36})$`)

// ownAddress lets an address of ours through, and no other: the log-in leads
// nowhere else.
func ownAddress(address string) string {
	if ownAddresses.MatchString(address) {
		return address
	}
	return ""
}
