package wording

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"recueil/locales"
)

// compare holds the catalogue of one language against that of French: nothing
// missing, nothing that no page of French asks for, the same values filled in, and
// no text left as it was.
func compare(french, other catalogue) []string {
	var wrong []string
	for _, key := range french.keys() {
		texts, there := other[key]
		if !there {
			wrong = append(wrong, key+" is missing")
			continue
		}
		if got, want := placeholders(texts), placeholders(french[key]); !slices.Equal(got, want) {
			wrong = append(wrong, key+" fills in "+strings.Join(got, ", ")+" for "+strings.Join(want, ", "))
		}
		if len(texts) == 1 && len(french[key]) == 1 && texts[0] == french[key][0] && !sameEverywhere(key, texts[0]) {
			wrong = append(wrong, key+" is still French: "+texts[0])
		}
	}
	for _, key := range other.keys() {
		if _, there := french[key]; !there {
			wrong = append(wrong, key+" is not in French")
		}
	}
	return wrong
}

// sameEverywhere reports whether a text may read the same in several languages: a
// name, a pattern of placeholders, a word that two languages share.
func sameEverywhere(key, text string) bool {
	if !regexp.MustCompile(`\pL{2}`).MatchString(placeholder.ReplaceAllString(text, "")) {
		return true
	}
	return key == "language.dir" || key == "number.pharos" || strings.HasPrefix(key, "office.device.") || slices.Contains([]string{
		"Date", "Dangers", "Département", "Parent {{.N}}", "Radicalisation", "six",
		"Code", "Codes", "Conversation", "Danger", "Exploitation", "Navigation", "Note", "Orientation", "Original", "Parent", "Qualification", "Recueil", "Situation", "Transmission", "Transmission {{.Reference}} · {{.Status}}", "Victor", "invitation", "service", "{{.N}}\u00a0min", "{{.Title}} · Recueil",
	}, text)
}

func TestEveryLanguageSaysWhatFrenchSays(t *testing.T) {
	for _, lang := range languages(t)[1:] {
		for _, name := range filesOf(t, lang) {
			for _, wrong := range compare(read(t, source, name), read(t, lang, name)) {
				t.Errorf("%s/%s.toml: %s", lang, name, wrong)
			}
		}
	}
}

// The lint above must see each of these, or it is worth nothing.
func TestDifferencesOfLanguagesAreSeen(t *testing.T) {
	french := parse(t, "fr", []byte("\"a\" = \"un texte\"\n\"b\" = \"{{.N}} sur {{.Total}}\"\n\"c\" = \"Bonjour\"\n\"d\".\"one\" = \"un\"\n\"d\".\"other\" = \"{{.Count}}\"\n"))
	for text, want := range map[string]string{
		"\"a\" = \"a text\"\n\"b\" = \"{{.N}} of {{.Total}}\"\n\"c\" = \"Hello\"\n\"d\".\"other\" = \"{{.Count}}\"\n":                   "",
		"\"b\" = \"{{.N}} of {{.Total}}\"\n\"c\" = \"Hello\"\n\"d\".\"other\" = \"{{.Count}}\"\n":                                       "a is missing",
		"\"a\" = \"a text\"\n\"b\" = \"{{.N}}\"\n\"c\" = \"Hello\"\n\"d\".\"other\" = \"{{.Count}}\"\n":                                 "b fills in N for N, Total",
		"\"a\" = \"a text\"\n\"b\" = \"{{.N}} of {{.Total}}\"\n\"c\" = \"Bonjour\"\n\"d\".\"other\" = \"{{.Count}}\"\n":                 "c is still French: Bonjour",
		"\"a\" = \"a text\"\n\"b\" = \"{{.N}} of {{.Total}}\"\n\"c\" = \"Hello\"\n\"d\".\"other\" = \"some\"\n":                         "d fills in  for Count",
		"\"a\" = \"a text\"\n\"b\" = \"{{.N}} of {{.Total}}\"\n\"c\" = \"Hello\"\n\"d\".\"other\" = \"{{.Count}}\"\n\"e\" = \"more\"\n": "e is not in French",
	} {
		if got := strings.Join(compare(french, parse(t, "en", []byte(text))), "; "); got != want {
			t.Errorf("%q\nis found to be wrong in %q, want %q", text, got, want)
		}
	}
}

// Words that only one of two languages has: a text that holds them was not
// translated, or not to its end.
var (
	frenchWords  = []string{"le", "la", "les", "des", "une", "est", "vous", "tu", "avec", "dans", "votre", "vos", "ton", "tes", "qui", "que", "nous", "et", "pas", "sur", "aux", "ou", "ce", "cette"}
	englishWords = []string{"the", "and", "you", "your", "is", "are", "of", "to", "with", "what", "this", "not", "for", "we", "it", "who", "can", "if"}
)

// foreign are the names that a text keeps from the other language.
var foreign = regexp.MustCompile(`code de l’action sociale et des familles|code de procédure pénale|code pénal|aide sociale à l’enfance|Défenseur des droits|Libre réponse|mineur non accompagné`)

// stray returns the first word of a text that belongs to another language.
func stray(text string, words []string) string {
	for _, w := range bareWord.FindAllString(strings.ToLower(foreign.ReplaceAllString(placeholder.ReplaceAllString(text, ""), "")), -1) {
		if slices.Contains(words, w) {
			return w
		}
	}
	return ""
}

func TestNoOtherLanguageIsLeft(t *testing.T) {
	if stray("Write to the Défenseur des droits.", frenchWords) != "" || stray("Écrivez à the team", englishWords) != "the" || stray("We read la page", frenchWords) != "la" {
		t.Error("words of the other language are not told apart")
	}
	for lang, words := range map[string][]string{"en": frenchWords, "fr": englishWords} {
		for _, name := range filesOf(t, lang) {
			c := read(t, lang, name)
			for _, key := range c.keys() {
				for _, text := range c[key] {
					if found := stray(text, words); found != "" {
						t.Errorf("%s/%s.toml: %s says %q: %q", lang, name, key, found, text)
					}
				}
			}
		}
	}
}

// What a lawyer has to read in French he has to read in English, and what the
// operator has to fill in stands in both.
func TestWhatIsNotFinishedIsMarkedInBothLanguages(t *testing.T) {
	for _, name := range publicVoices {
		var counted [2][2]int
		for i, marks := range [2][2]string{{"À VALIDER", "[à compléter"}, {"TO BE VALIDATED", "[to be completed"}} {
			content, err := fs.ReadFile(locales.FS, [2]string{"fr", "en"}[i]+"/"+name+".toml")
			if err != nil {
				t.Fatal(err)
			}
			for j, mark := range marks {
				counted[i][j] = strings.Count(string(content), mark)
			}
		}
		if counted[0] != counted[1] {
			t.Errorf("%s.toml: French marks %d texts to be validated and %d to be completed, English %v", name, counted[0][0], counted[0][1], counted[1])
		}
	}
}

// A language runs one way, and its own name stands on the switch.
func TestEveryLanguageSaysItsNameAndDirection(t *testing.T) {
	names := map[string]string{}
	for _, lang := range languages(t) {
		c := read(t, lang, "adult")
		name, dir := c["language.name"], c["language.dir"]
		if len(name) != 1 || names[name[0]] != "" || len(dir) != 1 || dir[0] != "ltr" && dir[0] != "rtl" {
			t.Errorf("%s/adult.toml: language.name is %q and language.dir %q", lang, name, dir)
			continue
		}
		names[name[0]] = lang
	}
}
