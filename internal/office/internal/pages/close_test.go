package pages_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

const motive = "Orientée vers l’assistante sociale du collège. <b>Rappel</b> lundi 👍"

// claim opens a report and claims it.
func (b *browser) claim(r *report.Report) *browser {
	b.t.Helper()
	return b.open(path(r)).want(200, "").submit(`form[action$="/prise-en-charge"]`, nil).want(200, path(r))
}

func TestClaimingMakesAReportOnesOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").submit("[data-row] form", nil).want(200, path(r)) // from the queue, one key
	if got := b.text(".state"); !strings.Contains(got, "en cours d’évaluation") || !strings.Contains(got, "Awa Diallo (vous)") {
		t.Errorf("the state is %q", got)
	}
	if b.doc.Find("[data-claim]").Length() != 0 || b.doc.Find("[data-lease-url]").Length() != 1 {
		t.Error("a report in hand is offered again, or its lease is not kept")
	}
	if got := ask[string](d, "select status || ' ' || (assignee = lease_holder)::text || ' ' || version from reports"); got != "in_triage true 2" {
		t.Errorf("the row says %q", got)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'report.claim' and actor = $1", d.staffID("a.diallo")); n != 1 {
		t.Errorf("the claim is audited %d times", n)
	}
	other := d.as("c.martin")
	if got := other.row(r).Text(); !strings.Contains(got, "Awa Diallo") || !strings.Contains(got, "ouvert") || other.row(r).Find("form").Length() != 0 {
		t.Errorf("a colleague's row says %q", got)
	}
	other.open(path(r)).want(200, "")
	if got := other.text(".side .alert:not([hidden])"); !strings.Contains(got, "Awa Diallo a ce dossier ouvert") || other.doc.Find(".side form").Length() != 0 {
		t.Errorf("a colleague reads %q and has %d forms", got, other.doc.Find(".side form").Length())
	}
}

func TestTwoWhoClaimAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	first, second := d.as("a.diallo").open(path(r)), d.as("c.martin").open(path(r))
	first.submit("[data-claim-form], form[action$=prise-en-charge]", nil).want(200, path(r))
	second.submit("form[action$=prise-en-charge]", nil).want(http.StatusConflict, "")
	if got := second.text(".notice:not([hidden])"); !strings.HasPrefix(got, "Une autre personne vient de prendre ce dossier.") {
		t.Errorf("the second reads %q", got)
	}
	if got := second.text(".state"); !strings.Contains(got, "Awa Diallo") {
		t.Errorf("the second is not shown who has it: %q", got)
	}
	if got := ask[string](d, "select s.login from reports r join staff s on s.id = r.assignee"); got != "a.diallo" {
		t.Errorf("the report is %s's", got)
	}
}

func TestALeaseIsKeptWhileThePageIsOpen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	mine, other := d.as("a.diallo").claim(r), d.as("c.martin")
	bail := mine.doc.Find("[data-lease-url]").AttrOr("data-lease-url", "")
	for range 4 {
		d.clock.Add(5 * time.Minute)
		mine.open("/seance").want(http.StatusNoContent, "")
		mine.post(bail, nil).want(http.StatusNoContent, "")
		other.open("/seance").want(http.StatusNoContent, "")
	}
	other.post(bail, nil).want(http.StatusConflict, "")
	if other.open(path(r)).doc.Find("[data-claim]").Length() != 0 {
		t.Error("a lease that is renewed runs out")
	}
	d.clock.Add(14 * time.Minute)
	other.open(path(r))
	d.clock.Add(2 * time.Minute) // nobody renewed it for sixteen
	other.claim(r)
	if got := ask[string](d, "select s.login from reports r join staff s on s.id = r.lease_holder"); got != "c.martin" {
		t.Errorf("the lease is %s's", got)
	}
}

