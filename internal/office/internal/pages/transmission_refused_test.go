package pages_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/transmission"
	"recueil/internal/report"
)

// markedReporter puts a word of its own into everything that tells who wrote.
func markedReporter(t *testing.T, leave report.Confidentiality) report.Answers {
	t.Helper()
	a := lille()
	a.Situation.Facts = "L’enfant est souvent seul le soir."
	a.Reporter.Profile = report.ProfileProfessional
	a.Contact.Confidentiality = leave
	for name, value := range map[string]string{
		"short.callback": "marque-a", "professional.name": "marque-b", "professional.role": "marque-c", "professional.organisation": "marque-d",
		"professional.work_phone": "0139980001", "professional.work_email": "marque-e@exemple.invalid", "professional.cannot_identify": "marque-f",
		"contact.value": "marque-g@exemple.invalid", "contact.safe_hours": "marque-h", "contact.alias": "marque-i",
	} {
		if err := a.Set(name, []string{value}); err != nil {
			t.Fatal(err)
		}
	}
	a.Contact.Channel = report.ContactChannelEmail
	return a
}

func TestWhoWroteIsInNeitherFormUnlessHeAllowsIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	agent := d.as("a.diallo")
	for leave, want := range map[report.Confidentiality]bool{report.ConfidentialityAnonymous: false, report.ConfidentialityConfidential: false, "": false, report.ConfidentialityMayBePassedOn: true} {
		r := d.receive(time.Hour, markedReporter(t, leave))
		d.answer(r, report.Added{Text: "Il est rentré.", Contact: "marque-j@exemple.invalid", Channel: report.ContactChannelEmail})
		d.qualify(r, "concern")
		agent.open(path(r)).submit("form[data-note]", url.Values{"note": {"marque-k, pour nous seuls"}})
		agent.propose(r, to, nil).want(200, path(r)+"/transmission")
		link := agent.doc.Find(`.sent a[href$="/pdf"]`).AttrOr("href", "")
		text := pdfText(t, []byte(agent.open(link).want(200, "").body))
		machine := agent.open(strings.TrimSuffix(link, "/pdf")+"/json").want(200, "").body
		for form, content := range map[string]string{"PDF": text, "JSON": machine} {
			if got := strings.Contains(content, "marque-b") && strings.Contains(content, "marque-g"); got != want {
				t.Errorf("%q: the reporter stands in the %s: %v", leave, form, got)
			}
			if !want && (strings.Contains(content, "marque-") || strings.Contains(content, "0139980001") || strings.Contains(content, "39 98 00 01")) {
				t.Errorf("%q: the %s tells who wrote", leave, form)
			}
			if strings.Contains(content, "marque-k") {
				t.Errorf("%q: a note for the house alone stands in the %s", leave, form)
			}
			if !strings.Contains(content, "Élio") || !strings.Contains(content, "Il est rentré.") {
				t.Errorf("%q: the child or what was added is not in the %s", leave, form)
			}
		}
		var file transmission.File
		if err := json.Unmarshal([]byte(machine), &file); err != nil || len(file.Notes) != 0 {
			t.Errorf("%q: %d notes leave, %v", leave, len(file.Notes), err)
		}
	}
}

func TestADetailOfTheReporterInATextIsPointedOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	a := lille()
	a.Situation.Facts = "Appelez-moi au 06 39 98 12 34, l’enfant est seul."
	r := d.receive(time.Hour, a)
	d.qualify(r, "concern")
	b := d.as("a.diallo").propose(r, to, nil).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary li"); !strings.Contains(got, "désigne la personne") {
		t.Errorf("her number in the text is told as %q", got)
	}
	b.propose(r, to, url.Values{"redactions": {"06 39 98 12 34"}}).want(200, path(r)+"/transmission")
}

func TestAFileGoesToNobodyWhoIsNotVouchedFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	to := strings.TrimPrefix(agent.addEntry("cell", "CRIP du Nord", "59", ""), "/annuaire/")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	agent.propose(r, to, nil).want(http.StatusConflict, "")
	if got := agent.text(".notice:not([hidden])"); !strings.HasPrefix(got, "Aucun dossier ne peut partir vers ce destinataire") {
		t.Errorf("an unverified entry is refused with %q", got)
	}
	if boxes := agent.doc.Find(`input[name="read"][checked]`).Length(); boxes == 0 {
		t.Error("what was ticked is lost")
	}
	agent.open("/annuaire/"+to).submit(`form[action$="/verification"]`, nil)
	agent.propose(r, to, nil).want(200, path(r)+"/transmission")
	coordinator.open(path(r) + "/transmission")
	d.exec("update recipients set contact = 'ailleurs'")
	coordinator.submit(`form[action$="/validation"]`, nil).want(http.StatusConflict, "")
	if got := ask[string](d, "select status from reports"); got != "awaiting_validation" {
		t.Errorf("to an entry that was swapped the report is %s", got)
	}
	coordinator.submit("form.refusing", nil).want(http.StatusUnprocessableEntity, "")
	coordinator.submit("form.refusing", url.Values{"reason": {"La fiche a été modifiée."}}).want(200, path(r)+"/transmission")
	if got := ask[string](d, "select status || ' ' || qualification from reports"); got != "qualified concern" {
		t.Errorf("refused, the report is %s", got)
	}
	if got := agent.open(path(r) + "/transmission").text(".sent"); !strings.Contains(got, "La fiche a été modifiée.") {
		t.Errorf("who prepared it reads %q", got)
	}
}

