package intake_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/reply"
	"recueil/internal/report"
)

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
		{"body over the limit", "POST", urlencoded, "situation.facts=" + strings.Repeat("a", 16<<20), nil, 413, "error.too_large"},
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
