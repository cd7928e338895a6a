package intake

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/postgres"
)

// An again is a page to be shown once more: what was typed on it, and why that was
// not taken. It lies in the sealed draft and the GET that follows shows it, so that
// the browser's history holds no POST: whoever presses Back after the visitor left
// would otherwise send it once more and read what was typed.
type again struct {
	At     string            `json:"at"` // the address of the page
	Status int               `json:"status"`
	Typed  url.Values        `json:"typed,omitempty"`
	Errors map[string]string `json:"errors,omitempty"`
	Leave  string            `json:"leave,omitempty"`
	Notice string            `json:"notice,omitempty"`
	Other  []Saved           `json:"other,omitempty"`
	Back   bool              `json:"back,omitempty"`
	Base   string            `json:"base,omitempty"`
}

// mostAgain bounds what is kept in this way, in bytes: longer texts than the form
// takes are shown in the answer itself.
const mostAgain = 512 << 10

// keepAgain keeps a page to be shown again, unless too much was typed on it.
func (d *draft) keepAgain(address string, status int, with shown) bool {
	size := 0
	for name, given := range with.typed {
		for _, text := range given {
			size += len(name) + len(text)
		}
	}
	if size > mostAgain {
		return false
	}
	d.Again = &again{address, status, with.typed, with.errors, with.leave, with.notice, with.other, with.back, with.base}
	return true
}

// waits reports whether the page of an address is to be shown once more.
func (d *draft) waits(address string) bool { return d.Again != nil && d.Again.At == address }

// again returns the page that a request wants to see once more. Opened by its plain
// address, in another tab for instance, it shows what is stored.
func (d *draft) again(c echo.Context, address string) (*again, bool) {
	return d.Again, d.waits(address) && c.QueryParam(againQuery) != ""
}

const againQuery = "r"

// onceMore is the address under which a page is shown once more.
func onceMore(address string) string {
	if strings.Contains(address, "?") {
		return address + "&" + againQuery + "=1"
	}
	return address + "?" + againQuery + "=1"
}

// begun reports whether a draft holds anything that its writer would miss, or that
// nobody else is to see: an answer, or words that wait on their page.
func (d *draft) begun() bool {
	return len(d.Visited) > 0 || d.Again.holdsWords() || slices.ContainsFunc(d.path(), d.told)
}

func (a *again) holdsWords() bool {
	if a == nil {
		return false
	}
	for name, given := range a.Typed {
		if !strings.HasPrefix(name, "_") && strings.TrimSpace(strings.Join(given, "")) != "" {
			return true
		}
	}
	return false
}

// forgetAgain is for a page that was sent anew. One of another address waits on.
func (d *draft) forgetAgain(address string) {
	if d.waits(address) {
		d.Again = nil
	}
}

func (a *again) shown() shown {
	return shown{typed: a.Typed, errors: a.Errors, leave: a.Leave, notice: a.Notice, other: a.Other, back: a.Back, base: a.Base}
}

// leadBack answers a form whose page is shown again: by a redirect to it, or by the
// page itself where the draft cannot keep what was typed.
func (s *Server) leadBack(c echo.Context, v *visit, at sheet, status int, with shown) error {
	if with.base == "" {
		with.base = v.base(v.sheet(at))
	}
	kept := false
	_, err := s.change(c, func(v *visit) error {
		kept = v.Sent == nil && v.keepAgain(at.Address(), status, with)
		return nil
	})
	if err != nil || !kept {
		return s.showSheet(c, v, at, status, with)
	}
	return goTo(c, onceMore(at.here(with.back)))
}

// leadBackToShort does the same for the short form, whose writer may have no draft
// yet: one is begun to hold what he typed.
func (s *Server) leadBackToShort(c echo.Context, v *visit, status int, with shown) error {
	_, err := s.change(c, func(v *visit) error {
		if v.Sent != nil || !v.keepAgain(shortAddress, status, with) {
			return errShow
		}
		return nil
	})
	if lost(err) && !errors.Is(err, errNoCookie) || err != nil && keepsCookies(c) && errors.Is(err, errNoCookie) {
		fresh := s.visitOf(c, with.typed)
		if fresh.keepAgain(shortAddress, status, with) {
			if err = s.save(c.Request().Context(), fresh); err == nil {
				setCookie(c, fresh.token)
			}
		}
	}
	switch {
	case err == nil && status == http.StatusOK:
		return goTo(c, led(with.typed, onceMore(shortAddress)))
	case err == nil:
		return goTo(c, onceMore(shortAddress))
	case lost(err), errors.Is(err, errShow), errors.Is(err, inbox.ErrConflict), errors.Is(err, postgres.ErrUnavailable):
		return s.showShort(c, &v.draft, status, with)
	}
	return err
}

// keepsCookies reports whether the browser sent the cookie that the page before set:
// one that keeps none would not find its text again.
func keepsCookies(c echo.Context) bool {
	_, err := c.Cookie(cookieName)
	return err == nil
}
