package wording

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/templates"
)

// asked collects which keys the pages ask for, and who asks first.
type asked map[string]string

func (a asked) add(by string, keys ...string) {
	for _, key := range keys {
		if a[key] == "" {
			a[key] = by
		}
	}
}

var (
	action = regexp.MustCompile(`\{\{.*?\}\}`)
	call   = regexp.MustCompile(`\bt "([^"]+)"`)
)

// byTemplates reads the templates of a folder.
func (a asked) byTemplates(t *testing.T, folder string) {
	t.Helper()
	err := fs.WalkDir(templates.FS, folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".html") {
			return err
		}
		content, err := fs.ReadFile(templates.FS, path)
		for _, in := range action.FindAllString(string(content), -1) {
			for _, found := range call.FindAllStringSubmatch(in, -1) {
				a.add("templates/"+path, found[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// namespaces are the first words of keys: a string in the code that begins with one
// of them and a point is a key, or the beginning of keys when it ends in a point.
var namespaces = regexp.MustCompile(`^(language|page|button|door|date|error|field|code|label|mark|number|problem|rule|urgency|when|weekday|month|office)\.([\w-]+\.?)*$`)

// byCode reads the Go files of a folder. A key that is only the beginning of others
// ("page." + name) stands as it is written, with its point.
func (a asked) byCode(t *testing.T, folder string) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir(filepath.Join("..", "..", "..", folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(literal.Value); err == nil && namespaces.MatchString(text) && !strings.HasSuffix(text, ".toml") {
				if _, field := report.Lookup(text); !field {
					a.add(strings.TrimPrefix(files.Position(literal.Pos()).String(), "../../../"), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// missing says whether a catalogue lacks what is asked for: the key itself, or, for
// the beginning of keys or the name of an error page, anything that begins so.
func (c catalogue) missing(key string) bool {
	if c[key] != nil {
		return false
	}
	under := strings.TrimSuffix(key, ".") + "."
	for known := range c {
		if strings.HasPrefix(known, under) {
			return false
		}
	}
	return true
}

func TestEveryKeyThePagesAskForIsThere(t *testing.T) {
	for side, c := range map[string]struct {
		folders []string
		code    []string
		voices  []spoken
	}{
		"public": {[]string{"public", "components"}, []string{"internal/intake", "internal/web"}, everyPublicVoice(t)},
		"office": {[]string{"office"}, []string{"internal/office"}, officeVoices(t)},
	} {
		want := asked{}
		for _, folder := range c.folders {
			want.byTemplates(t, folder)
		}
		templated := asked{}
		for key, by := range want {
			templated[key] = by
		}
		for _, folder := range c.code {
			want.byCode(t, folder)
		}
		if len(want) == 0 {
			t.Logf("%s: no page asks for anything yet", side)
			continue
		}
		for _, voice := range c.voices {
			known := speak(t, voice.lang, voice.voice)
			for key, by := range want {
				if templated[key] != "" && known[key] == nil || known.missing(key) {
					t.Errorf("%s: %s asks for %q, which no catalogue has", voice, by, key)
				}
			}
		}
	}
}

// known are the keys that data of the house asks for: fields and codes, rules,
// problems, marks, numbers.
func known() asked {
	a := asked{}
	for _, f := range report.Fields() {
		a.add("fields", "field."+f.Name, "label."+f.Name)
	}
	for _, kind := range []string{report.UnknownField, report.UnknownCode, report.TooLong, report.TooMany, report.InvalidUTF8} {
		a.add("report.FieldError", "problem."+kind)
	}
	for _, kind := range []string{report.ImplausibleAge, report.FutureDate, report.ImpossibleDate, report.NotAPhone, report.NotAnEmail, report.NotASchoolCode, report.NoContact} {
		a.add("report.Mark", "mark."+kind)
	}
	for _, door := range []report.Door{report.Young, report.Relative} {
		for _, n := range slices.Concat(territory.EmergencyNumbers(string(door)), territory.OtherNumbers(), []territory.Number{territory.Pharos()}) {
			a.add("territory", "number."+n.ID, "number."+n.ID+".for")
			for _, fact := range n.Facts() {
				a.add("territory", "number.fact."+fact)
			}
		}
	}
	for page := range pages() {
		a.add("pages of fields", "page."+page+".title", "page."+page+".heading")
	}
	for n := range 7 {
		a.add("time.Weekday", "weekday."+strconv.Itoa(n))
	}
	for n := range 12 {
		a.add("time.Month", "month."+strconv.Itoa(n+1))
	}
	return a
}

// pages are the pages that fields stand on; "door and who" is the page "who".
func pages() map[string]bool {
	all := map[string]bool{}
	for _, f := range report.Fields() {
		words := strings.Fields(f.Page)
		all[words[len(words)-1]] = true
	}
	return all
}

func TestWhatTheHouseCanSayHasWords(t *testing.T) {
	for _, voice := range everyVoice(t) {
		c := speak(t, voice.lang, voice.voice)
		for key, by := range known() {
			if c[key] == nil {
				t.Errorf("%s: %s of %s has no words", voice, key, by)
			}
		}
	}
	for _, voice := range officeVoices(t) {
		office := speak(t, voice.lang, voice.voice)
		for _, id := range report.RuleIDs() {
			if office["rule."+string(id)] == nil {
				t.Errorf("%s: the rule %s has no words", voice, id)
			}
		}
		for n := range 4 {
			if office["urgency."+strconv.Itoa(n)] == nil {
				t.Errorf("%s: urgency %d has no words", voice, n)
			}
		}
		for _, kind := range []string{report.ImplausibleAge, report.FutureDate, report.ImpossibleDate, report.NotAPhone, report.NotAnEmail, report.NotASchoolCode, report.NoContact} {
			if office["label.mark."+kind] == nil {
				t.Errorf("%s: the mark %s has no words", voice, kind)
			}
		}
	}
}

func TestEveryQuestionIsAskedInTheVoiceOfItsDoor(t *testing.T) {
	for _, lang := range languages(t) {
		young := read(t, lang, "young")
		for _, f := range report.Fields() {
			if f.Asked[report.Young] != report.Never && young["field."+f.Name] == nil {
				t.Errorf("%s/young.toml has no question of its own for %s", lang, f.Name)
			}
		}
	}
}

func TestEveryCodeHasALabel(t *testing.T) {
	for _, voice := range everyVoice(t) {
		c := speak(t, voice.lang, voice.voice)
		for _, f := range report.Fields() {
			for _, code := range append(f.Codes, extraCodes[f.Name]...) {
				if _, err := strconv.Atoi(code); err == nil && f.Name == "children.N.age" {
					code = "years"
				}
				if c["code."+f.Name+"."+code] == nil && c["code."+code] == nil {
					t.Errorf("%s: code.%s.%s has no words", voice, f.Name, code)
				}
			}
		}
	}
}

// extraCodes stand beside an official list.
var extraCodes = map[string][]string{"place.department": {"abroad", "unknown"}}

func TestNoCodeHasWordsThatItsFieldLacks(t *testing.T) {
	all := everyPublicVoice(t)
	for _, lang := range officeLanguages(t) {
		all = append(all, spoken{lang, "rules"})
	}
	for _, file := range all {
		for key := range read(t, file.lang, file.voice) {
			rest, isCode := strings.CutPrefix(strings.TrimSuffix(key, ".hint"), "code.")
			cut := strings.LastIndex(rest, ".")
			if !isCode || cut < 0 {
				continue
			}
			f, found := report.Lookup(rest[:cut])
			code := rest[cut+1:]
			if !found || !slices.Contains(append(f.Codes, extraCodes[f.Name]...), code) && !(f.Name == "children.N.age" && code == "years") {
				t.Errorf("%s: %s words a code that does not exist", file, key)
			}
		}
	}
}

func TestLegalPagesPairHeadingsAndParagraphs(t *testing.T) {
	for _, voice := range everyPublicVoice(t) {
		c := speak(t, voice.lang, voice.voice)
		for _, page := range []string{"privacy", "legal", "accessibility", "help"} {
			n := 1
			for ; c[fmt.Sprintf("page.%s.h%d", page, n)] != nil; n++ {
				if c[fmt.Sprintf("page.%s.p%d", page, n)] == nil {
					t.Errorf("%s: page.%s.h%d has no paragraph", voice, page, n)
				}
			}
			if n < 5 {
				t.Errorf("%s: page.%s ends after %d headings", voice, page, n-1)
			}
			for key := range c {
				var at int
				if _, err := fmt.Sscanf(key, "page."+page+".p%d", &at); err == nil && at >= n {
					t.Errorf("%s: %s stands after the last heading and is never shown", voice, key)
				}
			}
		}
	}
}

// reach reports whether a key is asked for by its own name, as the text of an error
// page, or as one of keys that begin alike, "page.before." but not "page.".
func (a asked) reach(key string) bool {
	for at := len(key); at > 0; at = strings.LastIndex(key[:at], ".") {
		under := key[:at]
		if a[under] != "" || strings.Contains(under, ".") && a[under+"."] != "" {
			return true
		}
	}
	return false
}

// Texts nobody asks for cost nothing but care; they are listed, not refused.
func TestListTextsNobodyAsksFor(t *testing.T) {
	used := known()
	for _, folder := range []string{"public", "components", "office"} {
		used.byTemplates(t, folder)
	}
	for _, folder := range []string{"internal/intake", "internal/web", "internal/office"} {
		used.byCode(t, folder)
	}
	computed := regexp.MustCompile(`^(code|label\.mark|rule|urgency)\.|\.hint$|^page\.(privacy|legal|accessibility|help)\.[hp]\d+$`)
	for _, key := range speak(t, source, "adult").keys() {
		if !used.reach(key) && !computed.MatchString(key) {
			t.Logf("nobody asks for %s", key)
		}
	}
}
