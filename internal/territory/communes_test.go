package territory

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func labels(list []Commune) []string {
	var all []string
	for _, c := range list {
		all = append(all, c.Label())
	}
	return all
}

func TestTheListIsWhole(t *testing.T) {
	line := regexp.MustCompile(`^(\d{5}|2[AB]\d{3})\t[^\t']+(\t\d+\t(\d{5}( \d{5})*)?(\t(75056|69123|13055))?)?$`)
	before := ""
	for i, l := range strings.Split(strings.TrimSuffix(communesFile, "\n"), "\n") {
		if strings.HasPrefix(l, "#") && i < 2 {
			continue
		}
		if !line.MatchString(l) {
			t.Fatalf("line %d is %q", i+1, l)
		}
		if l[:5] < before {
			t.Fatalf("line %d: %s comes after %s", i+1, l[:5], before)
		}
		before = l[:5]
	}
	kinds := map[entryKind]int{}
	x := communes()
	for i, e := range x.entries {
		kinds[e.kind]++
		c := x.commune(uint32(i))
		if c.Department.Name == "" || e.kind == former && c.Today == "" || x.name(e) == "" {
			t.Errorf("%+v is not complete", c)
		}
	}
	if kinds[current] < 34_000 || kinds[arrondissement] != 20+16+9 || kinds[former] < 2_000 {
		t.Errorf("%d communes, %d arrondissements, %d former communes", kinds[current], kinds[arrondissement], kinds[former])
	}
}

func TestEveryLabelLeadsBackToItsCommune(t *testing.T) {
	x := communes()
	for i := range x.entries {
		c := x.commune(uint32(i))
		if found := ResolveCommune(c.Label(), ""); len(found) != 1 || found[0] != c {
			t.Errorf("%q (%s) is read as %v", c.Label(), c.Code, labels(found))
		}
	}
}

