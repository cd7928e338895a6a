package pages_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/PuerkitoBio/goquery"

	"recueil/internal/report"
	"recueil/internal/testing/filetest"
	"recueil/locales"
)

func TestARequestIsAnsweredInItsOwnLanguage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, c := range map[string]struct{ cookie, accepts, want string }{
		"nothing said":            {"", "", "fr"},
		"asked for":               {"", "en-GB,en;q=0.9", "en"},
		"asked for after another": {"", "ja, en;q=0.1", "en"},
		"not among ours":          {"", "ja,zh;q=0.9", "fr"},
		"chosen":                  {"__Host-l=en", "fr", "en"},
		"chosen the other way":    {"__Host-l=fr", "en", "fr"},
		"chosen, unknown":         {"__Host-l=xx", "en", "en"},
		"chosen, in capitals":     {"__Host-l=EN", "fr", "fr"},
		"a path":                  {"__Host-l=../../etc/passwd", "", "fr"},
		"markup":                  {"__Host-l=<script>alert(1)</script>", "", "fr"},
		"twice":                   {"__Host-l=en; __Host-l=fr", "", "en"},
		"very long":               {"__Host-l=" + strings.Repeat("en", 2000), "", "fr"},
		"a header of nonsense":    {"", "en-" + strings.Repeat("x-", 300), "fr"},
	} {
		b := d.browser()
		if b.header.Set("Accept-Language", c.accepts); c.cookie != "" {
			b.header.Set("Cookie", c.cookie)
		}
		b.open("/connexion").want(200, "/connexion")
		if got := b.lang(); got != c.want || strings.Contains(b.body, "script>alert") || strings.Contains(b.body, "passwd") {
			t.Errorf("%s: the page is in %q, want %q", name, got, c.want)
		}
	}
}

func (b *browser) lang() string { return b.doc.Find("html").AttrOr("lang", "") }

// switchTo presses the switch as a browser does: with what its form holds, and what
// is typed there.
func (b *browser) switchTo(lang string, typed url.Values) *browser {
	b.t.Helper()
	button := b.doc.Find(`button[name=lang][value="` + lang + `"]`)
	if button.Length() != 1 || strings.TrimSpace(button.Text()) == "" || button.AttrOr("lang", "") != lang {
		b.t.Fatalf("%s offers %s %d times", b.at, lang, button.Length())
	}
	form := button.Closest("form")
	if id, of := button.Attr("form"); of {
		form = b.doc.Find("main form#" + id)
	}
	all := url.Values{"lang": {lang}}
	form.Find("input[name]").Each(func(_ int, f *goquery.Selection) { all.Add(f.AttrOr("name", ""), f.AttrOr("value", "")) })
	for name, given := range typed {
		if !all.Has(name) {
			b.t.Fatalf("the switch of %s leaves %s behind", b.at, name)
		}
		all[name] = given
	}
	return b.post(button.AttrOr("formaction", form.AttrOr("action", "")), all)
}

