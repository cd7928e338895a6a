package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// withAdministrator gives the house an administrator of accounts.
func (d *desk) withAdministrator() string {
	d.t.Helper()
	d.exec("update staff set role = 'account_administrator' where login = 'n.roche'")
	return "n.roche"
}

func TestALostFactorIsTakenAwayByTwoPeople(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	lost := d.as("a.diallo")
	admin, coordinator := d.as(d.withAdministrator()), d.as("c.martin")
	act := "/verifications/" + d.staffID("a.diallo").String()

	coordinator.post(act+"/accord", nil).want(http.StatusConflict, "") // nothing was proposed
	coordinator.post(act+"/demande", nil).want(http.StatusForbidden, "")
	admin.open("/verifications").want(200, "")
	admin.submit(`form[action="`+act+`/demande"]`, nil).want(200, "/verifications")
	if !strings.Contains(admin.text(".rows li:first-child"), "Awa Diallo") || !strings.Contains(admin.text(".rows li:first-child"), "demandé par Nour Roche") {
		t.Errorf("the proposal reads %q", admin.text(".rows li:first-child"))
	}
	admin.post(act+"/accord", nil).want(http.StatusForbidden, "")
	lost.open("/file").want(200, "/file") // until two have decided, nothing changes
	d.browser().givePassphrase("a.diallo", passphrase).submit(codeForm, url.Values{"code": {d.code("a.diallo")}}).want(200, "/file")

	coordinator.open("/verifications").want(200, "")
	if rows := coordinator.texts(".rows li"); len(rows) != 1 {
		t.Errorf("the coordinator sees %q", rows)
	}
	coordinator.submit(`form[action="`+act+`/accord"]`, nil).want(200, "/verifications")
	lost.open("/file").want(http.StatusUnauthorized, "")
	if n := ask[int](d, "select count(*) from sessions where staff_id = $1", d.staffID("a.diallo")); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	lost.logIn("a.diallo", passphrase).want(200, "/file")
	if d.counted("factor.enrolled", "app") != 4 || ask[string](d, "select actor::text from audit_events where action = 'factor.reset'") != d.staffID("c.martin").String() {
		t.Error("the reset, or the new factor, is not audited")
	}
	coordinator.post(act+"/accord", nil).want(http.StatusConflict, "")
}

func TestNobodyTakesAwayAFactorAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.as("a.diallo")
	admin, coordinator := d.as(d.withAdministrator()), d.as("c.martin")
	act := func(login string) string { return "/verifications/" + d.staffID(login).String() }
	factors := func() int { return ask[int](d, "select count(*) from staff_factors") }

	admin.post(act("n.roche")+"/demande", nil).want(http.StatusConflict, "") // his own
	admin.post(act("c.martin")+"/demande", nil).want(200, "/verifications")
	coordinator.post(act("c.martin")+"/accord", nil).want(http.StatusConflict, "") // his own
	coordinator.post(act("c.martin")+"/refus", nil).want(http.StatusConflict, "")

	// One who was administrator when he proposed, and is coordinator now.
	admin.post(act("a.diallo")+"/demande", nil).want(200, "/verifications")
	d.exec("update staff set role = 'coordinator' where login = 'n.roche'")
	admin.post(act("a.diallo")+"/accord", nil).want(http.StatusConflict, "")
	d.exec("update staff set role = 'account_administrator' where login = 'n.roche'")

	for range 13 {
		d.clock.Add(4 * time.Hour)
		d.exec("update sessions set last_seen_at = $1::timestamptz, expires_at = $1::timestamptz + interval '12 hours'", d.clock.Now())
	}
	coordinator.post(act("a.diallo")+"/accord", nil).want(http.StatusConflict, "") // after 48 hours
	admin.post(act("a.diallo")+"/demande", nil).want(200, "/verifications")
	coordinator.post(act("a.diallo")+"/refus", nil).want(200, "/verifications")
	coordinator.post(act("a.diallo")+"/accord", nil).want(http.StatusConflict, "")
	if factors() != 3 || ask[int](d, "select count(*) from audit_events where action = 'factor.reset'") != 0 {
		t.Errorf("%d factors are left", factors())
	}
	for _, login := range []string{"a.diallo", "s.leroy"} {
		b := d.as(login)
		b.open("/verifications").want(http.StatusForbidden, "")
		b.post(act("c.martin")+"/refus", nil).want(http.StatusForbidden, "")
	}
}
