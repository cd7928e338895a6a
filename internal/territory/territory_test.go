package territory

import (
	"slices"
	"strings"
	"testing"
)

func TestDepartmentsAreTheOfficialOnes(t *testing.T) {
	departments := Departments()
	seen := map[string]string{}
	for _, d := range departments {
		if d.Name == "" || strings.ContainsRune(d.Name, '\'') {
			t.Errorf("%s has the name %q", d.Code, d.Name)
		}
		if other, doubled := seen[d.Code]; doubled {
			t.Errorf("%s stands for %s and %s", d.Code, other, d.Name)
		}
		seen[d.Code] = d.Name
	}
	for code, name := range map[string]string{"01": "Ain", "2A": "Corse-du-Sud", "2B": "Haute-Corse", "21": "Côte-d’Or", "69": "Rhône",
		"75": "Paris", "95": "Val-d’Oise", "971": "Guadeloupe", "972": "Martinique", "973": "Guyane", "974": "La Réunion",
		"975": "Saint-Pierre-et-Miquelon", "976": "Mayotte", "977": "Saint-Barthélemy", "978": "Saint-Martin", "987": "Polynésie française", "988": "Nouvelle-Calédonie"} {
		if seen[code] != name {
			t.Errorf("%s is %q, want %q", code, seen[code], name)
		}
	}
	if seen["20"] != "" {
		t.Error("20 is no département since 1976")
	}
	if len(departments) != 109 {
		t.Errorf("%d collectivities, want 101 départements and 8 overseas collectivities", len(departments))
	}
}

func TestDepartmentIsFoundByCode(t *testing.T) {
	if d, ok := Department("2A"); !ok || d.Name != "Corse-du-Sud" {
		t.Errorf("2A gave %v, %v", d, ok)
	}
	for _, code := range []string{"", "20", "abroad", "unknown", "2a"} {
		if d, ok := Department(code); ok {
			t.Errorf("%q gave %v", code, d)
		}
	}
}

func TestDepartmentsCannotBeChangedByACaller(t *testing.T) {
	Departments()[0].Name = "changed"
	if d, _ := Department("01"); d.Name != "Ain" {
		t.Errorf("a caller renamed the Ain to %q", d.Name)
	}
}

func TestNumbersComeInTheOrderOfTheDoor(t *testing.T) {
	calls := []string{"17", "15", "18", "112", "119", "114"}
	for door, want := range map[string][]string{
		"young":        {"114", "17", "15", "18", "112", "119"},
		"relative":     calls,
		"professional": calls,
		"":             calls,
	} {
		var got []string
		for _, n := range EmergencyNumbers(door) {
			got = append(got, n.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("door %q: %v, want %v", door, got, want)
		}
	}
}

func TestEveryNumberIsSourcedAndDated(t *testing.T) {
	all := append(append(EmergencyNumbers(""), OtherNumbers()...), Pharos())
	if len(all) != len(readNumbers().Numbers) {
		t.Errorf("%d numbers are shown, the file has %d", len(all), len(readNumbers().Numbers))
	}
	for _, n := range all {
		if len(n.Sources) == 0 || len(n.VerifiedOn) != len("2026-11-23") {
			t.Errorf("%s: sources %v, verified %q", n.ID, n.Sources, n.VerifiedOn)
		}
		for _, source := range n.Sources {
			if !strings.HasPrefix(source, "https://") {
				t.Errorf("%s: %q is no address of a source", n.ID, source)
			}
		}
		if link := n.Kind == "link"; link != (n.URL != "") || link != (n.Number == "") || n.SMS != (n.Kind == "sms") {
			t.Errorf("%s: kind %q, number %q, address %q, SMS %v", n.ID, n.Kind, n.Number, n.URL, n.SMS)
		}
	}
}

func TestOnlyTheSMSNumberIsOne(t *testing.T) {
	for _, n := range EmergencyNumbers("young") {
		if n.SMS != (n.ID == "114") {
			t.Errorf("%s: SMS is %v", n.ID, n.SMS)
		}
	}
}

func TestFactsTellOnlyWhatIsKnown(t *testing.T) {
	yes, no := true, false
	for name, c := range map[string]struct {
		n    Number
		want []string
	}{
		"nothing is known":      {Number{}, nil},
		"all that is good":      {Number{Free: &yes, DayAndNight: &yes, WithoutCredit: &yes, OnBill: &no}, []string{"free", "day_and_night", "without_credit", "not_on_bill"}},
		"a trace is a warning":  {Number{Free: &yes, OnBill: &yes}, []string{"free", "on_bill"}},
		"what is not is silent": {Number{Free: &no, DayAndNight: &no, WithoutCredit: &no}, nil},
	} {
		if got := c.n.Facts(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
