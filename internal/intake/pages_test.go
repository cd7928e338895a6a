package intake_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"recueil/internal/report"
)

func TestDangerComesFirstAtEveryDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, door := range []string{"self", "young_for_other", "relative", "professional"} {
		b := s.browser().door(door)
		if next := b.onward(); next != "/e/1" {
			t.Errorf("%s begins at %s", door, next)
		}
		b.open("/e/1").fill(url.Values{"danger_now": {"yes"}}).want(200, "/d")
		after := b.resumes()
		b.open(after).want(200, after)
		if len(b.asked()) == 0 || after == "/e/1" {
			t.Errorf("%s goes on to %s from the numbers", door, after)
		}
	}
}

// resumes is where the page of numbers leads back into the form.
func (b *browser) resumes() string {
	return b.doc.Find(`main a[href^="/e/"], main a[href="/v"]`).AttrOr("href", "")
}

// The numbers are a click away everywhere, and lead back to where one was.
func TestNumbersLeadBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"vu"}}).want(200, "/e/3")
	if next := b.open("/d").want(200, "/d").resumes(); next != "/e/3" {
		t.Errorf("on to %s", next)
	}
}

// What is asked as required is asked once more when it is left out, and can then be
// left by either button, for good.
func TestWhatIsRequiredCanBeLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		door string
		as   report.Door
	}{{"self", report.Young}, {"relative", report.Relative}, {"professional", report.Professional}} {
		for leave, button := range map[string]url.Values{"by its button": {"_skip": {"1"}}, "by going on": nil} {
			t.Run(c.door+" "+leave, func(t *testing.T) {
				s := newSite(t)
				b := s.browser().door(c.door).open("/e/1")
				asked := []string{}
				for !strings.HasPrefix(b.at, "/v") {
					here := b.at
					required := slices.DeleteFunc(b.asked(), func(name string) bool {
						f, _ := report.Lookup(name)
						return f.Asked[c.as] != report.Required
					})
					if b.fill(nil); len(required) > 0 {
						b.want(422, here)
						for _, name := range required {
							if b.doc.Find("#"+strings.ReplaceAll(name, ".", "-")+"-erreur").Length() != 1 {
								t.Errorf("%s is not asked for on %s", name, here)
							}
						}
						if got, want := b.doc.Find("button[name=_skip]").Text(), s.words("button.prefer_not"); got != want {
							t.Errorf("%s can be left by %q", here, got)
						}
						asked = append(asked, required...)
						b.fill(button)
					}
					if b.want(200, ""); b.at == here {
						t.Fatalf("%s is not left", here)
					}
				}
				if len(asked) < 2 || c.as == report.Professional && len(asked) < 15 {
					t.Errorf("only %v were required", asked)
				}
				b.open("/e/1?m=1").fill(nil).want(200, "/v") // not asked again

			})
		}
	}
}

