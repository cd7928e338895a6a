package pages_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/words"
)

const chosen = "rivage pelouse tambour noisette"

// invite has the administrator make a code for somebody.
func (d *desk) invite(admin *browser, login, name, role string, teams ...string) string {
	d.t.Helper()
	admin.open("/comptes/inviter").want(200, "")
	admin.submit(`main form`, url.Values{"login": {login}, "name": {name}, "role": {role}, "team": teams})
	admin.want(200, "/comptes/inviter")
	return admin.code()
}

// code reads the code that a page shows once.
func (b *browser) code() string {
	b.t.Helper()
	code := b.text(".code")
	if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(code) {
		b.t.Fatalf("%s (%d) shows the code %q: %s", b.at, b.status, code, b.text("main"))
	}
	return code
}

// comeWith takes an invitation, or a reset, as its holder does.
func (d *desk) comeWith(login, code, passphrase string) *browser {
	d.t.Helper()
	return d.browser().open("/invitation").want(200, "").submit("main form", url.Values{"login": {login}, "code": {code}, "passphrase": {passphrase}, "again": {passphrase}})
}

// join has somebody take his invitation and log in.
func (d *desk) join(login, code, passphrase string) *browser {
	d.t.Helper()
	if b := d.comeWith(login, code, passphrase); b.status != 200 || b.text("h1") != "Votre compte est prêt" {
		d.t.Fatalf("%s does not get in by his code: %d %s", login, b.status, b.text("main"))
	}
	return d.browser().logIn(login, passphrase)
}

// admits has a coordinator give the key to who waits for it.
func (b *browser) admits(login string) *browser {
	b.t.Helper()
	return b.open("/cles/"+b.desk.staffID(login).String()).want(200, "").submit("main form", nil).want(200, "/cles")
}

func (d *desk) audited(action string) int {
	return ask[int](d, "select count(*) from audit_events where action = $1", action)
}

func TestAnInvitedMemberReadsOnceACoordinatorComparedTheWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	admin := d.as("k.petit").want(200, "/comptes")
	code := d.invite(admin, "l.faure", "Lou Faure", "agent", "plateau")
	if !strings.Contains(admin.text("main"), "ne sera plus affiché") || strings.Contains(admin.at, code) {
		t.Error("the page of the code does not say that it is shown once, or its address holds it")
	}
	if n := ask[int](d, "select count(*) from invitations where position($1 in code_hash::text || login || display_name) > 0", code); n != 0 {
		t.Error("the database holds the code")
	}
	if got := admin.open("/comptes").text("main"); !strings.Contains(got, "Lou Faure l.faure") || !strings.Contains(got, "invité") || strings.Contains(got, code) {
		t.Errorf("the accounts are %q", got)
	}

	member := d.join("l.faure", strings.ToLower(strings.ReplaceAll(code, "-", " ")), chosen).want(200, "/file")
	if got := member.text("h1"); got != "Votre compte attend sa clé" {
		t.Fatalf("the new member reads %q", got)
	}
	said := member.texts(".words li")
	if len(said) != words.Count {
		t.Fatalf("his words are %q", said)
	}
	member.open(path(r)).want(http.StatusNotFound, "")

	coordinator := d.as("c.martin").want(200, "/file")
	if got := coordinator.text(`nav a[href="/cles"]`); got != "Clés 1" {
		t.Errorf("the coordinator is told %q", got)
	}
	if got := coordinator.open("/cles").want(200, "").text("h1"); got != "1 compte attend sa clé" {
		t.Errorf("the keys to give: %q", got)
	}
	coordinator.open(coordinator.doc.Find(`main a[href^="/cles/"]`).AttrOr("href", "")).want(200, "")
	if heard := coordinator.texts(".words li"); !slices.Equal(heard, said) {
		t.Fatalf("the coordinator sees %q, the member says %q", heard, said)
	}
	if got := coordinator.text("main"); !strings.Contains(got, "Lou Faure") || !strings.Contains(got, "écoutant") || !strings.Contains(got, "Plateau") {
		t.Errorf("the coordinator does not see whom he admits: %q", got)
	}
	coordinator.submit("main form", nil).want(200, "/cles")
	if got := coordinator.text("h1"); got != "Aucun compte n’attend sa clé" {
		t.Errorf("afterwards: %q", got)
	}
	if member.open(path(r)).want(200, ""); !strings.Contains(member.body, "Léa") {
		t.Error("the new member does not read the report")
	}
	if got := admin.open("/comptes").text("tr:contains('Lou Faure') .badge"); got != "actif" {
		t.Errorf("the account is %q", got)
	}
	for action, want := range map[string]int{"staff.invited": 1, "staff.joined": 1, "staff.admitted": 1} {
		if got := d.audited(action); got != want {
			t.Errorf("%s is audited %d times", action, got)
		}
	}
	for _, secret := range []string{code, chosen, strings.Join(said, " ")} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if who := ask[string](d, "select s.login from memberships m join staff s on s.id = m.admitted_by where m.staff_id = $1", d.staffID("l.faure")); who != "c.martin" {
		t.Errorf("%s admitted him", who)
	}
}

func TestAMemberWithoutReportsNeedsNoKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code := d.invite(d.as("k.petit"), "b.noel", "Bao Noël", "auditor", "plateau") // the team is nobody's concern
	d.join("b.noel", code, chosen).want(200, "/journal")
	if n := ask[int](d, "select count(*) from key_requests"); n != 0 {
		t.Errorf("%d keys are asked for", n)
	}
}

func TestInvitationsThatAreNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit")
	before := ask[int](d, "select count(*) from staff")
	for name, c := range map[string]struct {
		form   url.Values
		field  string
		status int
	}{
		"a name that is taken":   {url.Values{"login": {"A.Diallo"}, "name": {"Autre"}, "role": {"agent"}, "team": {"plateau"}}, "#login", 422},
		"a name with accents":    {url.Values{"login": {"zoé"}, "name": {"Zoé"}, "role": {"agent"}, "team": {"plateau"}}, "#login", 422},
		"nobody":                 {url.Values{"login": {"z.zoe"}, "name": {" "}, "role": {"agent"}, "team": {"plateau"}}, "#name", 422},
		"no role":                {url.Values{"login": {"z.zoe"}, "name": {"Zoé"}, "team": {"plateau"}}, "#role-0", 422},
		"a role that is none":    {url.Values{"login": {"z.zoe"}, "name": {"Zoé"}, "role": {"chef"}, "team": {"plateau"}}, "#role-0", 422},
		"a reader without teams": {url.Values{"login": {"z.zoe"}, "name": {"Zoé"}, "role": {"agent"}}, "#team-0", 422},
		"a team that is none":    {url.Values{"login": {"z.zoe"}, "name": {"Zoé"}, "role": {"agent"}, "team": {"autre"}}, "#team-0", 422},
	} {
		admin.post("/comptes/inviter", c.form).want(c.status, "/comptes/inviter")
		if admin.doc.Find(`.error-summary a[href="`+c.field+`"]`).Length() == 0 || admin.doc.Find(c.field).Length() == 0 {
			t.Errorf("%s: no error leads to %s: %q", name, c.field, admin.text(".error-summary"))
		}
		if !strings.HasPrefix(admin.text("title"), "Erreur") || admin.doc.Find("#name").AttrOr("value", "") != strings.TrimSpace(c.form.Get("name")) {
			t.Errorf("%s: the page does not say that it failed, or does not keep what was typed", name)
		}
	}
	code := d.invite(admin, "z.zoe", "Zoé Z", "agent", "plateau")
	admin.post("/comptes/inviter", url.Values{"login": {"z.zoe"}, "name": {"Zoé"}, "role": {"agent"}, "team": {"plateau"}}).want(422, "") // invited already
	admin.open("/comptes/inviter").submit("main form", nil).want(422, "")
	if got := admin.texts(".error-summary li"); len(got) != 3 || !strings.Contains(got[0], "nom") || !strings.Contains(got[1], "identifiant") || !strings.Contains(got[2], "rôle") {
		t.Errorf("nothing typed is told as %q", got)
	}
	if after := ask[int](d, "select count(*) from staff"); after != before || ask[int](d, "select count(*) from invitations") != 1 {
		t.Error("something was changed")
	}
	if n := d.audited("staff.invited.refused"); n != 3 {
		t.Errorf("%d refusals are audited, want those that the database decided", n)
	}
	// Out of time, the name is free again.
	d.clock.Add(49 * time.Hour)
	d.as("k.petit").post("/comptes/inviter", url.Values{"login": {"z.zoe"}, "name": {"Zoé"}, "role": {"agent"}, "team": {"plateau"}}).want(200, "")
	d.comeWith("z.zoe", code, chosen).want(422, "")
}

func TestCodesThatOpenNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as("k.petit")
	code := d.invite(admin, "l.faure", "Lou Faure", "agent", "plateau")
	other := d.invite(admin, "m.garnier", "Mo Garnier", "agent", "plateau")
	admin.open("/comptes/"+ask[string](d, "select id::text from invitations where login = 'm.garnier'")+"/annulation").want(200, "").submit("main form", nil).want(200, "/comptes")
	before := ask[int](d, "select count(*) from staff")
	try := func(name, login, code, passphrase, again, field, says string) {
		t.Helper()
		b := d.browser().open("/invitation").want(200, "").submit("main form", url.Values{"login": {login}, "code": {code}, "passphrase": {passphrase}, "again": {again}})
		b.want(http.StatusUnprocessableEntity, "/invitation")
		if got := b.text(`.error-summary a[href="` + field + `"]`); !strings.Contains(got, says) {
			t.Errorf("%s: the page says %q", name, b.text(".error-summary"))
		}
		if b.doc.Find("#login").AttrOr("value", "") != login || strings.Contains(b.body, `value="`+chosen) {
			t.Errorf("%s: the name was not kept, or the passphrase was", name)
		}
	}
	mistyped := "0" + code[1:]
	if code[0] == '0' {
		mistyped = "1" + code[1:]
	}
	try("mistyped", "l.faure", mistyped, chosen, chosen, "#code", "mal recopié")
	try("no code", "l.faure", "", chosen, chosen, "#code", "mal recopié")
	try("another's code", "l.faure", other, chosen, chosen, "#code", "ne vont pas ensemble")
	try("an unknown name", "z.zidane", code, chosen, chosen, "#code", "ne vont pas ensemble")
	try("an account that is there", "a.diallo", code, chosen, chosen, "#code", "ne vont pas ensemble")
	try("a withdrawn code", "m.garnier", other, chosen, chosen, "#code", "retiré")
	try("no name", "", code, chosen, chosen, "#login", "identifiant")
	try("two passphrases", "l.faure", code, chosen, chosen+"s", "#again", "diffèrent")
	try("a short passphrase", "l.faure", code, "court", "court", "#passphrase", "trop courte")
	try("an easy passphrase", "l.faure", code, "lou faure recueil", "lou faure recueil", "#passphrase", "se devine")
	if after := ask[int](d, "select count(*) from staff"); after != before {
		t.Error("an account was made")
	}
	if n := d.audited("invitation.refused"); n != 6 {
		t.Errorf("%d refusals are audited", n)
	}
	d.join("l.faure", code, chosen)
	try("a used code", "l.faure", code, chosen, chosen, "#code", "déjà servi")
	late := d.invite(admin, "t.tard", "Tao Tard", "agent", "plateau")
	d.clock.Add(48 * time.Hour)
	try("an expired code", "t.tard", late, chosen, chosen, "#code", "plus de 48")
}

func TestSixWordsAreOffered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.browser().open("/invitation").want(200, "")
	offered := b.text(".phrase")
	if len(strings.Fields(offered)) != 6 {
		t.Fatalf("offered: %q", offered)
	}
	b.submit("main form", url.Values{"login": {"l.faure"}, "code": {"ABCD"}, "other": {"1"}}).want(200, "/invitation")
	if again := b.text(".phrase"); again == offered || b.doc.Find("#login").AttrOr("value", "") != "l.faure" || b.doc.Find("#code").AttrOr("value", "") != "ABCD" {
		t.Errorf("other words: %q, and what was typed is kept: %q", again, b.doc.Find("#login").AttrOr("value", ""))
	}
	offered = b.text(".phrase")
	b.submit("main form", url.Values{"login": {"l.faure"}, "code": {"ABCD"}}).want(422, "")
	if b.text(".phrase") != offered {
		t.Error("an error changes the words that somebody may have written down")
	}
	b.post("/invitation", url.Values{"offered": {"<b>mots</b> choisis par un autre site ici"}}).want(422, "")
	if strings.Contains(b.body, "choisis par un autre") {
		t.Error("the page offers what a form brought")
	}
	code := d.invite(d.as("k.petit"), "l.faure", "Lou Faure", "agent", "plateau")
	d.join("l.faure", code, offered)
}
