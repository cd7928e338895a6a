package intake_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"recueil/internal/web"
)

// Whatever somebody pasted, his words come back to him: no bound of ours loses a text.
func TestATextBeyondEveryLimitComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	told := strings.Repeat("é", web.MaxForm/6+1000) // six bytes each on the way
	r := s.reported("relative", "")
	for field, at := range map[string]*browser{
		"situation.facts": s.relativeAt("/e/2"),
		"short.story":     s.browser().open("/m"),
		"text":            s.enter(r.code.Reveal(), "").want(200, "/b/1"),
	} {
		b := at.fill(url.Values{field: {told}, "_send": {"text"}})
		if b.status != 422 {
			t.Fatalf("%s: answered by %d: %s", field, b.status, b.doc.Find("h1").Text())
		}
		if got := b.doc.Find(`textarea[name="` + field + `"]`).Text(); strings.TrimPrefix(got, "\n") != told {
			t.Errorf("%s: %d of %d letters come back", field, utf8.RuneCountInString(got), utf8.RuneCountInString(told))
		}
	}
}