// A value that can hardly be meant is asked about once, then kept and marked.
func TestImplausibleValuesAreAskedAboutOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	date := func(name, day, month, year string) url.Values {
		return url.Values{name + ".day": {day}, name + ".month": {month}, name + ".year": {year}}
	}
	for _, c := range []struct {
		name, page, field string
		typed             url.Values
		want              []string
		mark              string
	}{
		{"a child of 40", "/e/3", "children.0.birth_date", date("children.0.birth_date", "9", "mars", "1986"), []string{"9", "3", "1986"}, report.ImplausibleAge},
		{"31 February", "/e/3", "children.0.birth_date", date("children.0.birth_date", "31", "février", "2012"), []string{"31", "février", "2012"}, report.ImpossibleDate},
		{"a year alone", "/e/3", "children.0.birth_date", date("children.0.birth_date", "", "", "2012"), []string{"", "", "2012"}, report.ImpossibleDate},
		{"a birth to come", "/e/3", "children.0.birth_date", date("children.0.birth_date", "1", "12", "2027"), []string{"1", "12", "2027"}, report.FutureDate},
		{"seen tomorrow", "/e/5", "reporter.last_seen_on", date("reporter.last_seen_on", "1", "déc.", "2026"), []string{"2026-12-01"}, report.FutureDate},
		{"a day that is none", "/e/5", "reporter.last_seen_on", date("reporter.last_seen_on", "31", "avril", "2026"), []string{"31 / avril / 2026"}, report.ImpossibleDate},
		{"a phone that is none", "/e/3", "parents.0.phone", url.Values{"parents.0.phone": {"zéro six"}}, []string{"zéro six"}, report.NotAPhone},
		{"a school code that is none", "/e/3", "children.0.school", url.Values{"children.0.school": {"0590001A"}}, []string{"0590001A"}, report.NotASchoolCode},
		{"an address that is none", "/e/12", "contact.value", url.Values{"contact.channel": {"email"}, "contact.value": {"moi"}}, []string{"moi"}, report.NotAnEmail},
		{"a number that is none", "/e/12", "contact.value", url.Values{"contact.channel": {"sms"}, "contact.value": {"12"}}, []string{"12"}, report.NotAPhone},
		{"no number", "/e/12", "contact.value", url.Values{"contact.channel": {"phone"}}, nil, report.NoContact},
	} {
		for _, anyway := range []bool{true, false} {
			b := s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).open(c.page)
			b.fill(c.typed).want(422, c.page)
			id := strings.ReplaceAll(c.field, ".", "-")
			if got, want := b.doc.Find("#"+id+"-erreur").Text(), s.words("mark."+c.mark); got != want {
				t.Errorf("%s: asked %q, want %q", c.name, got, want)
			}
			if got := b.doc.Find("button[name=_skip]").Text(); got != s.words("button.continue_anyway") {
				t.Errorf("%s: the button says %q", c.name, got)
			}
			_, form := b.fields()
			for input, given := range c.typed {
				if !slices.Equal(form[input], given) {
					t.Errorf("%s: %s is shown as %q", c.name, input, form[input])
				}
			}
			leave := url.Values{}
			if anyway {
				leave.Set("_skip", "1")
			}
			if b.fill(leave).want(200, ""); b.at == c.page {
				t.Errorf("%s: asked again", c.name)
			}
			b.open(c.page+"?m=1").fill(nil).want(200, "")
			b.open("/v").fill(nil).want(200, "/r")
			s.clock.Add(1e9)
			reports := s.sent()
			r := reports[len(reports)-1]
			if got := r.Get(c.field); !slices.Equal(got, c.want) {
				t.Errorf("%s: kept as %q", c.name, got)
			}
			if !slices.Contains(r.Marks, report.Mark{Field: c.field, Kind: c.mark}) {
				t.Errorf("%s: marks %v", c.name, r.Marks)
			}
		}
	}
}

// byScript sends a form as our script does, by fetch: a page to be shown is then
// sent for once more by the browser itself.
func (b *browser) byScript(action string, form url.Values) *browser {
	b.t.Helper()
	r, _ := http.NewRequest(http.MethodPost, b.base+action, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Recueil-Send", "1")
	b.do(r)
	if b.status == 200 && strings.HasPrefix(b.header.Get("Content-Type"), "application/json") {
		return b.open(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.body), `{"location":"`), `"}`))
	}
	return b.post(action, form)
}

// The second sending of what our script sent first must meet the same answer.
func TestScriptsMissNoQuestion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/3")
	action, form := b.fields()
	form.Set("children.0.school", "0590001A")
	b.byScript(action, form).want(422, "/e/3")
	b.fill(nil).want(200, "/e/4")

	action, form = b.open("/e/2").fields()
	form["reporter.knowledge"] = []string{"nope"}
	b.byScript(action, form).want(422, "/e/2")

	action, form = b.open("/e/3").fields()
	form.Set("children.0.first_name", "Lou")
	form.Set("_add", "children")
	b.byScript(action, form).want(200, "/e/3")
	action, form = b.fields()
	form.Set("children.1.first_name", "Max")
	form.Set("children.0.birth_date.year", "1950")
	form.Set("_remove", "children.1")
	form["children.0.grade"] = []string{"a", "b"} // refused, so the page comes back
	b.byScript(action, form).want(422, "/e/3")
	if _, form = b.fields(); form.Get("children.0.first_name") != "Lou" || form.Has("children.1.first_name") {
		t.Errorf("after removing: %v", form)
	}

	s.clock.Add(25 * 3600e9) // the draft is gone meanwhile
	form.Set("children.0.first_name", "Louise")
	form.Del("children.0.grade")
	b.byScript("/e/3", form).want(410, "/e/3")
	if _, again := b.fields(); again.Get("children.0.first_name") != "Louise" {
		t.Errorf("%v", again)
	}
	b.fill(url.Values{"_skip": {"1"}}).want(200, "/e/4")
	if n := s.drafts(); n != 2 {
		t.Errorf("%d drafts: the old one and the new", n)
	}
}