func TestResolveCommune(t *testing.T) {
	for name, c := range map[string]struct {
		text, department string
		want             []string
	}{
		"a plain name":                         {"Haguenau", "", []string{"Haguenau (Bas-Rhin)"}},
		"small letters":                        {"haguenau", "", []string{"Haguenau (Bas-Rhin)"}},
		"no accents, no hyphens":               {"l hay les roses", "", []string{"L’Haÿ-les-Roses (Val-de-Marne)"}},
		"a typewriter's apostrophe":            {"L'Haÿ-les-Roses", "", []string{"L’Haÿ-les-Roses (Val-de-Marne)"}},
		"nothing between the words":            {"lhaylesroses", "", []string{"L’Haÿ-les-Roses (Val-de-Marne)"}},
		"accents apart from their letters":     {"Be\u0301ziers", "", []string{"Béziers (Hérault)"}},
		"a ligature":                           {"Oeuilly", "02", []string{"Œuilly (Aisne)"}},
		"an abbreviated saint":                 {"ST ETIENNE", "42", []string{"Saint-Étienne (Loire)"}},
		"an abbreviated on":                    {"Villeneuve s/ Lot", "", []string{"Villeneuve-sur-Lot (Lot-et-Garonne)"}},
		"an abbreviated under":                 {"fontenay-s/s-bois", "", []string{"Fontenay-sous-Bois (Val-de-Marne)"}},
		"without its article":                  {"havre", "", []string{"Le Havre (Seine-Maritime)"}},
		"an article that tells it apart":       {"La Villeneuve", "", []string{"La Villeneuve (Creuse)"}},
		"no whole name":                        {"saint", "", nil},
		"namesakes":                            {"Saint-Denis", "", []string{"Saint-Denis (La Réunion)", "Saint-Denis (Seine-Saint-Denis)", "Saint-Denis (Aude)", "Saint-Denis (Gard)"}},
		"a département decides":                {"Saint-Denis", "93", []string{"Saint-Denis (Seine-Saint-Denis)"}},
		"a département without it does not":    {"Haguenau", "59", []string{"Haguenau (Bas-Rhin)"}},
		"a département written behind":         {"Saint-Denis (Réunion)", "", nil},
		"its code written behind":              {"saint denis 974", "", []string{"Saint-Denis (La Réunion)"}},
		"its code in brackets":                 {"Saint-Denis (93)", "", []string{"Saint-Denis (Seine-Saint-Denis)"}},
		"its name behind a comma":              {"Lille, Nord", "", []string{"Lille (Nord)"}},
		"no beginning of another département":  {"Saint-Nazaire (Loire)", "", nil},
		"the label against a chosen one":       {"Saint-Denis (Seine-Saint-Denis)", "974", []string{"Saint-Denis (Seine-Saint-Denis)"}},
		"a postcode before":                    {"93200 Saint Denis", "", []string{"Saint-Denis (Seine-Saint-Denis)"}},
		"a postcode alone":                     {"94240", "", []string{"L’Haÿ-les-Roses (Val-de-Marne)"}},
		"a postcode of several":                {"67500", "", []string{"Haguenau (Bas-Rhin)", "Weitbruch (Bas-Rhin)", "Niederschaeffolsheim (Bas-Rhin)", "Batzendorf (Bas-Rhin)"}},
		"a postcode of an arrondissement":      {"69003", "", []string{"Lyon 3e Arrondissement (Rhône)"}},
		"half a postcode":                      {"6750", "", nil},
		"a postcode for large receivers":       {"Lyon 69432 cedex 03", "", []string{"Lyon (Rhône)"}},
		"such a one in Corsica":                {"Ajaccio 20304", "", []string{"Ajaccio (Corse-du-Sud)"}},
		"a town with arrondissements":          {"Lyon", "", []string{"Lyon (Rhône)"}},
		"an arrondissement by its number":      {"Lyon 1", "", []string{"Lyon 1er Arrondissement (Rhône)"}},
		"an ordinal written out":               {"paris 15ème", "", []string{"Paris 15e Arrondissement (Paris)"}},
		"a former commune":                     {"Annecy-le-Vieux", "", []string{"Annecy-le-Vieux, Annecy (Haute-Savoie)"}},
		"overseas":                             {"Saint-Pierre", "975", []string{"Saint-Pierre (Saint-Pierre-et-Miquelon)"}},
		"a district of Wallis":                 {"Uvea", "986", []string{"Uvea (Wallis et Futuna)"}},
		"a place that is no commune":           {"Mata-Utu", "986", nil},
		"a village of one letter":              {"y", "", []string{"Y (Somme)"}},
		"a town with its quarter":              {"Lille Fives", "", nil},
		"nothing":                              {"", "", nil},
		"only signs":                           {"(-,)", "", nil},
		"another script":                       {"Лион", "", nil},
		"a département alone":                  {"(Nord)", "", nil},
		"a name of brackets, without":          {"Bors", "", nil},
		"a name of brackets, with":             {"Bors (Canton de Charente-Sud)", "", []string{"Bors (Canton de Charente-Sud) (Charente)"}},
		"a former and a present one of a name": {"Saint-Souplet", "59", []string{"Saint-Souplet (Nord)"}},
		"a former one on the other side of it": {"Escaufourt", "", []string{"Escaufourt, Saint-Souplet (Nord)"}},
	} {
		if got := labels(ResolveCommune(c.text, c.department)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q gave %v, want %v", name, c.text, got, c.want)
		}
	}
}

func TestResolvedCommunesHaveTheOfficialCode(t *testing.T) {
	for text, want := range map[string]string{"Lyon": "69123", "Lyon 3e": "69383", "Annecy-le-Vieux": "74010", "Ajaccio": "2A004", "Papeete": "98735", "Nouméa": "98818"} {
		if found := ResolveCommune(text, ""); len(found) != 1 || found[0].Code != want {
			t.Errorf("%q gave %v, want the code %s", text, found, want)
		}
	}
}

