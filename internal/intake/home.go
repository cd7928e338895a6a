package intake

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/internal/web"
)

type homePage struct {
	Frame
	Problem string
}

func (s *Server) home(c echo.Context) error {
	return s.showHome(c, http.StatusOK, "")
}

func (s *Server) showHome(c echo.Context, status int, problem string) error {
	v := s.adult(c)
	page := homePage{Frame: s.frame(c, v, v.T("page.home.title")), Problem: problem}
	page.Error, page.SwitchFirst = problem != "", true
	return s.render(c, v, status, "home", page)
}

// doors are the answers of the home page. A door fixes wording and path, and for
// three of the four also who writes.
var doors = map[string]struct {
	door    report.Door
	profile report.Profile
}{
	"self":            {report.Young, report.ProfileSelf},
	"young_for_other": {report.Young, report.ProfileYoungForOther},
	"relative":        {report.Relative, ""},
	"professional":    {report.Professional, ""},
}

// chooseDoor begins a draft. One that was begun before is offered back first:
// nothing typed is thrown away by a second look at the home page.
func (s *Server) chooseDoor(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	chosen, ok := doors[form.Get("door")]
	if !ok {
		return s.showHome(c, http.StatusUnprocessableEntity, s.adult(c).T("problem.door"))
	}
	switch before, err := s.load(c); {
	case err == nil && before.Sent == nil && before.begun() && form.Get("fresh") == "":
		return s.showResume(c, before, form.Get("door"))
	case err == nil:
		if err := s.Drafts.DeleteDraft(c.Request().Context(), draftID(before)); err != nil {
			return err
		}
		if s.leavesFiles(c, before) {
			if err := s.forgetFiles(c.Request().Context(), []report.ID{before.ID}); err != nil {
				return err
			}
		}
	case !lost(err):
		return err
	}
	go territory.ReadCommunes() // this visitor will type one in a minute
	v := newVisit(chosen.door)
	v.Answers.Reporter.Profile = chosen.profile
	if err := s.save(c.Request().Context(), v); err != nil {
		if errors.Is(err, inbox.ErrConflict) { // a token of 256 bits met another: not on this earth
			return web.ErrUnreadable
		}
		return err
	}
	address := "/a"
	if _, err := c.Cookie(cookieName); err != nil {
		address = onceMore(address) // where it is seen whether the browser keeps cookies
	}
	setCookie(c, v.token)
	return goTo(c, address)
}

type resumePage struct {
	Frame
	Next  string
	Fresh string // the door to begin anew by; empty when only going on or leaving is offered
}

// showResume is what a form address shows to somebody who did not just come from
// the form: whoever opened it from the history learns nothing.
func (s *Server) showResume(c echo.Context, v *visit, fresh string) error {
	voice := s.voice(&v.draft)
	page := resumePage{Frame: s.frame(c, voice, voice.T("page.resume.title")), Next: v.next(), Fresh: fresh}
	if v.waits(shortAddress) && (c.Path() == shortAddress || len(v.Visited) == 0) {
		page.Next = onceMore(shortAddress)
	}
	page.Resume = cmp.Or(fresh, "-")
	return s.render(c, voice, http.StatusOK, "resume", page)
}

// fromOurs reports whether a link of ours led here, or the way back to where one did.
func fromOurs(c echo.Context) bool { return c.Request().Header.Get("Sec-Fetch-Site") == "same-origin" }

// fromHistory reports whether a page was opened by the address bar, a bookmark or
// the history, and not from one of our pages.
func fromHistory(c echo.Context) bool { return c.Request().Header.Get("Sec-Fetch-Site") == "none" }
