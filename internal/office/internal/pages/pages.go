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
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/factor"
	"recueil/internal/office/internal/live"
	"recueil/internal/office/internal/notify"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/scan"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/trust"
	"recueil/internal/web"
)

// Config is what the screens are made of.
type Config struct {
	Archive   *archive.Archive
	Viewer    *preview.Viewer
	Scanner   *scan.Scanner // nil: files are not scanned
	Desk      *staff.Desk
	Notices   *notify.Notifier
	Trail     audit.Trail
	Site      factor.Site
	Proxies   []netip.Prefix
	Catalogue fs.FS
	Templates fs.FS
	Static    fs.FS
	Bundles   map[string][]string
	Observe   web.Observer // told of each answer; nil: nobody is
	Now       web.Clock
	Log       *slog.Logger
}

// A Server answers staff: in one language, and through the others when a request asks
// for one. What it keeps is a pointer, a map or a channel, for all of them to share.
type Server struct {
	Config
	voice   *web.Voice
	pages   *web.Pages
	paris   *time.Location
	canned  map[string][]cannedText // by language
	sheets  map[string][]cannedText // of information, as well
	live    *live.Feed
	handler http.Handler

	languages *web.Languages
	spoken    map[string]*Server // by language, this one too

	verifying chan struct{} // held by the one verification that runs at a time
	receiving chan struct{} // held by each file that comes in
}

// New assembles the back office's screens.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, live: live.New(c.Archive, c.Desk, c.Log), verifying: make(chan struct{}, 1), receiving: make(chan struct{}, documentsAtOnce)}
	var err error
	if s.paris, err = time.LoadLocation("Europe/Paris"); err != nil {
		return nil, fmt.Errorf("reading the time zone: %w", err)
	}
	voices, err := s.loadVoices()
	if err != nil {
		return nil, err
	}
	if s.canned, err = readCanned(c.Catalogue, s.languages.All(), "canned.toml"); err != nil {
		return nil, err
	}
	if s.sheets, err = readCanned(c.Catalogue, s.languages.All(), "sheets.toml"); err != nil {
		return nil, err
	}
	assets, err := web.NewAssets(c.Static, c.Bundles)
	if err != nil {
		return nil, err
	}
	var components []string
	for _, pattern := range []string{"components/*.html", "office/parts/*.html"} {
		found, err := fs.Glob(c.Templates, pattern)
		if err != nil {
			return nil, fmt.Errorf("listing the components: %w", err)
		}
		components = append(components, found...)
	}
	s.pages, err = web.NewPages(web.PagesConfig{Templates: c.Templates, Folder: "office", Components: components,
		Voices: voices, Assets: assets})
	if err != nil {
		return nil, err
	}
	// Nothing is given to s after this: the languages would not share it.
	return s.speak(voices, func(in *Server) *echo.Echo {
		router := web.NewRouter(c.Log, web.ErrorHandler(c.Log, problems, in.showProblem), assets)
		router.IPExtractor = web.ClientAddress(c.Proxies)
		web.Observed(router, c.Observe)
		return router
	}), nil
}

