package intake

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/web"
)

// defaultLanguage is spoken to whoever's own language is not among the catalogues.
const defaultLanguage = "fr"

// voices are the ways to speak one language.
type voices struct{ adult, young, friend *web.Voice }

// loadVoices reads every language of the catalogues. A folder without a young.toml
// or friend.toml does not start: nobody is spoken to half in another language.
func (s *Server) loadVoices() (err error) {
	if s.languages, err = web.FindLanguages(s.Catalogue, "adult.toml", defaultLanguage); err != nil {
		return err
	}
	s.voices = map[string]voices{}
	for _, lang := range s.languages.All() {
		spoken, err := web.NewVoices(s.Catalogue, lang, lang+"/adult.toml", lang+"/young.toml", lang+"/friend.toml")
		if err != nil {
			return err
		}
		s.voices[lang] = voices{spoken[0], spoken[1], spoken[2]}
	}
	return nil
}

func (s *Server) everyVoice() []*web.Voice {
	var all []*web.Voice
	for _, lang := range s.languages.All() {
		v := s.voices[lang]
		all = append(all, v.adult, v.young, v.friend)
	}
	return all
}

// voice is how the writer of a draft is spoken to.
func (s *Server) voice(d *draft) *web.Voice {
	v, known := s.voices[d.reads]
	if !known {
		v = s.voices[defaultLanguage]
	}
	switch {
	case d.Door != report.Young:
		return v.adult
	case d.Answers.Reporter.Profile == report.ProfileYoungForOther, d.Sent != nil && d.Sent.Other:
		return v.friend
	}
	return v.young
}

// about is the voice that an answer is asked for in. The young are asked about
// themselves, or about their friend; of whoever else they add only a grown-up's words
// speak, which call nobody "you".
func (s *Server) about(voice *web.Voice, f report.Field, n int) *web.Voice {
	if f.Group == "children" && n > 0 {
		return s.voices[voice.Lang].adult
	}
	return voice
}

// adult is how a visitor is spoken to of whom nothing is known.
func (s *Server) adult(c echo.Context) *web.Voice { return s.voices[s.language(c)].adult }

// The language that a visitor chose by the switch lives in a cookie of its own: set
// only then, until the browser closes or he leaves.
const (
	languageCookie = "__Host-l"
	languageInput  = "_lang"
	keepInput      = "_keep"
	goInput        = "_go"
)

// language is what the pages of this request are written in: the visitor's choice,
// else what his browser asks for among what is offered, else French.
func (s *Server) language(c echo.Context) string {
	if chosen, now := c.Get(languageInput).(string); now {
		return chosen
	}
	if cookie, err := c.Cookie(languageCookie); err == nil && s.languages.Has(cookie.Value) {
		return cookie.Value
	}
	return s.languages.Accepted(c.Request().Header.Get("Accept-Language"))
}

// readForm reads a form. When the switch sent it, its answer is in the new language
// already.
func (s *Server) readForm(c echo.Context) (url.Values, error) {
	form, err := s.readLongForm(c)
	if err != nil {
		return nil, err
	}
	if form.Has(goInput) {
		c.Set(goInput, true)
	}
	if chosen := form.Get(languageInput); s.languages.Has(chosen) {
		c.Set(languageInput, chosen)
		c.SetCookie(&http.Cookie{Name: languageCookie, Value: chosen, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode})
	}
	return form, nil
}

// switched reports whether the switch sent a form: what was typed is kept, and the
// same page comes back. Nothing is asked about, nothing is sent. A form is sent so, too,
// whose visitor follows a link away from it: by the script, or without one by the
// button that stands in the link's place.
func switched(form url.Values) bool {
	return form.Has(languageInput) || form.Has(keepInput) || form.Has(goInput)
}

// led is where a form leads whose words are kept: along the link that its writer
// followed, or back to its page.
func led(form url.Values, page string) string {
	if form.Has(goInput) {
		return ownAddress(form.Get(goInput))
	}
	return page
}

// keeps reports whether the links of a page send its form along. Where a form could not
// be kept its page comes back with plain ones, and nobody is held back.
func keeps(c echo.Context, status int, typed url.Values) bool {
	refused := c.Get(goInput) != nil || typed.Has(goInput) && status != http.StatusOK
	return !refused && status < http.StatusInternalServerError
}

// A Way is a link of a page on which something may be typed.
type Way struct{ To, Text, Form string }

// Way is the link to an address: part of the page's form where that is kept.
func (f Frame) Way(to, text string) Way {
	if !f.Keeps {
		return Way{To: to, Text: text}
	}
	return Way{to, text, f.Form}
}

// A page says by "_again" why it is shown again, for the switch to show it so once more.
const (
	againInput    = "_again"
	againAsked    = "asked"
	againConflict = "conflict"
)

// dropLanguage forgets the choice, if there was one.
func dropLanguage(c echo.Context) {
	if _, err := c.Cookie(languageCookie); err == nil {
		c.SetCookie(&http.Cookie{Name: languageCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode})
	}
}

// A Language is one that a page offers beside its own.
type Language struct{ Tag, Dir, Name string }

func (s *Server) otherLanguages(than string) []Language {
	var others []Language
	for _, lang := range s.languages.All() {
		if v := s.voices[lang].adult; lang != than {
			others = append(others, Language{lang, v.Dir, v.Name})
		}
	}
	return others
}

// switchLanguage is the switch of pages on which nothing is typed: it leads back to
// the page.
func (s *Server) switchLanguage(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	if fresh := form.Get("_resume"); fresh != "" {
		if _, isDoor := doors[fresh]; !isDoor {
			fresh = ""
		}
		if v := s.peek(c); v != nil {
			return s.showResume(c, v, fresh)
		}
	}
	return c.Redirect(http.StatusSeeOther, ownAddress(form.Get("_to")))
}

// leaveSwitch answers whoever comes to the switch's address by itself.
func leaveSwitch(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/") }

// pageAddress is where a page is asked for again.
func pageAddress(c echo.Context) string {
	if u := c.Request().URL; u.Path != "/l" && u.Path != "/c" {
		return u.RequestURI()
	}
	return "/"
}

// ownAddress is a path of this site: what is none leads home, and nowhere else. A
// browser takes "/\" for "//", which begins another site's name.
func ownAddress(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return "/"
	}
	return u.RequestURI()
}
