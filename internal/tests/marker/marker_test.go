package marker_test

import (
	"context"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/report"
	"recueil/internal/testing/browse"
	"recueil/internal/testing/leak"
)

// The word that is typed everywhere, and one that is put where it must be found.
const (
	word    = "Qxmarqueur7Zk"
	control = "Wvtemoin3Jh"
)

// A visitor types the marker wherever he can.
type visitor struct {
	*browse.Browser
	t     *testing.T
	typed map[string]bool // fields of the list in which the marker was sent
}

func (h *house) visitor(typed map[string]bool) *visitor {
	return &visitor{browse.New(h.t, h.url), h.t, typed}
}

var item = regexp.MustCompile(`\.\d+\.`)

// answers fills a form: texts with the marker, and either every code with it too,
// as a forger would, or with those that open the most questions.
func (v *visitor) answers(forged bool) (string, url.Values) {
	action, form, inputs := v.Form("/")
	for _, in := range inputs {
		if strings.HasPrefix(in.Name, "_") || in.Name == "site" {
			continue
		}
		name := item.ReplaceAllString(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(in.Name, ".day"), ".month"), ".year"), ".N.")
		text := in.Kind == "text" || in.Kind == "textarea" || in.Kind == "tel" || in.Kind == "email"
		if text || forged {
			form[in.Name] = []string{word}
			v.typed[name] = true
			continue
		}
		switch {
		case in.Kind == "checkbox":
			form[in.Name] = in.Options
		case name == "danger_now":
			form[in.Name] = []string{"no"}
		case slices.Contains(in.Options, "yes"):
			form[in.Name] = []string{"yes"}
		case slices.Contains(in.Options, "email"):
			form[in.Name] = []string{"email"}
		case in.Kind == "select":
			form[in.Name] = in.Options[len(in.Options)-1:]
		default:
			form[in.Name] = in.Options[:1]
		}
	}
	return action, form
}

// walk fills in the whole form behind a door, up to the page that sends it.
func (v *visitor) walk(door string) {
	v.t.Helper()
	v.Open("/").Want(200).Post("/", url.Values{"door": {door}}).Want(200)
	next := "/e/13"
	if door == "self" {
		next = "/e/1"
	}
	v.Open(next).Want(200)
	for range 40 {
		if v.At == "/v" {
			return
		}
		if v.At == "/e/11" {
			v.bringFiles()
			continue
		}
		if strings.HasPrefix(v.At, "/e/") {
			page, _, _ := strings.Cut(v.At, "?")
			for _, group := range v.Page.Find("button[name=_add]").Map(func(_ int, e *goquery.Selection) string { return e.AttrOr("value", "") }) {
				action, form := v.answers(false)
				form.Set("_add", group)
				v.Post(action, form).Want(200)
			}
			texts := v.Page.Find("main form [type=text], main form textarea").Length()
			v.Post(v.answers(true)) // refused, and shown again with what was typed
			if v.Status != 422 || texts > 0 && !strings.Contains(v.Body, word) {
				v.t.Fatalf("%s (%d) did not keep what was typed", page, v.Status)
			}
			v.Open(page).Want(200)
		}
		action, form := v.answers(false)
		if v.Post(action, form); v.Status == 422 { // asked once, and left as it is
			action, form := v.answers(false)
			form.Set("_skip", "1")
			v.Post(action, form)
		}
		v.Want(200)
	}
	v.t.Fatalf("%s: lost at %s", door, v.At)
}

// send sends what was walked through, past the captcha where there is one.
func (v *visitor) send() {
	v.t.Helper()
	for range 8 {
		if v.At == "/r" || v.Page.Find("#code").Length() > 0 {
			return
		}
		action, form := v.answers(false)
		v.Post(action, form)
		if v.Status >= 500 {
			v.t.Fatalf("sending: %d at %s", v.Status, v.At)
		}
	}
	v.t.Fatalf("nothing was sent: %d at %s: %s", v.Status, v.At, v.Page.Find("h1").Text())
}

func TestMarkerIsFoundNowhere(t *testing.T) {
	h := newHouse(t)
	typed := map[string]bool{}
	var visitors []*visitor
	visit := func() *visitor {
		v := h.visitor(typed)
		visitors = append(visitors, v)
		return v
	}
	for _, door := range []string{"self", "relative", "professional"} {
		v := visit()
		v.walk(door)
		if door == "self" {
			v.Open("/v?plus=1").Want(200)
			v.walkOn()
		}
		v.send()
		v.Open("/r").Want(200)
		h.codes = append(h.codes, v.mailbox())
		v.Post("/e/2", url.Values{"situation.story": {word + " encore"}, "situation.facts": {word + " encore"}}) // added after sending
	}
	v := visit()
	v.Open("/m").Want(200)
	v.answersOf("short")
	v.send()
	visitBadly(visit())
	h.visitWithoutDatabase(visit)

	for _, f := range report.Fields() {
		if !typed[f.Name] {
			t.Errorf("the marker was never sent as %s", f.Name)
		}
	}
	h.search(visitors)
}