// routes lists every address of the back office.
func (s *Server) routes(e *echo.Echo) http.Handler {
	e.GET("/", s.home)
	e.GET("/seance", s.member(s.session))
	e.POST("/langue", s.setLanguage)
	e.GET("/connexion", s.login)
	e.POST("/connexion", s.logIn)
	e.POST("/connexion/langue", s.switchLogin)
	e.GET("/connexion/verification", s.between(s.factor))
	e.POST("/connexion/verification", s.between(s.giveCode))
	e.POST("/connexion/verification/cle", s.between(s.givePasskey))
	e.POST("/deconnexion", s.logOut)
	e.GET("/compte/verification", s.keeper(s.protection))
	e.POST("/compte/verification/application", s.keeper(s.addApp))
	e.POST("/compte/verification/cle", s.keeper(s.addPasskey))
	e.POST("/compte/verification/cle/retrait", s.keeper(s.removePasskey))
	e.POST("/compte/verification/codes", s.keeper(s.renewBackup))
	e.GET("/compte/sessions", s.member(s.sessions))
	e.POST("/compte/sessions", s.member(s.closeOthers))
	e.GET("/verifications", s.member(s.resets))
	e.POST("/verifications/:compte/demande", s.may(triage.ProposeReset, s.proposeReset))
	e.POST("/verifications/:compte/accord", s.may(triage.ConfirmReset, s.confirmReset))
	e.POST("/verifications/:compte/refus", s.member(s.refuseReset))
	e.POST("/raccourcis", s.setShortcuts)
	e.GET("/invitation", s.askInvitation)
	e.POST("/invitation", s.acceptInvitation)
	e.POST("/invitation/langue", s.switchInvitation)
	e.GET("/compte/cle", s.member(s.ownKey))
	e.GET("/comptes", s.may(triage.Roster, s.accounts))
	e.GET("/comptes/inviter", s.may(triage.Invite, s.askInvite))
	e.POST("/comptes/inviter", s.may(triage.Invite, s.invite))
	e.GET("/comptes/:compte", s.may(triage.Roster, s.account))
	e.GET("/comptes/:compte/:acte", s.may(triage.Roster, s.askAct))
	e.POST("/comptes/:compte/:acte", s.may(triage.Roster, s.doAct))
	e.GET("/alertes", s.platform(triage.Alert, s.alerts))
	e.POST("/alertes", s.platform(triage.Alert, s.saveAlerts))
	e.POST("/alertes/essai", s.platform(triage.Alert, s.testAlerts))
	e.GET("/cles", s.may(triage.Admit, s.keys))
	e.GET("/cles/:compte", s.may(triage.Admit, s.askAdmit))
	e.POST("/cles/:compte", s.may(triage.Admit, s.admit))
	e.GET("/cles/:compte/refus", s.may(triage.Admit, s.askRefuse))
	e.POST("/cles/:compte/refus", s.may(triage.Admit, s.refuse))
	e.GET("/journal", s.may(triage.Audit, s.trail))
	e.GET("/journal/export", s.may(triage.Audit, s.exportTrail))
	e.POST("/journal/verification", s.may(triage.Audit, s.verifyTrail))
	e.GET("/annuaire", s.platform(triage.Directory, s.directory))
	e.GET("/annuaire/nouveau", s.platform(triage.Directory, s.newRecipient))
	e.POST("/annuaire/nouveau", s.platform(triage.Directory, s.addRecipient))
	e.GET("/annuaire/:destinataire", s.platform(triage.Directory, s.recipient))
	e.POST("/annuaire/:destinataire", s.platform(triage.Directory, s.editRecipient))
	e.POST("/annuaire/:destinataire/verification", s.platform(triage.Directory, s.verifyRecipient))
	e.POST("/annuaire/:destinataire/cle", s.platform(triage.ConfirmKey, s.confirmKey))
	e.POST("/annuaire/:destinataire/retrait", s.platform(triage.Directory, s.retireRecipient))
	e.GET("/file", s.member(s.first))
	e.GET("/file/reference", s.may(triage.Read, s.askReference))
	e.POST("/file/reference", s.may(triage.Read, s.findReference))
	e.GET("/file/vues", s.may(triage.Read, s.queue))
	e.POST("/file/vues", s.may(triage.Read, s.saveView))
	e.POST("/file/vues/:vue/retrait", s.may(triage.Read, s.dropView))
	e.GET("/file/lot", s.member(s.toLane))
	e.POST("/file/lot", s.may(triage.Shut, s.closeBulk))
	e.POST("/file/lot/:lot/annulation", s.may(triage.Reopen, s.undoBulk))
	e.GET("/file/arrivees", s.may(triage.Read, s.arrivals))
	e.GET(streamPath, s.may(triage.Read, s.stream))
	unit := func(page func(echo.Context, *visit) error) echo.HandlerFunc { // the numbers that a unit sends children to are its own
		return s.may(triage.Record, s.inUnit(func(c echo.Context, v *visit, _ trust.Team) error { return page(c, v) }))
	}
	e.GET("/services", unit(s.services))
	e.GET("/services/nouveau", unit(s.askService))
	e.POST("/services/nouveau", unit(s.keepService))
	e.GET("/services/:service", unit(s.service))
	e.POST("/services/:service", unit(s.keepService))
	e.GET("/releve", s.may(triage.HandOver, s.handoff))
	e.POST("/releve", s.may(triage.HandOver, s.handOn))
	e.POST("/releve/reconnexion", s.logInAgain)
	e.POST("/releve/pause", s.may(triage.HandOver, s.pause))
	e.GET("/releve/oublies", s.may(triage.Read, s.forgotten))
	e.GET("/dossiers/:id", s.may(triage.Read, s.report))
	e.POST("/dossiers/:id/prise-en-charge", s.may(triage.Claim, s.claim))
	e.POST("/dossiers/:id/bail", s.may(triage.Claim, s.renew))
	e.POST("/dossiers/:id/cloture", s.may(triage.Shut, s.close))
	e.POST("/dossiers/:id/messages", s.may(triage.Write, s.message))
	e.POST("/dossiers/:id/notes", s.may(triage.Note, s.note))
	e.POST("/dossiers/:id/notes/brouillon", s.may(triage.Note, s.keepNoteDraft))
	e.POST("/dossiers/:id/presence", s.may(triage.Read, s.presence))
	e.POST("/dossiers/:id/reconnexion", s.logInAgain)
	s.phoneRoutes(e)
	e.GET("/dossiers/:id/transmission", s.may(triage.Read, s.transmission))
	e.GET("/dossiers/:id/transmission/:destinataire", s.may(triage.Propose, s.prepare))
	e.POST("/dossiers/:id/transmission/:destinataire", s.may(triage.Propose, s.propose))
	e.GET("/dossiers/:id/envois/:envoi/:forme", s.may(triage.Read, s.sentForm))
	e.POST("/dossiers/:id/envois/:envoi/validation", s.may(triage.Validate, s.validate))
	e.POST("/dossiers/:id/envois/:envoi/refus", s.may(triage.Validate, s.refuseSending))
	e.POST("/dossiers/:id/envois/:envoi/retrait", s.may(triage.Withdraw, s.withdrawSending))
	e.POST("/dossiers/:id/envois/:envoi/accuse", s.may(triage.Follow, s.acknowledge))
	e.POST("/dossiers/:id/envois/:envoi/retour", s.may(triage.Follow, s.comesBack))
	e.POST("/dossiers/:id/envois/:envoi/suites", s.may(triage.Follow, s.feedback))
	e.POST("/dossiers/:id/envois/:envoi/relance", s.may(triage.Follow, s.chase))
	e.POST("/dossiers/:id/envois/:envoi/fin", s.may(triage.Shut, s.finish))
	e.GET("/suites", s.may(triage.Follow, s.replies))
	e.GET("/dossiers/:id/decision/:acte", s.may(triage.Read, s.askDecision))
	e.POST("/dossiers/:id/decision/:acte", s.may(triage.Read, s.decide))
	e.POST("/dossiers/:id/decision/:acte/reconnexion", s.logInAgain)
	e.GET("/dossiers/:id/pieces/:piece", s.may(triage.Reveal, s.askReveal))
	e.POST("/dossiers/:id/pieces/:piece", s.may(triage.Reveal, s.reveal))
	e.GET("/dossiers/:id/pieces/:piece/apercu", s.may(triage.Reveal, s.lookAt(s.showFile)))
	e.GET("/dossiers/:id/pieces/:piece/image", s.may(triage.Reveal, s.lookAt(s.filePicture)))
	e.GET("/dossiers/:id/pieces/:piece/son", s.may(triage.Reveal, s.lookAt(s.fileSound)))
	e.GET("/dossiers/:id/pieces/:piece/original", s.may(triage.Download, s.download))
	e.GET("/dossiers/:id/pieces/:piece/gel", s.may(triage.Freeze, s.askFreeze))
	e.POST("/dossiers/:id/pieces/:piece/gel", s.may(triage.Freeze, s.freeze))
	e.GET("/dossiers/:id/demande", s.may(triage.Refer, s.askRefer))
	e.POST("/dossiers/:id/demande", s.may(triage.Refer, s.refer))
	e.POST("/dossiers/:id/demande/reconnexion", s.logInAgain)
	e.POST("/dossiers/:id/demandes/:demande/retrait", s.may(triage.Refer, s.withdrawReferral))
	e.GET("/dossiers/:id/demandes/:demande/ajouts/:ajout", s.may(triage.Refer, s.askPass))
	e.POST("/dossiers/:id/demandes/:demande/ajouts/:ajout", s.may(triage.Refer, s.pass))
	e.POST("/dossiers/:id/demandes/:demande/ajouts/:ajout/reconnexion", s.logInAgain)
	e.GET("/demandes", s.may(triage.AnswerReferral, s.referrals))
	e.GET("/demandes/:demande", s.may(triage.AnswerReferral, s.referral))
	e.POST("/demandes/:demande/accord", s.may(triage.AnswerReferral, s.acceptReferral))
	e.POST("/demandes/:demande/refus", s.may(triage.AnswerReferral, s.refuseReferral))
	e.POST("/demandes/:demande/retour", s.may(triage.AnswerReferral, s.returnReferral))
	e.POST("/demandes/:demande/reconnexion", s.logInAgain)
	e.GET("/demandes/:demande/pieces/:piece", s.may(triage.AnswerReferral, s.askGiven))
	e.POST("/demandes/:demande/pieces/:piece", s.may(triage.AnswerReferral, s.revealGiven))
	e.GET("/demandes/:demande/pieces/:piece/apercu", s.may(triage.AnswerReferral, s.lookAtGiven(s.showGiven)))
	e.GET("/demandes/:demande/pieces/:piece/image", s.may(triage.AnswerReferral, s.lookAtGiven(s.givenPicture)))
	e.GET("/demandes/:demande/pieces/:piece/son", s.may(triage.AnswerReferral, s.lookAtGiven(s.givenSound)))
	e.GET("/demandes/:demande/pieces/:piece/original", s.may(triage.AnswerReferral, s.saveGiven))
	s.recordRoutes(e)
	return e
}