func TestTheSwitchComesBackToTheSamePage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.receive(time.Hour, within24h())
	b := d.as("a.diallo").open("/file?vue=non-attribues").want(200, "")
	b.switchTo("en", nil).want(200, "/file?vue=non-attribues")
	if b.lang() != "en" || b.text("h1") != "To do 1" || b.text(".filters [aria-current]") != "Unassigned 1" {
		t.Errorf("the queue is in %q and says %q, %q", b.lang(), b.text("h1"), b.text(".filters [aria-current]"))
	}
	b.open("/compte/sessions").want(200, "").switchTo("fr", nil).want(200, "/compte/sessions")
	if b.lang() != "fr" {
		t.Error("there is no way back")
	}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for name, c := range map[string]struct{ form, to, cookie string }{
		"a language":      {"lang=en&return=/compte/cle", "/compte/cle", "__Host-l=en; Path=/; Max-Age=34560000; HttpOnly; Secure; SameSite=Strict"},
		"none of ours":    {"lang=xx&return=/compte/cle", "/compte/cle", ""},
		"no language":     {"return=/compte/cle", "/compte/cle", ""},
		"another site":    {"lang=fr&return=//ailleurs.example", "/file", "__Host-l=fr; Path=/; Max-Age=34560000; HttpOnly; Secure; SameSite=Strict"},
		"a script":        {"lang=fr&return=javascript:alert(1)", "/file", "__Host-l=fr; Path=/; Max-Age=34560000; HttpOnly; Secure; SameSite=Strict"},
		"a header's line": {"lang=en%0d%0aSet-Cookie:+a=b&return=/file", "/file", ""},
	} {
		form, _ := url.ParseQuery(c.form)
		b.post("/langue", form)
		if got := b.answer.Get("Set-Cookie"); b.status != http.StatusSeeOther || b.answer.Get("Location") != c.to || got != c.cookie {
			t.Errorf("%s: %d to %q with the cookie %q", name, b.status, b.answer.Get("Location"), got)
		}
	}
	b.header.Set("Sec-Fetch-Site", "cross-site")
	if b.post("/langue", url.Values{"lang": {"en"}}); b.answer.Get("Set-Cookie") != "" {
		t.Error("another site changed the language")
	}
}

func TestTheSwitchOfTheLogInLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, within24h())
	b := d.browser().open("/connexion?retour=/comptes").want(200, "")
	b.switchTo("en", url.Values{"login": {"a.diallo"}, "passphrase": {"un secret à ne pas montrer"}}).want(200, "")
	if b.lang() != "en" || b.doc.Find("#login").AttrOr("value", "") != "a.diallo" || b.doc.Find("[name=return]").AttrOr("value", "") != "/comptes" {
		t.Errorf("the log-in came back without what it held: %s", b.text("main"))
	}
	if strings.Contains(b.body, "un secret") {
		t.Error("the passphrase came back")
	}

	b = d.as("a.diallo").open(path(r)).submit("form:has([data-claim])", nil).want(200, path(r))
	const reason = "Appelé deux fois : conseils donnés."
	d.clock.Add(16 * time.Minute)
	b.submit("form.closing", url.Values{"reason": {reason}}).want(http.StatusUnauthorized, "")
	b.switchTo("en", nil).want(200, "")
	if b.text("h1") != "Session locked" || !strings.Contains(b.text(".notice"), "What you wrote is kept.") || b.doc.Find("#login").AttrOr("value", "") != "a.diallo" {
		t.Errorf("the locked log-in says %q, %q", b.text("h1"), b.text(".notice"))
	}
	b.logIn("a.diallo", passphrase).want(200, "")
	if got := b.text("#reason"); got != reason || b.lang() != "en" {
		t.Errorf("the text came back as %q, in %q", got, b.lang())
	}
}

func TestTheSwitchOfTheInvitationLosesNothing(t *testing.T) {
	t.Parallel()
	b := newDesk(t).browser().open("/invitation").want(200, "")
	offered := b.text(".phrase")
	b.switchTo("en", url.Values{"login": {"m.faure"}, "code": {"7K2M-9QX4"}, "passphrase": {"un secret à ne pas montrer"}}).want(200, "")
	if b.lang() != "en" || b.text(".phrase") != offered || b.doc.Find("#login").AttrOr("value", "") != "m.faure" || b.doc.Find("#code").AttrOr("value", "") != "7K2M-9QX4" {
		t.Errorf("the invitation came back without what it held: %s", b.text("main"))
	}
	if strings.Contains(b.body, "un secret") {
		t.Error("the passphrase came back")
	}
}