func TestSearchRanks(t *testing.T) {
	for name, c := range map[string]struct {
		text, department string
		first            []string
	}{
		"large towns first":               {"pari", "", []string{"Paris (Paris)", "Paris 1er Arrondissement (Paris)"}},
		"a whole name before larger ones": {"Saint-Denis", "11", []string{"Saint-Denis (Aude)"}},
		"a later word":                    {"roses", "94", []string{"L’Haÿ-les-Roses (Val-de-Marne)", "Mandres-les-Roses (Val-de-Marne)"}},
		"an article does not count":       {"hav", "76", []string{"Le Havre (Seine-Maritime)"}},
		"many begin so":                   {"saint", "", []string{"Saint-Étienne (Loire)", "Saint-Denis (La Réunion)"}},
		"present before former":           {"annecy", "", []string{"Annecy (Haute-Savoie)", "Annecy-le-Vieux, Annecy (Haute-Savoie)"}},
		"a beginning of a postcode":       {"6750", "", []string{"Haguenau (Bas-Rhin)"}},
		"half a département in brackets":  {"saint-pierre (la ré", "", []string{"Saint-Pierre (La Réunion)"}},
		"the chosen département only":     {"villen", "59", []string{"Villeneuve-d’Ascq (Nord)"}},
		"unless it has none":              {"haguen", "59", []string{"Haguenau (Bas-Rhin)"}},
	} {
		got := labels(SearchCommunes(c.text, c.department, 8))
		if len(got) < len(c.first) || !slices.Equal(got[:len(c.first)], c.first) || len(got) > 8 {
			t.Errorf("%s: %q gave %v, want first %v", name, c.text, got, c.first)
		}
	}
	if got := SearchCommunes("villen", "59", 8); slices.ContainsFunc(got, func(c Commune) bool { return c.Department.Code != "59" }) {
		t.Errorf("the search within the Nord found %v", labels(got))
	}
	if got := SearchCommunes("lyon", "", 3); len(got) != 3 {
		t.Errorf("a limit of 3 gave %v", labels(got))
	}
}

func TestNearCommunes(t *testing.T) {
	for name, c := range map[string]struct {
		text, department, first string
	}{
		"a letter too much":         {"Hagueneau", "", "Haguenau (Bas-Rhin)"},
		"a letter too few":          {"Marseile", "", "Marseille (Bouches-du-Rhône)"},
		"a quarter behind the town": {"Lille Fives", "", "Lille (Nord)"},
		"a quarter after a comma":   {"Lyon, la Guillotière", "", "Lyon (Rhône)"},
		"half a name":               {"Bors", "", "Bors (Canton de Tude-et-Lavalette) (Charente)"},
		"here rather than there":    {"Sant-Denis", "974", "Saint-Denis (La Réunion)"},
	} {
		if got := NearCommunes(c.text, c.department, 6); len(got) == 0 || len(got) > 6 || got[0].Label() != c.first {
			t.Errorf("%s: %q gave %v, want first %s", name, c.text, labels(got), c.first)
		}
	}
	if got := labels(NearCommunes("Montpelier", "", 20)); !slices.Equal(got, []string{"Montpellier (Hérault)", "Montélier (Drôme)"}) {
		t.Errorf("a letter away from Montpelier are %v", got)
	}
	for _, text := range []string{"", "zzzzzz", "Bruxelles la Grande", strings.Repeat("saint ", 100), "chez ma tante"} {
		if got := NearCommunes(text, "", 6); len(got) > 0 {
			t.Errorf("%q is near %v", text, labels(got))
		}
	}
}