// EndStreams ends what tells open screens of arrivals: a process that stops waits for
// none of them, and the screens go on at another.
func (s *Server) EndStreams() { s.live.Close() }

// ServeHTTP makes the Server a handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.spoken[s.language(r)].handler.ServeHTTP(w, r)
}

var (
	errNoSession = &web.Problem{Status: http.StatusUnauthorized, Key: "office.error.session"}
	errRole      = &web.Problem{Status: http.StatusForbidden, Key: "office.error.role"}

	errOwnAccount  = &web.Problem{Status: http.StatusForbidden, Key: "office.error.own_account"}
	errNobodyWaits = &web.Problem{Status: http.StatusNotFound, Key: "office.error.nobody_waits"}
)

// problems is the table from errors to what staff read.
var problems = map[error]*web.Problem{
	postgres.ErrUnavailable: {Status: http.StatusServiceUnavailable, Key: "office.error.unavailable"},
	archive.ErrNoService:    {Status: http.StatusNotFound, Key: "office.error.no_service"},
	archive.ErrNotFound:     {Status: http.StatusNotFound, Key: "office.error.no_report"},
	archive.ErrNoRecipient:  {Status: http.StatusNotFound, Key: "office.error.no_recipient"},
	staff.ErrNoSession:      errNoSession,
	staff.ErrNoAccount:      {Status: http.StatusNotFound, Key: "office.error.no_account"},
	staff.ErrStale:          {Status: http.StatusConflict, Key: "office.error.stale"},
	staff.ErrNotAllowed:     errRole,
	staff.ErrHalfOpen:       errNoSession,
	staff.ErrLocked:         errNoSession,
	staff.ErrNoReset:        {Status: http.StatusConflict, Key: "office.error.no_reset"},
	staff.ErrFactor:         {Status: http.StatusForbidden, Key: "office.error.factor"},
}