// Staff read what a text is for in their language; the reporter reads it in his own.
func TestAReadyTextIsInTheLanguageOfItsReader(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for _, c := range []struct{ staff, reporter, title, text string }{
		{"en", "fr", "When can we call?", "vous appeler sans risque"},
		{"fr", "en", "Quand pouvons-nous appeler ?", "safe to call you"},
		{"en", "en", "When can we call?", "safe to call you"},
		{"fr", "ar", "Quand pouvons-nous appeler ?", "vous appeler sans risque"},
	} {
		b.header.Set("Accept-Language", c.staff)
		b.claim(d.receive(time.Hour, within24h(), func(r *report.Report) { r.Language = c.reporter }))
		title := strings.Join(strings.Fields(b.text("#canned option[value=call]")), " ")
		b.submit(composing, url.Values{"canned": {"call"}, "insert": {"1"}}).want(200, "")
		if title != c.title || !strings.Contains(b.text("#text"), c.text) {
			t.Errorf("staff in %s, a reporter in %s: %q puts in %q", c.staff, c.reporter, title, b.text("#text"))
		}
	}
}

// A screen reader changes its voice for a text in another language than the page's.
func TestWhatWasWrittenSaysItsLanguage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for _, c := range []struct{ page, reporter, want string }{
		{"fr", "fr", ""}, {"en", "en", ""}, {"en", "fr", "fr"}, {"fr", "ar", "ar"}, {"fr", "pt-BR", "pt-BR"}, {"en", "", ""}, {"en", `"><script>`, ""},
	} {
		r := d.receive(time.Hour, report.Answers{Situation: report.Situation{Facts: strings.Repeat("bla ", 200)}}, func(r *report.Report) { r.Language = c.reporter })
		d.add(r, report.Answers{Situation: report.Situation{Facts: "bla"}})
		b.header.Set("Accept-Language", c.page)
		b.open(path(r)).want(200, "")
		told := b.doc.Find(".brief blockquote.told, .answers blockquote.told")
		if told.Length() != 2 || strings.Contains(b.body, "<script>") {
			t.Fatalf("%d texts are told", told.Length())
		}
		told.Each(func(_ int, text *goquery.Selection) {
			if got := text.AttrOr("lang", ""); got != c.want {
				t.Errorf("a text of a report in %q is in %q on a page in %q, want %q", c.reporter, got, c.page, c.want)
			}
		})
	}
}

// frenchTexts are those of the catalogues that English says otherwise, to look for.
func frenchTexts(t *testing.T) []string {
	t.Helper()
	spoken := map[string]map[string]any{}
	for _, lang := range []string{"fr", "en"} {
		all := map[string]any{}
		for _, name := range []string{"adult", "rules", "office"} {
			content, err := fs.ReadFile(locales.FS, lang+"/"+name+".toml")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := toml.Decode(string(content), &all); err != nil {
				t.Fatal(err)
			}
		}
		spoken[lang] = all
	}
	var texts []string
	for key, text := range spoken["fr"] {
		if text, plain := text.(string); plain && text != spoken["en"][key] && strings.Contains(text, " ") && !strings.Contains(text, "{{") {
			texts = append(texts, strings.Join(strings.Fields(text), " "))
		}
	}
	return texts
}

var (
	keyShown = regexp.MustCompile(`\[(office|page|code|label|rule|urgency|when|month|weekday|error)\.[\w.-]+\]`)
	// Codes and ids are neither small letters nor words by themselves.
	frenchWords = regexp.MustCompile(`(^|[^\pL\pN-])([Ll]e|[Ll]a|[Ll]es|[Dd]es|[Uu]ne|[Ee]st|[Vv]ous|[Aa]vec|[Dd]ans|[Vv]otre|[Vv]os|[Qq]ui|[Qq]ue|et|pas|[Ss]ur|[Aa]ux|ou|[Cc]e|[Cc]ette|[Dd]u|[Aa]u|[Pp]ar|[Aa]ucun|[Ee]nfant|[Dd]ossier)([^\pL\pN-]|$)`)
)

