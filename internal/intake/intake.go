// Package intake is the public side: the pages on which a young person, a relative
// or a professional tells of a child in danger, one file a page.
//
// It holds public keys only. What is typed lives in a draft that opens with the
// visitor's cookie alone; sent, it is sealed before it is stored, and nothing here
// can open it again. Every page works without JavaScript, every POST answers by a
// redirect or by the same page with what was typed, and no answer, log line or
// title says what this site is about.
package intake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/challenge"
	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/territory"
	"recueil/internal/trust"
	"recueil/internal/web"
)

// Drafts keeps what a visitor has written so far. It is the inbox, or in a test of
// outages something that fails.
type Drafts interface {
	LoadDraft(ctx context.Context, id [32]byte, now time.Time) ([]byte, int, error)
	SaveDraft(ctx context.Context, d inbox.Draft) (int, error)
	DeleteDraft(ctx context.Context, id [32]byte) error
}

// A Receiver makes a sealed report durable before it returns.
type Receiver interface {
	Accept(ctx context.Context, d inbox.Delivery) (inbox.Outcome, error)
}

// Config is what the public side is made of.
type Config struct {
	Drafts       Drafts
	Receiver     Receiver
	Captchas     Captchas
	Attestations Attestations
	Mailboxes    Mailboxes
	Files        Files
	FileLimits   FileLimits
	Spooled      func(report.ID) bool // whether that report waits on this intake's disk; nil: none does
	Captcha      string               // CaptchaAuto, CaptchaAlways or CaptchaNever
	Limits       challenge.Limits     // the zero value counts nothing
	Proxies      []netip.Prefix       // whose word on a visitor's address is taken
	Trust        *trust.Source
	Secret       secret.Key // shared by all intakes; signs form tokens
	ExitURL      string     // a light, unpersonalised outside page
	Hours        territory.Hours
	Catalogue    fs.FS
	Templates    fs.FS
	Static       fs.FS
	Bundles      map[string][]string
	Observe      web.Observer        // told of each answer; nil: nobody is
	Refused      func(reason string) // told of each file that is not taken, by a code; nil: nobody is
	Now          web.Clock
	Log          *slog.Logger
}

// A Server answers the public.
type Server struct {
	Config
	signer    challenge.Signer
	counters  *challenge.Counters
	tried     *challenge.Counters         // codes, by address
	trying    chan struct{}               // a place for each code under way
	receiving chan struct{}               // a place for each file that comes in
	longForms chan struct{}               // for each form beyond all limits
	spoken    map[string]*challenge.Voice // by language
	pages     *web.Pages
	languages *web.Languages
	voices    map[string]voices // by language
	handler   http.Handler

	largeForms chan struct{} // a place for each heavy form that comes in
}

