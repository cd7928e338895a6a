// Package pages is the screens of the back office, one file a page: log in, the
// queue, a report, and the acts on it.
//
// Every request but the log-in finds the member of the session, opens the team keys
// he holds, and asks the table of roles. What is opened lives in memory for one
// answer. A report that does not open is shown as damaged and hides no other.
package pages

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/web"
)

// Config is what the screens are made of.
type Config struct {
	Archive   *archive.Archive
	Desk      *staff.Desk
	Trail     audit.Trail
	Catalogue fs.FS
	Templates fs.FS
	Static    fs.FS
	Bundles   map[string][]string
	Now       web.Clock
	Log       *slog.Logger
}

// A Server answers staff.
type Server struct {
	Config
	voice   *web.Voice
	pages   *web.Pages
	paris   *time.Location
	handler http.Handler
}

// New assembles the back office's screens.
func New(c Config) (*Server, error) {
	s := &Server{Config: c}
	var err error
	if s.paris, err = time.LoadLocation("Europe/Paris"); err != nil {
		return nil, fmt.Errorf("reading the time zone: %w", err)
	}
	if s.voice, err = web.NewVoice(c.Catalogue, "fr", "fr/adult.toml", "fr/rules.toml", "fr/office.toml"); err != nil {
		return nil, err
	}
	assets, err := web.NewAssets(c.Static, c.Bundles)
	if err != nil {
		return nil, err
	}
	components, err := fs.Glob(c.Templates, "components/*.html")
	if err != nil {
		return nil, fmt.Errorf("listing the components: %w", err)
	}
	s.pages, err = web.NewPages(web.PagesConfig{Templates: c.Templates, Folder: "office", Components: components,
		Voices: []*web.Voice{s.voice}, Assets: assets})
	if err != nil {
		return nil, err
	}
	s.handler = s.routes(web.NewRouter(c.Log, web.ErrorHandler(c.Log, problems, s.showProblem), assets))
	return s, nil
}

// routes lists every address of the back office.
func (s *Server) routes(e *echo.Echo) http.Handler {
	e.GET("/", s.home)
	e.GET("/seance", s.member(s.session))
	e.GET("/connexion", s.login)
	e.POST("/connexion", s.logIn)
	e.POST("/deconnexion", s.logOut)
	e.POST("/raccourcis", s.setShortcuts)
	e.GET("/file", s.may(triage.Read, s.queue))
	e.GET("/file/arrivees", s.may(triage.Read, s.arrivals))
	e.GET("/dossiers/:id", s.may(triage.Read, s.report))
	e.POST("/dossiers/:id/prise-en-charge", s.may(triage.Claim, s.claim))
	e.POST("/dossiers/:id/bail", s.may(triage.Claim, s.renew))
	e.POST("/dossiers/:id/cloture", s.may(triage.Shut, s.close))
	e.POST("/dossiers/:id/reconnexion", s.logInAgain)
	return e
}

// ServeHTTP makes the Server a handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

var (
	errNoSession = &web.Problem{Status: http.StatusUnauthorized, Key: "office.error.session"}
	errRole      = &web.Problem{Status: http.StatusForbidden, Key: "office.error.role"}
)

// problems is the table from errors to what staff read.
var problems = map[error]*web.Problem{
	postgres.ErrUnavailable: {Status: http.StatusServiceUnavailable, Key: "office.error.unavailable"},
	archive.ErrNotFound:     {Status: http.StatusNotFound, Key: "office.error.no_report"},
	staff.ErrNoSession:      errNoSession,
}

// Frame is what the layout of every page needs.
type Frame struct {
	Lang      string
	Title     string
	Error     bool // the title then says so first
	Member    string
	Role      string // in words
	Reads     bool   // the navigation then leads to the queue
	Queue     bool   // the page is the queue, or one of its filters
	Here      string // where to come back to after a log-in
	Shortcuts bool
	Now       time.Time
}

func (s *Server) frame(c echo.Context, title string) Frame {
	f := Frame{Lang: s.voice.Lang, Title: title, Shortcuts: shortcutsOn(c), Now: s.Now()}
	if v, ok := visitOf(c); ok {
		f.Here = here(c)
		f.Member, f.Role, f.Reads = v.DisplayName, s.voice.T("office.role."+string(v.Role)), v.Role.May(triage.Read)
	}
	return f
}

// here is the address of the page a request leads to: of a form, its report.
func here(c echo.Context) string {
	if id := c.Param("id"); id != "" {
		return ownAddress("/dossiers/" + id)
	}
	return ownAddress(c.Request().URL.RequestURI())
}

func (s *Server) render(c echo.Context, status int, name string, page any) error {
	return s.pages.Render(c.Response(), c.Request(), s.voice, status, "office/"+name+".html", page)
}

type problemPage struct {
	Frame
	Heading string
	Texts   []string
	Wrong   bool // something failed, rather than being somewhere else
}

// goTo answers a form: by a redirect, or to our script, which sent it by fetch and
// keeps the text until it knows that it arrived, by the address to open.
func goTo(c echo.Context, address string) error {
	if c.Request().Header.Get("X-Recueil-Send") != "" {
		return c.JSON(http.StatusOK, struct {
			Location string `json:"location"`
		}{address})
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// showProblem is the page of every error that no page answers itself. A request
// that a page made by itself gets the status alone.
func (s *Server) showProblem(c echo.Context, p *web.Problem) error {
	if inBackground(c) {
		return c.NoContent(p.Status)
	}
	if errors.Is(p, errNoSession) || p.Key == errNoSession.Key {
		return s.askLogin(c)
	}
	title := s.voice.First(p.Key+".title", "error.internal.title")
	page := problemPage{Frame: s.frame(c, title), Heading: title, Texts: []string{s.voice.First(p.Key+".text", "error.internal.text")}}
	if v, ok := visitOf(c); ok && p.Key == errRole.Key {
		page.Texts = append(page.Texts, s.voice.T("office.role."+string(v.Role)+".may"))
	}
	page.Wrong = p.Status != http.StatusForbidden && p.Status != http.StatusNotFound
	return s.render(c, p.Status, "problem", page)
}
