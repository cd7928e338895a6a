package intake_test

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"
	"testing"

	"recueil/internal/report"
)

var months = []string{"janvier", "Février", "mars", "avr.", "mai", "juin", "juillet", "août", "SEPTEMBRE", "octobre", "novembre", "déc"}

// An answered question: what is typed into its inputs, and what comes of it.
type answered struct {
	typed url.Values
	want  []string
}

// answerTo makes an answer that differs from every other one's as far as its kind
// allows. Some answers open the pages and questions that depend on them.
func answerTo(f report.Field, name string) answered {
	h := fnv.New32a()
	h.Write([]byte(name))
	n := int(h.Sum32() % 97)
	one := func(value string) answered { return answered{url.Values{name: {value}}, []string{value}} }
	date := func(year int) answered {
		day, month := fmt.Sprint(1+n%28), n%12
		return answered{url.Values{name + ".day": {day}, name + ".month": {months[month]}, name + ".year": {fmt.Sprint(year)}},
			[]string{day, fmt.Sprint(month + 1), fmt.Sprint(year)}}
	}
	switch f.Name {
	case "place.department":
		return one("2A")
	case "danger_now":
		return one("no")
	case "contact.channel":
		return one("sms")
	case "professional.parents_informed":
		return one("yes")
	case "reporter.last_seen_on":
		a := date(2025)
		a.want = []string{fmt.Sprintf("2025-%02d-%02d", n%12+1, 1+n%28)}
		return a
	case "done.earlier_reference":
		return one("7KQ4-M2XB")
	case "exploitation.handles.N.handle":
		return one("javascript:alert('" + name + "')")
	}
	switch f.Kind {
	case report.Multi:
		codes := slices.DeleteFunc(slices.Clone(f.Codes), func(code string) bool { return code == "none" })
		return answered{url.Values{name: codes}, codes}
	case report.Radio, report.Select:
		return one(f.Codes[n%len(f.Codes)])
	case report.DateParts:
		return date(2008 + n%18)
	case report.PhoneNumber:
		return one(fmt.Sprintf("01 99 00 %02d %02d", n, len(name)))
	case report.Email:
		return one("contact" + fmt.Sprint(n) + "@exemple.invalid")
	case report.LongText:
		return one("Première ligne de " + name + "\n« deuxième » <b>&amp; 👩‍👧")
	case report.CommuneKind:
		return one("Zzyx-sur-" + name)
	}
	return one("À propos de " + name)
}

// asked lists the questions of the page, by the names of their answers.
func (b *browser) asked() []string {
	var names []string
	for _, node := range b.doc.Find("main form [name]").Nodes {
		for _, attribute := range node.Attr {
			if attribute.Key != "name" || strings.HasPrefix(attribute.Val, "_") {
				continue
			}
			name := attribute.Val
			for _, part := range []string{".day", ".month", ".year"} {
				name = strings.TrimSuffix(name, part)
			}
			if _, ok := report.Lookup(name); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// enlarge adds items to every group of the page until it takes no more.
func (b *browser) enlarge() *browser {
	b.t.Helper()
	for b.doc.Find("button[name=_add]").Length() > 0 {
		group, _ := b.doc.Find("button[name=_add]").First().Attr("value")
		b.fill(url.Values{"_add": {group}}).want(200, "")
	}
	return b
}

// Every door asks every question that the published list gives it, each once, for
// every item of every group, with every code; and all of it arrives.
func TestEveryQuestionOfEveryDoor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		door  string
		as    report.Door
		first report.Profile
	}{
		{"self", "self", report.Young, report.ProfileSelf},
		{"young for other", "young_for_other", report.Young, report.ProfileYoungForOther},
		{"relative", "relative", report.Relative, ""},
		{"professional", "professional", report.Professional, ""},
		{"professional, on one page", "professional", report.Professional, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			b := s.browser().door(c.door)
			answers, pages := map[string]answered{}, map[string]string{}
			walk := func() {
				t.Helper()
				for steps := 0; !strings.HasPrefix(b.at, "/v"); steps++ {
					if steps > 20 {
						t.Fatalf("the way does not end; at %s", b.at)
					}
					b.want(200, "").enlarge()
					form := url.Values{"_skip": {"1"}}
					for _, name := range b.asked() {
						f, _ := report.Lookup(name)
						if at, twice := pages[name]; twice {
							t.Errorf("%s is asked on %s and on %s", name, at, b.at)
						}
						pages[name] = b.at
						b.offersAll(f, name, c.as)
						answers[name] = answerTo(f, name)
						if f.Name == "reporter.profile" {
							answers[name] = answered{url.Values{name: {string(b.options(name)[0])}}, b.options(name)[:1]}
						}
						for input, given := range answers[name].typed {
							form[input] = given
						}
					}
					b.fill(form)
				}
			}
			b.open(b.onward())
			if strings.HasSuffix(c.name, "page") {
				b.fill(url.Values{"_view": {"whole"}}).want(200, "/e/tout")
				b.fill(url.Values{"situation.dangers": {"sexual_exploitation"}, "_view": {"whole"}}).want(200, "/e/tout") // opens the last part
			}
			walk()
			if more, ok := b.doc.Find(`main a[href="/v?plus=1"]`).Attr("href"); ok { // the young may tell more
				b.open(more)
				walk()
			}
			for _, name := range published(c.as) {
				if pages[name] == "" && (name != "reporter.profile" || c.first == "") {
					t.Errorf("%s is never asked", name)
				}
				delete(pages, name)
			}
			if len(pages) != 0 {
				t.Errorf("asked without being on the list: %v", pages)
			}
			b.fill(nil).want(200, "/r").receipt()
			r := s.one()
			if c.first != "" {
				answers["reporter.profile"] = answered{want: []string{string(c.first)}}
			}
			for name, a := range answers {
				if got := r.Get(name); !slices.Equal(got, a.want) {
					t.Errorf("%s arrives as %q, told %q", name, got, a.want)
				}
			}
			r.Walk(func(_ report.Field, name string, given []string) {
				if _, told := answers[name]; !told {
					t.Errorf("%s arrives as %q and was never told", name, given)
				}
			})
			if r.Door != c.as || r.Short || r.Language != "fr" || r.Channel != report.Web {
				t.Errorf("%s %v %s %s", r.Door, r.Short, r.Language, r.Channel)
			}
		})
	}
}