// english fails unless the page speaks English to its last word. What staff and
// reporters wrote is theirs; a passphrase and six words stay French, and say so.
func (b *browser) english(french []string) *browser {
	b.t.Helper()
	if b.lang() != "en" || b.doc.Find("html").AttrOr("dir", "") != "ltr" {
		b.t.Errorf("%s is in %q", b.at, b.lang())
	}
	page := b.doc.Clone()
	page.Find(`[lang=fr], script, style`).Remove()
	said := []string{strings.Join(strings.Fields(page.Text()), " ")}
	page.Find("[aria-label], [data-label], [data-late], [data-plural], [data-days], [data-sending], [alt], [title]").Each(func(_ int, e *goquery.Selection) {
		for _, name := range []string{"aria-label", "data-label", "data-late", "data-left", "data-singular", "data-plural", "data-days", "data-sending", "alt", "title"} {
			said = append(said, e.AttrOr(name, ""))
		}
	})
	text := strings.Join(said, " ¶ ")
	if found := keyShown.FindString(text); found != "" {
		b.t.Errorf("%s says %s", b.at, found)
	}
	for _, sentence := range french {
		if strings.Contains(text, sentence) {
			b.t.Errorf("%s says %q", b.at, sentence)
		}
	}
	if found := frenchWords.FindStringIndex(text); found != nil {
		b.t.Errorf("%s says a French word: …%s…", b.at, text[max(0, found[0]-40):min(len(text), found[1]+40)])
	}
	// Where nothing is taken along, nothing may be typed but what one looks for.
	if page.Find("form.languages").Length() > 0 && page.Find("main textarea, main input:not([type=hidden])").Not("form[role=search] input, .keep-view input").Length() > 0 {
		b.t.Errorf("%s has a switch that would throw typed text away", b.at)
	}
	return b
}

