package intake_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/BurntSushi/toml"

	"recueil/internal/intake"
	"recueil/locales"
)

// missing finds a key that came out between brackets, and a value that did not come.
var missing = regexp.MustCompile(`\[(language|page|button|door|date|error|field|code|label|mark|number|problem|when|weekday|month)\.[\w.-]+\]|<no value>|&lt;no value|\{\{`)

// whole fails when the page lacks a word, in its text or in an attribute.
func (b *browser) whole() {
	b.t.Helper()
	if found := missing.FindString(b.body); found != "" {
		b.t.Errorf("%s says %s", b.at, found)
	}
	if b.doc.Find("title").Text() == "" || strings.TrimSpace(b.doc.Find("h1").Text()) == "" {
		b.t.Errorf("%s has no title or no heading", b.at)
	}
}

// everyPage goes through all pages of a door, their errors and what is shown in
// between, and has each of them looked at.
func everyPage(s *site, door, accept string, look func(*browser)) {
	s.t.Helper()
	b := s.browser().accepts(accept)
	see := func(b *browser) *browser {
		s.t.Helper()
		look(b)
		return b
	}
	see(b.open("/"))
	see(b.post("/", url.Values{}).want(422, "/"))
	see(b.door(door))
	see(b.open("/d"))
	see(b.open("/m").fill(nil).want(422, "/m"))
	b.open(b.open("/a").onward())
	walk := func() {
		for steps := 0; !strings.HasPrefix(b.at, "/v"); steps++ {
			if steps > 20 {
				s.t.Fatalf("the way does not end; at %s", b.at)
			}
			see(b.want(200, ""))
			b.enlarge()
			see(b)
			refused := url.Values{}
			for _, name := range b.asked() {
				if b.chooses(name) {
					refused[name] = []string{"x"}
				} else if len(refused) == 0 && b.has(name) {
					refused[name] = []string{strings.Repeat("x", 60_000)}
				}
			}
			if b.at == "/e/11" { // the files: none is chosen
				refused.Set("_join", "1")
			}
			see(b.fill(refused).want(422, ""))
			form := url.Values{"_skip": {"1"}}
			for _, name := range b.asked() {
				switch choices := b.options(name); {
				case name == "danger_now":
					form[name] = []string{"no"}
				case name == "situation.young_ticks" || name == "urgency_signs": // no captcha holds those up
				case b.chooses(name):
					form[name] = choices[len(choices)-1:]
				case b.has(name):
					form[name] = []string{"x"}
				}
			}
			b.fill(form)
		}
	}
	walk()
	see(b)
	if more, ok := b.doc.Find(`main a[href="/v?plus=1"]`).Attr("href"); ok {
		b.open(more)
		walk()
		see(b)
	}
	r, _ := http.NewRequest(http.MethodGet, s.url+"/v", nil)
	r.Header.Set("Sec-Fetch-Site", "none")
	see(b.do(r).want(200, "/v"))
	see(b.open("/v").fill(nil).want(200, "/q"))
	see(b.fill(nil).want(422, "/q"))
	see(b.fill(url.Values{"_skip": {"1"}}).want(200, "/r"))
	if door == "professional" {
		see(b.open("/r?a=1").want(200, "/r?a=1"))
		whole := s.browser().accepts(accept).door(door).open("/e/1")
		see(whole.fill(url.Values{"_view": {"whole"}}).want(200, "/e/tout"))
		see(whole.fill(url.Values{"danger_now": {"no"}}).want(422, "/e/tout"))
	}
	see(b.open("/x").fill(nil).want(422, "/x"))
	see(b.fill(url.Values{"reference": {"7KQ4-M2XB"}, "digest": {strings.Repeat("0", 64)}}).want(200, "/x"))
	see(b.open("/nulle-part").want(404, ""))
	see(b.open("/s/").want(404, ""))
	for _, page := range []string{"aide", "confidentialite", "mentions", "accessibilite"} {
		see(b.open("/p/"+page).want(200, ""))
	}
	see(s.browser().accepts(accept).open("/v").want(410, "/v"))
}

// chooses reports whether a question is answered by choosing.
func (b *browser) chooses(name string) bool {
	return b.doc.Find(`main form [type=radio][name="`+name+`"], main form [type=checkbox][name="`+name+`"], main form select[name="`+name+`"]`).Length() > 0
}

// has reports whether the page has an input of that very name: a date has three others.
func (b *browser) has(name string) bool {
	return b.doc.Find(`main form [name="`+name+`"]`).Length() > 0
}

