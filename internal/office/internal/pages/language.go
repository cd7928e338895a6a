package pages

import (
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/web"
)

// The back office speaks every language that has an office.toml: each is a copy of
// the Server with a voice and a router of its own. Whatever is kept behind the pages
// is held by reference, so that all of them share it; vet refuses the copy of a lock.

// defaultLanguage is spoken to whoever's own language is not among the catalogues.
const defaultLanguage = "fr"

// A cookie remembers the language that a member chose, on this device as long as the
// one of the shortcuts; nothing but the switch sets it.
const languageCookie = "__Host-l"

// speak makes the Server of each language out of one that is complete but for them.
func (s *Server) speak(voices []*web.Voice, router func(*Server) *echo.Echo) *Server {
	s.spoken = make(map[string]*Server, len(voices))
	for _, voice := range voices {
		in := *s
		in.voice = voice
		in.handler = in.routes(router(&in))
		s.spoken[voice.Lang] = &in
	}
	return s.spoken[defaultLanguage]
}

// loadVoices reads the catalogues of every language. One that lacks a part does not
// start: no page is half in another language.
func (s *Server) loadVoices() (voices []*web.Voice, err error) {
	if s.languages, err = web.FindLanguages(s.Catalogue, "office.toml", defaultLanguage); err != nil {
		return nil, err
	}
	rooms, err := fs.Glob(s.Catalogue, defaultLanguage+"/office_*.toml")
	if err != nil {
		return nil, fmt.Errorf("listing the catalogues: %w", err)
	}
	for _, lang := range s.languages.All() {
		paths := []string{lang + "/adult.toml", lang + "/rules.toml", lang + "/office.toml"}
		for _, room := range rooms {
			paths = append(paths, lang+strings.TrimPrefix(room, defaultLanguage))
		}
		voice, err := web.NewVoice(s.Catalogue, lang, paths...)
		if err != nil {
			return nil, err
		}
		voices = append(voices, voice)
	}
	return voices, nil
}

// language is what a request is answered in: the member's choice, else what the
// browser asks for among what is offered, else French.
func (s *Server) language(r *http.Request) string {
	if cookie, err := r.Cookie(languageCookie); err == nil && s.languages.Has(cookie.Value) {
		return cookie.Value
	}
	return s.languages.Accepted(r.Header.Get("Accept-Language"))
}

// A languageSwitch offers the other languages. It stands only where it throws nothing
// away: on pages on which nobody types, and on those of who is not in yet, where it
// takes along what is in the form.
type languageSwitch struct {
	Action    string
	Form      string // the form that is taken along, if any
	Back      string // else, the page to come back to
	Languages []offeredLanguage
}

type offeredLanguage struct{ Tag, Dir, Name string }

// still are the pages on which nobody types. A page with a text field is none of them.
var still = map[string]bool{"/file": true, "/comptes": true, "/comptes/:compte": true, "/cles": true, "/verifications": true, "/releve/oublies": true, "/compte/sessions": true, "/compte/cle": true}

func (s *Server) switchHere(c echo.Context) *languageSwitch {
	if c.Request().Method != http.MethodGet || !still[c.Path()] {
		return nil
	}
	return s.others(languageSwitch{Action: "/langue", Back: here(c)})
}

func (s *Server) others(w languageSwitch) *languageSwitch {
	for _, lang := range s.languages.All() {
		if v := s.spoken[lang].voice; lang != s.voice.Lang {
			w.Languages = append(w.Languages, offeredLanguage{lang, v.Dir, v.Name})
		}
	}
	if w.Languages == nil {
		return nil
	}
	return &w
}

// chosen remembers the language that a switch names, and is the Server that speaks it.
// A language that is none leaves everything as it was.
func (s *Server) chosen(c echo.Context, lang string) *Server {
	in, known := s.spoken[lang]
	if !known {
		return s
	}
	c.SetCookie(&http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: 400 * 24 * 3600, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return in
}

func (s *Server) setLanguage(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	s.chosen(c, form.Get("lang"))
	return c.Redirect(http.StatusSeeOther, way{Return: ownAddress(form.Get("return"))}.address())
}

// switchLogin shows the log-in once more, with all it carries but the passphrase.
func (s *Server) switchLogin(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	page := readLogin(form)
	in := s.chosen(c, form.Get("lang"))
	switch {
	case page.holdsText() && page.Locked:
		page.Notice = in.voice.T("office.login.locked.kept")
	case page.holdsText():
		page.Notice = in.voice.T("office.login.kept")
	case page.Locked:
		page.Notice = in.voice.T("office.login.locked")
	}
	return in.showLogin(c, http.StatusOK, page)
}

// switchInvitation does the same for who comes with a code.
func (s *Server) switchInvitation(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	return s.chosen(c, form.Get("lang")).showInvitation(c, http.StatusOK, readInvitation(form))
}

var languageTag = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$`)

// writtenIn is the language of what was written in a report, or to its reporter, for a
// screen reader to change its voice: that of the pages he read. It is empty when the
// page at hand has the same.
func (s *Server) writtenIn(r *report.Report) string {
	if r.Language == s.voice.Lang || !languageTag.MatchString(r.Language) {
		return ""
	}
	return r.Language
}
