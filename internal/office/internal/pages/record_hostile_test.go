package pages_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"
)

// What an entry corrects comes from a form: it is held against the record.
func TestRecordCorrectsOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Falaise")
	record, id := b.recordAt(), b.recordAt()[len("/suivi/"):]
	opening := ask[string](d, "select opening::text from records where id = $1", id)
	step := func(replaces string) url.Values {
		return url.Values{"entry": {uuid.NewString()}, "replaces": {replaces}, "said.step": {"Appeler"}, "said.owner": {"Tess"}, "said.due": {d.day(0)}, "said.state": {"done"}}
	}
	b.post(record+"/ajouter/plan", step("")).want(200, record)
	plan := ask[string](d, "select id::text from record_entries where record_id = $1 and id::text <> $2", id, opening)
	other := d.as("t.colin").openRecord("Cap")
	told := url.Values{"said.label": {"Autre"}, "said.origin": {"phone"}, "said.consent": {"both"}}
	for name, c := range map[string]struct {
		at, act string
		form    url.Values
	}{
		"an opening for a step":        {record, "plan", step(opening)},
		"a step of another record":     {other.recordAt(), "plan", step(plan)},
		"what is nowhere":              {record, "plan", step(uuid.NewString())},
		"an opening that adds":         {record, "ouverture", told},
		"an opening in a step's place": {record, "ouverture", url.Values{"replaces": {plan}, "said.label": {"Autre"}, "said.origin": {"phone"}, "said.consent": {"both"}}},
	} {
		if b.post(c.at+"/ajouter/"+c.act, c.form); b.status != http.StatusConflict {
			t.Errorf("%s: %d", name, b.status)
		}
	}
	if n := ask[int](d, "select count(*) from record_entries"); n != 3 {
		t.Errorf("%d entries stand in the records", n)
	}
	contact := url.Values{"entry": {uuid.NewString()}, "replaces": {opening}, "said.day": {d.day(0)}, "said.hour": {"12:00"}, "said.way": {"sms"}, "said.note": {"vu"}}
	b.post(record+"/ajouter/contact", contact).want(200, record)
	if got := b.text("h1"); got != "Falaise 15 ans · Rhône" || ask[int](d, "select count(*) from record_entries where replaces is not null") != 0 {
		t.Errorf("a contact corrected the opening: %q", got)
	}
	// Who comes back from the refusal corrects the opening as it stands.
	b.post(record+"/ajouter/ouverture", told).want(http.StatusConflict, "").submit(".record-form form", nil).want(200, record)
	b.post(record+"/ajouter/plan", step(plan)).want(200, record)
}