func TestEveryMainPageIsEnglishToItsLastWord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	french := frenchTexts(t)
	if len(french) < 300 || !slices.Contains(french, "Se déconnecter") {
		t.Fatalf("%d French texts are looked for", len(french))
	}
	whole := report.Answers{
		Reporter:     report.Reporter{Profile: report.ProfileNeighbour, Knowledge: []report.Knowledge{"heard"}},
		Situation:    report.Situation{Facts: "Shouting at night.", Dangers: []report.Danger{report.DangerGrossNeglect, "domestic_violence"}},
		UrgencySigns: []report.UrgencySign{"dangerous_person_present", "visible_injury"},
		Children:     []report.Child{{FirstName: "Lea", Age: "6"}, {Age: report.AgeUnder1}}, Place: report.Place{Department: "93"},
		Suspects: []report.Suspect{{Relation: "father", HasAccessNow: report.Yes}},
		Contact:  report.Contact{Channel: "phone", Value: "01 99 00", MayLeaveMessage: report.No, SharedDevice: report.Yes},
	}
	first := d.receive(9*time.Minute, whole)
	d.receive(73*time.Hour, within72h())
	d.receive(50*time.Hour, within24h())
	d.receive(8*24*time.Hour, within2h())
	in := func(login string) *browser {
		b := d.browser()
		b.header.Set("Accept-Language", "en")
		b.open("/file").english(french)
		b.submit("main form", url.Values{"login": {login}, "passphrase": {"no such passphrase"}}).english(french)
		b.givePassphrase(login, passphrase).english(french)
		b.submit(appForm, url.Values{"code": {"000000"}}).english(french)
		return b.enrol(login).english(french)
	}
	agent := in("a.diallo")
	for _, page := range []string{"/file", "/file?vue=en-retard", "/file?vue=les-miens", "/compte/verification", "/compte/verification?application=1", "/compte/sessions", "/compte/cle", "/journal", "/nowhere", path(first)} {
		agent.open(page).english(french)
	}
	agent.submit("form:has([data-claim])", nil).english(french)
	agent.submit("form.closing", nil).want(http.StatusUnprocessableEntity, "").english(french)
	agent.submit(composing, nil).want(http.StatusUnprocessableEntity, "").english(french)
	agent.submit(composing, url.Values{"text": {"Is Lea safe?"}}).want(http.StatusUnprocessableEntity, "").english(french)
	agent.open(path(first)).submit(composing, url.Values{"text": {"Are you safe?"}, "asks": {"1"}}).want(200, path(first)).english(french)
	d.answer(first, report.Added{Text: "Yes, I am.", Wish: report.WishNoContact, Contact: "01 99 00"})
	agent.open("/file?vue=reponses").want(200, "").english(french)
	agent.open(path(first)).want(200, "").english(french)
	agent.submit("form.closing", url.Values{"qualification": {"immediate_help"}, "reason": {"Advice given."}}).want(200, "/file").english(french)
	d.add(first, report.Answers{Situation: report.Situation{Facts: "It was louder today."}})
	agent.open(path(first)).want(200, "").english(french)
	d.clock.Add(26 * time.Hour)
	agent.open(path(first)).want(http.StatusUnauthorized, "").english(french)

	administrator := in("k.petit")
	other := d.staffID("a.diallo").String()
	for _, page := range []string{"/comptes", "/comptes/inviter", "/comptes/" + other, "/comptes/" + other + "/role", "/comptes/" + other + "/phrase", "/comptes/" + other + "/fermeture", "/comptes/" + d.staffID("k.petit").String(), "/verifications", "/compte/cle", "/cles", path(first)} {
		administrator.open(page).english(french)
	}
	administrator.open("/comptes/inviter").submit("main form", nil).want(http.StatusUnprocessableEntity, "").english(french)
	administrator.open("/comptes/inviter").submit("main form", url.Values{"login": {"m.faure"}, "name": {"Max Faure"}, "role": {"agent"}, "team": {"plateau"}}).want(200, "").english(french)
	guest := d.browser()
	guest.header.Set("Accept-Language", "en")
	guest.open("/invitation").english(french)
	guest.submit("main form", url.Values{"login": {"m.faure"}, "code": {administrator.code()}, "passphrase": {chosen}, "again": {chosen}}).want(200, "").english(french)
	administrator.open("/comptes").want(200, "").english(french)

	coordinator := in("c.martin")
	for _, page := range []string{"/file", "/cles", "/cles/" + d.staffID("m.faure").String(), "/cles/" + d.staffID("m.faure").String() + "/refus", "/verifications"} {
		coordinator.open(page).want(200, "").english(french)
	}
	d.showing()
	filed := d.receiveWith(sent{"a.jpg", picture()}, sent{"b.pdf", filetest.PDF()}, sent{"c.txt", []byte("He said so.")})
	coordinator.open("/file").submit(`form[action="`+path(filed)+`/prise-en-charge"]`, nil).want(200, path(filed)).english(french)
	coordinator.open(filePath(filed, 1)).want(200, "").english(french) // of a PDF there is no preview
	for _, n := range []int{0, 2} {
		coordinator.open(filePath(filed, n)).want(200, "").english(french)
		coordinator.submit("main form", nil).want(http.StatusUnprocessableEntity, "").english(french)
		coordinator.submit("main form", url.Values{"reason": {"To see it."}}).want(200, filePath(filed, n)+"/apercu").english(french)
	}
	coordinator.open(filePath(filed, 0)+"/gel").want(200, "").english(french)
	coordinator.submit(`main form[method=post]`, nil).want(200, "").english(french)
	coordinator.open(filePath(filed, 0) + "/original").english(french)
	coordinator.open(path(filed)).want(200, "").english(french)
	d.exec("update report_grants set body = substring(body from 1 for 400) || '\\x00' || substring(body from 402) where report_id = $1", first.ID)
	coordinator.open(path(first)).want(200, "").english(french)

	auditor := in("j.moreau").want(200, "/journal")
	auditor.open("/journal?du=hier&qui=moi").want(http.StatusUnprocessableEntity, "").english(french)
	auditor.open("/journal").submit(`form[action="/journal/verification"]`, nil).want(200, "").english(french)
	in("p.blanc").english(french)
}
