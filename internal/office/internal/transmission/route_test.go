package transmission_test

import (
	"testing"
	"time"

	"recueil/internal/office/internal/transmission"
	"recueil/internal/report"
)

func TestARouteGoesByCollectivity(t *testing.T) {
	for name, c := range map[string]struct {
		place report.Place
		to    string
		why   transmission.Doubt
	}{
		"the Métropole de Lyon":       {report.Place{Department: "69", Commune: report.Commune{Label: "Villeurbanne (Rhône)", Code: "69266"}}, "69M", ""},
		"the rest of the Rhône":       {report.Place{Department: "69", Commune: report.Commune{Label: "Villefranche-sur-Saône (Rhône)", Code: "69264"}}, "69", ""},
		"the Rhône without a commune": {report.Place{Department: "69"}, "69", transmission.SeveralInIt},
		"Alsace":                      {report.Place{Department: "67"}, "6AE", ""},
		"Corsica":                     {report.Place{Department: "2B"}, "20R", ""},
		"a plain département":         {report.Place{Department: "59"}, "59", ""},
		"no département, a commune":   {report.Place{Commune: report.Commune{Label: "Lille (Nord)", Code: "59350"}}, "59", ""},
		"nothing":                     {report.Place{}, "", transmission.NoPlace},
		"abroad":                      {report.Place{Department: "abroad"}, "", transmission.NoPlace},
		// Pont-Farcy was 14513 in the Calvados; since 2018 it is part of Tessy-Bocage in the Manche.
		"a commune that moved":     {report.Place{Department: "14", Commune: report.Commune{Label: "Pont-Farcy", Code: "14513"}}, "14", transmission.UnknownCommune},
		"a name that nobody knows": {report.Place{Department: "59", Commune: report.Commune{Label: "Trifouillis"}}, "59", transmission.UnknownCommune},
		"another département":      {report.Place{Department: "62", Commune: report.Commune{Label: "Lille (Nord)", Code: "59350"}}, "59", transmission.OtherOne},
	} {
		r := transmission.RouteOf(&report.Answers{Place: c.place})
		first := ""
		if len(r.To) > 0 {
			first = r.To[0].Code
		}
		if first != c.to || r.Why != c.why || r.Why == "" && len(r.To) != 1 {
			t.Errorf("%s: %v, %q", name, r.To, r.Why)
		}
	}
}

func TestTheClocks(t *testing.T) {
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		small    bool
		from, by string
	}{
		{false, "2026-03-17", "2026-06-17"}, {true, "2026-03-17", "2026-04-17"}, {false, "2026-11-30", "2027-02-28"}, {true, "2028-01-31", "2028-02-29"},
	} {
		if got := transmission.EvaluatedBy(c.small, day(c.from)); !got.Equal(day(c.by)) {
			t.Errorf("from %s: %s, want %s", c.from, got.Format(time.DateOnly), c.by)
		}
	}
	if got := transmission.AcknowledgedBy("concern_urgent", day("2026-03-31")); !got.Equal(day("2026-04-01")) {
		t.Errorf("an urgent one is acknowledged by %s", got)
	}
	child := report.Report{ReceivedAt: day("2026-03-17"), Answers: report.Answers{Children: []report.Child{{Age: "14"}, {Age: "1"}}}}
	if !transmission.UnderTwo(&child) {
		t.Error("a child of one year is not under two")
	}
	child.Children = child.Children[:1]
	if transmission.UnderTwo(&child) {
		t.Error("one of fourteen is")
	}
}
