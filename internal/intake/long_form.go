package intake

import (
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/web"
)

const (
	// mostTyped bounds a form that is read at all. What goes beyond web.MaxForm has a text
	// beyond every limit, and is read so that it comes back with its page: refused with
	// 413 it would be lost, since these pages are kept by no browser.
	mostTyped = 16 << 20

	// longFormsAtOnce bounds how many of those are read at a time, so that nobody fills
	// the memory with them. A visitor's others wait.
	longFormsAtOnce = 2
	longFormAwaited = 10 * time.Second
)

func (s *Server) readLongForm(c echo.Context) (url.Values, error) {
	w, r := c.Response(), c.Request()
	if r.ContentLength <= web.MaxForm {
		return web.ReadForm(w, r)
	}
	waited := time.NewTimer(longFormAwaited)
	defer waited.Stop()
	select {
	case s.longForms <- struct{}{}:
		defer func() { <-s.longForms }()
	case <-waited.C:
		return nil, web.ErrTooLarge
	case <-r.Context().Done():
		return nil, web.ErrUnreadable
	}
	return web.ReadFormUpTo(w, r, mostTyped)
}
