package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A contact that came straight to the unit goes to the platform as a report of its own
// channel; the unit keeps its record and sees where the report stands.
func TestTheUnitReportsAContactToThePlatform(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	unit := d.as("t.colin").open("/suivi/nouveau").want(200, "")
	unit.submit(".record-form form", url.Values{"who": {d.staffID("t.colin").String()}, "said.label": {"Quetzal"}, "said.origin": {"phone"}, "said.consent": {"young_person"}, "said.age": {"15"}, "said.department": {"69"},
		"said.situation": {"Quetzal dort dehors depuis lundi."}, "said.phone": {"06 39 98 12 34"}, "said.alias": {"Camille du club"}, "said.voicemail": {"none"}, "said.never": {"Ne pas appeler le père."}}).want(200, "")
	record := unit.at
	unit.open(record+"/ajouter/signalement").want(200, "")
	unit.submit(".record-form form", url.Values{"said.danger": {"no"}}).want(http.StatusUnprocessableEntity, "")
	if got := unit.text(".error-summary"); !strings.Contains(got, "un nom ou un numéro") {
		t.Errorf("a masked text that names the child is refused with %q", got)
	}
	unit.submit(".record-form form", url.Values{"said.note": {"Dort dehors depuis lundi."}, "said.child_now": {"près de la gare"}}).want(200, record)
	form := unit.open(record + "/ajouter/signalement").fields(".record-form form")
	form["said.extent"], form["said.danger"], form["said.note"] = []string{"whole"}, []string{"yes"}, []string{"Un homme l’attend ce soir."}
	for range 2 { // a double tap is one report
		unit.post(record+"/ajouter/signalement", form).want(200, record)
	}
	if got := unit.text(".record-head") + unit.text(".record-lines"); strings.Count(got, "Signalé au plateau") != 4 || !strings.Contains(got, "reçu") {
		t.Errorf("the record says %q", got)
	}
	if n := ask[int](d, "select count(*) from reports where channel = 'unit'"); n != 2 {
		t.Fatalf("%d reports came", n)
	}

	ids := strings.Fields(ask[string](d, "select string_agg(report_id::text, ' ' order by masked desc) from unit_reports"))
	b := d.as("a.diallo").open("/file?canal=unit").want(200, "")
	if got := b.text("main"); !strings.Contains(got, "cellule de suivi") {
		t.Errorf("the queue says %q", got)
	}
	masked, whole := b.open("/dossiers/"+ids[0]).want(200, "").body, ""
	for _, want := range []string{"cellule de suivi", "Dort dehors depuis lundi.", "près de la gare", "Rhône", "Cellule de suivi"} {
		if !strings.Contains(masked, want) {
			t.Errorf("the platform does not read %q", want)
		}
	}
	for _, hidden := range []string{"Quetzal", "12 34", "Camille du club", "le père"} {
		if strings.Contains(masked, hidden) {
			t.Errorf("masked, the platform reads %q", hidden)
		}
	}
	whole = b.open("/dossiers/"+ids[1]).want(200, "").body
	for _, want := range []string{"06 39 98 12 34", "Camille du club", "Ne pas appeler le père."} {
		if !strings.Contains(whole, want) {
			t.Errorf("whole, the platform does not read %q", want)
		}
	}
	b.submit(`form[action$="/prise-en-charge"]`, nil)
	if got := unit.open(record).text(".record-head"); !strings.Contains(got, "pris en charge") {
		t.Errorf("taken up, the record says %q", got)
	}
	unit.open("/dossiers/"+ids[1]).want(http.StatusNotFound, "")

	// What was referred is with the platform already.
	_, address := d.referred(nil)
	unit.open(address).submit(`form[action$="/accord"]`, nil).want(200, "")
	unit.open(unit.at+"/ajouter/signalement").want(http.StatusNotFound, "")
}

// The unit's own form takes more than a report's answers do: whatever stands in an
// opening, the report reaches the platform with it.
func TestWhatAReportHasNoAnswerForStandsInItsText(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	unit, platform := d.as("t.colin"), d.as("a.diallo")
	long := strings.Repeat("Camille ", 24)
	for _, one := range []struct{ age, alias, want string }{
		{"0", long, "moins d’un an"},
		{"07", "Camille", "7 ans"},
		{"19", "Camille", "18 à 20 ans"},
		{"23", "Camille", "Âge : 23"},
	} {
		unit.open("/suivi/nouveau").submit(".record-form form", url.Values{"who": {d.staffID("t.colin").String()}, "said.label": {"Quetzal"}, "said.origin": {"phone"}, "said.consent": {"young_person"},
			"said.age": {one.age}, "said.alias": {one.alias}}).want(200, "")
		record := unit.at
		unit.open(record+"/ajouter/signalement").submit(".record-form form", url.Values{"said.extent": {"whole"}, "said.danger": {"no"}, "said.note": {"Dort dehors."}}).want(200, record)
		id := ask[string](d, "select report_id::text from unit_reports order by sent_at desc, report_id desc limit 1")
		d.clock.Add(time.Second)
		got := strings.ToLower(platform.open("/dossiers/"+id).want(200, "").text("main"))
		for _, want := range []string{one.want, strings.TrimSpace(one.alias), "Dort dehors."} {
			if !strings.Contains(got, strings.ToLower(want)) {
				t.Errorf("of a child of %s years the platform does not read %q in %q", one.age, want, got)
			}
		}
	}
}