// mailbox comes back with the code of the receipt, wrongly and rightly, writes the
// marker wherever one can there, and returns the code.
func (v *visitor) mailbox() string {
	v.t.Helper()
	code := v.Page.Find("#code").Text()
	v.Open("/b").Want(200)
	v.Post("/b", url.Values{"code": {word}}).Want(422)
	v.Post("/b", url.Values{"code": {code}, "word": {word + " encore"}}).Want(422)
	v.Open("/b").Post("/b", url.Values{"code": {strings.ToLower(code)}, "word": {word}}).Want(200)
	if v.At != "/b/1" {
		v.t.Fatalf("the code leads to %s", v.At)
	}
	send := func(path string, change url.Values, status int) {
		v.t.Helper()
		action, form, _ := v.Open(path).Want(200).Form(path)
		for name, given := range change {
			form[name] = given
		}
		v.Post(action, form).Want(status)
	}
	send("/b/1", url.Values{"text": {word}}, 200) // kept, not sent
	if !strings.Contains(v.Body, word) {
		v.t.Error("what was typed is gone")
	}
	send("/b/1", url.Values{"text": {word}, "_send": {"text"}}, 200)
	send("/b/1", url.Values{"_box": {word}, "text": {word}, "_send": {"text"}}, 422)
	send("/b/1", url.Values{"text": {strings.Repeat(word, 50_001/len(word)+1)}, "_send": {"text"}}, 422)
	send("/b/2", url.Values{"wish": {word}, "contact.channel": {word}, "contact.value": {word}, "contact.safe_hours": {word}}, 422)
	send("/b/2", url.Values{"wish": {"call_back"}, "contact.channel": {"phone"}, "contact.value": {word}, "contact.safe_hours": {word}}, 422)
	send("/b/2", url.Values{"wish": {"call_back"}, "contact.channel": {"phone"}, "contact.value": {word}, "contact.safe_hours": {word}, "_skip": {"1"}}, 200)
	return code
}

// walkOn goes on with the pages that a young person asked for.
func (v *visitor) walkOn() {
	v.t.Helper()
	for range 20 {
		if v.At == "/v" {
			return
		}
		action, form := v.answers(false)
		form.Set("_skip", "1")
		v.Post(action, form).Want(200)
	}
}

// answersOf notes the fields of a page that is sent later.
func (v *visitor) answersOf(page string) {
	for _, f := range report.Fields() {
		if f.Page == page {
			v.typed[f.Name] = true
		}
	}
}

// visitBadly makes every error page there is, the marker in hand.
func visitBadly(v *visitor) {
	const form = "application/x-www-form-urlencoded"
	long := strings.Repeat(word, 50_001/len(word)+1)
	v.SetCookie("__Host-e", word)
	v.SetCookie("__Host-b", word)
	for _, c := range []struct {
		method, path, kind, body string
		status                   int
	}{
		{"POST", "/nulle-part", form, "a=" + word, 404},
		{"PUT", "/m", form, "a=" + word, 405},
		{"POST", "/m", "multipart/form-data; boundary=" + word, "--" + word + "\r\nContent-Disposition: form-data; name=\"short.story\"\r\n\r\n" + word + "\r\n--" + word + "--", 415},
		{"POST", "/m", "text/plain", word, 415},
		{"POST", "/m", form, "short.story=" + word + "%zz", 400},
		{"POST", "/m", form, "short.story=" + strings.Repeat(word, (4<<20)/len(word)+1), 422}, // given back to who typed it
		{"POST", "/m", form, "short.story=" + strings.Repeat(word, (16<<20)/len(word)+1), 413},
		{"POST", "/m", form, "short.story=" + long, 422},
		{"POST", "/m", form, "short.story=" + word + "%ff%00&_token=" + word, 422},
		{"POST", "/m", form, word + "=" + word + "&short.story=" + word + "&short.story=" + word, 422},
		{"POST", "/", form, "door=" + word, 422},
		{"POST", "/e/2", form, "situation.story=" + word, 410},
		{"POST", "/e/2", form, "_door=young:" + word + "&_base=" + word + "&situation.story=" + word, 410},
		{"POST", "/v", form, "_draft=" + word, 0},
		{"POST", "/b", form, "code=" + word + "&word=" + word, 422},
		{"POST", "/b", form, "code=7KQ4&code=" + word + "%ff%00", 422},
		{"POST", "/b/1", form, "_box=" + word + "&text=" + word + "&_send=text", 410},
		{"POST", "/b/1", form, word + "=" + word + "&_send=" + word, 410},
		{"POST", "/b/2", form, "wish=" + word + "&contact.value=" + word, 410},
	} {
		v.Send(c.method, c.path, c.kind, c.body)
		if c.status != 0 && v.Status != c.status {
			v.t.Errorf("%s %s (%.40s): %d, want %d", c.method, c.path, c.body, v.Status, c.status)
		}
	}
	if v.Send("GET", "/r", "", ""); v.Status >= 500 {
		v.t.Errorf("%d", v.Status)
	}
}

