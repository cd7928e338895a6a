package intake

import (
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
