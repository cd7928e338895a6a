package intake

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
)

// exit leaves: the draft and the receipt are deleted, the cookie expires, the
// browser is told to clear what it kept, and an outside page opens that learns
// nothing of where the visitor came from. Another site that leads here makes nobody
// leave: in another tab somebody may be writing.
func (s *Server) exit(c echo.Context) error {
	h := c.Response().Header()
	if !fromElsewhere(c) {
		if err := s.forget(c); err != nil {
			// Leaving must not wait for the database: without the cookie nobody opens the draft.
			s.Log.Warn("a draft outlives its exit until it expires", "err", err)
		}
		h.Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	}
	h.Set("Referrer-Policy", "no-referrer")
	return c.Redirect(http.StatusSeeOther, s.ExitURL)
}

// forget deletes the visitor's draft or receipt and his open mailbox, the files of both
// that were not sent, and the cookies that open them. A visitor who closes the
// connection at once has left all the same.
func (s *Server) forget(c echo.Context) error {
	dropCookie(c)
	dropLanguage(c)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), patience)
	defer cancel()
	var owners []report.ID // of files that go along
	var rows [][32]byte
	if token, err := cookieToken(c); err == nil {
		rows = append(rows, draftID(&visit{token: token}))
		if v, err := s.read(ctx, token); err == nil && s.leavesFiles(c, v) {
			owners = append(owners, v.ID)
		}
	}
	if _, err := c.Cookie(boxCookie); err == nil {
		expireCookie(c, boxCookie)
	}
	if token, err := tokenIn(c, boxCookie); err == nil {
		rows = append(rows, boxID(token))
		if owner, leaves := s.leavesParcel(ctx, c, token); leaves {
			owners = append(owners, owner)
		}
	}
	var failed error
	for _, id := range rows {
		failed = errors.Join(failed, s.Drafts.DeleteDraft(ctx, id))
	}
	return errors.Join(failed, s.forgetFiles(ctx, owners))
}

// forgetFiles removes files whose key went with its row: nobody opens them any more.
// Large ones take the database a while, and whoever leaves does not wait for it.
func (s *Server) forgetFiles(ctx context.Context, owners []report.ID) error {
	if len(owners) == 0 {
		return nil
	}
	removed := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pieceTime)
		defer cancel()
		var failed error
		for _, owner := range owners {
			failed = errors.Join(failed, s.Files.RemoveFiles(ctx, owner))
		}
		removed <- failed
	}()
	select {
	case err := <-removed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// leavesFiles reports whether a draft that is given up has files, also such as are still
// coming in. A report that waits on a disk keeps its own.
func (s *Server) leavesFiles(c echo.Context, v *visit) bool {
	return v.Sent == nil && v.takesFiles() && !s.mayBeSent(c, v)
}

// mayBeSent reports whether a draft that is still there was sent to a disk: to that of
// another intake, its cookie says so.
func (s *Server) mayBeSent(c echo.Context, v *visit) bool {
	return isOnItsWay(c, cookieName) || s.Spooled != nil && s.Spooled(v.ID)
}

// fromElsewhere reports whether another site led here. The draft's cookie does not
// come along then, and must be neither missed nor replaced. Browsers that do not say
// where a request comes from still name the site as the referrer.
func fromElsewhere(c echo.Context) bool {
	h := c.Request().Header
	if site := h.Get("Sec-Fetch-Site"); site != "" {
		return site == "cross-site"
	}
	referrer, err := url.Parse(h.Get("Referer"))
	return err != nil || referrer.Host != "" && referrer.Host != c.Request().Host
}