// New assembles the public side.
func New(c Config) (*Server, error) {
	exit, err := url.Parse(c.ExitURL)
	if err != nil || exit.Host == "" || exit.Scheme != "https" && exit.Scheme != "http" {
		return nil, errors.New("--exit-url is no address; give a light page of another site, such as https://www.wikipedia.org/")
	}
	s := &Server{Config: c, signer: challenge.NewSigner(c.Secret), counters: challenge.NewCounters(c.Limits),
		tried: challenge.NewCounters(triesLimits()), trying: make(chan struct{}, triesAtOnce), receiving: make(chan struct{}, filesAtOnce), longForms: make(chan struct{}, longFormsAtOnce),
		largeForms: make(chan struct{}, largeFormsAtOnce)}
	if err := s.loadVoices(); err != nil {
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
	s.pages, err = web.NewPages(web.PagesConfig{Templates: c.Templates, Folder: "public", Components: components,
		Voices: s.everyVoice(), Assets: assets})
	if err != nil {
		return nil, err
	}
	recordings, err := fs.Sub(c.Static, "audio")
	if err != nil {
		return nil, err
	}
	if s.spoken, err = challenge.LoadVoices(recordings); err != nil {
		return nil, err
	}
	router := web.NewRouter(c.Log, web.ErrorHandler(c.Log, problems, s.showProblem), assets)
	router.IPExtractor = web.ClientAddress(c.Proxies)
	web.Observed(router, c.Observe)
	s.handler = s.routes(router)
	return s, nil
}

// routes lists every address of the public side. They name nothing: a history is
// read by others.
func (s *Server) routes(e *echo.Echo) http.Handler {
	e.GET("/", s.home)
	e.POST("/", s.chooseDoor)
	e.GET("/a", s.before)
	e.GET("/d", s.numbers)
	e.GET("/m", s.shortForm)
	e.POST("/m", s.sendShort)
	e.GET("/e/:number", s.step)
	e.POST("/e/:number", s.answerStep)
	e.POST("/f", s.addFiles)
	e.POST("/f/1", s.removeFile)
	e.POST("/c", s.communes)
	e.GET("/v", s.check)
	e.POST("/v", s.send)
	e.GET("/q", s.askCaptcha)
	e.POST("/q", s.answerCaptcha)
	e.GET("/q/:file", s.captchaFile)
	e.GET("/r", s.receipt)
	e.GET("/b", s.codeForm)
	e.POST("/b", s.enter)
	e.GET("/b/1", s.mailbox)
	e.POST("/b/1", s.sendFromBox)
	e.GET("/b/2", s.reach)
	e.POST("/b/2", s.sendReach)
	e.GET("/b/3", s.boxFiles)
	e.POST("/b/3", s.addBoxFiles)
	e.POST("/b/3/1", s.removeBoxFile)
	e.GET("/x", s.verifyForm)
	e.POST("/x", s.verify)
	e.GET("/s", s.exit)
	e.GET("/l", leaveSwitch)
	e.POST("/l", s.switchLanguage)
	e.GET("/p/:page", s.legal)
	return e
}

// ServeHTTP makes the Server a handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// problems is the table from errors to what the visitor reads.
var problems = map[error]*web.Problem{
	postgres.ErrUnavailable: {Status: http.StatusServiceUnavailable, Key: "error.away"},
	inbox.ErrNoDraft:        {Status: http.StatusGone, Key: "page.gone"},
	inbox.ErrFileSent:       {Status: http.StatusConflict, Key: "error.file_sent"},
	errOtherVersion:         {Status: http.StatusGone, Key: "page.gone"},
}

// Frame is what the layout of every public page needs.
type Frame struct {
	Lang     string
	Dir      string
	Title    string
	Error    bool // the title then says so first
	FormPage bool // covered when left for a while
	Neutral  bool // no exit bar: there is nothing left to leave
	Away     bool // reached from the browser's history: covered at once

	Keeps bool // what is typed here goes along before a link leads away

	// The switch. It is part of the form on which something may be typed, and
	// otherwise leads back to the page.
	Languages   []Language
	SwitchFirst bool   // over the page, not at its foot: who comes in may understand nothing else
	Form        string // the id of that form
	Address     string // of the page
	Resume      string // on the page that offers to go on: its door to begin anew by, or "-"
}

// formID is the form that holds what is typed on a page.
const formID = "reponses"

// frame begins every page that may show what was typed: its answer sets the cookie,
// which keeps the page out of the browser's back-forward cache.
func (s *Server) frame(c echo.Context, v *web.Voice, title string) Frame {
	return Frame{Lang: v.Lang, Dir: v.Dir, Title: title, Languages: s.otherLanguages(v.Lang), Address: pageAddress(c)}
}

func (s *Server) render(c echo.Context, v *web.Voice, status int, name string, page any) error {
	return s.pages.Render(c.Response(), c.Request(), v, status, "public/"+name+".html", page)
}

// byScript reports whether our script sent the form, by fetch: it keeps the text
// until it knows that it arrived. Where the answer is a page to be shown, the
// browser sends the form once more, so until then nothing may count as shown.
func byScript(c echo.Context) bool { return c.Request().Header.Get("X-Recueil-Send") != "" }

// goTo answers a form: by a redirect, or to our script by the address to open.
func goTo(c echo.Context, address string) error {
	if byScript(c) {
		return c.JSON(http.StatusOK, struct {
			Location string `json:"location"`
		}{address})
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// showProblem is the page of every error that no page answers itself.
func (s *Server) showProblem(c echo.Context, p *web.Problem) error {
	v := s.adult(c)
	if p.Status < 500 {
		if known := s.peek(c); known != nil {
			v = s.voice(&known.draft)
		}
	}
	title := v.First(p.Key+".title", "error.internal.title")
	page := problemPage{Frame: s.frame(c, v, title), Heading: v.First(p.Key+".heading", p.Key+".title", "error.internal.title"),
		Text: v.First(p.Key+".text", "error.internal.text"), Danger: p.Status >= 500}
	page.Neutral = p.Status == http.StatusGone
	if at := c.Request().URL.Path; c.Request().Method == http.MethodPost && hasForm(at) && !page.Danger && !page.Neutral {
		page.Again = at
	}
	return s.render(c, v, p.Status, "problem", page)
}

// hasForm reports whether the form of an address stands on the page of that address.
func hasForm(path string) bool {
	return strings.HasPrefix(path, "/e/") || path == "/m" || path == "/v" || path == boxAddress || path == reachAddress
}

type problemPage struct {
	Frame
	Heading string
	Text    string
	Danger  bool   // say whom to call meanwhile, and that the short form works
	Again   string // the page whose form was not taken; empty: none is known
}
