package intake_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/report"
)

// offered lists what the page offers to choose from.
func (b *browser) offered() []string {
	var labels []string
	b.doc.Find(`[name="place.commune.choice"]`).Each(func(_ int, input *goquery.Selection) {
		value, _ := input.Attr("value")
		labels = append(labels, value)
	})
	return labels
}

func (b *browser) finish() {
	b.t.Helper()
	b.open("/e/2").fill(url.Values{"situation.facts": {"ce que j’ai vu"}})
	b.open("/v").fill(nil).want(200, "/r")
}

func place(department, commune string) url.Values {
	return url.Values{"place.department": {department}, "place.commune": {commune}}
}

func TestACommuneIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		department, commune string
		want                report.Place
	}{
		"by its name":                   {"67", "haguenau", report.Place{Department: "67", Commune: report.Commune{Label: "Haguenau (Bas-Rhin)", Code: "67180"}}},
		"among namesakes":               {"974", "St Denis", report.Place{Department: "974", Commune: report.Commune{Label: "Saint-Denis (La Réunion)", Code: "97411"}}},
		"and tells its département":     {"", "Lyon", report.Place{Department: "69", Commune: report.Commune{Label: "Lyon (Rhône)", Code: "69123"}}},
		"where the département is open": {"unknown", "Lyon", report.Place{Department: "unknown", Commune: report.Commune{Label: "Lyon (Rhône)", Code: "69123"}}},
		"not abroad":                    {"abroad", "Lyon", report.Place{Department: "abroad", Commune: report.Commune{Label: "Lyon"}}},
	} {
		s := newSite(t)
		b := s.relativeAt("/e/4").fill(place(c.department, c.commune)).want(200, "/e/5")
		if got, _ := b.open("/e/4").doc.Find("#place-commune").Attr("value"); got != c.want.Commune.Label {
			t.Errorf("%s: the page shows %q again", name, got)
		}
		b.finish()
		r := s.one()
		if r.Place != c.want || len(r.Marks) != 0 {
			t.Errorf("%s: %+v with the marks %v", name, r.Place, r.Marks)
		}
		s.quiet(c.commune, c.want.Commune.Label)
	}
}

func TestNamesakesAreOfferedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4").fill(place("unknown", "Saint-Denis")).want(422, "/e/4")
	want := []string{"Saint-Denis (La Réunion)", "Saint-Denis (Seine-Saint-Denis)", "Saint-Denis (Aude)", "Saint-Denis (Gard)", ""}
	if got := b.offered(); !slices.Equal(got, want) {
		t.Fatalf("offered %q, want %q", got, want)
	}
	if got := b.doc.Find("#place-commune-erreur").Text(); got != s.words("page.where.which_commune") {
		t.Errorf("asked %q", got)
	}
	first, _ := b.doc.Find(`[name="place.commune.choice"]`).First().Attr("id")
	if link, _ := b.doc.Find(".error-summary a").Attr("href"); link != "#"+first {
		t.Errorf("the summary leads to %q, not to %s", link, first)
	}
	b.fill(url.Values{"place.commune.choice": {"Saint-Denis (Seine-Saint-Denis)"}}).want(200, "/e/5")
	b.finish()
	if got := s.one().Place.Commune; got.Code != "93066" {
		t.Errorf("chosen was 93066, stored is %+v", got)
	}
}

func TestNamesakesCanBeLeft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4").fill(place("unknown", "Saint-Denis")).want(422, "/e/4")
	b.fill(url.Values{"place.commune.choice": {""}}).want(200, "/e/5")
	b.finish()
	r := s.one()
	if r.Place.Commune != (report.Commune{Label: "Saint-Denis"}) || !slices.Equal(r.Marks, []report.Mark{{Field: "place.commune", Kind: report.UnknownCommune}}) {
		t.Errorf("%+v with the marks %v", r.Place.Commune, r.Marks)
	}
}

func TestAChoiceBelongsToItsText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, forged := range []string{"Haguenau (Bas-Rhin)", "Paris (Paris)"} {
		b := s.relativeAt("/e/4").fill(place("unknown", "Saint-Denis")).want(422, "/e/4")
		b.fill(url.Values{"place.commune": {"Lyon"}, "place.commune.choice": {"Saint-Denis (Gard)"}}).want(200, "/e/5")
		if got, _ := b.open("/e/4").doc.Find("#place-commune").Attr("value"); got != "Lyon (Rhône)" {
			t.Errorf("another text beside a choice left %q", got)
		}
		_, form := b.fields()
		form["place.commune"], form["place.commune.choice"] = []string{"Saint-Denis"}, []string{forged}
		b.post("/e/4", form).want(422, "/e/4")
		if got, _ := b.open("/e/4").doc.Find("#place-commune").Attr("value"); got != "Saint-Denis" {
			t.Errorf("a choice that was not offered left %q", got)
		}
	}
}

