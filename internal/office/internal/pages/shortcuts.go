package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/web"
)

// A cookie that says "off" for who dictates or types into the wrong window: single
// keys then do nothing. It holds nothing about anybody.
const shortcutsCookie = "__Host-raccourcis"

func shortcutsOn(c echo.Context) bool {
	cookie, err := c.Cookie(shortcutsCookie)
	return err != nil || cookie.Value != "off"
}

func (s *Server) setShortcuts(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	cookie := &http.Cookie{Name: shortcutsCookie, Value: "off", Path: "/", MaxAge: 400 * 24 * 3600, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if form.Get("shortcuts") != "" {
		cookie.Value, cookie.MaxAge = "", -1
	}
	c.SetCookie(cookie)
	if c.Request().Header.Get("X-Recueil-Send") != "" {
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, "/file")
}