func TestClosingKeepsTheReasonSealed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for qualification, words := range map[string]string{"immediate_help": "Aide immédiate", "out_of_scope": "Hors champ"} {
		r := d.receive(time.Hour, young())
		b.claim(r).submit("form.closing", url.Values{"qualification": {qualification}, "reason": {motive}}).want(200, "/file")
		if len(b.rows()) != 0 {
			t.Error("a closed report stands in the queue")
		}
		if got := ask[string](d, "select status || ' ' || qualification || ' ' || (lease_holder is null)::text from reports where id = $1", r.ID); got != "closed "+qualification+" true" {
			t.Errorf("the row says %q", got)
		}
		body := ask[[]byte](d, "select body from parts where report_id = $1", r.ID)
		if !bytes.HasPrefix(body, []byte("age-encryption.org/v1\n")) || bytes.Contains(body, []byte("assistante")) {
			t.Errorf("the reason is not sealed: %.60q", body)
		}
		b.open(path(r)).want(200, "")
		if got := b.doc.Find(".timeline .is-decision blockquote").Text(); got != motive {
			t.Errorf("the timeline gives the reason %q", got)
		}
		if got := b.text(".timeline .is-decision"); !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), "Clos : "+words) || !strings.Contains(got, "Awa Diallo") {
			t.Errorf("the timeline says %q", got)
		}
		if got := b.text(".state"); !strings.Contains(got, "clos "+words) && !strings.Contains(got, "clos"+words) || b.doc.Find(".side form").Length() != 0 {
			t.Errorf("a closed report is %q with %d forms", got, b.doc.Find(".side form").Length())
		}
		if n := ask[int](d, "select count(*) from audit_events where action = 'report.close' and object_id = $1 and detail = $2", r.ID.String(), qualification); n != 1 {
			t.Errorf("closing is audited %d times", n)
		}
	}
	if strings.Contains(d.log.String(), "assistante") {
		t.Error("the log holds the reason")
	}
}

func TestClosingIsRefusedWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(r)
	long := strings.Repeat("é", 4001)
	for name, c := range map[string]struct{ qualification, reason, field string }{
		"as malicious, which wants two people": {"malicious", motive, "qualification-0"}, "as a concern, which is transmitted": {"concern", motive, "qualification-0"},
		"as nothing": {"", motive, "qualification-0"}, "as an invention": {"<b>", motive, "qualification-0"},
		"without a reason": {"immediate_help", "", "reason"}, "with blanks": {"out_of_scope", " \n\t", "reason"}, "with a NUL": {"out_of_scope", "a\x00b", "reason"},
		"with bytes that are no text": {"out_of_scope", "a\xffb", "reason"}, "with a book": {"out_of_scope", long, "reason"},
	} {
		b.open(path(r)).submit("form.closing", url.Values{"qualification": {c.qualification}, "reason": {c.reason}}).want(http.StatusUnprocessableEntity, "")
		if !strings.HasPrefix(b.text("title"), "Erreur") {
			t.Errorf("%s: the title is %q", name, b.text("title"))
		}
		link := b.doc.Find(".error-summary a").AttrOr("href", "")
		if link != "#"+c.field || b.doc.Find(link+`[aria-invalid="true"]`).Length() != 1 {
			t.Errorf("%s: the summary leads to %q", name, link)
		}
		if got := strings.TrimPrefix(b.doc.Find("#reason").Text(), "\n"); c.reason == motive && got != motive || c.reason == long && got != long {
			t.Errorf("%s: the reason was not kept: %.40q", name, got)
		}
		if got := b.doc.Find(`[name="qualification"][checked]`).AttrOr("value", ""); c.field == "reason" && got != c.qualification {
			t.Errorf("%s: the choice was not kept: %q", name, got)
		}
	}
	if got := ask[string](d, "select status || (select count(*) from parts) from reports"); got != "in_triage0" {
		t.Errorf("the row says %q", got)
	}
}

func TestAReportNobodyTookUpCannotBeClosed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").open(path(r))
	if b.doc.Find("form.closing").Length() != 0 {
		t.Error("a report just received offers to be closed")
	}
	b.post(path(r)+"/cloture", url.Values{"version": {"1"}, "qualification": {"out_of_scope"}, "reason": {motive}}).want(http.StatusConflict, "")
	if got := ask[string](d, "select status from reports"); got != "received" {
		t.Errorf("the report is %s", got)
	}
}

func TestClosingMeetsWhatAnotherDidMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	first := d.as("a.diallo").claim(r)
	d.clock.Add(14 * time.Minute)
	first.open(path(r)) // the page with the form, at work
	d.clock.Add(2 * time.Minute)
	second := d.as("c.martin").claim(r)
	first.submit("form.closing", url.Values{"qualification": {"out_of_scope"}, "reason": {motive}}).want(http.StatusConflict, "")
	if got := first.text(".notice:not([hidden])"); !strings.HasPrefix(got, "Le dossier a changé pendant que vous écriviez.") {
		t.Errorf("the first reads %q", got)
	}
	if got := first.text(".side"); !strings.Contains(got, "Camille Martin a ce dossier ouvert") {
		t.Errorf("the first is not shown who has it: %q", got)
	}
	if got := first.doc.Find(".kept").Text(); !strings.Contains(got, motive) {
		t.Errorf("what the first typed is lost: %q", got)
	}
	// The second tab of one person meets what he did in the first.
	tab := second.open(path(r)).doc.Find("form.closing [name=version]").AttrOr("value", "")
	second.submit("form.closing", url.Values{"qualification": {"immediate_help"}, "reason": {motive}}).want(200, "/file")
	second.post(path(r)+"/cloture", url.Values{"version": {tab}, "qualification": {"out_of_scope"}, "reason": {"autre motif"}}).want(http.StatusConflict, "")
	if got := second.doc.Find(".kept").Text(); !strings.Contains(got, "autre motif") {
		t.Errorf("what the second tab held is lost: %q", got)
	}
	if got := ask[string](d, "select qualification || (select count(*) from parts) from reports"); got != "immediate_help1" {
		t.Errorf("the row says %q", got)
	}
}

func TestASessionThatEndsWhileTypingKeepsTheText(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]func(b *browser, form url.Values){
		"sent without noticing": func(b *browser, form url.Values) {
			b.submit("form.closing", form).want(http.StatusUnauthorized, "")
		},
		"by the button of the page": func(b *browser, form url.Values) {
			form.Set("version", b.doc.Find("form.closing [name=version]").AttrOr("value", ""))
			b.post(b.doc.Find("form.closing [formaction]").AttrOr("formaction", ""), form).want(200, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			r := d.receive(time.Hour, young())
			b := d.as("a.diallo").claim(r)
			d.clock.Add(16 * time.Minute)
			how(b, url.Values{"qualification": {"immediate_help"}, "reason": {motive}})
			if strings.Contains(b.text("body"), "Léa") {
				t.Error("the log-in page shows the report")
			}
			if b.logIn("a.diallo", "une autre phrase"); b.status != http.StatusUnprocessableEntity {
				t.Fatalf("a wrong passphrase answers %d", b.status)
			}
			b.logIn("a.diallo", passphrase).want(200, path(r)+"?texte=garde")
			b.open(b.at) // a reload sends no passphrase and loses no text
			if got := strings.TrimPrefix(b.doc.Find("#reason").Text(), "\n"); got != motive {
				t.Errorf("after the log-in the reason is %q", got)
			}
			if got := b.doc.Find(`[name="qualification"][checked]`).AttrOr("value", ""); got != "immediate_help" {
				t.Errorf("after the log-in the choice is %q", got)
			}
			if got := b.text(".notice:not([hidden])"); !strings.HasPrefix(got, "Votre texte est revenu") {
				t.Errorf("the page says %q", got)
			}
			b.submit("form.closing", nil).want(200, "/file")
			if got := ask[string](d, "select qualification from reports"); got != "immediate_help" {
				t.Errorf("the report was closed as %s", got)
			}
			if n := ask[int](d, "select count(*) from sessions where sealed_pending is not null"); n != 0 {
				t.Errorf("what was sent still waits in %d sessions", n)
			}
		})
	}
}

func TestClaimOfNoVersionIsAConflict(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo")
	for _, version := range []string{"", "x", "-1", "0", "2147483648", "99999999999999999999"} {
		b.post(path(r)+"/prise-en-charge", url.Values{"version": {version}}).want(http.StatusConflict, "")
	}
	if got := ask[string](d, "select status from reports"); got != "received" {
		t.Errorf("the report is %s", got)
	}
}

// Whose key was taken away keeps no report from those who can read it.
func TestLeaseEndsWithTheKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(r)
	b.post(path(r)+"/bail", nil).want(http.StatusNoContent, "")
	until := ask[time.Time](d, "select lease_until from reports")
	d.exec("delete from team_key_wraps where staff_id = $1", d.staffID("a.diallo"))
	d.clock.Add(10 * time.Minute)
	b.post(path(r)+"/bail", nil).want(http.StatusNotFound, "")
	if got := ask[time.Time](d, "select lease_until from reports"); !got.Equal(until) {
		t.Errorf("the lease was lengthened from %s to %s", until, got)
	}
}

func TestAnotherSiteCannotAct(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo")
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.header.Set("Origin", "https://exemple.invalid")
	b.post(path(r)+"/prise-en-charge", url.Values{"version": {"1"}}).want(http.StatusForbidden, "")
	if got := ask[string](d, "select status from reports"); got != "received" {
		t.Errorf("the report is %s", got)
	}
}
