package pages

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/factor"
	"recueil/internal/office/internal/staff"
	"recueil/internal/web"
)

// The second step of the log-in: the passphrase was right, and one of the member's
// factors is asked for.
type factorPage struct {
	Frame
	way
	App     bool   // a code of an authenticator app is among them
	Options string // what the browser asks a passkey with, as JSON
	Problem string
	Notice  string
}

// askFactor follows a right passphrase. A member who has no factor yet makes one
// before anything else.
func (s *Server) askFactor(c echo.Context, session *staff.Session, w way) error {
	book, err := s.factors(c, session)
	if err != nil {
		return err
	}
	if book.Empty() {
		return c.Redirect(http.StatusSeeOther, w.through("/compte/verification"))
	}
	if !w.holdsText() {
		return c.Redirect(http.StatusSeeOther, w.through("/connexion/verification"))
	}
	return s.showFactor(c, http.StatusOK, session, book, factorPage{way: w, Notice: s.voice.T("office.factor.kept")})
}

func (s *Server) factor(c echo.Context, session *staff.Session, book staff.Book) error {
	if book.Empty() {
		return c.Redirect(http.StatusSeeOther, s.way(c).through("/compte/verification"))
	}
	return s.showFactor(c, http.StatusOK, session, book, factorPage{way: s.way(c)})
}

func (s *Server) showFactor(c echo.Context, status int, session *staff.Session, book staff.Book, page factorPage) error {
	page.Frame = s.frame(c, s.voice.T("office.factor.title"))
	page.Error, page.App = page.Problem != "", book.App != nil
	if s.Site.Available() && len(book.Passkeys) > 0 {
		var err error
		var pending []byte
		if page.Options, pending, err = s.Site.Ask(book.Book, session.Login); err != nil {
			return err
		}
		if err := s.Desk.Wait(c.Request().Context(), session, pending); err != nil {
			return err
		}
	}
	return s.render(c, status, "factor", page)
}

// giveCode takes a code of the app, or a backup one.
func (s *Server) giveCode(c echo.Context, session *staff.Session, book staff.Book) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	return s.try(c, session, book, readWay(form), func() (factor.Kind, error) { return book.Use(form.Get("code"), s.Now()) })
}

// givePasskey takes what a key answered to the page's question.
func (s *Server) givePasskey(c echo.Context, session *staff.Session, book staff.Book) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	return s.try(c, session, book, readWay(form), func() (factor.Kind, error) {
		pending, asked := session.Awaited()
		if !asked || !s.Site.Available() {
			return factor.ByPasskey, factor.ErrWrong
		}
		return factor.ByPasskey, s.Site.Prove(book.Book, session.Login, pending, form.Get("credential"))
	})
}

func (s *Server) try(c echo.Context, session *staff.Session, book staff.Book, w way, use func() (factor.Kind, error)) error {
	ctx := c.Request().Context()
	if book.Empty() {
		return c.Redirect(http.StatusSeeOther, w.through("/compte/verification"))
	}
	right, err := s.Desk.TryFactor(ctx, session, source(c))
	if errors.Is(err, staff.ErrNoSession) {
		setCookie(c, "", -1)
		return s.showLogin(c, http.StatusUnprocessableEntity, loginPage{way: w, Login: session.Login, Problem: s.voice.T("office.factor.too_many")})
	}
	if problem, status := s.tooSoon(c, err); problem != "" {
		return s.showFactor(c, status, session, book, factorPage{way: w, Problem: problem})
	}
	if err != nil {
		return err
	}
	kind, err := use()
	if err == nil {
		err = s.Desk.Pass(ctx, session, book, "factor.used", string(kind))
	}
	for refusal, said := range factorProblems {
		if errors.Is(err, refusal) {
			return s.refuseFactor(c, session, w, said, kind)
		}
	}
	if err != nil {
		return err
	}
	right()
	return s.enter(c, session, w, string(kind))
}

func (s *Server) refuseFactor(c echo.Context, session *staff.Session, w way, said factorProblem, kind factor.Kind) error {
	if err := s.auditLogin(c, session, "login.failed", said.detail+"."+string(kind)); err != nil {
		return err
	}
	book, err := s.factors(c, session) // as it is kept, without what was tried
	if err != nil {
		return err
	}
	return s.showFactor(c, http.StatusUnprocessableEntity, session, book, factorPage{way: w, Problem: s.voice.T(said.key + string(kind))})
}

// A factorProblem is what is written of a factor that proves nothing: into the audit
// trail, and on the page.
type factorProblem struct{ detail, key string }

var factorProblems = map[error]factorProblem{
	factor.ErrWrong:  {"factor_wrong", "office.factor.wrong."},
	factor.ErrUsed:   {"factor_used", "office.factor.used."},
	factor.ErrCloned: {"factor_cloned", "office.factor.cloned."},
}

// factors opens a member's book. One that is not as he left it lets nobody in, and
// stands in the audit trail.
func (s *Server) factors(c echo.Context, session *staff.Session) (staff.Book, error) {
	book, err := s.Desk.Factors(c.Request().Context(), session)
	if !errors.Is(err, staff.ErrFactor) {
		return book, err
	}
	if err := s.auditLogin(c, session, "factor.refused", ""); err != nil {
		return book, err
	}
	setCookie(c, "", -1)
	return book, errors.Join(err, s.Desk.LogOut(c.Request().Context(), session.Cookie))
}