func TestAnUnknownCommuneIsAskedAboutOnceAndKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4").fill(place("67", "Hagueneau")).want(422, "/e/4")
	if got := b.doc.Find("#place-commune-erreur").Text(); got != s.words("mark.unknown_commune") {
		t.Errorf("asked %q", got)
	}
	if got := b.offered(); !slices.Equal(got, []string{"Haguenau (Bas-Rhin)", ""}) {
		t.Errorf("offered %q", got)
	}
	// Another name is another question; the same one is not asked again.
	b.fill(place("986", "Mata-Utu")).want(422, "/e/4")
	if got := b.offered(); got != nil {
		t.Errorf("Mata-Utu is offered as %q", got)
	}
	b.fill(nil).want(200, "/e/5")
	b.open("/e/4").fill(nil).want(200, "/e/5")
	b.finish()
	r := s.one()
	if r.Place.Commune != (report.Commune{Label: "Mata-Utu"}) || !slices.Equal(r.Marks, []report.Mark{{Field: "place.commune", Kind: report.UnknownCommune}}) {
		t.Errorf("%+v with the marks %v", r.Place.Commune, r.Marks)
	}
	s.quiet("Mata", "Haguen")
}

func TestACommuneElsewhereIsAskedAboutOnceAndKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4").fill(place("59", "Haguenau")).want(422, "/e/4")
	if got := b.doc.Find("#place-commune-erreur").Text(); got != s.words("mark.commune_elsewhere") {
		t.Errorf("asked %q", got)
	}
	b.fill(nil).want(200, "/e/5")
	b.finish()
	r := s.one()
	if r.Place.Commune.Code != "67180" || r.Place.Department != "59" || !slices.Equal(r.Marks, []report.Mark{{Field: "place.commune", Kind: report.CommuneElsewhere}}) {
		t.Errorf("%+v with the marks %v", r.Place, r.Marks)
	}
}

func TestACodeOfTheVisitorIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4")
	_, form := b.fields()
	form["place.department"], form["place.commune"] = []string{"59"}, []string{"Là-bas", "Là-bas"}
	b.post("/e/4", form).want(422, "/e/4")
	form["place.commune"] = []string{"Là-bas", "59350"}
	b.post("/e/4", form)
	if strings.Contains(b.open("/e/4").body, "59350") {
		t.Error("a code that came along was stored")
	}
	b.finish()
	if got := s.one().Place.Commune; got.Code != "" {
		t.Errorf("stored is %+v", got)
	}
}

func TestCommunesAreProposed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	for name, c := range map[string]struct {
		form  url.Values
		first string
		count int
	}{
		"a beginning":              {url.Values{"q": {"haguen"}}, "Haguenau (Bas-Rhin)", 1},
		"many":                     {url.Values{"q": {"saint"}}, "Saint-Étienne (Loire)", 8},
		"within a département":     {url.Values{"q": {"saint d"}, "department": {"974"}}, "Saint-Denis (La Réunion)", 1},
		"a postcode":               {url.Values{"q": {"69003"}}, "Lyon (Rhône)", 2},
		"nothing":                  {url.Values{"q": {""}}, "", 0},
		"no commune":               {url.Values{"q": {"<script>"}}, "", 0},
		"abroad":                   {url.Values{"q": {"Lyon"}, "department": {"abroad"}}, "", 0},
		"no département of ours":   {url.Values{"q": {"haguenau"}, "department": {"xx"}}, "Haguenau (Bas-Rhin)", 1},
		"longer than any name":     {url.Values{"q": {strings.Repeat("saint ", 100)}}, "", 0},
		"the first of two":         {url.Values{"q": {"haguenau", "lyon"}}, "Haguenau (Bas-Rhin)", 1},
		"bytes that are no letter": {url.Values{"q": {"\xff\xfe\x00"}}, "", 0},
	} {
		b.post("/c", c.form).want(200, "/c")
		var labels []string
		if err := json.Unmarshal([]byte(b.body), &labels); err != nil || labels == nil {
			t.Fatalf("%s: %q", name, b.body)
		}
		if len(labels) != c.count || c.count > 0 && labels[0] != c.first {
			t.Errorf("%s: %q", name, labels)
		}
		if got := b.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if b.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a cookie came along", name)
		}
	}
	s.quiet("haguen", "saint", "Haguen")
}

func TestProposalsAreBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	b.post("/c", url.Values{"q": {strings.Repeat("a", 3000)}}).want(413, "/c")
	b.open("/c?q=lyon").want(405, "")
	r, err := http.NewRequest(http.MethodPost, s.url+"/c", strings.NewReader("q=lyon"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://ailleurs.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r).want(403, "/c")
	if strings.Contains(b.body, "Lyon (") {
		t.Error("another site was answered")
	}
	s.quiet("lyon", "aaaa")
}

func TestTheScriptIsOnlyWhereACommuneIsAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.relativeAt("/e/4")
	source, found := b.doc.Find(`script[src$="/commune.js"]`).Attr("src")
	if !found || b.doc.Find(".combobox input#place-commune[autocomplete=off]").Length() != 1 {
		t.Fatal("the page of the place has no combobox with its script")
	}
	if counts, _ := b.doc.Find(".combobox").Attr("data-counts"); len(strings.Split(counts, "|")) != 9 || strings.ContainsAny(counts, "[]") {
		t.Errorf("said of the proposals: %q", counts)
	}
	b.open(source).want(200, source)
	if len(b.body) == 0 || strings.Contains(b.body, "innerHTML") || strings.Contains(b.body, ".style") {
		t.Error("the script writes markup or style")
	}
	for _, path := range []string{"/", "/a", "/e/2", "/e/3", "/e/5", "/e/12"} {
		if b.open(path).doc.Find(`script[src$="/commune.js"]`).Length() != 0 {
			t.Errorf("%s loads it too", path)
		}
	}
}