// visitWithoutDatabase goes on while PostgreSQL is away, and then also the disk.
func (h *house) visitWithoutDatabase(visit func() *visitor) {
	long, short, step := visit(), visit(), visit()
	long.walk("self")
	short.Open("/m").Want(200)
	step.Open("/").Post("/", url.Values{"door": {"self"}}).Want(200).Open("/e/2").Want(200)
	h.database.Stop()
	if step.Post("/e/2", url.Values{"situation.story": {word}, "_door": {"young:self"}}); step.Status != 503 || !strings.Contains(step.Body, word) {
		h.t.Errorf("a page while the database is away: %d", step.Status)
	}
	long.send()
	short.send()
	if n := h.spooled(); n < 2 {
		h.t.Fatalf("%d envelopes wait on disk, want those of two visitors", n)
	}
	found := leak.Of(word).InFiles(h.t, h.path("spool"))
	if found != nil {
		h.t.Errorf("the spool holds the marker: %v", found)
	}
	h.must(os.Rename(h.path("spool"), h.path("spool-away")))
	last := visit()
	last.Open("/m").Want(200)
	if last.Post(last.answers(false)); last.Status != 503 && last.Status != 500 {
		h.t.Errorf("neither database nor disk: %d", last.Status)
	}
	h.must(os.Rename(h.path("spool-away"), h.path("spool")))
	h.startDatabase()
	h.waitFor("the spool to be handed over", func() bool { return h.spooled() == 0 })
}

// search looks everywhere, first for what must be found.
func (h *house) search(visitors []*visitor) {
	ctx := context.Background()
	t, marker, witness := h.t, leak.Of(word), leak.Of(control)
	var reports int
	h.must(h.owner.QueryRow(ctx, "select count(*) from reports").Scan(&reports))
	if reports != 6 {
		t.Errorf("%d reports arrived, want 6: three doors, the short form, and two without the database", reports)
	}
	for _, statement := range []string{
		"insert into teams (id, name) values ('controle', '" + control + "')",
		"update drafts set content = content || '" + control + "'::bytea where id = (select id from drafts limit 1)",
	} {
		_, err := h.owner.Exec(ctx, statement)
		h.must(err)
	}
	if got := witness.InTables(t, h.owner); !slices.Equal(got, []string{"public.drafts", "public.teams"}) && !slices.Equal(got, []string{"public.teams", "public.drafts"}) {
		t.Errorf("the witness is in a text and in bytes, and is found in %v", got)
	}
	for _, table := range marker.InTables(t, h.owner) {
		t.Errorf("the table %s holds the marker", table)
	}
	_, err := h.owner.Exec(ctx, "checkpoint")
	h.must(err)
	h.stopIntake()
	h.database.Stop()

	for _, file := range marker.InFiles(t, h.dir) {
		t.Errorf("the file %s holds the marker", strings.TrimPrefix(file, h.dir))
	}
	if got := witness.InFiles(t, h.path("pg/data")); len(got) < 2 { // the log of changes, and the tables
		t.Errorf("the witness is in the database, and is found in the files %v", got)
	}
	for name, must := range map[string]string{"pg/server.log": "draft_save", "intake.log": "kept on disk until the database is back"} {
		if log, err := os.ReadFile(h.path(name)); err != nil || !strings.Contains(string(log), must) {
			t.Errorf("%s does not speak of %q: nothing was logged there", name, must)
		}
	}
	if len(h.codes) != 3 {
		t.Errorf("%d codes were used", len(h.codes))
	}
	for _, code := range h.codes {
		for _, form := range []string{code, strings.ReplaceAll(code, "-", "")} {
			for _, file := range leak.Of(form).InFiles(t, h.dir) {
				t.Errorf("the file %s holds a receipt code", strings.TrimPrefix(file, h.dir))
			}
		}
	}
	seen := 0
	for _, v := range visitors {
		for _, address := range v.Seen {
			seen++
			for _, code := range h.codes {
				if leak.Of(code).In([]byte(address)) || leak.Of(strings.ReplaceAll(code, "-", "")).In([]byte(address)) {
					t.Errorf("an address or header holds a receipt code: %.200s", address)
				}
			}
			if marker.In([]byte(address)) {
				t.Errorf("an address or header holds the marker: %.200s", address)
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d addresses and headers were looked at", seen)
	}
	if left, err := os.ReadDir(h.path("tmp")); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
}