func TestCollectivityOf(t *testing.T) {
	for code, want := range map[string]string{
		"69123": "69M", "69383": "69M", "69266": "69M", "69264": "69", // Lyon, its third, Villeurbanne; Villefranche-sur-Saône
		"67482": "6AE", "68066": "6AE", "2A004": "20R", "2B033": "20R", // Strasbourg, Colmar, Ajaccio, Bastia
		"59350": "59", "75056": "75", "97411": "974", "97502": "975", "98818": "988", "13201": "13",
	} {
		if got, ok := CollectivityOf(code); !ok || got.Code != want || got.Name == "" {
			t.Errorf("%s is routed to %v, want %s", code, got, want)
		}
	}
	for _, code := range []string{"", "69", "99999", "unknown", "20004"} {
		if got, ok := CollectivityOf(code); ok {
			t.Errorf("%q is routed to %v", code, got)
		}
	}
	for department, want := range map[string][]string{"69": {"69", "69M"}, "67": {"6AE"}, "2B": {"20R"}, "59": {"59"}, "976": {"976"}, "abroad": nil, "": nil} {
		var got []string
		for _, c := range CollectivitiesIn(department) {
			got = append(got, c.Code)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in %q: %v, want %v", department, got, want)
		}
	}
}

func TestEveryCommuneHasACollectivity(t *testing.T) {
	x := communes()
	for i := range x.entries {
		c := x.commune(uint32(i))
		if _, ok := CollectivityOf(c.Code); !ok {
			t.Errorf("nobody answers for %s %s", c.Code, c.Name)
		}
	}
	lyon := readCollectivities()[0]
	if n := len(strings.Fields(lyon.Communes)); lyon.Code != "69M" || n != 58+9 {
		t.Errorf("%s has %d communes and arrondissements", lyon.Name, n)
	}
}

func FuzzCommunes(f *testing.F) {
	for _, seed := range []string{"Saint-Denis (93)", "69003", "l", "\x00\xff", "Ǆ́(((,,,)))", "st s/s s/ s", "e\u0301\u0301\u0301", strings.Repeat("saint-", 60),
		"cedex cedex 1", "2A 2b 97", "((", "Lyon 3eme", "ﬁ ŒÆ ß İ", "00000", "99999999999999999999", "Bors (Canton de Charente-Sud) (Charente)"} {
		f.Add(seed, "93")
	}
	f.Fuzz(func(t *testing.T, text, department string) {
		found := SearchCommunes(text, department, 8)
		if len(found) > 8 {
			t.Errorf("%d communes found", len(found))
		}
		for _, c := range append(append(found, NearCommunes(text, department, 8)...), ResolveCommune(text, department)...) {
			if len(c.Code) != 5 || c.Name == "" || !utf8.ValidString(c.Label()) {
				t.Errorf("%q gave %+v", text, c)
			}
		}
		folded := fold(text)
		for _, r := range folded {
			if r != ' ' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
				t.Errorf("%q is folded to %q", text, folded)
			}
		}
		if again := fold(folded); again != folded {
			t.Errorf("%q is folded to %q and then to %q", text, folded, again)
		}
	})
}

func TestHostileTextTakesNoTime(t *testing.T) {
	communes()
	for _, text := range []string{strings.Repeat("saint,s", 50), "saint" + strings.Repeat(",s", 190), strings.Repeat("a ", 199), strings.Repeat("(", 400), "saint" + strings.Repeat("\u0301", 190),
		strings.Repeat("cedex 1 ", 50), strings.Repeat("x", 5_000_000)} {
		begun := time.Now()
		for range 10 {
			SearchCommunes(text, "", 8)
			NearCommunes(text, "", 8)
			ResolveCommune(text, "")
		}
		if took := time.Since(begun); took > 3*time.Second {
			t.Errorf("%.20q… took %v ten times over", text, took)
		}
	}
}

func BenchmarkSearchCommunes(b *testing.B) {
	communes()
	for _, text := range []string{"sa", "saint", "Saint-Denis (93)", "villeneuve", "69003", "lhaylesroses", "nothing of that name"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				SearchCommunes(text, "", 8)
			}
		})
	}
}

func BenchmarkNearCommunes(b *testing.B) {
	for b.Loop() {
		NearCommunes("Hagueneau", "", 8)
	}
}

func BenchmarkReadCommunes(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		readCommunes()
	}
}
