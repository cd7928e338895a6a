package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/seal"
)

// Whatever page shows words of a report or a record: who asked for it stands in the trail.
func TestWhoIsShownWordsLeavesALine(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	lille, mine := d.receive(time.Hour, lille()), d.receive(time.Hour, mother())
	d.qualify(lille, "concern")
	agent, unit, lawyer := d.as("a.diallo"), d.as("t.colin"), d.as("y.noel")
	agent.claim(mine).refer(mine, nil).want(200, path(mine))
	agent.open(path(lille)).submit(`form[action$="/rappels"]`, url.Values{"callback_time": {"23:45"}}).want(200, path(lille))
	record := unit.openRecord("Marée").recordAt()
	unit.adds(record, "rendez-vous", url.Values{"said.day": {d.day(24 * time.Hour)}, "said.hour": {"14:00"}, "said.minutes": {"45"}, "said.place": {"unit"},
		"said.note": {"Entretien"}, "who": {d.staffID("t.colin").String()}}).want(200, record)
	call := agent.newCall().saveCall(url.Values{"done.earlier_reference": {seal.FormatReference(lille.Reference)}}).want(200, "").at
	for _, shown := range []struct {
		by         *browser
		at, word   string
		line, what string
	}{
		{agent, "/rappels", "06 39 98 12 34", "report.open", lille.ID.String()},
		{agent, "/rappels", "06 39 98 12 34", "queue.open", "rappels"},
		{agent, path(mine) + "/demande", "lea.nuit31", "report.open", mine.ID.String()},
		{agent, path(lille) + "/transmission", "CRIP du Nord", "report.open", lille.ID.String()},
		{agent, path(lille) + "/transmission/" + to, "seul le soir", "transmission.preview", lille.ID.String()},
		{agent, call, "Situation à lire", "queue.open", "reference"},
		{unit, "/demandes", "Situation à lire", "queue.open", "demandes"},
		{unit, "/suivi", "Marée", "queue.open", "suivi"},
		{unit, "/suivi/rendez-vous", "Marée", "queue.open", "rendez-vous"},
		{unit, record + "/ajouter/contact", "06 39 98 12 34", "record.open", strings.TrimPrefix(record, "/suivi/")},
		{unit, record + "/rendez-vous/" + ask[string](d, "select id::text from record_appointments"), "Marée", "record.open", strings.TrimPrefix(record, "/suivi/")},
		{lawyer, record + "/avis", "Marée", "record.open", strings.TrimPrefix(record, "/suivi/")},
	} {
		const lines = "select count(*) from audit_events where action = $1 and object_id = $2"
		before := ask[int](d, lines, shown.line, shown.what)
		shown.by.open(shown.at).want(200, shown.at)
		if !strings.Contains(shown.by.body, shown.word) {
			t.Errorf("%s does not show %q: %s", shown.at, shown.word, shown.by.text("main"))
		}
		if n := ask[int](d, lines, shown.line, shown.what) - before; n != 1 {
			t.Errorf("%s leaves %d lines of %s", shown.at, n, shown.line)
		}
	}
	// What is read by sending a form, too.
	before := d.audited("transmission.preview")
	agent.post(path(lille)+"/transmission/"+to, url.Values{"act": {"preview"}}).want(200, "")
	if n := d.audited("transmission.preview") - before; n != 1 {
		t.Errorf("a preview that was sent for leaves %d lines", n)
	}
}
