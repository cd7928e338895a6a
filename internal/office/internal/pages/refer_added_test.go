package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

// What was added before a whole referral goes with it, files and all; one that does not
// open is told before anything is sent.
func TestAWholeReferralBringsWhatWasAddedBefore(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, mother())
	_, file := d.addFile(r, "Elle est rentrée, voici une photo.", sent{name: "retour.txt", content: []byte("vers minuit")})
	d.answer(r, report.Added{Text: "illisible"})
	d.exec("update additions set body = substring(body for octet_length(body) - 1) where id = (select id from additions order by received_at desc, id desc limit 1)")
	b := d.as("a.diallo").claim(r).open(path(r)+"/demande").want(200, "")
	if got := b.text(".refer"); !strings.Contains(got, "tout ce qu’elle a ajouté depuis") || !strings.Contains(got, "Un ajout ne s’ouvre pas") {
		t.Errorf("before sending, the page says %q", got)
	}
	b.refer(r, url.Values{"extent": {"whole"}, "reread": nil}).want(200, path(r))
	address := "/demandes/" + ask[string](d, "select id::text from referrals")
	unit := d.as("t.colin").open(address).want(200, "")
	if got := unit.text("#ajouts"); !strings.Contains(got, "Elle est rentrée, voici une photo.") || !strings.Contains(got, "retour.txt") {
		t.Errorf("the unit reads %q", got)
	}
	answer, content, err := unit.fetch(address+"/pieces/"+file.ID.String()+"/original", "")
	if err != nil || answer.StatusCode != 200 || string(content) != "vers minuit" {
		t.Errorf("its file comes with %v %q, %v", answer.Status, content, err)
	}
	if got := b.open(path(r)).text("#confie"); !strings.Contains(got, "Un ajout transmis") || !strings.Contains(got, "ne connaît pas encore") {
		t.Errorf("the platform reads %q", got)
	}
}

// Of a masked referral each addition is decided on: given as it was written again, or
// kept; what identifies the reporter is refused.
func TestAMaskedReferralAsksWhatIsGivenOfAnAddition(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, mother())
	given := "text.added." + d.answer(r, report.Added{Text: "Nadia encore : elle dort chez un ami au 06 39 98 12 34.", Contact: "quetzal@exemple.invalid"}).String()
	kept := "text.added." + d.answer(r, report.Added{Text: "Merci à quetzal."}).String()
	b := d.as("a.diallo").claim(r).open(path(r)+"/demande").want(200, "")
	if got := b.doc.Find(`[name="` + given + `"]`).Text(); strings.Contains(got, "Nadia") || strings.Contains(got, "12 34") || !strings.Contains(got, "elle dort chez un ami") {
		t.Errorf("the page proposes %q", got)
	}
	b.submit(referForm, url.Values{"reason": {"Suivi."}, "reread": {"1"}, given: {"Nadia dit qu’elle dort chez un ami."}}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "nadia") {
		t.Errorf("an addition that names her is refused with %q", got)
	}
	b.submit(referForm, url.Values{given: {"Elle dort chez un ami."}, kept: {""}, "reread": {"1"}}).want(200, path(r))
	if got := b.text("#confie"); strings.Contains(got, "ne connaît pas encore") || !strings.Contains(got, "Un ajout transmis") || !strings.Contains(got, "Gardé au plateau") {
		t.Errorf("the platform reads %q", got)
	}
	// The case says what was given of each, and the trail who decided it.
	if got := b.text(".timeline"); !strings.Contains(got, "Elle dort chez un ami.") || strings.Count(got, "Cellule de suivi") < 3 {
		t.Errorf("the case tells %q", got)
	}
	for _, action := range []string{"referral.pass_on", "referral.keep_addition"} {
		if n := ask[int](d, "select count(*) from audit_events where action = $1", action); n != 1 {
			t.Errorf("%s stands %d times in the trail", action, n)
		}
	}
	unit := d.as("t.colin").open("/demandes/"+ask[string](d, "select id::text from referrals")).want(200, "")
	if got := unit.text("#ajouts"); !strings.Contains(got, "Elle dort chez un ami.") || strings.Contains(unit.body, "Nadia") || strings.Contains(unit.body, "quetzal") || strings.Contains(unit.body, "Merci") {
		t.Errorf("the unit reads %q", got)
	}
}

