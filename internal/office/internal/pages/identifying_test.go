package pages

import (
	"slices"
	"strings"
	"testing"

	"recueil/internal/report"
)

func identified() *report.Report {
	return &report.Report{Answers: report.Answers{
		Children: []report.Child{{FirstName: "Zoé", LastName: "Lefèvre-Cœur", School: "Collège Jean-Moulin"}},
		Parents:  []report.Parent{{Name: "Ömer Aydın", Phone: "+33 6 39 98 10 10", Address: "12 rue des Lilas"}},
		Suspects: []report.Suspect{{Name: "Li"}},
		Place:    report.Place{Commune: report.Commune{Label: "Saint-Ouen (Seine-Saint-Denis)"}, ChildNow: "chez sa tante, près de la gare"},
		Exploitation: report.Exploitation{Handles: []report.Handle{{Platform: "Snapchat", Handle: "@lolita_93x"}},
			Venue: "Hôtel Bellevue"},
		Contact: report.Contact{Value: "zoe.lef@exemple.invalid", Alias: "Nina"},
	}}
}

func TestWordsThatIdentifyAreFound(t *testing.T) {
	v := vocabularyOf(identified(), &report.Report{Added: &report.Added{Contact: "01 99 00 20 20"}})
	for text, want := range map[string]string{
		"Pouvez-vous nous dire quand vous appeler ?":  "",
		"Est-ce que ZOE va bien ?":                    "zoe",
		"Zoe\u0301, Zoéline et zoé":                   "zoe",
		"L’école de Mme Lefevre, près de la gare":     "lefevre",
		"le nom de coeur ou CŒUR":                     "coeur",
		"Jean Moulin":                                 "jean moulin",
		"OMER":                                        "omer",
		"aux lilas":                                   "lilas",
		"à Saint-Ouen":                                "ouen",
		"chez sa tante, à l’hôtel":                    "",
		"au Bellevue":                                 "bellevue",
		"lolita_93x":                                  "lolita 93x",
		"Li est là":                                   "", // two letters are too many words
		"Appelez le 06.39.98.10.10":                   "0639981010",
		"ou le 0033639981010":                         "0033639981010",
		"ou le 06 39 98 10 11":                        "",
		"le 01\u00a099\u00a000\u00a020\u00a020 aussi": "0199002020",
		"écrivez à zoe.lef@exemple.invalid":           "zoe lef",
		"un exemple sur Snapchat":                     "",
		"Demander Nina, le 12":                        "nina",
		strings.Repeat("a", 3000) + " \xff\x00 " + "\u202elilas": "lilas",
	} {
		segments, found := v.marked(text)
		got := strings.Join(found, " ")
		if strings.ContainsAny(want, "0123456789") && !strings.Contains(want, "93x") {
			got = strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, got)
		}
		if got != want {
			t.Errorf("%.60q holds %q, want %q", text, got, want)
		}
		var whole strings.Builder
		for _, s := range segments {
			whole.WriteString(s.Text)
		}
		if whole.String() != text {
			t.Errorf("%.60q comes back as %.60q", text, whole.String())
		}
		if slices.ContainsFunc(segments, func(s segment) bool { return s.Marked }) != (want != "") {
			t.Errorf("%.60q: what is found is not marked", text)
		}
	}
}

func TestEveryIdentifyingFieldIsAField(t *testing.T) {
	for _, name := range identifyingFields {
		if _, ok := report.Lookup(name); !ok {
			if _, ok := report.Lookup(strings.Replace(name, ".N.", ".0.", 1)); !ok {
				t.Errorf("%s is no question", name)
			}
		}
	}
}

func FuzzMarkingLosesNothing(f *testing.F) {
	v := vocabularyOf(identified())
	for _, seed := range []string{"Zoé", "06 39 98 10 10 Zoé 06", "\xff", "Z\u0301o\u0301e\u0301", "a@b zoe@c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		segments, _ := v.marked(text)
		var whole strings.Builder
		for _, s := range segments {
			whole.WriteString(s.Text)
		}
		if whole.String() != text {
			t.Errorf("%q comes back as %q", text, whole.String())
		}
	})
}
