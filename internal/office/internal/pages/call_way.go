package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/report"
)

// call is the form of a call that was being written down when its session ended.
func (w way) call() string {
	i := slices.IndexFunc(w.Kept, func(k keptValue) bool { return k.Name == "call" })
	if i < 0 || !strings.HasPrefix(w.Return, "/appels/") {
		return ""
	}
	return w.Kept[i].Value
}

// resumeCall saves a call that was carried through the log-in, and goes on with it. It
// needs no other place to wait: a draft may be as long as it likes. What cannot be laid
// over the stored draft is shown beside it.
func (s *Server) resumeCall(c echo.Context, session *staff.Session, w way) error {
	id, err := parseID(strings.TrimPrefix(w.Return, "/appels/"))
	if err != nil {
		return c.Redirect(http.StatusSeeOther, "/appels")
	}
	form, err := url.ParseQuery(w.call())
	if err != nil {
		return c.Redirect(http.StatusSeeOther, w.Return)
	}
	v, err := s.visitOn(c, session)
	if err != nil {
		return err
	}
	typed := s.typedCall(form)
	h, err := s.keepCall(c, v, id, typed)
	if isConcurrent(err) || err == errOtherCall { // another listener has it now, or another page saved: nothing typed is lost
		id = report.NewID()
		h, err = s.keepCall(c, v, id, typed)
	}
	if err != nil && err != errCallSent {
		return s.callRefused(c, v, id, typed, h, err)
	}
	if err == errCallSent {
		typed.same = h.draft.Receipt.Report
		if h, err = s.keepCall(c, v, report.NewID(), typed); err != nil {
			return err
		}
	}
	return c.Redirect(http.StatusSeeOther, callAddress(h.draft.ID))
}
