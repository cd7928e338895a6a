package wording

import (
	"regexp"
	"strings"
	"testing"

	"recueil/internal/report"
)

var (
	tobe     = regexp.MustCompile(`\[[^\]]*\]`) // what the operator fills in counts as one word
	sentence = regexp.MustCompile(`[^.!?…؟。]+[.!?…؟。]*`)
	word     = regexp.MustCompile(`[\pL\pN]+(?:[’'-][\pL\pN]+)*`)
	ended    = regexp.MustCompile(`[.!?…؟。][\s»”]*$`)
)

// sentences returns the length of each sentence of a text in words, and whether
// the text is sentences at all rather than a label. Abbreviations and addresses of
// sites hold points that end nothing.
func sentences(text string) (lengths []int, prose bool) {
	text = tobe.ReplaceAllString(placeholder.ReplaceAllString(text, "X"), "X")
	text = regexp.MustCompile(`\.(fr|CEDEX)`).ReplaceAllString(text, "$1")
	for _, s := range sentence.FindAllString(text, -1) {
		if n := len(word.FindAllString(s, -1)); n > 0 {
			lengths = append(lengths, n)
		}
	}
	return lengths, ended.MatchString(text)
}

func TestSentencesAreCounted(t *testing.T) {
	for text, want := range map[string][]int{
		"Écrivez-nous.": {1}, "Tu n’as rien à refaire. Voici de nouveau ton reçu.": {5, 5},
		"Si oui, tu verras d’abord qui peut t’aider.": {8}, "Écrivez à [à compléter : nom, prénom] sur cnil.fr.": {5},
		"C’est dit : l’eau, le feu.": {5}, "Don’t wait. Choose “I don’t know”.": {2, 4}, "Write to [to be completed: name, place].": {3}, "Vraiment\u202f? Oui\u202f!": {1, 1},
	} {
		if got, prose := sentences(text); !prose || len(got) != len(want) || got[0] != want[0] {
			t.Errorf("%q has sentences of %v words (prose %v), want %v", text, got, prose, want)
		}
	}
	if _, prose := sentences("Écrire maintenant"); prose {
		t.Error("a label was taken for a sentence")
	}
}

// limits are the acceptance list's: UX point 46.
var limits = map[string]struct {
	average float64
	most    int
}{
	"adult": {15, 25}, "rules": {15, 25}, "office": {15, 25}, "young": {12, 20}, "friend": {12, 20},
}

func TestSentencesAreShort(t *testing.T) {
	for _, lang := range languages(t) {
		for name := range limits {
			shortIn(t, lang, name)
		}
	}
}

func shortIn(t *testing.T, lang, name string) {
	t.Helper()
	limit, c := limits[name], read(t, lang, name)
	words, count := 0, 0
	for _, key := range c.keys() {
		for _, text := range c[key] {
			lengths, prose := sentences(text)
			for _, n := range lengths {
				if n > limit.most {
					t.Errorf("%s/%s.toml: a sentence of %s has %d words, at most %d: part it in two", lang, name, key, n, limit.most)
				}
				if prose {
					words, count = words+n, count+1
				}
			}
		}
	}
	if count == 0 {
		return
	}
	average := float64(words) / float64(count)
	t.Logf("%s/%s.toml: %.1f words a sentence on average over %d", lang, name, average, count)
	if average > limit.average {
		t.Errorf("%s/%s.toml: %.1f words a sentence on average, at most %.0f", lang, name, average, limit.average)
	}
}

// Go's \b knows ASCII only, and «inquiète» would end in «te»: the words are cut out
// and looked up instead.
var (
	bareWord = regexp.MustCompile(`\pL+’?`)
	tuWords  = map[string]bool{"tu": true, "te": true, "t’": true, "toi": true, "ton": true, "ta": true, "tes": true, "tien": true, "tienne": true}
	vousEnd  = regexp.MustCompile(`\pL{2,}ez$`)
	notVerbs = map[string]bool{"chez": true, "assez": true, "nez": true}
)

