package intake_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
	"recueil/internal/web"
)

// marker stands for what a visitor typed: no log line may hold it.
const marker = "mot-que-personne-ne-journalise"

// relativeAt brings a relative to the page of facts, with one answer stored.
func (s *site) relativeAt(path string) *browser {
	s.t.Helper()
	b := s.browser().door("relative")
	b.open("/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/13")
	b.fill(url.Values{"reporter.profile": {"neighbour"}}).want(200, "/e/2")
	return b.open(path).want(200, path)
}

// A problem speaks to its reader as the form did.
func TestProblemsSpeakToTheVisitor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	young := s.browser().door("self")
	if got := young.open("/rien").want(404, "/rien").doc.Find(".lead").Text(); got != s.young("error.not_found.text") {
		t.Errorf("the young read %q", got)
	}
	if got := s.browser().open("/rien").doc.Find(".lead").Text(); got != s.words("error.not_found.text") {
		t.Errorf("adults read %q", got)
	}
}

// The longest texts there can be, in characters that grow most when written down,
// fit into the draft, into the check page and through the last POST.
func TestLongestDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, sign := range map[string]string{"markup": "<", "emoji": "🚲", "line separators": " "} {
		long := strings.Repeat(sign, report.MaxLongText-1) + "x"
		s.clock.Add(time.Minute)
		b := s.relativeAt("/e/2")
		b.fill(url.Values{"situation.facts": {long}, "situation.child_words": {long}}).want(200, "/e/3")
		b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
		b = s.relativeAt("/e/2").fill(url.Values{"situation.facts": {long}, "situation.child_words": {long}}).want(200, "/e/3")
		b.open("/m").fill(url.Values{"short.story": {long}}).want(200, "/r")
		reports := s.sent()
		for _, r := range reports[len(reports)-2:] {
			if r.Situation.Facts != long || r.Situation.ChildWords != long || r.Short && r.Answers.Short.Story != long {
				t.Errorf("%s: cut or changed", name)
			}
		}
	}
}

// Each refused answer is told beside its field, in words; it stays where it was
// typed, and everything else on the page is saved.
func TestRefusedAnswersStayOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long := marker + strings.Repeat("é", report.MaxLongText-len(marker)+1)
	for _, c := range []struct {
		name, page, field string
		given             []string
		problem           string
		shown             string // in the field
		beside            string // another field of the page
	}{
		{"unknown code", "/e/2", "reporter.knowledge", []string{"seen", marker}, "problem.unknown_code", "", "situation.facts"},
		{"unknown code of a choice", "/e/5", "situation.frequency", []string{marker}, "problem.unknown_code", "", ""},
		{"department that is none", "/e/4", "place.department", []string{"99x"}, "problem.unknown_code", "", "place.address"},
		{"two answers to one choice", "/e/5", "situation.frequency", []string{"once", "constant"}, problemDoubled, "", ""},
		{"two texts for one field", "/e/2", "situation.facts", []string{marker, "et autre chose"}, problemDoubled, marker + "\net autre chose", "situation.child_words"},
		{"two names", "/e/4", "place.address", []string{"rue A", "rue B"}, problemDoubled, "rue A rue B", "place.child_now"},
		{"two days", "/e/3", "children.0.birth_date.day", []string{"1", "2"}, problemDoubled, "", "children.0.first_name"},
		{"two hundred times one key", "/e/4", "place.address", numbered(200), problemDoubled, strings.Join(numbered(200), " "), "place.child_now"},
		{"invalid UTF-8", "/e/2", "situation.facts", []string{marker + "\xff!"}, "problem.invalid_utf8", marker + "\uFFFD!", "situation.child_words"},
		{"50,001 characters", "/e/2", "situation.facts", []string{long}, "problem.too_long", long, "situation.child_words"},
		{"301 characters of 300", "/e/4", "place.address", []string{strings.Repeat("👩", 301)}, "problem.too_long", strings.Repeat("👩", 301), "place.child_now"},
		{"eleventh child", "/e/3", "children.10.first_name", []string{marker}, "problem.too_many", marker, "children.0.first_name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := s.relativeAt(c.page)
			action, form := b.fields()
			form[c.field] = c.given
			form.Set("_skip", "1")
			if c.beside != "" {
				form.Set(c.beside, "à côté "+c.name)
			}
			b.post(action, form).want(422, c.page)
			title := b.doc.Find("title").Text()
			if !strings.HasPrefix(title, "Erreur") {
				t.Errorf("title %q", title)
			}
			name := strings.TrimSuffix(c.field, ".day")
			f, _ := report.Lookup(strings.Replace(name, ".10.", ".0.", 1))
			id := strings.ReplaceAll(name, ".", "-")
			want := s.words(c.problem, "Max", f.Max)
			if got := b.doc.Find("#" + id + "-erreur").Text(); got != want {
				t.Errorf("beside the field: %q, want %q", got, want)
			}
			link, _ := b.doc.Find(".error-summary a").Attr("href")
			if said := b.doc.Find(".error-summary a").Text(); c.problem == "problem.too_long" && !strings.Contains(said, b.doc.Find(`label[for="`+id+`"]`).Text()) {
				t.Errorf("the summary does not say which text is too long: %q", said)
			}
			if b.doc.Find("main "+link).Length() != 1 {
				t.Errorf("the summary's link %s leads nowhere", link)
			}
			if c.shown != "" {
				_, again := b.fields()
				if got := again.Get(name); got != c.shown {
					t.Errorf("typed %.60q is shown as %.60q", c.given, got)
				}
			}
			if c.beside != "" {
				_, stored := b.open(c.page).fields()
				if got := stored.Get(c.beside); got != "à côté "+c.name {
					t.Errorf("the answer beside it was not kept: %q", got)
				}
			}
		})
	}
	s.quiet(marker, "et autre chose", "rue A")
}

