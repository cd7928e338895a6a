package intake_test

import (
	"net/url"
	"testing"
)

func TestYoungWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().door("self")
	b.open("/e/1").want(200, "/e/1").fill(url.Values{"danger_now": {"no"}}).want(200, "/e/2")
	b.fill(url.Values{"situation.story": {"bonjour"}}).want(200, "/e/4")
	b.fill(url.Values{"place.department": {"59"}, "children.0.age": {"14"}}).want(200, "/e/12")
	b.fill(url.Values{"contact.channel": {"none"}}).want(200, "/v")
	b.fill(nil).want(200, "/r")
	if code := b.doc.Find("#code").Text(); len(code) != 24 {
		t.Errorf("code %q", code)
	}
}
