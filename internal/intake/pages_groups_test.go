package intake_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		page, group, field string
		limit              int
	}{
		{"/e/3", "children", "first_name", 10}, {"/e/3", "parents", "name", 4}, {"/e/6", "suspects", "name", 5}, {"/e/9", "exploitation.handles", "handle", 10},
	} {
		t.Run(c.group, func(t *testing.T) {
			b := s.relativeAt("/e/5").fill(url.Values{"situation.dangers": {"sexual_exploitation"}, "_skip": {"1"}}).open(c.page)
			name := func(n int) string { return c.group + "." + strconv.Itoa(n) + "." + c.field }
			for n := range c.limit {
				form := url.Values{name(n): {"numéro " + strconv.Itoa(n)}}
				if n < c.limit-1 {
					form.Set("_add", c.group)
				} else {
					form.Set("_skip", "1")
				}
				if b.fill(form).want(200, ""); n < c.limit-1 && (b.at != c.page || b.part != strings.ReplaceAll(c.group, ".", "-")+"-"+strconv.Itoa(n+1) || b.doc.Find("#"+b.part).Length() != 1) {
					t.Fatalf("added, and at %s#%s", b.at, b.part)
				}
			}
			b.open(c.page)
			if b.doc.Find(`button[name=_add][value="`+c.group+`"]`).Length() != 0 {
				t.Errorf("more than %d can be added", c.limit)
			}
			middle := c.limit / 2
			b.fill(url.Values{"_remove": {c.group + "." + strconv.Itoa(middle)}, name(0): {"changé en retirant"}}).want(200, c.page)
			_, form := b.fields()
			for n := range c.limit - 1 {
				want := "numéro " + strconv.Itoa(n)
				switch {
				case n == 0:
					want = "changé en retirant"
				case n >= middle:
					want = "numéro " + strconv.Itoa(n+1)
				}
				if got := form.Get(name(n)); got != want {
					t.Errorf("item %d holds %q, want %q", n, got, want)
				}
			}
			if form.Has(name(c.limit - 1)) {
				t.Error("as many items as before")
			}
		})
	}
}

func TestRemovingBesideARefusedAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/3")
	b.fill(url.Values{"children.0.first_name": {"Lou"}, "_add": {"children"}}).fill(url.Values{"children.1.first_name": {"Max"}, "_add": {"children"}})
	long := strings.Repeat("x", 101)
	b.fill(url.Values{"children.2.first_name": {"Noé"}, "children.2.last_name": {long}, "_remove": {"children.1"}}).want(422, "/e/3")
	check := func(form url.Values) {
		t.Helper()
		if form.Get("children.0.first_name") != "Lou" || form.Get("children.1.first_name") != "Noé" || form.Has("children.2.first_name") {
			t.Errorf("%v", form)
		}
	}
	_, form := b.fields()
	check(form)
	if form.Get("children.1.last_name") != long || b.doc.Find("#children-1-last_name-erreur").Length() != 1 {
		t.Error("the refused answer did not move with its item")
	}
	b.fill(url.Values{"children.1.last_name": {"Martin"}, "_skip": {"1"}}).want(200, "/e/4")
	_, form = b.open("/e/3").fields()
	check(form)
}

func TestHiddenAnswersAreNotSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}})
	b.open("/e/5").fill(url.Values{"situation.dangers": {"sexual_exploitation"}, "_skip": {"1"}})
	b.open("/e/9").want(200, "/e/9").fill(url.Values{"exploitation.venue": {marker}, "_skip": {"1"}})
	b.open("/e/8").fill(url.Values{"done.steps": {"judge_measure"}, "done.measure_kind": {"aemo"}, "_skip": {"1"}})
	b.open("/e/12").fill(url.Values{"contact.channel": {"sms"}, "contact.value": {"06 39 98 12 34"}, "_skip": {"1"}})

	b.open("/e/5").fill(url.Values{"situation.dangers": nil, "_skip": {"1"}})
	b.open("/e/8").fill(url.Values{"done.steps": nil, "_skip": {"1"}})
	b.open("/e/12").fill(url.Values{"contact.channel": {"mailbox"}, "_skip": {"1"}})
	if b.open("/e/9"); b.at == "/e/9" {
		t.Error("the page about exploitation is still open")
	}
	b.open("/v").want(200, "/v")
	if page := b.doc.Find("main").Text(); strings.Contains(page, marker) || strings.Contains(page, "06 39 98") || strings.Contains(page, "AEMO") {
		t.Errorf("the check page shows what is not sent: %s", page)
	}
	b.fill(nil).want(200, "/r")
	if r := s.one(); r.Exploitation.Venue != "" || r.Done.MeasureKind != "" || r.Contact.Value != "" {
		t.Errorf("%+v", r.Answers)
	}
}

func TestWhatOpensThePageAboutExploitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, c := range map[string]struct {
		door, page string
		answer     url.Values
		opens      bool
	}{
		"the danger":         {"relative", "/e/5", url.Values{"situation.dangers": {"sexual_exploitation"}}, true},
		"two signs":          {"relative", "/e/5", url.Values{"signs": {"several_phones", "waiting_cars"}}, true},
		"one sign":           {"relative", "/e/5", url.Values{"signs": {"several_phones"}}, false},
		"two signs at work":  {"professional", "/e/5", url.Values{"signs": {"several_phones", "waiting_cars"}}, true},
		"another danger":     {"relative", "/e/5", url.Values{"situation.dangers": {"sexual_violence"}}, false},
		"the young one's":    {"self", "/e/2", url.Values{"situation.young_ticks": {"someone_gains_from_me"}}, true},
		"another of theirs":  {"self", "/e/2", url.Values{"situation.young_ticks": {"runaway_now"}}, false},
		"a friend's":         {"young_for_other", "/e/2", url.Values{"situation.young_ticks": {"someone_gains_from_me"}}, true},
		"nothing told at it": {"relative", "/e/5", nil, false},
	} {
		b := s.browser().door(c.door).open("/e/1").fill(url.Values{"danger_now": {"no"}}).open(c.page)
		form := url.Values{"_skip": {"1"}}
		for field, given := range c.answer {
			form[field] = given
		}
		b.fill(form).want(200, "").open("/e/9")
		if opens := b.at == "/e/9"; opens != c.opens {
			t.Errorf("%s: at %s", name, b.at)
		}
	}
}
