package pages

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/factor"
	"recueil/internal/office/internal/staff"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// Where a member makes his second factor at the first log-in, and changes it later.
// Whoever is logged in shows his passphrase again for each change: a cookie alone
// changes nothing.
type protectionPage struct {
	Frame
	way
	Account  string // which page of the account this is, for its navigation
	First    bool   // nothing is there yet, and nothing else opens before
	App      string // since when, or ""
	Offer    *appOffer
	Passkeys []passkeyLine
	Options  string // what the browser makes a new key with, as JSON
	Backup   int    // how many are left
	Notice   string
	Form     string // the one that was not taken
	Problem  string
	Again    string // the passphrase field that is wrong, by what is in its id
}

// Bad returns what is wrong with a form of the page but for its passphrase, or "".
func (p protectionPage) Bad(form string) string {
	if p.Form != form || p.Again != "" {
		return ""
	}
	return p.Problem
}

// Leads returns where the summary leads: to the passphrase that is wrong, or to the form.
func (p protectionPage) Leads() string {
	if p.Again != "" {
		return "phrase-" + p.Again
	}
	return p.Form
}

// A passphraseAgain is the passphrase asked for before a change.
type passphraseAgain struct{ ID, Wrong string }

// Passphrase is that of one form, by what keeps its id apart.
func (p protectionPage) Passphrase(id string) passphraseAgain {
	if p.Again != id {
		return passphraseAgain{ID: id}
	}
	return passphraseAgain{id, p.Problem}
}

type appOffer struct {
	Secret  string
	Picture factor.Picture
}

type passkeyLine struct{ ID, Name, Since string }

// awaited is what the page keeps, sealed, until its forms come back.
type awaited struct {
	App string          `json:"app"`
	Key json.RawMessage `json:"key,omitempty"`
}

// keeper lets a request through to the pages of a member's factors: anybody who is
// logged in, and who has none yet. Nobody gets past his own by making another.
func (s *Server) keeper(page func(echo.Context, *staff.Session, staff.Book) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		session, err := s.found(c)
		if err != nil {
			return err
		}
		if session.State == staff.Locked {
			return staff.ErrLocked
		}
		book, err := s.factors(c, session)
		if err != nil {
			return err
		}
		if session.State == staff.HalfOpen && !book.Empty() {
			return staff.ErrHalfOpen
		}
		if session.State == staff.Open {
			c.Set("visit", &visit{Session: session})
		}
		return page(c, session, book)
	}
}

func (s *Server) protection(c echo.Context, session *staff.Session, book staff.Book) error {
	return s.showProtection(c, http.StatusOK, session, book, protectionPage{way: s.way(c)})
}