// Frame is what the layout of every page needs.
type Frame struct {
	Lang      string
	Dir       string
	Title     string
	Error     bool // the title then says so first
	Member    string
	Printed   string // who printed the page, and what day its "today" is
	Role      string // in words
	Reads     bool   // the navigation then leads to the queue
	Queue     bool   // the page is the queue, or one of its filters
	Nav       []navLink
	Menu      moreNav // what one goes to seldom
	Own       bool    // the page is one's own account
	Here      string  // where to come back to after a log-in
	Shortcuts bool
	Now       time.Time
	Switch    *languageSwitch // of the language, where there is one
	Untold    *alarmNotice    // on the queue of a coordinator, when notices do not arrive
}

func (s *Server) frame(c echo.Context, title string) Frame {
	f := Frame{Lang: s.voice.Lang, Dir: s.voice.Dir, Title: title, Shortcuts: shortcutsOn(c), Now: s.Now()}
	if v, ok := visitOf(c); ok {
		f.Here = here(c)
		f.Switch = s.switchHere(c)
		f.Printed = s.voice.T("office.print", "Who", v.DisplayName, "Day", s.day(s.Now().In(s.paris)), "Time", s.clock(s.Now()))
		f.Member, f.Role, f.Reads = v.DisplayName, s.voice.T("office.role."+string(v.Role)), v.Role.May(triage.Read) && !s.followsUp(v)
		f.Nav, f.Menu = partNavigation(s.navigation(c, v))
		if c.Path() == "/file" {
			f.Untold = s.alarmNotice(v)
		}
	}
	return f
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
		return s.askLogin(c, http.StatusUnauthorized)
	}
	title := s.voice.First(p.Key+".title", "error.internal.title")
	page := problemPage{Frame: s.frame(c, title), Heading: title, Texts: []string{s.voice.First(p.Key+".text", "error.internal.text")}}
	if v, ok := visitOf(c); ok && p.Key == errRole.Key {
		page.Texts = append(page.Texts, s.voice.T("office.role."+string(v.Role)+".may"))
	}
	page.Wrong = p.Status != http.StatusForbidden && p.Status != http.StatusNotFound
	return s.render(c, p.Status, "problem", page)
}
