package intake_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"recueil/internal/reply"
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

func TestWhatIsNoFormGetsItsOwnPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2")
	b.fill(url.Values{"situation.facts": {"déjà gardé " + marker}}).want(200, "/e/3")
	const urlencoded = "application/x-www-form-urlencoded"
	heads := map[string]string{}
	for _, c := range []struct {
		name, method, kind, body string
		header                   map[string]string
		status                   int
		key                      string
	}{
		{"body over the limit", "POST", urlencoded, "situation.facts=" + strings.Repeat("a", web.MaxForm), nil, 413, "error.too_large"},
		{"multipart", "POST", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"situation.facts\"\r\n\r\n" + marker + "\r\n--x--", nil, 415, "error.content_type"},
		{"plain text", "POST", "text/plain", "situation.facts=" + marker, nil, 415, "error.content_type"},
		{"JSON", "POST", "application/json", `{"situation.facts":"` + marker + `"}`, nil, 415, "error.content_type"},
		{"no content type", "POST", "", "situation.facts=" + marker, nil, 415, "error.content_type"},
		{"broken escape", "POST", urlencoded, "situation.facts=" + marker + "%zz", nil, 400, "error.unreadable"},
		{"from another site", "POST", urlencoded, "situation.facts=" + marker, map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://ailleurs.example"}, 403, "error.cross_site"},
		{"from another site, old browser", "POST", urlencoded, "situation.facts=" + marker, map[string]string{"Sec-Fetch-Site": "", "Origin": "https://ailleurs.example"}, 403, "error.cross_site"},
		{"another method", "PUT", urlencoded, "situation.facts=" + marker, nil, 405, "error.method"},
	} {
		for _, path := range []string{"/e/2", "/m", "/v", "/"} {
			r, _ := http.NewRequest(c.method, s.url+path, strings.NewReader(c.body))
			if c.kind != "" {
				r.Header.Set("Content-Type", c.kind)
			}
			for name, value := range c.header {
				r.Header.Set(name, value)
			}
			b.do(r).want(c.status, path)
			if got, want := b.doc.Find("h1").Text(), s.words(c.key+".title"); got != want {
				t.Errorf("%s to %s: headed %q, want %q", c.name, path, got, want)
			}
			heads[c.key] = b.doc.Find("h1").Text() + b.doc.Find(".lead").Text()
			if strings.Contains(b.body, marker) {
				t.Errorf("%s to %s: the page repeats what it did not read", c.name, path)
			}
		}
	}
	different := map[string]bool{}
	for _, head := range heads {
		different[head] = true
	}
	if len(heads) != 5 || len(different) != len(heads) {
		t.Errorf("problems share a page: %v", heads)
	}
	if got := b.open("/e/2").doc.Find("#situation-facts").Text(); !strings.Contains(got, "déjà gardé") {
		t.Errorf("what was stored before is gone: %q", got)
	}
	if n := len(s.sent()); n != 0 {
		t.Errorf("%d reports came of it", n)
	}
	s.quiet(marker, "déjà gardé")
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

func TestUnknownAddressesSayNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2")
	for _, path := range []string{"/e/99", "/e/14", "/e/0", "/e/x", "/e/01x", "/p/rien", "/" + marker} {
		if b.open(path); b.status != 404 {
			t.Errorf("%s: %d", path, b.status)
		}
	}
	b.open("/e/10").want(200, "/e/2") // a professional's page, which is not on this path
	s.quiet(marker)
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
			max := 0
			if c.problem == "problem.too_long" {
				max = report.MaxLongText
			}
			if got, want := b.doc.Find(".error-summary li").Text(), s.words(c.problem, "Max", max); got != want {
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

// A draft that cannot be gone on with: each reason is told, the page comes back
// with what was typed on it, and the way goes on.
func TestDraftThatIsLostKeepsThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	overwrite := func(b *browser, sql string, arguments ...any) {
		if tag, err := s.db.Owner.Exec(context.Background(), sql, arguments...); err != nil || tag.RowsAffected() != 1 {
			t.Fatalf("%v %v", tag, err)
		}
	}
	cookie := func(b *browser, value string) {
		u, _ := url.Parse(b.base)
		b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-e", Value: value, Path: "/", Secure: true}})
	}
	for _, c := range []struct {
		name string
		lose func(*browser)
		key  string
	}{
		{"time is over", func(*browser) { s.clock.Add(61 * time.Minute) }, "error.expired_draft"},
		{"cookie of nobody", func(b *browser) { cookie(b, strings.Repeat("A", 43)) }, "error.expired_draft"},
		{"cookie that is none", func(b *browser) { cookie(b, "<script>") }, "error.forged_draft"},
		{"no cookie", func(b *browser) {
			u, _ := url.Parse(b.base)
			b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-e", Path: "/", Secure: true, MaxAge: -1}})
		}, "error.forged_draft"},
		{"changed in the database", func(b *browser) {
			id := reply.DraftID(b.token())
			overwrite(b, "update drafts set content = set_byte(content, 60, get_byte(content, 60) # 1) where id = $1", id[:])
		}, "error.forged_draft"},
		{"sealed by another version", func(b *browser) {
			id := reply.DraftID(b.token())
			overwrite(b, "update drafts set content = set_byte(content, 0, 7) where id = $1", id[:])
		}, "error.other_version"},
		{"of another version inside", func(b *browser) {
			id := reply.DraftID(b.token())
			sealed, err := reply.SealDraft(b.token(), []byte(`{"version":99,"answers":{"situation":{"story":"`+marker+`"}}}`))
			if err != nil {
				t.Fatal(err)
			}
			overwrite(b, "update drafts set content = $2 where id = $1", id[:], sealed)
		}, "error.other_version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := s.browser().door("self").open("/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/2")
			action, form := b.fields()
			c.lose(b)
			for _, path := range []string{"/e/2", "/v", "/r"} {
				if b.open(path).want(410, path); b.doc.Find("h1").Text() != s.words("page.gone.heading") {
					t.Errorf("%s is headed %q", path, b.doc.Find("h1").Text())
				}
			}
			form.Set("situation.story", marker+" "+c.name)
			form.Set("situation.young_ticks", "runaway_now")
			b.post(action, form).want(410, "/e/2")
			if got, want := b.doc.Find(".notice").First().Text(), s.young(c.key+".text"); !strings.Contains(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
			_, again := b.fields()
			if again.Get("situation.story") != marker+" "+c.name || again.Get("situation.young_ticks") != "runaway_now" {
				t.Errorf("what was typed is gone: %v", again)
			}
			b.fill(nil).want(200, "/e/4")
			b.open("/v").fill(nil).want(200, "/r")
			reports := s.sent()
			if last := reports[len(reports)-1]; last.Situation.Story != marker+" "+c.name || last.Reporter.Profile != report.ProfileSelf {
				t.Errorf("sent %+v", last.Situation)
			}
		})
	}
	s.quiet(marker)
}

func TestForgedFormsChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/3")
	b.fill(url.Values{"children.0.first_name": {"Lou"}, "_skip": {"1"}})
	for _, c := range []struct {
		name string
		form url.Values
	}{
		{"field of nobody", url.Values{"_item": {"children.0"}, "children.0.password": {"x"}, "situation.password": {"x"}}},
		{"field of another page", url.Values{"_item": {"children.0"}, "situation.story": {marker}, "contact.value": {marker}}},
		{"group of nobody", url.Values{"_add": {"reports"}, "_remove": {"reports.1"}}},
		{"item that is not there", url.Values{"_remove": {"children.7"}}},
		{"item that is no number", url.Values{"_remove": {"children.x"}}},
		{"negative item", url.Values{"_remove": {"children.-1"}}},
		{"item with a zero before it", url.Values{"_item": {"children.00"}, "children.00.first_name": {marker}}},
	} {
		c.form.Set("_skip", "1")
		if b.post("/e/3", c.form); b.status >= 500 {
			t.Errorf("%s: %d", c.name, b.status)
		}
	}
	b.open("/e/2").fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}})
	b.open("/v").fill(nil).want(200, "/r")
	r := s.one()
	if r.Situation.Story != "" || r.Contact.Value != "" || len(r.Children) != 1 || r.Children[0].FirstName != "Lou" {
		t.Errorf("%+v", r.Answers)
	}
	s.quiet(marker)
}

// A check page that carries somebody else's sealed draft, or a changed one, sends
// nothing but the visitor's own.
func TestForgedCarriedDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.relativeAt("/e/2").fill(url.Values{"situation.facts": {marker}, "_skip": {"1"}})
	_, theirs := other.open("/v").fields()
	mine := s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"le mien"}, "_skip": {"1"}})
	_, own := mine.open("/v").fields()
	changed, _ := base64.RawURLEncoding.DecodeString(own.Get("_draft"))
	changed[len(changed)-1] ^= 1
	s.clock.Add(25 * time.Hour) // no row answers any more
	for name, draft := range map[string]string{"another's": theirs.Get("_draft"), "changed": base64.RawURLEncoding.EncodeToString(changed), "none": "", "no base64": "%%"} {
		if mine.post("/v", url.Values{"_draft": {draft}}); mine.status != 410 {
			t.Errorf("%s: %d", name, mine.status)
		}
	}
	if n := len(s.sent()); n != 0 {
		t.Errorf("%d reports", n)
	}
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