func TestTransmissionTakesTwoPeopleAndTheirRoles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	coordinator, agent, follow := d.as("c.martin"), d.as("a.diallo"), d.as("s.leroy")
	for _, b := range []*browser{follow, d.as("j.moreau")} {
		b.open(path(r)+"/transmission/"+to).want(http.StatusForbidden, "")
		b.post(path(r)+"/transmission/"+to, nil).want(http.StatusForbidden, "")
		b.open("/suites").want(http.StatusForbidden, "")
	}
	coordinator.propose(r, to, nil).want(200, "")
	sent := strings.TrimSuffix(coordinator.doc.Find(`.sent a[href$="/pdf"]`).AttrOr("href", ""), "/pdf")
	version := ask[string](d, "select version::text from reports")
	coordinator.post(sent+"/validation", url.Values{"version": {version}}).want(http.StatusForbidden, "") // her own
	agent.post(sent+"/validation", url.Values{"version": {version}}).want(http.StatusForbidden, "")
	follow.post(sent+"/accuse", url.Values{"version": {version}}).want(http.StatusForbidden, "")
	agent.open(sent+"/remise-pdf").want(http.StatusNotFound, "")
	if got := ask[string](d, "select status from reports"); got != "awaiting_validation" {
		t.Errorf("the report is %s", got)
	}
	other := d.receive(time.Hour, lille())
	d.exec("delete from report_grants where report_id = $1", other.ID)
	agent.open(path(other)+"/transmission").want(http.StatusNotFound, "")
	agent.open(path(other)+"/transmission/"+to).want(http.StatusNotFound, "")
}

func TestADatabaseThatCannotWriteLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	d.db.Owner.Exec(t.Context(), `create function full_disk() returns trigger language plpgsql as $$
		begin raise exception 'could not extend file' using errcode = '53100'; end $$;
		create trigger full_disk before insert on parts for each row when (new.kind = 'transmission') execute function full_disk()`)
	b := d.as("a.diallo").propose(r, to, url.Values{"redactions": {"Odile Tremblay"}}).want(http.StatusServiceUnavailable, "")
	if got := b.text(".notice:not([hidden])"); !strings.HasPrefix(got, "Rien n’a été enregistré") {
		t.Errorf("a full disk is told as %q", got)
	}
	if got := strings.TrimSpace(b.doc.Find("#redactions").Text()); got != "Odile Tremblay" {
		t.Errorf("what was typed comes back as %q", got)
	}
	if got := ask[string](d, "select status from reports"); got != "qualified" {
		t.Errorf("the report is %s", got)
	}
	d.db.Owner.Exec(t.Context(), "drop trigger full_disk on parts")
	b.submit("form.preparing", url.Values{"act": {"propose"}}).want(200, path(r)+"/transmission")
}

func TestWithoutAKeyAPersonHandsItOverAndItMayComeBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern_urgent")
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	agent.propose(r, to, nil).want(200, "")
	coordinator.open(path(r)+"/transmission").submit(`form[action$="/validation"]`, nil).want(200, "")
	sent := strings.TrimSuffix(agent.open(path(r)+"/transmission").doc.Find(`.sent a[href$="/remise-pdf"]`).AttrOr("href", ""), "/remise-pdf")
	agent.open(sent+"/age").want(http.StatusConflict, "")
	agent.open(sent+"/remise-json").want(200, "")
	agent.open(sent+"/remise-pdf").want(200, "")
	if got := agent.answer.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=") || agent.answer.Get("Content-Type") != "application/pdf" {
		t.Errorf("it is served as %q", got)
	}
	d.clock.Add(30 * time.Hour)
	agent = d.as("a.diallo").open("/suites").want(200, "")
	if got := agent.text(".late"); got != "1 jour de retard" {
		t.Errorf("an urgent one that nobody acknowledged is %q", got)
	}
	agent.open(path(r)+"/transmission").submit("form.chasing", nil).want(200, "")
	if got := agent.open("/suites").text("table"); !strings.Contains(got, "relancé le 19 mars 2026") {
		t.Errorf("asked again, it says %q", got)
	}
	agent.open(path(r)+"/transmission").submit("form.returning", url.Values{"reason": {"L’enfant vit à Arras."}}).want(200, "")
	if got := ask[string](d, "select status || ' ' || qualification from reports"); got != "qualified concern_urgent" {
		t.Errorf("come back, the report is %s", got)
	}
	agent.open(sent+"/remise-pdf").want(http.StatusNotFound, "")
	if got := agent.open("/suites").text(".empty"); got == "" {
		t.Error("something is still waited for")
	}
}
