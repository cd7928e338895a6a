package pages

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/staff"
	"recueil/internal/secret"
	"recueil/internal/web"
)

type loginPage struct {
	Frame
	way
	Login   string
	Locked  bool   // the session is still there, and wants the passphrase alone
	Notice  string // why one must log in again
	Problem string
}

func (s *Server) home(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/file") }

func (s *Server) login(c echo.Context) error {
	page := loginPage{way: s.way(c)}
	if c.QueryParam("fait") == "deconnexion" {
		page.Notice = s.voice.T("office.login.left")
	}
	return s.showLogin(c, http.StatusOK, page)
}

func (s *Server) showLogin(c echo.Context, status int, page loginPage) error {
	title := s.voice.T("office.login.title")
	if page.Locked {
		title = s.voice.T("office.login.locked.title")
	}
	page.Frame = s.frame(c, title)
	page.Error = page.Problem != ""
	page.Switch = s.others(languageSwitch{Action: "/connexion/langue", Form: "connexion"})
	return s.render(c, status, "login", page)
}

// askLogin answers a request without an open session: its page follows after the
// log-in, with what was typed on it.
func (s *Server) askLogin(c echo.Context, status int) error {
	page := loginPage{Notice: s.voice.T("office.login.first"), way: s.wayTo(c)}
	session, err := s.found(c)
	switch _, had := shown(c); {
	case err == nil && session.State == staff.Locked:
		page.Locked, page.Login, page.Notice = true, session.Login, s.voice.T("office.login.locked")
	case err == nil && session.State == staff.HalfOpen:
		return s.askFactor(c, session, page.way)
	case had:
		page.Notice = s.voice.T("office.login.expired")
		setCookie(c, "", -1)
	}
	if page.holdsText() {
		page.Notice = s.voice.T("office.login.kept")
		if page.Locked {
			page.Notice = s.voice.T("office.login.locked.kept")
		}
	}
	if page.Return == "/file" {
		page.Return = ""
	}
	return s.showLogin(c, status, page)
}

// logInAgain is where the form of a report goes once the page knows that the
// session is over: the log-in, with what was typed.
func (s *Server) logInAgain(c echo.Context) error { return s.askLogin(c, http.StatusOK) }

func readLogin(form url.Values) loginPage {
	return loginPage{Login: form.Get("login"), Locked: form.Get("locked") != "", way: readWay(form)}
}

func (s *Server) logIn(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	page := readLogin(form)
	ctx := c.Request().Context()
	attempt := staff.Attempt{Login: page.Login, Passphrase: secret.Text(form.Get("passphrase")), Device: device(c), From: source(c)}
	if cookie, ok := shown(c); ok {
		attempt.Cookie = &cookie
	}
	session, err := s.Desk.LogIn(ctx, attempt)
	if errors.Is(err, staff.ErrLogin) {
		if err := s.auditLogin(c, session, "login.failed", "passphrase"); err != nil {
			return err
		}
		page.Problem = s.voice.T("office.login.refused")
		return s.showLogin(c, http.StatusUnprocessableEntity, page)
	}
	if problem, status := s.tooSoon(c, err); problem != "" {
		page.Problem = problem
		return s.showLogin(c, status, page)
	}
	if err != nil {
		return err
	}
	if session.State == staff.HalfOpen {
		giveCookie(c, session)
		return s.askFactor(c, session, page.way)
	}
	return s.enter(c, session, page.way, "unlocked")
}

// enter ends the log-in: what cannot be audited does not happen.
func (s *Server) enter(c echo.Context, session *staff.Session, w way, by string) error {
	if err := s.auditLogin(c, session, "login", by); err != nil {
		return errors.Join(err, s.Desk.LogOut(c.Request().Context(), session.Cookie))
	}
	giveCookie(c, session)
	if err := s.mark(c, session); err != nil {
		return err
	}
	return s.arrive(c, session, w)
}

// tooSoon says what is written of a try that was not made, or "".
func (s *Server) tooSoon(c echo.Context, err error) (problem string, status int) {
	var wait *staff.ErrWait
	switch {
	case errors.As(err, &wait):
		seconds := int(math.Ceil(wait.For.Seconds()))
		c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
		return s.voice.T("office.login.wait", "Count", seconds), http.StatusTooManyRequests
	case errors.Is(err, staff.ErrBusy):
		return s.voice.T("office.login.busy"), http.StatusTooManyRequests
	}
	return "", 0
}

func (s *Server) auditLogin(c echo.Context, session *staff.Session, action, detail string) error {
	return s.Trail.Append(c.Request().Context(), audit.Event{At: s.Now(), Actor: session.ID, Action: action, Object: "staff", ID: session.ID.String(), Detail: detail})
}

func (s *Server) logOut(c echo.Context) error {
	ctx := c.Request().Context()
	if cookie, ok := shown(c); ok {
		session, err := s.Desk.Find(ctx, cookie, false)
		if err == nil {
			if err := s.auditLogin(c, session, "logout", ""); err != nil {
				return err
			}
		}
		if err := s.Desk.LogOut(ctx, cookie); err != nil {
			return err
		}
	}
	setCookie(c, "", -1)
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return c.Redirect(http.StatusSeeOther, "/connexion?fait=deconnexion")
}
