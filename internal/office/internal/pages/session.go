package pages

import (
	"encoding/base64"
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/secret"
)

// The cookie of a session, a random token. It is a session cookie, so that closing
// the browser forgets it.
const cookieName = "__Host-bureau"

func setCookie(c echo.Context, value string, age int) {
	c.SetCookie(&http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

func cookieToken(c echo.Context) (secret.Key, bool) {
	cookie, err := c.Cookie(cookieName)
	if err != nil {
		return secret.Key{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return secret.Key{}, false
	}
	token, err := secret.FromBytes(raw)
	return token, err == nil
}

// A visit is one request of a member, with the team keys he holds.
type visit struct {
	*staff.Session
	keys staff.Keys
}

func visitOf(c echo.Context) (*visit, bool) {
	v, ok := c.Get("visit").(*visit)
	return v, ok
}

// inBackground tells a request that a page makes by itself: it keeps no session
// alive.
func inBackground(c echo.Context) bool {
	return c.Request().Header.Get("X-Recueil-Background") != ""
}

// visit finds the member of a token and opens his team keys.
func (s *Server) visit(c echo.Context, token secret.Key) (*visit, error) {
	ctx := c.Request().Context()
	session, err := s.Desk.Resume(ctx, token, !inBackground(c))
	if err != nil {
		return nil, err
	}
	v := &visit{Session: session}
	c.Set("visit", v)
	v.keys, err = s.Desk.Keys(ctx, session, s.Log)
	return v, err
}

// member lets a request of anybody who is logged in through to a page.
func (s *Server) member(page func(echo.Context, *visit) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		token, ok := cookieToken(c)
		if !ok {
			return errNoSession
		}
		v, err := s.visit(c, token)
		if err != nil {
			return err
		}
		return page(c, v)
	}
}

// may lets a request through to a page when its member's role allows the action.
func (s *Server) may(action triage.Action, page func(echo.Context, *visit) error) echo.HandlerFunc {
	return s.member(func(c echo.Context, v *visit) error {
		if !v.Role.May(action) {
			return errRole
		}
		return page(c, v)
	})
}

// session answers a page that asks whether it may still be looked at: once the
// session is over, it covers what it shows.
func (s *Server) session(c echo.Context, _ *visit) error { return c.NoContent(http.StatusNoContent) }
