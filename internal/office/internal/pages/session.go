package pages

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/secret"
)

// The cookie of a session, a random token. It is a session cookie, so that closing
// the browser forgets it.
const cookieName = "__Host-bureau"

func giveCookie(c echo.Context, s *staff.Session) {
	setCookie(c, base64.RawURLEncoding.EncodeToString(s.Token.Bytes()), 0)
}

func setCookie(c echo.Context, value string, age int) {
	c.SetCookie(&http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// shown is the session that a browser shows, if any.
func shown(c echo.Context) (staff.Cookie, bool) {
	token, ok := cookieToken(c, cookieName)
	return staff.Cookie{Token: token, Device: device(c)}, ok
}

// markName is the cookie of a device that somebody logged in on before. It opens
// nothing: guessing on it is counted apart.
const markName = "__Host-appareil"

// source is where a request comes from.
func source(c echo.Context) staff.Source {
	address, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		address = netip.Addr{} // counted together with all that have none
	}
	mark, _ := cookieToken(c, markName)
	return staff.Source{Address: address, Mark: mark}
}

// mark makes the device of a request one that the member is known on.
func (s *Server) mark(c echo.Context, session *staff.Session) error {
	mark, err := s.Desk.Remember(c.Request().Context(), session, source(c))
	if err != nil {
		return err
	}
	c.SetCookie(&http.Cookie{Name: markName, Value: base64.RawURLEncoding.EncodeToString(mark.Bytes()), Path: "/",
		MaxAge: int(staff.MarkLife.Seconds()), Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return nil
}

func device(c echo.Context) staff.Device { return staff.DeviceOf(c.Request().UserAgent()) }

func cookieToken(c echo.Context, name string) (secret.Key, bool) {
	cookie, err := c.Cookie(name)
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
	return c.Request().Header.Get("X-Recueil-Background") != "" || c.Path() == streamPath
}

// found is the session of a request, however far it opens.
func (s *Server) found(c echo.Context) (*staff.Session, error) {
	cookie, ok := shown(c)
	if !ok {
		return nil, errNoSession
	}
	return s.Desk.Find(c.Request().Context(), cookie, !inBackground(c))
}

// visit opens the team keys of the member whose session a request shows.
func (s *Server) visit(c echo.Context) (*visit, error) {
	session, err := s.found(c)
	if err != nil {
		return nil, err
	}
	return s.visitOn(c, session)
}

func (s *Server) visitOn(c echo.Context, session *staff.Session) (*visit, error) {
	switch session.State {
	case staff.HalfOpen:
		return nil, staff.ErrHalfOpen
	case staff.Locked:
		return nil, staff.ErrLocked
	}
	v := &visit{Session: session}
	c.Set("visit", v)
	var err error
	v.keys, err = s.Desk.Keys(c.Request().Context(), session, s.Log)
	return v, err
}

// member lets a request of anybody who is logged in through to a page.
func (s *Server) member(page func(echo.Context, *visit) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := s.visit(c)
		if err != nil {
			return err
		}
		return s.tried(c, v, page(c, v))
	}
}

// tried writes down that a member asked for a report, a referral or a record that is not
// there for him, or for an act on one that his role does not do. Whether there is one is
// said neither to him nor in the line.
func (s *Server) tried(c echo.Context, v *visit, err error) error {
	if !errors.Is(err, archive.ErrNotFound) && !errors.Is(err, errRole) {
		return err
	}
	for _, one := range []struct{ param, action, object string }{
		{"id", "report.out_of_reach", "report"}, {"demande", "referral.out_of_reach", "referral"}, {"suivi", "record.refused", "record"},
	} {
		if c.Param(one.param) == "" {
			continue
		}
		id, malformed := uuid.Parse(c.Param(one.param))
		if malformed != nil {
			return err
		}
		line := audit.Event{At: s.Now(), Actor: v.ID, Action: one.action, Object: one.object, ID: id.String()}
		return errors.Join(s.Trail.Append(c.Request().Context(), line), err)
	}
	return err
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

// platform does the same for what is of the team that receives reports: whom its alarms
// go to, the directory that it sends files by, the calls that it counts.
func (s *Server) platform(action triage.Action, page func(echo.Context, *visit) error) echo.HandlerFunc {
	return s.may(action, func(c echo.Context, v *visit) error {
		if !s.receives(v) {
			return errRole
		}
		return page(c, v)
	})
}

// between lets a request through to a page of the second step: a session that is
// half open, and the member's book of factors.
func (s *Server) between(page func(echo.Context, *staff.Session, staff.Book) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		session, err := s.found(c)
		switch {
		case err != nil:
			return err
		case session.State == staff.Locked:
			return staff.ErrLocked
		case session.State == staff.Open:
			return c.Redirect(http.StatusSeeOther, s.way(c).address())
		}
		book, err := s.factors(c, session)
		if err != nil {
			return err
		}
		return page(c, session, book)
	}
}

// session answers a page that asks whether it may still be looked at: once the
// session is over, it covers what it shows.
func (s *Server) session(c echo.Context, _ *visit) error { return c.NoContent(http.StatusNoContent) }