// published lists the answers that a door asks for, with every item of every group.
func published(d report.Door) []string {
	var names []string
	for _, f := range report.Fields() {
		switch {
		case f.Page == "short" || f.Asked[d] == report.Never:
		case f.Group == "":
			names = append(names, f.Name)
		default:
			for n := range report.GroupLimit(f.Group) {
				if f.Name != "children.N.relation_to_first" || n > 0 {
					names = append(names, strings.Replace(f.Name, ".N.", fmt.Sprintf(".%d.", n), 1))
				}
			}
		}
	}
	return names
}

// options are the codes that the page offers for a question.
func (b *browser) options(name string) []string {
	var codes []string
	for _, node := range b.doc.Find(`input[name="` + name + `"], select[name="` + name + `"] option`).Nodes {
		for _, attribute := range node.Attr {
			if attribute.Key == "value" && attribute.Val != "" {
				codes = append(codes, attribute.Val)
			}
		}
	}
	return codes
}

// offersAll fails unless the page offers the codes of the list, in words.
func (b *browser) offersAll(f report.Field, name string, d report.Door) {
	b.t.Helper()
	got := b.options(name)
	switch {
	case f.Codes == nil && f.Name != "place.department":
		return
	case f.Name == "place.department":
		if len(got) < 101+2 {
			b.t.Errorf("%d départements", len(got))
		}
		return
	case f.Name == "reporter.profile":
		want := map[report.Door][]string{report.Professional: {"professional", "elected"},
			report.Relative: {"parent", "sibling", "extended_family", "friend", "neighbour", "witness", "other", "undisclosed"}}[d]
		if !slices.Equal(got, want) {
			b.t.Errorf("profiles %v", got)
		}
	case !slices.Equal(got, f.Codes):
		b.t.Errorf("%s offers %v, the list has %v", name, got, f.Codes)
	}
	if strings.Contains(b.doc.Find("main").Text(), "[code.") || strings.Contains(b.doc.Find("main").Text(), "[field.") {
		b.t.Errorf("%s has no words for %s", b.at, name)
	}
}

func TestEveryLineOfTheShortForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().open("/m")
	form, want := url.Values{}, map[string][]string{}
	for _, name := range []string{"short.where", "short.who", "short.story", "short.callback"} {
		f, _ := report.Lookup(name)
		a := answerTo(f, name)
		form[name], want[name] = a.typed[name], a.want
	}
	b.fill(form).want(200, "/r")
	r := s.one()
	for name := range want {
		if got := r.Get(name); !slices.Equal(got, want[name]) {
			t.Errorf("%s arrives as %q", name, got)
		}
	}
}
