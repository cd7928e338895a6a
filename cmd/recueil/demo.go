package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"crypto/tls"

	"github.com/PuerkitoBio/goquery"
)

// A demoReport is what one invented visitor answers. Door is the value of the
// button on the home page; the short form has none.
type demoReport struct {
	door    string
	answers url.Values
}

// sendDemo sends the invented reports through the real form, as a browser without
// JavaScript does, once in the life of the folder.
func (c *devCommand) sendDemo(ctx context.Context, house *devFile, ownerURL string) error {
	mark := filepath.Join(c.Dir, "demo.sent")
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	for i, r := range demoReports {
		v := newVisitor(ctx, house.Intake)
		if err := v.send(r); err != nil {
			return fmt.Errorf("sending demo report %d: %w", i+1, err)
		}
	}
	if err := c.passOn(ctx, house, ownerURL); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o600)
}

// A visitor is one browser: it keeps its cookies by itself, since net/http's jar
// sends a Secure cookie over https only, and browsers also to localhost.
type visitor struct {
	ctx     context.Context
	client  *http.Client
	base    string
	cookies map[string]string
	at      string
	status  int
	page    *goquery.Document
}

func newVisitor(ctx context.Context, base string) *visitor {
	return &visitor{ctx: ctx, base: base, cookies: map[string]string{}, client: &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, // our own child's certificate
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// maxPages bounds a walk: the longest way has fewer, each asked twice.
const maxPages = 60

func (v *visitor) send(r demoReport) error {
	if err := v.enter(r.door); err != nil {
		return err
	}
	for range maxPages {
		switch path, _, _ := strings.Cut(v.at, "?"); {
		case path == "/r":
			return nil
		case path == "/a" || path == "/d":
			if err := v.follow("main a.button[href^='/e/'], main a.back[href^='/e/'], main a.back[href='/v']"); err != nil {
				return err
			}
		default:
			if err := v.answer(r.answers); err != nil {
				return err
			}
		}
	}
	return errors.New("the form does not come to an end")
}

func (v *visitor) enter(door string) error {
	if door == "" {
		return v.open("/m")
	}
	return v.post("/", url.Values{"door": {door}})
}

func (v *visitor) follow(links string) error {
	href, ok := v.page.Find(links).First().Attr("href")
	if !ok {
		return fmt.Errorf("%s leads nowhere", v.at)
	}
	return v.open(href)
}

var item = regexp.MustCompile(`^(children|parents|suspects|exploitation\.handles)\.[1-9]\.`)

// answer fills in what the page asks and sends it. What the page asks about once
// more is left as it is; a repeated part that is not on the page yet is added first.
func (v *visitor) answer(answers url.Values) error {
	form := v.page.Find("main form").First()
	action, ok := form.Attr("action")
	if !ok {
		return fmt.Errorf("%s has no form (%d)", v.at, v.status)
	}
	typed := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, hidden *goquery.Selection) {
		typed.Add(hidden.AttrOr("name", ""), hidden.AttrOr("value", ""))
	})
	add := ""
	for name, given := range answers {
		if form.Find(fmt.Sprintf("[name=%q]", name)).Length() > 0 {
			typed[name] = given
		} else if group := item.FindStringSubmatch(name); group != nil && form.Find(fmt.Sprintf("[name=_add][value=%q]", group[1])).Length() > 0 {
			add = group[1]
		}
	}
	if add != "" {
		typed.Set("_add", add)
	} else if v.status == http.StatusUnprocessableEntity {
		typed.Set("_skip", "1")
	}
	return v.post(action, typed)
}

func (v *visitor) open(path string) error {
	request, err := http.NewRequestWithContext(v.ctx, http.MethodGet, v.base+path, nil)
	if err != nil {
		return err
	}
	return v.do(request)
}

func (v *visitor) post(path string, form url.Values) error {
	request, err := http.NewRequestWithContext(v.ctx, http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(request)
}

func (v *visitor) do(request *http.Request) error {
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range v.cookies {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := v.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	for _, c := range answer.Cookies() {
		v.cookies[c.Name] = c.Value
	}
	if answer.StatusCode == http.StatusSeeOther {
		next, _, _ := strings.Cut(answer.Header.Get("Location"), "#")
		return v.open(next)
	}
	if answer.StatusCode >= 400 && answer.StatusCode != http.StatusUnprocessableEntity {
		return fmt.Errorf("%s answers %d", request.URL.Path, answer.StatusCode)
	}
	v.at, v.status = request.URL.RequestURI(), answer.StatusCode
	v.page, err = goquery.NewDocumentFromReader(answer.Body)
	return err
}