const problemDoubled = "problem.doubled"

func numbered(n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = "n" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
	}
	return values
}

func TestRefusedShortFormStaysOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long := strings.Repeat("🚲", report.MaxLongText+1)
	for _, c := range []struct {
		name    string
		form    url.Values
		problem string
	}{
		{"nothing", url.Values{}, "problem.short_empty"},
		{"blanks", url.Values{"short.where": {"  "}, "short.story": {"\r\n"}}, "problem.short_empty"},
		{"a number alone", url.Values{"short.callback": {marker}}, "problem.short_empty"},
		{"50,001 characters", url.Values{"short.story": {long}, "short.where": {marker}}, "problem.too_long"},
		{"invalid UTF-8", url.Values{"short.who": {"a\xfe"}, "short.where": {marker}}, "problem.invalid_utf8"},
		{"two texts", url.Values{"short.who": {"a", "b"}, "short.where": {marker}}, problemDoubled},
		{"forged token", url.Values{"_token": {"AAAA"}, "short.where": {marker}}, "error.forged_form.text"},
		{"no token", url.Values{"_token": nil, "short.where": {marker}}, "error.forged_form.text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := s.browser().open("/m").fill(c.form).want(422, "/m")
			want := s.words(c.problem, "Max", 0)
			if c.problem == "problem.too_long" {
				want = s.words("problem.too_long.of", "Max", report.MaxLongText, "Question", b.doc.Find("label[for=short-story]").Text())
			}
			if got := b.doc.Find(".error-summary li").Text(); got != want {
				t.Errorf("summary %q, want %q", got, want)
			}
			_, again := b.fields()
			for name, given := range c.form {
				want := strings.TrimSuffix(strings.ToValidUTF8(strings.Join(given, "\n"), "\uFFFD"), "\r\n")
				if f, _ := report.Lookup(name); f.Kind != report.LongText {
					want = strings.ReplaceAll(want, "\n", " ")
				}
				if name != "_token" && strings.TrimSpace(again.Get(name)) != strings.TrimSpace(want) {
					t.Errorf("%s is shown as %.40q, want %.40q", name, again.Get(name), want)
				}
			}
			before := len(s.sent())
			b.fill(url.Values{"short.story": {"alors ceci"}, "short.who": {"lui"}}).want(200, "/r")
			if got := len(s.sent()); got != before+1 {
				t.Errorf("sent once more: %d reports after %d", got, before)
			}
		})
	}
	s.quiet(marker)
}

// Text is not touched but for line ends and control characters.
func TestTextArrivesAsItWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	emoji := strings.Repeat("👩‍👧 é\u202eabc\u202c", 1000)[:0]
	for len([]rune(emoji)) < 10_000 {
		emoji += "👩‍👧é<script>alert(1)</script>{{.Secret}}\u202eabc\u202c\t\r\n"
	}
	emoji = string([]rune(emoji)[:9_999]) + "🚲"
	full := strings.Repeat("é🚲", report.MaxLongText/2)
	for _, c := range []struct{ name, typed, want string }{
		{"10,000 characters with emoji", emoji, strings.ReplaceAll(emoji, "\r\n", "\n")},
		{"50,000 characters", full, full},
		{"a NUL and other controls", "avant\x00après\x1b", "avant\uFFFDaprès\uFFFD"},
		{"line breaks in front", "\r\n\r\nun", "\n\nun"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(s.sent())
			s.clock.Add(time.Minute)
			b := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/2")
			b.fill(url.Values{"situation.story": {c.typed}}).want(200, "/e/4")
			_, shown := b.open("/e/2").fields()
			if shown.Get("situation.story") != c.want {
				t.Errorf("shown again otherwise: %.80q", shown.Get("situation.story"))
			}
			b.fill(nil)
			if got := b.open("/v").want(200, "/v").doc.Find(".summary-list bdi").Eq(1).Text(); got != c.want {
				t.Errorf("to be checked: %.80q", got)
			}
			b.fill(nil).want(200, "/r")
			s.browser().open("/m").fill(url.Values{"short.story": {c.typed}}).want(200, "/r")
			reports := s.sent()[n:]
			if len(reports) != 2 || reports[0].Situation.Story+reports[1].Situation.Story != c.want || reports[0].Answers.Short.Story+reports[1].Answers.Short.Story != c.want {
				t.Errorf("opened otherwise than typed")
			}
		})
	}
	s.quiet("alert(1)", "{{.Secret}}")
}

// young is a text of the young catalogue.
func (s *site) young(key string, values ...any) string {
	s.t.Helper()
	voice, err := web.NewVoice(s.config.Catalogue, "fr", "fr/adult.toml", "fr/young.toml")
	if err != nil {
		s.t.Fatal(err)
	}
	return voice.T(key, values...)
}

// Ten thousand values are the most that a form can have. They cost as much as they
// are long, not each as much as all the others: ten times as many may take some ten
// times as long, and never a hundred times.
func TestManyValuesAreTakenAtOnce(t *testing.T) {
	s := newSite(t)
	b := s.relativeAt("/e/3")
	best := func(values int) time.Duration {
		form := url.Values{}
		for n := range values {
			form.Add("children.0.first_name", "p"+strconv.Itoa(n))
		}
		fastest := time.Hour
		for range 5 {
			began := time.Now()
			b.post("/e/3", form).want(http.StatusUnprocessableEntity, "/e/3")
			fastest = min(fastest, time.Since(began))
		}
		return fastest
	}
	if few, many := best(990), best(9900); many > 25*few {
		t.Errorf("990 values took %s, 9,900 took %s", few, many)
	}
}
