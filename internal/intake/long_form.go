package intake

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/web"
)

const (
	// easyForm is what a form may weigh, in bytes, without waiting for anybody: more than
	// people write, with the sealed draft beside it.
	easyForm = 256 << 10

	// largeFormsAtOnce bounds how many heavier ones are read at a time. A hundred and
	// twenty connections with 4 MiB each made 700 MiB, and each intake has 1 GiB.
	largeFormsAtOnce = 32
	largeFormAwaited = 45 * time.Second

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
	switch length := r.ContentLength; {
	case length >= 0 && length <= easyForm:
		return web.ReadForm(w, r)
	case length <= web.MaxForm: // or it tells none
		return readInTurn(w, r, turn{s.largeForms, largeFormAwaited, web.MaxForm})
	}
	return readInTurn(w, r, turn{s.longForms, longFormAwaited, mostTyped})
}

// A turn is a place among those that may read a form at a time.
type turn struct {
	places chan struct{}
	wait   time.Duration
	most   int64 // bytes
}

func readInTurn(w http.ResponseWriter, r *http.Request, t turn) (url.Values, error) {
	waited := time.NewTimer(t.wait)
	defer waited.Stop()
	select {
	case t.places <- struct{}{}:
		defer func() { <-t.places }()
	case <-waited.C:
		return nil, web.ErrTooLarge
	case <-r.Context().Done():
		return nil, web.ErrUnreadable
	}
	// The wait is not the sender's. A writer that knows no deadlines has none to put off.
	control, now := http.NewResponseController(w), time.Now()
	_ = control.SetReadDeadline(now.Add(web.StretchTime))
	_ = control.SetWriteDeadline(now.Add(2 * web.StretchTime))
	return web.ReadFormUpTo(w, r, t.most)
}
