package intake_test

import (
	"flag"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recueil/internal/report"
	"recueil/internal/testing/reporttest"
)

// inputs writes an answer as the inputs of its page send it.
func inputs(f report.Field, name string, given []string) url.Values {
	switch f.Kind {
	case report.DateParts:
		return url.Values{name + ".day": given[:1], name + ".month": given[1:2], name + ".year": given[2:]}
	case report.CommuneKind:
		return url.Values{name: given[:1]}
	}
	return url.Values{name: given}
}

// Whatever anybody tells or leaves out, at whichever door: it can be sent in no more
// pages than the form announces, and arrives equal.
func TestAnySubsetOfAnswersIsSentAndOpenedEqual(t *testing.T) {
	t.Parallel()
	if err := flag.Set("rapid.checks", "30"); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	rapid.Check(t, func(t *rapid.T) {
		door := rapid.SampledFrom([]string{"self", "young_for_other", "relative", "professional"}).Draw(t, "door")
		as := map[string]report.Door{"self": report.Young, "young_for_other": report.Young}[door]
		if as == "" {
			as = report.Door(door)
		}
		told := reporttest.Random(t, as)
		told.Reporter.Profile = ""
		if told.Place.Commune.Label != "" {
			told.Place.Commune = report.Commune{Label: "Zzyx " + told.Place.Commune.Label} // of no list
		}
		s.clock.Add(time.Minute)
		b := s.browser()
		b.t = t
		b.door(door)
		posts, contact := 0, false
		walk := func() {
			for !strings.HasPrefix(b.at, "/v") {
				posts++
				for _, group := range []string{"children", "parents", "suspects", "exploitation.handles"} {
					if told.GroupLen(group) > 1 && b.doc.Find(`button[name=_add][value="`+group+`"]`).Length() > 0 {
						b.fill(url.Values{"_add": {group}}).want(200, "")
					}
				}
				form := url.Values{"_skip": {"1"}}
				for _, name := range b.asked() {
					f, _ := report.Lookup(name)
					contact = contact || name == "contact.confidentiality"
					if given := told.Get(name); given != nil {
						for input, values := range inputs(f, name, given) {
							form[input] = values
						}
					}
				}
				b.fill(form).want(200, "")
				if b.at == "/d" { // whoever is in danger goes on from there
					b.open(b.resumes())
				}
			}
		}
		b.open(b.onward())
		walk()
		if more, ok := b.doc.Find(`main a[href="/v?plus=1"]`).Attr("href"); ok {
			b.open(more)
			walk()
		}
		announced := b.doc.Find("main .where").Text()
		if want := "sur " + strconv.Itoa(posts+1); !strings.HasSuffix(announced, want) {
			t.Fatalf("%d pages were filled in, announced: %s", posts, announced)
		}

		want := told.Clone()
		want.Prune(as)
		if contact && want.Contact.Confidentiality == "" {
			want.Contact.Confidentiality = map[bool]report.Confidentiality{true: "may_be_passed_on", false: "anonymous"}[as == report.Professional]
		}
		want.Reporter.Profile = map[string]report.Profile{"self": "self", "young_for_other": "young_for_other", "relative": "undisclosed", "professional": "professional"}[door]
		before := len(s.sent())
		if !want.Sendable() {
			if b.doc.Find("main form").Length() != 0 || b.post("/v", nil).want(422, "/v").doc.Find("main form").Length() != 0 || len(s.sent()) != before {
				t.Fatal("nothing was told, and it can be sent")
			}
			return
		}
		b.fill(nil).want(200, "/r").receipt()
		reports := s.sent()
		if len(reports) != before+1 {
			t.Fatalf("%d reports after %d", len(reports), before)
		}
		r := reports[len(reports)-1]
		var typed, arrived []string
		want.Walk(func(_ report.Field, name string, given []string) { typed = append(append(typed, name), given...) })
		r.Walk(func(_ report.Field, name string, given []string) { arrived = append(append(arrived, name), given...) })
		if !slices.Equal(typed, arrived) {
			t.Fatalf("typed %q\narrived %q", typed, arrived)
		}
	})
}
