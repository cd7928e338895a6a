package pages_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/office/internal/factor"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// A browser without JavaScript: cookies, links and forms.
type browser struct {
	t      *testing.T
	desk   *desk
	client *http.Client
	base   string
	header http.Header  // sent along with everything
	cookie *http.Cookie // of the session, as it was given last
	token  string       // in it
	status int
	at     string
	body   string
	answer http.Header
	doc    *goquery.Document
}

func (d *desk) browser() *browser {
	jar, _ := cookiejar.New(nil)
	client := *d.server.Client()
	client.Jar = jar
	b := &browser{t: d.t, desk: d, client: &client, base: d.server.URL, header: http.Header{}}
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		b.remember(r.Response)
		return nil
	}
	return b
}

func (b *browser) remember(answer *http.Response) {
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "__Host-bureau" {
			b.cookie, b.token = cookie, cookie.Value
		}
	}
}

// as logs a member in.
func (d *desk) as(login string) *browser {
	d.t.Helper()
	b := d.browser().logIn(login, passphrase)
	if b.token == "" || b.doc.Find(".who").Length() == 0 {
		d.t.Fatalf("%s was not let in: %d %s\n%s", login, b.status, b.text(".error-summary"), d.log)
	}
	return b
}

// logIn fills the log-in form in, or the one at hand that asks for it, and takes the
// second step where the passphrase leads to it.
func (b *browser) logIn(login, passphrase string) *browser {
	b.t.Helper()
	b.givePassphrase(login, passphrase)
	switch {
	case b.doc.Find(appForm).Length() > 0:
		return b.enrol(login)
	case b.doc.Find(codeForm).Length() > 0:
		return b.submit(codeForm, url.Values{"code": {b.desk.code(login)}})
	}
	return b
}

func (b *browser) givePassphrase(login, passphrase string) *browser {
	b.t.Helper()
	if b.doc == nil || b.doc.Find("#passphrase").Length() == 0 {
		b.open("/connexion").want(200, "/connexion")
	}
	return b.submit("main form", url.Values{"login": {login}, "passphrase": {passphrase}})
}

const (
	appForm  = `form[action^="/compte/verification/application"]`
	codeForm = `form[action="/connexion/verification"]`
)

// enrol makes the second factor that the first log-in asks for, writes the backup
// codes down, and goes on.
func (b *browser) enrol(login string) *browser {
	b.t.Helper()
	code, _, err := factor.CodeNow(secret.Text(b.text("#secret")), b.desk.clock.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	b.submit(appForm, url.Values{"code": {code}}).want(200, "/compte/verification/application")
	login = strings.ToLower(strings.TrimSpace(login))
	if b.desk.codes[login] = b.texts(".codes li"); len(b.desk.codes[login]) != 10 {
		b.t.Fatalf("%s was shown %q", login, b.desk.codes[login])
	}
	return b.open(b.doc.Find("main a.button").AttrOr("href", ""))
}

// code takes the next of a member's backup codes.
func (d *desk) code(login string) string {
	d.t.Helper()
	login = strings.ToLower(strings.TrimSpace(login))
	if len(d.codes[login]) == 0 {
		d.t.Fatalf("%s has no backup codes left", login)
	}
	next := d.codes[login][0]
	d.codes[login] = d.codes[login][1:]
	return next
}

func (b *browser) do(r *http.Request) *browser {
	b.t.Helper()
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, values := range b.header {
		r.Header[name] = values
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	b.remember(response)
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.status, b.answer, b.at, b.body = response.StatusCode, response.Header, response.Request.URL.RequestURI(), string(raw)
	if b.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(raw)); err != nil {
		b.t.Fatal(err)
	}
	return b
}

func (b *browser) open(path string) *browser {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) *browser {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// form finds a form on the page.
func (b *browser) form(selector string) *goquery.Selection {
	b.t.Helper()
	form := b.doc.Find(selector).First()
	if form.Length() == 0 {
		b.t.Fatalf("%s has no %s: %d %s", b.at, selector, b.status, b.text("h1"))
	}
	return form
}

// fields is what the form that a selector finds would send as it stands.
func (b *browser) fields(selector string) url.Values {
	b.t.Helper()
	all := url.Values{}
	b.form(selector).Find("input[name], textarea[name]").Each(func(_ int, f *goquery.Selection) {
		name, value := f.AttrOr("name", ""), f.AttrOr("value", "")
		if goquery.NodeName(f) == "textarea" {
			value = strings.TrimPrefix(f.Text(), "\n")
		}
		if kind := f.AttrOr("type", ""); kind != "radio" && kind != "checkbox" || f.Is("[checked]") {
			all.Add(name, value)
		}
	})
	return all
}

// submit sends the form that a selector finds, with these values instead of its own.
func (b *browser) submit(selector string, values url.Values) *browser {
	b.t.Helper()
	form, all := b.form(selector), b.fields(selector)
	for name, given := range values {
		if form.Find(`[name="`+name+`"]`).Length() == 0 {
			b.t.Fatalf("the form of %s does not ask for %s", b.at, name)
		}
		all[name] = given
	}
	return b.post(form.AttrOr("action", ""), all)
}

func (b *browser) want(status int, path string) *browser {
	b.t.Helper()
	if b.status != status || path != "" && b.at != path {
		b.t.Fatalf("at %s with %d, want %s with %d: %s %s", b.at, b.status, path, status, b.text("h1"), b.text(".error-summary, .notice:not([hidden])"))
	}
	return b
}

func (b *browser) text(selector string) string {
	return strings.Join(strings.Fields(b.doc.Find(selector).Text()), " ")
}

func (b *browser) texts(selector string) []string {
	return b.doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
}

func path(r *report.Report) string { return "/dossiers/" + r.ID.String() }
