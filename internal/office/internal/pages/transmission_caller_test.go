package pages_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/transmission"
	"recueil/internal/report"
)

// joined is a call about a report, by somebody else who leaves everything out that was
// not asked for.
func (b *browser) joined(r *report.Report, values url.Values) {
	b.t.Helper()
	action := b.newCall().form(callForm).AttrOr("action", "")
	values.Set("done.earlier_reference", r.Reference)
	values.Set("lookup", "1")
	b.post(action, b.typed(values)).want(200, action)
	b.sendCall(url.Values{"same": {r.ID.String()}})
	if !strings.HasSuffix(b.at, "/recu") {
		b.t.Fatalf("the call did not join: %d at %s", b.status, b.at)
	}
}

func caller() url.Values {
	return url.Values{"situation.facts": {"Il a de nouveau dormi dehors."}, "reporter.profile": {"self"}, "children.0.first_name": {"Naïm"}, "children.0.age": {"11"},
		"professional.name": {"appelant-a"}, "professional.work_phone": {"01 99 00 45 67"}, "professional.organisation": {"appelant-b"},
		"contact.channel": {"email"}, "contact.value": {"appelant-c@exemple.invalid"}, "contact.alias": {"appelant-d"}}
}

func TestALeaveIsOfWhoGaveItAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	agent := d.as("a.diallo")
	for _, leave := range []report.Confidentiality{report.ConfidentialityMayBePassedOn, report.ConfidentialityConfidential} {
		r := d.receive(time.Hour, markedReporter(t, leave), func(r *report.Report) { r.Reference = "7KQ4M2XB" })
		values, allows := caller(), leave != report.ConfidentialityMayBePassedOn
		if allows {
			values.Set("contact.confidentiality", string(report.ConfidentialityMayBePassedOn))
		}
		agent.joined(r, values)
		d.qualify(r, "concern")
		agent.open(path(r)+"/transmission/"+to).want(200, "")
		if left := agent.doc.Find(`input[name="omit"][checked]`).Length(); (left == 1) == allows {
			t.Errorf("%q: %d answers are left out beforehand", leave, left)
		}
		agent.propose(r, to, nil).want(200, path(r)+"/transmission")
		link := agent.doc.Find(`.sent a[href$="/pdf"]`).AttrOr("href", "")
		text := pdfText(t, []byte(agent.open(link).want(200, "").body))
		machine := agent.open(strings.TrimSuffix(link, "/pdf")+"/json").want(200, "").body
		for form, content := range map[string]string{"PDF": text, "JSON": machine} {
			if got := strings.Contains(content, "appelant-") || strings.Contains(content, "45 67"); got != allows {
				t.Errorf("%q: who called stands in the %s: %v", leave, form, got)
			}
			if got := strings.Contains(content, "marque-"); got == allows {
				t.Errorf("%q: who wrote stands in the %s: %v", leave, form, got)
			}
			if !strings.Contains(content, "dormi dehors") {
				t.Errorf("%q: what was told on the phone is not in the %s", leave, form)
			}
		}
		var file transmission.File
		if err := json.Unmarshal([]byte(machine), &file); err != nil {
			t.Fatal(err)
		}
		if named := slices.ContainsFunc(file.Texts(), func(text string) bool { return text == "Naïm" }); named && !allows {
			t.Errorf("%q: the child who called is named", leave)
		}
		d.exec("update reports set reference = 'ZZZZZZZZ' where id = $1", r.ID)
	}
}

func TestADetailOfACallerInATextIsPointedOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, markedReporter(t, report.ConfidentialityMayBePassedOn), func(r *report.Report) { r.Reference = "7KQ4M2XB" })
	values := caller()
	values.Set("situation.facts", "Rappeler au +33 1 99 00.45.67 avant midi.")
	agent := d.as("a.diallo")
	agent.joined(r, values)
	d.qualify(r, "concern")
	agent.propose(r, to, nil).want(http.StatusUnprocessableEntity, "")
	if got := agent.text(".error-summary li"); !strings.Contains(got, "désigne la personne") {
		t.Errorf("the caller's number in a text is told as %q", got)
	}
	agent.propose(r, to, url.Values{"redactions": {"+33 1 99 00.45.67"}}).want(200, path(r)+"/transmission")
}

func TestWhatIsTickedIsNotTakenForAnother(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	agent := d.as("a.diallo")
	shared := func(text string) {
		agent.open(path(r)).submit("form[data-note]", url.Values{"note": {text}, "share": {"1"}}).want(200, "")
	}
	shared("Une note qui part.")
	shared("Une note retirée.")
	agent.open(path(r)+"/transmission/"+to).want(200, "")
	boxes := agent.doc.Find(`.leaf-row:contains("Une note retirée.") input[name="omit"]`)
	key := boxes.AttrOr("value", "")
	values := agent.ticks()
	values.Set("omit", key)
	values.Set("version", agent.doc.Find(`input[name="version"]`).AttrOr("value", ""))
	// Meanwhile the first one is corrected, and so stands behind the other.
	first := agent.open(path(r)).doc.Find(`a[href*="corriger="]`).First().AttrOr("href", "")
	agent.open(first).submit("form[data-note]", url.Values{"note": {"Une note corrigée."}, "share": {"1"}}).want(200, "")
	agent.post(path(r)+"/transmission/"+to, values).want(http.StatusUnprocessableEntity, "")
	row := `.leaf-row:contains("Une note corrigée.")`
	if agent.doc.Find(row+" input[checked]").Length() != 0 || agent.doc.Find(`.leaf-row:contains("Une note retirée.") input[name="omit"][checked]`).Length() != 1 {
		t.Error("a note that nobody read yet bears the ticks of another")
	}
}