// Items of a group come and go without a script; removed in the middle, the others
// keep what they hold.
// A page that comes back because of one refused answer shows the items as they are
// after one was taken out.
// Answers to questions that are hidden again are not sent.
// "Modifier" leads back to the check page, by what its answer opened.
func TestChangingFromTheCheckPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck()
	var changes []string
	for _, node := range b.doc.Find(".change a").Nodes {
		for _, a := range node.Attr {
			if a.Key == "href" && !slices.Contains(changes, a.Val) {
				changes = append(changes, a.Val)
			}
		}
	}
	if !slices.Equal(changes, []string{"/e/1?m=1", "/e/2?m=1", "/e/4?m=1", "/e/12?m=1"}) {
		t.Fatalf("%v", changes)
	}
	for _, change := range changes {
		b.open(change).want(200, change)
		b.fill(url.Values{"_view": {"back"}}).want(200, "/v")
		b.open(change).fill(nil).want(200, "/v")
	}
	b.open("/e/1?m=1").fill(url.Values{"danger_now": {"yes"}}).want(200, "/d")
	if next := b.resumes(); next != "/v" {
		t.Errorf("from the numbers on to %s", next)
	}
	b.open("/e/2?m=1").fill(url.Values{"situation.young_ticks": {"someone_gains_from_me"}}).want(200, "/e/9")
	b.fill(url.Values{"exploitation.handles.0.handle": {"javascript:alert(1)"}, "_add": {"exploitation.handles"}}).want(200, "/e/9")
	b.fill(nil).want(200, "/v")
	if link := b.doc.Find(`a[href^="javascript"]`).Length(); link != 0 || !strings.Contains(b.doc.Find(".summary-list").Text(), "javascript:alert(1)") {
		t.Error("a handle is text, to be read and not to be followed")
	}
	b.open("/e/9?m=1").fill(url.Values{"_add": {"exploitation.handles"}}).want(200, "/e/9?m=1").fill(url.Values{"_remove": {"exploitation.handles.1"}}).want(200, "/e/9?m=1")
	b.open("/e/2?m=1").fill(url.Values{"situation.young_ticks": nil}).want(200, "/v")
	b.fill(nil).want(200, "/r")
	if r := s.one(); r.DangerNow != report.Yes || r.Urgency != 0 || len(r.Exploitation.Handles) != 0 {
		t.Errorf("%+v", r)
	}
}

// Nobody's name goes out by default but a professional's, and a default counts only
// once its page was seen.
func TestConfidentialityByDefault(t *testing.T) {
	t.Parallel()
	for door, want := range map[string]report.Confidentiality{"self": "anonymous", "relative": "anonymous", "professional": "may_be_passed_on"} {
		for _, seen := range []bool{true, false} {
			s := newSite(t)
			b := s.browser().door(door).open("/e/1").fill(url.Values{"danger_now": {"yes"}})
			if seen {
				b.open("/e/12")
				if _, form := b.fields(); form.Get("contact.confidentiality") != string(want) {
					t.Errorf("%s: %q is chosen", door, form.Get("contact.confidentiality"))
				}
				b.fill(nil)
			}
			b.open("/v").fill(nil).want(200, "/r")
			if got := s.one().Contact.Confidentiality; got != want && seen || got != "" && !seen {
				t.Errorf("%s: sent %q", door, got)
			}
		}
	}
}

// A choice that another answer calls for stands beside it, not behind a fold.
func TestWhereToReachIsAskedBesideHow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, door := range []string{"self", "relative", "professional"} {
		b := s.browser().door(door).open("/e/1").fill(url.Values{"danger_now": {"no"}}).open("/e/12")
		if b.doc.Find("#contact-value").Length() != 1 || b.doc.Find("details #contact-value").Length() != 0 {
			t.Errorf("%s: the number is behind a fold", door)
		}
	}
}