// What comes after a referral is remembered until somebody decided of it, and the unit
// learns of it.
func TestWhatIsAddedAfterAReferralReachesTheUnit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(url.Values{"extent": {"whole"}, "reread": nil})
	unit := d.as("t.colin").open(address).submit(`form[action$="/accord"]`, nil).want(200, "")
	record := unit.at
	d.exec("update reports set status = 'closed'") // the unit goes on without the platform
	d.clock.Add(time.Hour)
	d.answer(r, report.Added{Text: "Elle a rappelé ce soir.", Wish: report.WishNoContact})
	d.clock.Add(time.Hour)

	b := d.as("c.martin").open("/releve/oublies").want(200, "")
	if got := b.text("main"); !strings.Contains(got, "Ajouts à transmettre") || b.doc.Find(`a[href^="`+path(r)+`"]`).Length() != 1 {
		t.Errorf("what is forgotten reads %q", got)
	}
	b.open(path(r)).want(200, "").submit(`.to-pass form`, nil).want(200, path(r))
	if got := b.text("#confie") + b.text(".timeline"); strings.Contains(got, "ne connaît pas encore") || !strings.Contains(got, "Ajout transmis : Cellule de suivi") {
		t.Errorf("once passed on, the report says %q", got)
	}
	if got := b.open("/releve/oublies").text("main"); strings.Contains(got, "Ajouts à transmettre") {
		t.Errorf("it is still forgotten: %q", got)
	}
	unit = d.as("t.colin") // two hours later
	if got := unit.open(record).text("main"); !strings.Contains(got, "un ajout que personne n’a lu") {
		t.Errorf("the record says %q", got)
	}
	if got := unit.open("/demandes").text("main"); !strings.Contains(got, "1 ajout non lu") {
		t.Errorf("the unit's list says %q", got)
	}
	if got := unit.open(address).text("#ajouts"); !strings.Contains(got, "Elle a rappelé ce soir.") {
		t.Errorf("the unit reads %q", got)
	}
	if got := unit.text("[aria-labelledby=pourquoi] .caution"); got == "" {
		t.Error("who asked not to be called any more is called")
	}
	if got := unit.open(record).text("main"); strings.Contains(got, "personne n’a lu") {
		t.Error("read, it is still told as new")
	}
	for _, action := range []string{"referral.pass_on", "referral.read_addition"} {
		if n := ask[int](d, "select count(*) from audit_events where action = $1", action); n != 1 {
			t.Errorf("%s stands %d times in the trail", action, n)
		}
	}
	// Whoever writes the database puts nothing of his into the unit's hands.
	d.exec("update referral_additions set body = (select body from referrals limit 1)")
	if got := unit.open(address).text("#ajouts"); !strings.Contains(got, "Rien ne prouve") {
		t.Errorf("another body reads %q", got)
	}
}

// Of a masked referral a later addition goes through the same reading, may be kept, and
// may go after all; what the unit has no more gets nothing.
func TestALaterAdditionToAMaskedReferralIsReadAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(nil)
	id := d.answer(r, report.Added{Text: "C’est Nadia. Elle a rappelé ce soir."})
	form := path(r) + address + "/ajouts/" + id.String()
	pass := `form[action$="/ajouts/` + id.String() + `"]`
	b := d.as("a.diallo").open(path(r)).want(200, "")
	if b.doc.Find(".to-pass form").Length() != 0 {
		t.Error("it may go without being read again")
	}
	b.open(form).want(200, "")
	b.submit(pass, url.Values{"text.added." + id.String(): {"Nadia : elle a rappelé."}}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "nadia") || !strings.Contains(got, "Relisez") {
		t.Errorf("it is refused with %q", got)
	}
	b.post(form, url.Values{"keep": {"1"}}).want(200, path(r))
	if got := b.text("#confie"); !strings.Contains(got, "Gardé au plateau") || strings.Contains(got, "ne connaît pas encore") {
		t.Errorf("kept, the report says %q", got)
	}
	b.open(form).submit(pass, url.Values{"text.added." + id.String(): {"Elle a rappelé."}, "reread": {"1"}}).want(200, path(r))
	if got := d.as("t.colin").open(address).text("#ajouts"); !strings.Contains(got, "Elle a rappelé.") || strings.Contains(got, "Nadia") {
		t.Errorf("the unit reads %q", got)
	}
	late := d.answer(r, report.Added{Text: "Encore."})
	d.exec("update referrals set status = 'refused', answered_by = proposed_by, answered_at = now()")
	b.post(path(r)+address+"/ajouts/"+late.String(), url.Values{"keep": {"1"}}).want(http.StatusConflict, "")
	if n := ask[int](d, "select count(*) from referral_additions where body is not null"); n != 1 {
		t.Errorf("%d additions are with the unit", n)
	}
}

// Whoever writes the database can make a masked referral look whole, or have it lead to
// another team: nothing that was added goes that way.
func TestAReferralThatWasChangedInItsRowTakesNoAddition(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(nil)
	id := d.answer(r, report.Added{Text: "C’est Nadia. Elle a rappelé ce soir."}).String()
	typed := url.Values{"text.added." + id: {"Elle a rappelé."}, "reread": {"1"}}
	b := d.as("a.diallo")
	for _, change := range []string{"masked = false", "masked = true, to_team = 'psychologues'"} {
		d.exec("update referrals set " + change)
		b.post(path(r)+address+"/ajouts/"+id, typed).want(http.StatusConflict, "")
	}
	if n := ask[int](d, "select count(*) from referral_additions"); n != 0 {
		t.Errorf("%d additions were passed on", n)
	}
	d.exec("update referrals set to_team = 'cellule'")
	b.post(path(r)+address+"/ajouts/"+id, typed).want(200, path(r))
}
