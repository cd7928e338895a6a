package wording

import (
	"regexp"
	"strings"
	"testing"
)

// What no wording may do, in any language: give a label to a young person, ask for
// images, or tell in a browser's history what was read.

// labels are words that victims reject and that may wound: the young are asked in
// plain words.
var labels = map[string]*regexp.Regexp{
	"fr": regexp.MustCompile(`(?i)prostitu|proxén|maquereau|escort|\bpute|\bvictime|\bauteur|\bmaltrait|\bagresseur|\bplacé`),
	"en": regexp.MustCompile(`(?i)prostitut|\bpimp|escort|\bwhore|\bslut|\bhooker|\bvictim|\bperpetrator|\boffender|\babuse|\bin care\b|\bsex work`),
}

func TestTheYoungAreNotLabelled(t *testing.T) {
	for lang, label := range labels {
		for _, voice := range []string{"young", "friend"} {
			c := speak(t, lang, voice)
			for _, key := range c.keys() {
				for _, text := range c[key] {
					if found := label.FindString(text); found != "" && !onlyForGrownUps(key) {
						t.Errorf("%s %s reads %q in %s: %q", lang, voice, found, key, text)
					}
				}
			}
		}
	}
}

// wantedOnImages is what every voice must say, word for word or at its beginning.
var wantedOnImages = map[spoken]string{
	{"fr", "adult"}:  "S’il y a des images, ne les envoyez à personne, même pas à nous. N’effacez rien exprès.",
	{"fr", "young"}:  "S’il y a des images, ne les envoie à personne, même pas à nous. N’efface rien exprès. Note le lien et le pseudo.",
	{"fr", "friend"}: "S’il y a des images, ne les envoie à personne, même pas à nous. N’efface rien exprès. Note le lien et le pseudo.",
	{"en", "adult"}:  "If there are images, do not send them to anyone, not even to us. Do not delete anything on purpose.",
	{"en", "young"}:  "If there are images, don’t send them to anyone, not even to us. Don’t delete anything on purpose. Note the link and the username.",
	{"en", "friend"}: "If there are images, don’t send them to anyone, not even to us. Don’t delete anything on purpose. Note the link and the username.",
}

// asksForImages finds, in each language, a request; what comes before it says
// whether it is forbidden instead.
var asksForImages = map[string]struct {
	request *regexp.Regexp
	not     *regexp.Regexp
}{
	"fr": {regexp.MustCompile(`(?i)\b(envoie|envoyez|joins|joignez|ajoute|ajoutez)(-nous)? (les|des|tes|vos|ces|une|la) (images?|photos?|vidéos?|captures?)`), regexp.MustCompile(`(?i)n’$`)},
	"en": {regexp.MustCompile(`(?i)\b(send|attach|add|share|upload|post)( us)? (the|your|any|these|those|some|an?) (images?|photos?|pictures?|videos?|screenshots?)`), regexp.MustCompile(`(?i)(don’t|do not) $`)},
}

func requestOfImages(lang, text string) string {
	asks := asksForImages[lang]
	for _, at := range asks.request.FindAllStringIndex(text, -1) {
		if !asks.not.MatchString(text[:at[0]]) {
			return text[at[0]:at[1]]
		}
	}
	return ""
}

func TestNobodyIsAskedForImages(t *testing.T) {
	for s, want := range wantedOnImages {
		if got := speak(t, s.lang, s.voice)["page.exploitation.images"]; len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s reads %q, want the words to be validated %q", s, got, want)
		}
	}
	for text, lang := range map[string]string{"Joignez des photos.": "fr", "You can send us any photos.": "en", "N’envoie rien. Envoie les images.": "fr"} {
		if requestOfImages(lang, text) == "" {
			t.Errorf("%q does not count as asking for images", text)
		}
	}
	for lang := range asksForImages {
		for _, voice := range publicVoices {
			for key, texts := range speak(t, lang, voice) {
				for _, text := range texts {
					if found := requestOfImages(lang, text); found != "" {
						t.Errorf("%s %s: %s asks for images: %q", lang, voice, key, found)
					}
				}
			}
		}
	}
}

// A history is read by others: what stands in it must name nothing, in whatever
// language.
func TestTitlesAreNeutralAndUnique(t *testing.T) {
	tells := regexp.MustCompile(`(?i)119|enfan|signal|danger|violen|maltrait|protect|mineur|child|report|abuse|harm|minor|safeguard|helpline|young|jeune`)
	for _, lang := range languages(t) {
		for _, voice := range publicVoices {
			c := speak(t, lang, voice)
			pages := map[string]string{}
			for _, key := range c.keys() {
				title := strings.HasSuffix(key, ".title") && (strings.HasPrefix(key, "page.") || strings.HasPrefix(key, "error."))
				if !title && key != "page.layout.title" && key != "page.layout.error_title" && key != "page.layout.service" && key != "page.layout.step" {
					continue
				}
				text := c[key][0]
				if found := tells.FindString(text); found != "" {
					t.Errorf("%s %s: the title %s says %q: %q", lang, voice, key, found, text)
				}
				if strings.HasPrefix(key, "page.") {
					if other := pages[text]; other != "" {
						t.Errorf("%s %s: %s and %s have the same title %q", lang, voice, other, key, text)
					}
					pages[text] = key
				}
			}
		}
	}
}
