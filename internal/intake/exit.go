package intake

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
)

// exit leaves: the draft and the receipt are deleted, the cookie expires, the
// browser is told to clear what it kept, and an outside page opens that learns
// nothing of where the visitor came from.
func (s *Server) exit(c echo.Context) error {
	if err := s.forget(c); err != nil {
		// Leaving must not wait for the database: without the cookie nobody opens the draft.
		s.Log.Warn("a draft outlives its exit until it expires", "err", err)
	}
	h := c.Response().Header()
	if c.Request().Header.Get("Sec-Fetch-Site") != "cross-site" { // no other site clears our visitor's pages
		h.Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	}
	h.Set("Referrer-Policy", "no-referrer")
	return c.Redirect(http.StatusSeeOther, s.ExitURL)
}

// forget deletes the visitor's draft or receipt and the cookie that opens it. A
// visitor who closes the connection at once has left all the same.
func (s *Server) forget(c echo.Context) error {
	dropCookie(c)
	dropLanguage(c)
	token, err := cookieToken(c)
	if err != nil {
		return nil // nothing to forget
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), patience)
	defer cancel()
	return s.Drafts.DeleteDraft(ctx, draftID(&visit{token: token}))
}
