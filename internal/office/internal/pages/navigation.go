package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/triage"
)

// A navLink leads to a part of the office that the member's role opens.
type navLink struct {
	Address string
	Text    string
	Count   int // of what waits there
	Current bool
}

// A moreNav is the menu of what one goes to seldom.
type moreNav struct {
	Links   []navLink
	Count   int  // of what waits there
	Current bool // the page is one of them
}

// seldom are the parts that wait in the menu once the bar is full.
var seldom = []string{"/cles", "/annuaire", "/services", "/comptes", "/verifications", "/journal", "/alertes"}

// fullBar is how many parts stand side by side at 1280 px, beside the queue and the
// name of who is logged in.
const fullBar = 4

func partNavigation(all []navLink) (bar []navLink, more moreNav) {
	if len(all) <= fullBar {
		return all, more
	}
	for _, link := range all {
		if !slices.Contains(seldom, link.Address) {
			bar = append(bar, link)
			continue
		}
		more.Links = append(more.Links, link)
		more.Count += link.Count
		more.Current = more.Current || link.Current
	}
	return bar, more
}

// navigation lists the parts beside the queue. A count that cannot be read leaves
// the page as it is.
func (s *Server) navigation(c echo.Context, v *visit) []navLink {
	var links []navLink
	add := func(address, key string, count int) {
		at := c.Request().URL.Path
		links = append(links, navLink{address, s.voice.T(key), count, at == address || strings.HasPrefix(at, address+"/")})
	}
	if v.Role.May(triage.Call) && len(v.keys.Teams()) > 0 {
		calls, due := s.waitingCalls(c, v)
		add("/appels", "office.nav.calls", calls)
		add("/rappels", "office.nav.callbacks", due)
	}
	if v.Role.May(triage.HandOver) {
		add("/releve", "office.nav.handoff", 0)
	}
	if v.Role.May(triage.AnswerReferral) && len(s.units(v)) > 0 {
		n, err := s.Archive.WaitingReferrals(c.Request().Context(), s.unitIDs(v))
		if err != nil {
			s.Log.Warn("what waits for the unit was not counted", "err", err)
		}
		unseen, err := s.Archive.UnseenPassed(c.Request().Context(), s.unitIDs(v))
		if err != nil {
			s.Log.Warn("what was passed on to the unit was not counted", "err", err)
		}
		for _, additions := range unseen {
			n += additions
		}
		add("/demandes", "office.nav.referrals", n)
	}
	if _, unit := s.unit(v); unit && v.Role.May(triage.Record) {
		add("/suivi", "office.nav.follow", 0)
	}
	if giving := s.Desk.Giving(v.Role, v.keys); v.Role.May(triage.Admit) && len(giving) > 0 {
		n, err := s.Desk.CountWaiting(c.Request().Context(), v.ID, giving)
		if err != nil {
			s.Log.Warn("who waits for a key was not counted", "err", err)
		}
		add("/cles", "office.nav.keys", n)
	}
	if v.Role.May(triage.Record) && len(s.units(v)) > 0 {
		add("/services", "office.nav.services", 0)
	}
	if v.Role.May(triage.Directory) && s.receives(v) {
		add("/annuaire", "office.nav.directory", 0)
	}
	if s.mayAlert(v) {
		add("/alertes", "office.nav.alerts", 0)
	}
	if v.Role.May(triage.Follow) {
		add("/suites", "office.nav.replies", 0)
	}
	if v.Role.May(triage.Roster) {
		add("/comptes", "office.nav.accounts", 0)
	}
	if v.Role.May(triage.ProposeReset) || v.Role.May(triage.ConfirmReset) {
		add("/verifications", "office.nav.resets", s.waitingResets(c, v))
	}
	if v.Role.May(triage.Audit) {
		add("/journal", "office.nav.trail", 0)
	}
	return links
}

// first is what a member finds when he comes in: the queue, or what his role is for.
// Who reads and holds no key yet is told what it waits for.
func (s *Server) first(c echo.Context, v *visit) error {
	switch {
	case v.Role.May(triage.Read) && len(v.keys.Teams()) == 0:
		return s.ownKey(c, v)
	case s.followsUp(v):
		return c.Redirect(http.StatusSeeOther, "/demandes")
	case v.Role.May(triage.Read):
		return s.queue(c, v)
	case v.Role.May(triage.Roster):
		return c.Redirect(http.StatusSeeOther, "/comptes")
	case v.Role.May(triage.Audit):
		return c.Redirect(http.StatusSeeOther, "/journal")
	}
	return errRole
}
