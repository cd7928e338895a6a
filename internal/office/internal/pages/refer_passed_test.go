package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

// Two read the same addition: what the second wrote did not go, and stands beside what
// did. The first one's second tap is answered like his first.
func TestWhoPassesOnSecondSeesBothTexts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(nil)
	id := d.answer(r, report.Added{Text: "C’est Nadia. Elle a rappelé ce soir."}).String()
	form := path(r) + address + "/ajouts/" + id
	first, second := d.as("a.diallo"), d.as("c.martin")
	typed := func(text string) url.Values {
		return url.Values{"text.added." + id: {text}, "reread": {"1"}}
	}
	first.post(form, typed(" \n\t")).want(http.StatusUnprocessableEntity, "")
	if got := first.text(".error-summary"); !strings.Contains(got, "gardez l’ajout") {
		t.Errorf("blanks are refused with %q", got)
	}
	for range 2 {
		first.post(form, typed("Elle a rappelé.")).want(200, path(r))
	}
	second.post(form, typed("Elle va mieux.")).want(http.StatusConflict, "")
	if got := second.text("main"); !strings.Contains(got, "a déjà transmis cet ajout") || !strings.Contains(second.text(".left-texts"), "Elle a rappelé.") || !strings.Contains(second.text(".left-texts"), "Elle va mieux.") {
		t.Errorf("the second reads %q", second.text(".left-texts"))
	}
	second.post(form, url.Values{"keep": {"1"}}).want(http.StatusConflict, "")
	if n := ask[int](d, "select count(*) from referral_additions"); n != 1 {
		t.Errorf("%d decisions are stored", n)
	}
}

// What was written again takes long: it stands beside the report when that moved
// meanwhile, and the unit may not get it any more.
func TestWhatWasWrittenForAUnitOutlivesTheState(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(nil)
	id := d.answer(r, report.Added{Text: "Elle a rappelé ce soir."}).String()
	d.exec("update referrals set status = 'refused', answered_by = proposed_by, answered_at = now()")
	b := d.as("a.diallo")
	b.post(path(r)+address+"/ajouts/"+id, url.Values{"text.added." + id: {"Elle a rappelé, longuement."}, "reread": {"1"}}).want(http.StatusConflict, "")
	if got := b.text(".left-texts"); !strings.Contains(got, "Elle a rappelé, longuement.") {
		t.Errorf("an addition that is too late leaves %q", got)
	}
	other := d.receive(time.Hour, mother())
	b.claim(other).open(path(other)+"/demande").want(200, "")
	d.exec("update reports set status = 'closed' where id = $1", other.ID)
	b.submit(referForm, url.Values{"reason": {"Suivi éducatif."}, "text.situation.facts": {"Elle part le soir, réécrit."}, "reread": {"1"}, "unit": {"cellule"}}).want(http.StatusConflict, "")
	if got := b.text(".left-texts"); !strings.Contains(got, "Elle part le soir, réécrit.") || !strings.Contains(got, "Suivi éducatif.") {
		t.Errorf("a referral that is too late leaves %q", got)
	}
}

// A file that was frozen while somebody read is not left out in silence.
func TestAFileThatWasFrozenMeanwhileIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(nil)
	added, file := d.addFile(r, "Voici une photo.", sent{name: "retour.txt", content: []byte("vers minuit")})
	form := path(r) + address + "/ajouts/" + added.String()
	b := d.as("a.diallo").open(form).want(200, "")
	d.exec("insert into attachment_freezes (attachment_id, author, frozen_at) values ($1, $2, now())", file.ID, d.staffID("c.martin"))
	typed := url.Values{"text.added." + added.String(): {"Une photo d’elle."}, "file": {file.ID.String()}, "reread": {"1"}}
	b.post(form, typed).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "ne se transmet plus") {
		t.Errorf("a frozen file is refused with %q", got)
	}
	delete(typed, "text.added."+added.String())
	b.post(form, typed).want(http.StatusUnprocessableEntity, "")
	if n := ask[int](d, "select count(*) from referral_additions"); n != 0 {
		t.Errorf("%d decisions are stored that nobody took", n)
	}
}