var everyDoor = []string{"self", "young_for_other", "relative", "professional"}

func TestEveryPageSpeaksEnglish(t *testing.T) {
	for _, door := range everyDoor {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, always)
			titles := map[string]bool{}
			everyPage(s, door, "en-GB", func(b *browser) {
				b.t.Helper()
				b.speaks("en")
				if dir, _ := b.doc.Find("html").Attr("dir"); dir != "ltr" {
					t.Errorf("%s runs %q", b.at, dir)
				}
				if found := frenchLeft.FindString(b.doc.Find("h1, h2, h3, legend, label, .hint, button:not([lang]), .where, title, footer").Text()); found != "" {
					t.Errorf("%s still says %q", b.at, found)
				}
				titles[b.doc.Find("title").Text()] = true
			})
			if len(titles) < 15 {
				t.Errorf("only %d pages were seen: %v", len(titles), titles)
			}
		})
	}
}

// frenchLeft are words of our French pages that English pages, names of institutions
// and départements do not hold.
var frenchLeft = regexp.MustCompile(`\b(Vous|vous|votre|Votre|Quitter|Envoyer|Revenir|Continuer|Erreur|Étape|enfant|Numéros|Aide)\b`)

func always(c *intake.Config) { c.Captcha = intake.CaptchaAlways }

// withLanguage adds a language to the catalogues as an operator does: a folder, and
// no code. Its texts are the French ones with something around them.
func withLanguage(t *testing.T, lang, dir string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	paths, err := fs.Glob(locales.FS, "*/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		content, err := fs.ReadFile(locales.FS, path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = &fstest.MapFile{Data: content}
		name, french := strings.CutPrefix(path, "fr/")
		if !french || strings.HasPrefix(name, "office") || name == "rules.toml" {
			continue
		}
		texts := map[string]any{}
		if _, err := toml.Decode(string(content), &texts); err != nil {
			t.Fatal(err)
		}
		for key, text := range texts {
			switch text := text.(type) {
			case string:
				texts[key] = "⟦" + text + "⟧"
			case map[string]any:
				for _, form := range []string{"zero", "one", "two", "few", "many", "other"} { // those of Arabic
					text[form] = "⟦" + fmt.Sprint(text["other"]) + "⟧"
				}
			}
		}
		if name == "adult.toml" {
			texts["language.name"], texts["language.dir"] = "⟦لغة⟧", dir
		}
		var written bytes.Buffer
		if err := toml.NewEncoder(&written).Encode(texts); err != nil {
			t.Fatal(err)
		}
		all[lang+"/"+name] = &fstest.MapFile{Data: written.Bytes()}
	}
	return all
}

// ar-XB is the pseudo-language that CLDR keeps for trying what runs from right to left.
func TestALanguageThatRunsFromRightToLeftNeedsNoCode(t *testing.T) {
	catalogues := withLanguage(t, "ar-XB", "rtl")
	for _, door := range everyDoor {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, always, func(c *intake.Config) { c.Catalogue = catalogues })
			everyPage(s, door, "ar-XB, fr;q=0.5", func(b *browser) {
				b.t.Helper()
				b.speaks("ar-XB")
				if dir, _ := b.doc.Find("html").Attr("dir"); dir != "rtl" {
					t.Errorf("%s runs %q", b.at, dir)
				}
				if title := b.doc.Find("title").Text(); !strings.HasPrefix(title, "⟦") {
					t.Errorf("%s is called %q", b.at, title)
				}
			})
			b := s.browser().open("/").speaks("fr")
			button := b.doc.Find(`button[value="ar-XB"]`)
			if dir, _ := button.Attr("dir"); dir != "rtl" || strings.TrimSpace(button.Text()) != "⟦لغة⟧" {
				t.Errorf("the switch says %q, %q", button.Text(), dir)
			}
			b.switchTo("ar-XB", nil).speaks("ar-XB").switchTo("en", nil).speaks("en")
		})
	}
}

// A catalogue that is there by half is no language: nobody is to meet two.
func TestALanguageWithoutItsYoungVoiceDoesNotStart(t *testing.T) {
	t.Parallel()
	catalogues := withLanguage(t, "ar-XB", "rtl").(fstest.MapFS)
	delete(catalogues, "ar-XB/young.toml")
	s := newSite(t)
	s.config.Catalogue = catalogues
	if _, err := intake.New(s.config); err == nil || !strings.Contains(err.Error(), "ar-XB/young.toml") {
		t.Errorf("started with %v", err)
	}
}
