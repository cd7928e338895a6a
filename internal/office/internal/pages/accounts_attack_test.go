package pages_test

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/office/internal/words"
)

// Somebody who may write all of the database tries to be let in. He gets accounts
// and sessions of his own making, and no report.

func TestAReplayedInvitationOpensNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code := d.invite(d.as("k.petit"), "l.faure", "Lou Faure", "agent", "plateau")
	d.join("l.faure", code, chosen)
	d.as("c.martin").admits("l.faure")
	before := ask[string](d, "select recipient from staff where login = 'l.faure'")
	d.exec("update invitations set used_at = null, staff_id = null")
	b := d.comeWith("l.faure", code, "une autre phrase de passe").want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "porte déjà cet identifiant") {
		t.Errorf("the page says %q", got)
	}
	if after := ask[string](d, "select recipient from staff where login = 'l.faure'"); after != before {
		t.Error("the account has another key")
	}
	// Turned into a reset, it takes the account over: without a key, and without a
	// word of the old one's.
	d.exec("update invitations set kind = 'reset', staff_id = $1", d.staffID("l.faure"))
	r := d.receive(time.Hour, young())
	d.comeWith("l.faure", code, "une autre phrase de passe").want(200, "")
	thief := d.browser().logIn("l.faure", "une autre phrase de passe").want(200, "/file")
	thief.open(path(r)).want(http.StatusNotFound, "")
	if n := ask[int](d, "select count(*) from team_key_wraps where staff_id = $1", d.staffID("l.faure")); n != 0 {
		t.Errorf("%d keys are left to him", n)
	}
}

func TestAPlantedResetOpensNoReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	code := d.invite(d.as("k.petit"), "l.faure", "Lou Faure", "agent", "plateau")
	// Moved to another name a code fits nothing: the name is part of what is stored.
	d.exec("update invitations set login = 'c.martin', kind = 'reset', staff_id = $1", d.staffID("c.martin"))
	if got := d.comeWith("c.martin", code, chosen).want(422, "").text(".error-summary"); !strings.Contains(got, "ne vont pas ensemble") {
		t.Errorf("the page says %q", got)
	}
	// A whole row of his own making destroys keys, as deleting them would, and gives none.
	d.exec("update invitations set login = 'l.faure', kind = 'join', staff_id = null")
	d.exec("insert into team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac, created_at) select team_id, epoch, $1, wrap, recipient_mac, created_at from team_key_wraps where staff_id = $2",
		d.staffID("n.roche"), d.staffID("c.martin"))
	thief := d.as("n.roche").want(200, "/file")
	thief.open(path(r)).want(http.StatusNotFound, "")
}

func TestAPlantedKeyReadsOtherWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	member := d.join("l.faure", d.invite(d.as("k.petit"), "l.faure", "Lou Faure", "agent", "plateau"), chosen)
	said := strings.Join(member.texts(".words li"), " ")
	coordinator := d.as("c.martin").open("/cles/"+d.staffID("l.faure").String()).want(200, "")
	own, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	planted := own.Recipient().String()
	// Planted between the look and the click: the click admits nobody.
	d.exec("update staff set recipient = $1 where login = 'l.faure'", planted)
	coordinator.submit("main form", nil).want(http.StatusConflict, "")
	if !strings.Contains(coordinator.text(".error-summary"), "n’est plus celle que vous avez comparée") {
		t.Errorf("the coordinator is told %q", coordinator.text(".error-summary"))
	}
	if n := ask[int](d, "select count(*) from team_key_wraps where staff_id = $1", d.staffID("l.faure")); n != 0 {
		t.Fatalf("%d keys were sealed to a planted recipient", n)
	}
	heard := strings.Join(coordinator.texts(".words li"), " ")
	if heard == said || heard != strings.Join(words.Fingerprint(d.staffID("l.faure"), planted), " ") {
		t.Errorf("the planted key has the words %q", heard)
	}
	if member.open("/compte/cle"); strings.Contains(member.text("main"), heard) {
		t.Error("the member himself is shown the planted words")
	}
	// The words differ: the account is shut, and what follows was said.
	coordinator.open("/cles/"+d.staffID("l.faure").String()+"/refus").want(200, "")
	if coordinator.doc.Find(".follows li").Length() == 0 {
		t.Error("the page does not say what follows")
	}
	coordinator.submit("main form", nil).want(200, "/cles")
	if !ask[bool](d, "select disabled_at is not null from staff where login = 'l.faure'") || d.audited("staff.words_differ") != 1 {
		t.Error("the account is open, or nothing is audited")
	}
	member.open("/file").want(http.StatusUnauthorized, "")
}

func TestSwappedMembersReadOtherWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit")
	one := d.join("l.faure", d.invite(admin, "l.faure", "Lou Faure", "agent", "plateau"), chosen)
	said := strings.Join(one.texts(".words li"), " ")
	d.join("m.garnier", d.invite(admin, "m.garnier", "Mo Garnier", "agent", "plateau"), chosen+" aussi")
	d.exec(`update staff s set recipient = o.recipient, sealed_identity = o.sealed_identity from staff o
		where s.login in ('l.faure', 'm.garnier') and o.login in ('l.faure', 'm.garnier') and o.login <> s.login`)
	coordinator := d.as("c.martin")
	for _, login := range []string{"l.faure", "m.garnier"} {
		if heard := strings.Join(coordinator.open("/cles/"+d.staffID(login).String()).want(200, "").texts(".words li"), " "); heard == said {
			t.Errorf("%s, swapped, has the words of the other", login)
		}
	}
}

func TestAKeyMadeForSomebodyElseIsSaidAndAudited(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	d.exec("delete from team_key_wraps where staff_id = $1", d.staffID("a.diallo"))
	d.exec("update team_key_wraps set staff_id = $1 where staff_id = $2", d.staffID("a.diallo"), d.staffID("s.leroy"))
	b := d.as("a.diallo").want(200, "/file")
	if got := b.text(".notice.is-error"); !strings.Contains(got, "ne s’ouvre pas") {
		t.Errorf("the member is told %q", got)
	}
	b.open(path(r)).want(http.StatusNotFound, "")
	if d.audited("key.does_not_open") != 1 {
		t.Errorf("it is audited %d times", d.audited("key.does_not_open"))
	}
}

// A role that was written into the table gives no key: only who holds one gives it.
func TestARoleThatWasPlantedGivesNoKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	code := d.invite(d.as("k.petit"), "l.faure", "Lou Faure", "agent", "plateau")
	d.join("l.faure", code, chosen)
	d.exec("update staff set role = 'coordinator' where login in ('k.petit', 'n.roche')")
	d.exec("insert into key_requests (team_id, staff_id, asked_at) values ('plateau', $1, now())", d.staffID("n.roche"))
	for _, login := range []string{"k.petit", "n.roche"} {
		b := d.as(login).want(200, "/file")
		b.open(path(r)).want(http.StatusNotFound, "")
		who := d.staffID("l.faure").String()
		b.post("/cles/"+who, url.Values{"seen": {hex.EncodeToString(make([]byte, 32))}}).want(http.StatusNotFound, "")
		b.post("/cles/"+d.staffID(login).String(), nil).want(http.StatusNotFound, "") // nor to himself
	}
	if n := ask[int](d, "select count(*) from team_key_wraps where staff_id in ($1, $2)", d.staffID("l.faure"), d.staffID("n.roche")); n != 0 {
		t.Errorf("%d keys were given", n)
	}
}

// The account administrator tries to read a report in every way he can think of.
func TestAnAccountAdministratorReadsNoReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	admin := d.as("k.petit")
	refused := func(b *browser, way string) {
		t.Helper()
		for _, address := range []string{path(r), "/file", "/file?vue=en-retard", "/file/arrivees?depuis=1:1:"} {
			if b.open(address); strings.Contains(b.body, "Léa") || strings.Contains(b.body, "Je n’ose pas") {
				t.Errorf("%s: %s shows the report (%d)", way, address, b.status)
			}
		}
	}
	refused(admin, "as he is")
	// He makes a coordinator of his own, and resets the real one.
	sock := d.join("s.ocquet", d.invite(admin, "s.ocquet", "Sol Ocquet", "coordinator", "plateau"), chosen)
	refused(sock, "as a coordinator of his making")
	sock.open("/cles").want(200, "")
	sock.post("/cles/"+d.staffID("s.ocquet").String(), nil).want(http.StatusNotFound, "")
	code := admin.act("c.martin", "phrase", nil).want(200, "").code()
	d.comeWith("c.martin", code, chosen+" volée").want(200, "")
	refused(d.browser().logIn("c.martin", chosen+" volée"), "as the coordinator whose passphrase he reset")
	if n := ask[int](d, "select count(*) from memberships where staff_id in ($1, $2)", d.staffID("c.martin"), d.staffID("s.ocquet")); n != 0 {
		t.Errorf("%d memberships", n)
	}
}