// tu returns the first word of a text that speaks to one person familiarly, or "".
func tu(text string) string {
	for _, w := range bareWord.FindAllString(strings.ToLower(text), -1) {
		if tuWords[w] {
			return w
		}
	}
	return ""
}

// vous returns the first word of a text that speaks politely, or "".
func vous(text string) string {
	for _, w := range bareWord.FindAllString(strings.ToLower(text), -1) {
		if w == "vous" || w == "votre" || w == "vos" || vousEnd.MatchString(w) && !notVerbs[w] {
			return w
		}
	}
	return ""
}

func TestTuAndVousAreHeard(t *testing.T) {
	for text, want := range map[string][2]string{
		"Je m’inquiète": {"", ""}, "Tu peux": {"tu", ""}, "Il t’écoute": {"t’", ""}, "Dis-toi": {"toi", ""},
		"Êtes-vous là": {"", "vous"}, "Écrivez": {"", "écrivez"}, "chez lui, assez": {"", ""}, "N’attendez pas": {"", "attendez"},
	} {
		if tu(text) != want[0] || vous(text) != want[1] {
			t.Errorf("%q: tu %q, vous %q, want %q", text, tu(text), vous(text), want)
		}
	}
}

// grownUps are the keys no young person is shown: the pages of the other doors.
var grownUps = regexp.MustCompile(`^(page|field|code|label)\.professional\.|^page\.(receipt\.attestation|done|urgency)\.`)

// onlyForGrownUps reports whether a key belongs to a question or an answer that the
// young door does not have.
func onlyForGrownUps(key string) bool {
	if grownUps.MatchString(key) {
		return true
	}
	kind, rest, _ := strings.Cut(key, ".")
	if kind != "field" && kind != "code" && kind != "label" {
		return false
	}
	if strings.HasPrefix(rest, "reporter.profile.") {
		return !strings.HasPrefix(rest, "reporter.profile.self") && !strings.HasPrefix(rest, "reporter.profile.young_for_other")
	}
	for _, f := range report.Fields() {
		if f.Asked[report.Young] == report.Never && (rest == f.Name || strings.HasPrefix(rest, f.Name+".")) {
			return true
		}
	}
	return false
}

func TestTheYoungAreNeverSpokenToAsVous(t *testing.T) {
	for _, voice := range []string{"young", "friend"} {
		c := speak(t, source, voice)
		for _, key := range c.keys() {
			for _, text := range c[key] {
				if found := vous(text); found != "" && !onlyForGrownUps(key) {
					t.Errorf("%s hears %q in %s: %q", voice, found, key, text)
				}
			}
		}
	}
}

func TestGrownUpsAreNeverSpokenToAsTu(t *testing.T) {
	for _, voice := range []string{"adult", "office"} {
		c := speak(t, source, voice)
		for _, key := range c.keys() {
			for _, text := range c[key] {
				if found := tu(text); found != "" {
					t.Errorf("%s hears %q in %s: %q", voice, found, key, text)
				}
			}
		}
	}
}

// The home page stands before the doors: nobody knows yet who reads it.
func TestTheHomePageSaysNeitherTuNorVous(t *testing.T) {
	home := func(key string) bool { return strings.HasPrefix(key, "page.home.") || strings.HasPrefix(key, "door.") }
	for key, texts := range read(t, source, "adult") {
		if !home(key) && key != "problem.door" {
			continue
		}
		for _, text := range texts {
			if found := tu(text) + vous(text); found != "" {
				t.Errorf("%s says %q: %q", key, found, text)
			}
		}
	}
	for _, lang := range languages(t) {
		for _, name := range []string{"young", "friend"} {
			for key := range read(t, lang, name) {
				if home(key) {
					t.Errorf("%s/%s.toml: %s can never be shown, the home page has the adult voice", lang, name, key)
				}
			}
		}
	}
}
