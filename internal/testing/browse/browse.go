// Package browse is a browser without JavaScript for tests that walk through the
// pages: it keeps cookies, follows redirects, fills in forms, and remembers every
// address and header that went over the wire.
package browse

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// A Browser is one visitor. After each request it holds the answer.
type Browser struct {
	Status int
	At     string // path and query of the page
	Body   string
	Page   *goquery.Document
	Seen   []string // every address and header, asked for, answered or linked to

	t      testing.TB
	base   string
	client http.Client
}

// New returns a visitor of the site at base, whose certificate it takes as it is.
func New(t testing.TB, base string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	b := &Browser{t: t, base: base}
	b.client = http.Client{Jar: jar, Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		b.Seen = append(b.Seen, r.URL.String())
		if len(via) > 10 || !strings.HasPrefix(r.URL.String(), base) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// Do sends a request as a page of the site would.
func (b *Browser) Do(r *http.Request) *Browser {
	b.t.Helper()
	if r.Method != http.MethodGet && r.Header.Get("Origin") == "" {
		r.Header.Set("Origin", b.base)
	}
	if r.Header.Get("Sec-Fetch-Site") == "" {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	b.Seen = append(b.Seen, r.URL.String())
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Status, b.At, b.Body = response.StatusCode, response.Request.URL.RequestURI(), string(raw)
	for name, values := range response.Header {
		b.Seen = append(b.Seen, name+": "+strings.Join(values, ", "))
	}
	if b.Page, err = goquery.NewDocumentFromReader(bytes.NewReader(raw)); err != nil {
		b.t.Fatal(err)
	}
	b.Page.Find("[href],[action],[formaction],[src]").Each(func(_ int, e *goquery.Selection) {
		for _, attribute := range []string{"href", "action", "formaction", "src"} {
			if address, ok := e.Attr(attribute); ok {
				b.Seen = append(b.Seen, address)
			}
		}
	})
	b.Seen = append(b.Seen, "title "+b.Page.Find("title").Text())
	return b
}

// Open gets a page.
func (b *Browser) Open(path string) *Browser {
	b.t.Helper()
	return b.Send(http.MethodGet, path, "", "")
}

// Post sends a form.
func (b *Browser) Post(path string, form url.Values) *Browser {
	b.t.Helper()
	return b.Send(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

// Send sends any body.
func (b *Browser) Send(method, path, contentType, body string) *Browser {
	b.t.Helper()
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return b.Do(r)
}

// SetCookie plants a cookie.
func (b *Browser) SetCookie(name, value string) {
	at, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

// Cookie returns the value of a cookie that the browser holds, or "".
func (b *Browser) Cookie(name string) string {
	at, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, cookie := range b.client.Jar.Cookies(at) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// An Input is one name of a form, with what can be chosen there.
type Input struct {
	Name    string
	Kind    string // "text", "textarea", "radio", "checkbox", "select", "hidden"…
	Options []string
}

// Form reads the form of the page whose action begins with prefix: where it goes,
// what a browser would send untouched, and its inputs.
func (b *Browser) Form(prefix string) (action string, untouched url.Values, inputs []Input) {
	b.t.Helper()
	form := b.Page.Find("main form").FilterFunction(func(_ int, f *goquery.Selection) bool {
		at, _ := f.Attr("action")
		return strings.HasPrefix(at, prefix)
	}).First()
	if form.Length() == 0 {
		b.t.Fatalf("%s (%d) has no form to %s: %s", b.At, b.Status, prefix, b.Page.Find("h1").Text())
	}
	untouched = url.Values{}
	form.Find("input[name],textarea[name],select[name]").Each(func(_ int, f *goquery.Selection) {
		name, kind, value := f.AttrOr("name", ""), f.AttrOr("type", "text"), f.AttrOr("value", "")
		_, checked := f.Attr("checked")
		input := Input{Name: name, Kind: kind, Options: []string{value}}
		switch node := goquery.NodeName(f); {
		case node == "textarea":
			input.Kind = node
			untouched.Add(name, strings.TrimPrefix(f.Text(), "\n"))
		case node == "select":
			input.Kind, input.Options = node, f.Find("option").Map(func(_ int, o *goquery.Selection) string { return o.AttrOr("value", "") })
			untouched.Add(name, f.Find("option[selected]").AttrOr("value", ""))
		case kind != "radio" && kind != "checkbox" || checked:
			untouched.Add(name, value)
		}
		if i := slices.IndexFunc(inputs, func(i Input) bool { return i.Name == name }); i >= 0 {
			inputs[i].Options = append(inputs[i].Options, value)
		} else {
			inputs = append(inputs, input)
		}
	})
	return form.AttrOr("action", ""), untouched, inputs
}

// Want fails the test unless the last answer has this status.
func (b *Browser) Want(status int) *Browser {
	b.t.Helper()
	if b.Status != status {
		b.t.Fatalf("at %s with %d, want %d: %s", b.At, b.Status, status, fmt.Sprint(b.Page.Find("h1, .error-summary, .notice").Text()))
	}
	return b
}
