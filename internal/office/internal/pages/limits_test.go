package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

// What was added to an old referral stands before all that is newer: what the navigation
// counts is in the list.
func TestAnUnreadAdditionStandsInTheListHoweverOldItsReferral(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(url.Values{"extent": {"whole"}, "reread": nil})
	unit := d.as("t.colin").open(address).submit(`form[action$="/accord"]`, nil).want(200, "")
	added := d.answer(r, report.Added{Text: "Elle a rappelé ce soir."})
	d.as("a.diallo").post(path(r)+address+"/ajouts/"+added.String(), nil).want(200, path(r))
	d.exec(`insert into referrals (id, report_id, from_team, to_team, epoch, masked, body, status, proposed_by, proposed_at, answered_by, answered_at)
		select gen_random_uuid(), report_id, from_team, to_team, epoch, masked, body, 'refused', proposed_by, proposed_at + n * interval '1 minute', proposed_by, now() from referrals, generate_series(1, 200) n`)
	if unit.open("/demandes").want(200, ""); unit.doc.Find(`main a[href="`+address+`"]`).Length() == 0 || !strings.Contains(unit.text("main"), "1 ajout non lu") {
		t.Error("the list leaves it out")
	}
}

// Of a report that is restricted to people nothing goes to a unit any more: nothing is
// said to wait for it, which nobody could do.
func TestARestrictedReportHasNothingToPassOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, _ := d.referred(nil)
	d.answer(r, report.Added{Text: "Encore."})
	b := d.as("c.martin").open("/releve/oublies").want(200, "")
	if got := b.text("main"); !strings.Contains(got, "Ajouts à transmettre") {
		t.Fatalf("before, what is forgotten reads %q", got)
	}
	d.restrict(b, r, "c.martin").want(http.StatusOK, path(r))
	if b.open(path(r)); b.doc.Find(".to-pass").Length() != 0 {
		t.Error("the report asks for what it refuses")
	}
	if got := b.open("/releve/oublies").want(200, "").text("main"); strings.Contains(got, "Ajouts à transmettre") {
		t.Errorf("what is forgotten reads %q", got)
	}
}

// A calendar that holds more than it shows says so.
func TestACalendarSaysThatItIsCut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Cap")
	d.exec(`insert into record_appointments (id, record_id, assignee, starts_at, ends_at)
		select gen_random_uuid(), r.id, r.lead, $1::timestamptz + n * interval '1 minute', $1::timestamptz + (n + 1) * interval '1 minute' from records r, generate_series(1, 501) n`, d.clock.Now().Add(time.Hour))
	if got := b.open("/suivi/rendez-vous?vue=mois").want(200, "").text(".notice.is-warning"); !strings.Contains(got, "500 premiers rendez-vous") {
		t.Errorf("it says %q", got)
	}
}