func (s *Server) showProtection(c echo.Context, status int, session *staff.Session, book staff.Book, page protectionPage) error {
	page.First, page.Account = session.State == staff.HalfOpen, "verification"
	title := s.voice.T("office.protection.title")
	if page.First {
		title = s.voice.T("office.protection.first.title")
	}
	page.Frame = s.frame(c, title)
	page.Own = true
	page.Error, page.Backup = page.Problem != "", len(book.Backup)
	if book.App != nil {
		page.App = s.when(time.Unix(book.App.Since, 0))
	}
	for _, p := range book.Passkeys {
		page.Passkeys = append(page.Passkeys, passkeyLine{p.ID(), p.Name, s.when(time.Unix(p.Since, 0))})
	}
	var kept awaited
	if raw, ok := session.Awaited(); ok {
		if err := json.Unmarshal(raw, &kept); err != nil {
			kept = awaited{} // of the step before
		}
	}
	if err := s.offer(session, book, &kept, &page, c.QueryParam("application") != ""); err != nil {
		return err
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	if err := s.Desk.Wait(c.Request().Context(), session, raw); err != nil {
		return err
	}
	web.AllowNewKeys(c)
	return s.render(c, status, "protection", page)
}

// offer puts on the page what a new app or a new key is made with. The secret of an
// app is shown only to who asked for it, and is the same until it was confirmed.
func (s *Server) offer(session *staff.Session, book staff.Book, kept *awaited, page *protectionPage, wanted bool) error {
	if page.First || wanted || page.Form == "app" {
		app, err := factor.OfferAgain(kept.App)
		if kept.App == "" || err != nil {
			if app, err = factor.Offer(session.Login); err != nil {
				return err
			}
			kept.App = app.Export()
		}
		picture, err := app.Picture()
		if err != nil {
			return err
		}
		page.Offer = &appOffer{app.Secret().Reveal(), picture}
	}
	if s.Site.Available() && len(book.Passkeys) < factor.MaxPasskeys {
		var err error
		if page.Options, kept.Key, err = s.Site.AskNew(book.Book, session.Login); err != nil {
			return err
		}
	}
	return nil
}

// addApp takes the offered app once it shows a right code.
func (s *Server) addApp(c echo.Context, session *staff.Session, book staff.Book) error {
	return s.change(c, session, book, "app", func(form url.Values, kept awaited) (string, error) {
		app, err := factor.OfferAgain(kept.App)
		if kept.App == "" || err != nil {
			return "", factor.ErrUsed // another window asked for it meanwhile
		}
		return "app", book.Accept(app, form.Get("code"), s.Now())
	})
}

// addPasskey takes a new key.
func (s *Server) addPasskey(c echo.Context, session *staff.Session, book staff.Book) error {
	return s.change(c, session, book, "passkey", func(form url.Values, kept awaited) (string, error) {
		if kept.Key == nil || !s.Site.Available() {
			return "", factor.ErrWrong
		}
		name := factor.Name(form.Get("name"), s.deviceName(session.Device))
		return "passkey", s.Site.Add(book.Book, session.Login, name, kept.Key, form.Get("credential"), s.Now())
	})
}

func (s *Server) removePasskey(c echo.Context, session *staff.Session, book staff.Book) error {
	return s.change(c, session, book, "remove", func(form url.Values, _ awaited) (string, error) {
		return "passkey_removed", book.Remove(form.Get("key"))
	})
}

// renewBackup makes ten new codes. They stand behind another factor: who has none yet
// makes that first.
func (s *Server) renewBackup(c echo.Context, session *staff.Session, book staff.Book) error {
	if session.State == staff.HalfOpen {
		return staff.ErrHalfOpen
	}
	return s.change(c, session, book, "backup", func(url.Values, awaited) (string, error) {
		book.Backup = nil
		return "backup_codes", nil
	})
}

// change does one act on the book. Where no backup codes are left, ten new ones are
// shown, once.
func (s *Server) change(c echo.Context, session *staff.Session, book staff.Book, name string, act func(url.Values, awaited) (string, error)) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	page := protectionPage{way: readWay(form), Form: name}
	refuse := func(problem string) error {
		page.Problem = problem
		left, err := s.factors(c, session)
		if err != nil {
			return err
		}
		return s.showProtection(c, http.StatusUnprocessableEntity, session, left, page)
	}
	err = s.sure(c, session, form)
	if problem, _ := s.tooSoon(c, err); problem != "" {
		return refuse(problem)
	}
	if errors.Is(err, staff.ErrLogin) {
		page.Again = name
		if name == "remove" {
			page.Again = form.Get("key") // each key has a form of its own
		}
		return refuse(s.voice.T("office.protection.passphrase.wrong"))
	}
	if err != nil {
		return err
	}
	var kept awaited
	if raw, ok := session.Awaited(); ok && json.Unmarshal(raw, &kept) != nil {
		kept = awaited{}
	}
	detail, err := act(form, kept)
	switch {
	case errors.Is(err, factor.ErrLast):
		return refuse(s.voice.T("office.protection.last"))
	case errors.Is(err, factor.ErrWrong), errors.Is(err, factor.ErrUsed):
		return refuse(s.voice.T("office.protection.wrong." + name))
	case err != nil:
		return err
	}
	var codes []secret.Text
	if len(book.Backup) == 0 {
		codes = book.NewBackup()
	}
	first := session.State == staff.HalfOpen
	if err := s.keepChange(c, session, book, detail); errors.Is(err, factor.ErrUsed) {
		return refuse(s.voice.T("office.protection.meanwhile"))
	} else if err != nil {
		return err
	}
	if first {
		if err := s.auditLogin(c, session, "login", detail); err != nil {
			return errors.Join(err, s.Desk.LogOut(c.Request().Context(), session.Cookie))
		}
		giveCookie(c, session)
		if err := s.mark(c, session); err != nil {
			return err
		}
		c.Set("visit", &visit{Session: session})
	}
	if codes == nil {
		return c.Redirect(http.StatusSeeOther, "/compte/verification")
	}
	return s.showCodes(c, page.way, codes, first)
}

// sure asks for the passphrase again, but of who has just given it.
func (s *Server) sure(c echo.Context, session *staff.Session, form url.Values) error {
	if session.State == staff.HalfOpen {
		return nil
	}
	err := s.Desk.Reopen(c.Request().Context(), session, secret.Text(form.Get("passphrase")), source(c))
	if errors.Is(err, staff.ErrLogin) {
		return errors.Join(err, s.auditLogin(c, session, "login.failed", "passphrase"))
	}
	return err
}

func (s *Server) keepChange(c echo.Context, session *staff.Session, book staff.Book, detail string) error {
	ctx := c.Request().Context()
	if session.State == staff.HalfOpen {
		return s.Desk.Pass(ctx, session, book, "factor.enrolled", detail)
	}
	if err := s.Desk.SaveFactors(ctx, session, book, "factor.changed", detail); err != nil {
		return err
	}
	return s.Desk.Wait(ctx, session, nil)
}

type codesPage struct {
	Frame
	Codes []string
	Next  string // where to go on
	First bool
}

// showCodes shows new backup codes. They stand nowhere else.
func (s *Server) showCodes(c echo.Context, w way, codes []secret.Text, first bool) error {
	page := codesPage{Frame: s.frame(c, s.voice.T("office.codes.title")), Next: "/compte/verification", First: first}
	if first {
		page.Next = w.address()
	}
	for _, code := range codes {
		page.Codes = append(page.Codes, code.Reveal())
	}
	return s.render(c, http.StatusOK, "codes", page)
}

// deviceName says in words what kind of browser somebody uses.
func (s *Server) deviceName(d staff.Device) string {
	return s.voice.T("office.device", "Family", s.voice.T("office.device.family."+d.Family()), "System", s.voice.T("office.device.system."+d.System()))
}
