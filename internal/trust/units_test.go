package trust_test

import (
	"strings"
	"testing"

	"recueil/internal/trust"
)

// house is one with a unit and two of its professions.
func house(t testing.TB) document {
	keys := func() []trust.TeamKeys { return []trust.TeamKeys{{Epoch: 1, Recipient: hybrid(t)}} }
	return document{trust.Format, 1, hybrid(t), []trust.Team{
		{ID: "juristes", Name: "Juristes", ProfessionOf: "cellule", Epochs: keys()},
		{ID: "plateau", Name: "Plateau", Receives: true, Epochs: keys()},
		{ID: "cellule", Name: "Cellule", FollowsUp: true, Epochs: keys()},
		{ID: "psychologues", Name: "Psychologues", ProfessionOf: "cellule", Epochs: keys()},
		{ID: "archives", Name: "Archives", Epochs: keys()},
	}}
}

func ids(teams []trust.Team) string {
	var all []string
	for _, team := range teams {
		all = append(all, team.ID)
	}
	return strings.Join(all, " ")
}

func TestAUnitAndItsProfessionsAreFound(t *testing.T) {
	file, err := trust.Parse(house(t).raw(t), false)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(file.Units()); got != "cellule" {
		t.Errorf("units are %q", got)
	}
	if got := ids(file.Professions("cellule")); got != "juristes psychologues" {
		t.Errorf("professions are %q", got)
	}
	if got := ids(file.Professions("")) + ids(file.Professions("plateau")); got != "" {
		t.Errorf("professions of no unit are %q", got)
	}
	if team, known := file.Team("psychologues"); !known || team.ProfessionOf != "cellule" {
		t.Errorf("psychologues is %v, %v", team, known)
	}
	if _, known := file.Team("personne"); known {
		t.Error("a team is found that stands nowhere")
	}
}

func TestATeamHasOnePlace(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(d *document)
		says  string
	}{
		"the platform follows up":      {func(d *document) { d.Teams[1].FollowsUp = true }, "two places"},
		"the platform is a profession": {func(d *document) { d.Teams[1].ProfessionOf = "cellule" }, "two places"},
		"the unit is a profession":     {func(d *document) { d.Teams[2].ProfessionOf = "cellule" }, "two places"},
		"a profession of the platform": {func(d *document) { d.Teams[3].ProfessionOf = "plateau" }, "no unit"},
		"a profession of nothing":      {func(d *document) { d.Teams[3].ProfessionOf = "ailleurs" }, "no unit"},
		"a profession of itself":       {func(d *document) { d.Teams[3].ProfessionOf = "psychologues" }, "no unit"},
	} {
		d := house(t)
		c.spoil(&d)
		if _, err := trust.Parse(d.raw(t), false); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: the error is %v, want one that says %q", name, err, c.says)
		}
	}
}
