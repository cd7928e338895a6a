package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

// mother is what a mother tells of her daughter, whom somebody gains money from.
func mother() report.Answers {
	var a report.Answers
	for name, value := range map[string]string{
		"reporter.profile": "parent", "situation.facts": "Je m’appelle Nadia Ferhat. Léa part le soir, un homme l’attend. Joignez-moi au 06 39 98 12 34.",
		"situation.child_words": "« C’est mon choix. »", "children.0.first_name": "Léa", "children.0.last_name": "Ferhat", "children.0.age": "15",
		"parents.0.name": "Nadia Ferhat", "parents.0.relation": "mother", "parents.0.phone": "0639981234", "place.department": "31", "place.commune": "Toulouse", "place.address": "4 impasse des Saules",
		"exploitation.forms": "meetings_for_money", "exploitation.handles.0.handle": "lea.nuit31", "exploitation.wants_follow_up_call": "yes",
		"contact.channel": "phone", "contact.value": "06 39 98 12 34", "contact.alias": "Madame Roussel", "contact.safe_hours": "après 18 h",
	} {
		if err := a.Set(name, []string{value}); err != nil {
			panic(err)
		}
	}
	return a
}

const referForm = `form[action$="/demande"]`

// refer gives the unit a masked report as the page proposes it, with these changes.
func (b *browser) refer(r *report.Report, changes url.Values) *browser {
	b.t.Helper()
	b.open(path(r)+"/demande").want(200, "")
	typed := url.Values{"reason": {"Suivi éducatif et psychologique."}, "reread": {"1"}, "unit": {"cellule"}}
	for name, values := range changes {
		typed[name] = values
	}
	return b.submit(referForm, typed)
}

// referred is a report of the mother's that was referred, and the address at which the
// unit finds it.
func (d *desk) referred(changes url.Values) (r *report.Report, address string) {
	d.t.Helper()
	r = d.receive(time.Hour, mother())
	d.as("a.diallo").claim(r).refer(r, changes).want(200, path(r))
	return r, "/demandes/" + ask[string](d, "select id::text from referrals where report_id = $1 order by proposed_at desc limit 1", r.ID)
}

// The unit sees how urgent what waits is, and what presses stands first.
func TestWhatPressesStandsFirstAtTheUnit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, answers := range []report.Answers{within24h(), within2h()} {
		r := d.receive(time.Hour, answers)
		d.as("a.diallo").claim(r).refer(r, nil).want(200, path(r))
		d.clock.Add(10 * time.Minute)
	}
	unit := d.as("t.colin").open("/demandes").want(200, "")
	got := strings.ReplaceAll(strings.Join(unit.texts("ol.cards .where"), " | "), "\u00a0", " ")
	if want := "2 h attend depuis 10 min encore 50 min"; !strings.HasPrefix(got, want) || !strings.Contains(got, "| 24 h attend depuis 20 min") {
		t.Errorf("the list says %q", got)
	}
	if unit.open(unit.doc.Find("ol.cards a").AttrOr("href", "")); !strings.HasPrefix(strings.ReplaceAll(unit.text(".head .meta"), "\u00a0", " "), "2 h attend depuis") {
		t.Errorf("the referral says %q", unit.text(".head .meta"))
	}
}

// The first half of the story: a mother's report goes to the unit without her identity,
// and is accepted.
func TestAMothersReportIsReferredWithoutHerIdentityAndAccepted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, mother())
	b := d.as("a.diallo").claim(r).open(path(r)+"/demande").want(200, "")
	if got := b.text(".asks-call"); !strings.Contains(got, "oui") && !strings.Contains(got, "Oui") {
		t.Errorf("her wish is %q", got)
	}
	if got := b.text("[aria-labelledby=souhait]"); !strings.Contains(got, "lea.nuit31") {
		t.Errorf("the branch is not shown: %q", got)
	}
	proposed := b.doc.Find(`[name="text.situation.facts"]`).Text()
	for _, word := range []string{"Nadia", "12 34"} {
		if strings.Contains(proposed, word) {
			t.Errorf("the page proposes %q", proposed)
		}
	}
	// What stands in the name that the child has too is given with the child's name.
	if !strings.Contains(proposed, "Léa") || !strings.Contains(proposed, "[…] Ferhat") {
		t.Errorf("the page proposes %q", proposed)
	}
	if got := b.texts(".redact mark"); len(got) != 2 {
		t.Errorf("the source marks %q", got)
	}
	if b.doc.Find(`[name=part][value=parents]`).Length() != 0 || !strings.Contains(b.text(".withheld"), "Les parents") {
		t.Error("a mother's own address may be given")
	}

	b.submit(referForm, url.Values{"reason": {"Elle demande de l’aide."}, "text.situation.facts": {"Nadia dit que Léa part le soir."}}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "nadia") || !strings.Contains(got, "Relisez") {
		t.Errorf("a text that names her is refused with %q", got)
	}
	if got := b.doc.Find(`[name="text.situation.facts"]`).Text(); !strings.Contains(got, "Nadia dit que Léa part le soir.") || b.doc.Find(`#t-situation-facts[aria-invalid]`).Length() != 1 {
		t.Errorf("what was typed is now %q", got)
	}
	if got := b.doc.Find("[name=reason]").Text(); !strings.Contains(got, "Elle demande de l’aide.") {
		t.Errorf("the reason is lost: %q", got)
	}
	b.submit(referForm, url.Values{"text.situation.facts": {"Léa part le soir, un homme l’attend."}, "reread": {"1"}}).want(200, path(r))
	if got := b.text("#confie"); !strings.Contains(got, "en attente") || !strings.Contains(got, "identité masquée") {
		t.Errorf("the report says %q", got)
	}

	unit := d.as("t.colin").want(200, "/demandes")
	if got := unit.text("main"); !strings.Contains(got, "1 demande en attente") || strings.Contains(got, "Nadia") {
		t.Errorf("the unit's list says %q", got)
	}
	unit.open(unit.doc.Find("ol.cards a").AttrOr("href", "")).want(200, "")
	page := unit.text("main")
	for _, want := range []string{"Elle demande de l’aide.", "Léa part le soir, un homme l’attend.", "Toulouse", "lea.nuit31", "L’identité de la personne qui écrit est masquée."} {
		if !strings.Contains(page, want) {
			t.Errorf("the unit does not read %q", want)
		}
	}
	for _, hidden := range []string{"Nadia", "12 34", "Roussel", "Saules", "18 h", r.Reference} {
		if strings.Contains(unit.body, hidden) {
			t.Errorf("the unit reads %q", hidden)
		}
	}
	unit.submit(`form[action$="/accord"]`, nil).want(200, "")
	if got := b.open(path(r)).text("#confie") + b.text(".timeline"); !strings.Contains(got, "acceptée") || !strings.Contains(got, "Cellule de suivi a accepté la demande") || !strings.Contains(got, "Tess Colin") {
		t.Errorf("the platform reads %q", got)
	}
	for action, want := range map[string]int{"referral.propose": 1, "referral.open": 1, "referral.accept": 1} {
		if n := ask[int](d, "select count(*) from audit_events where action = $1", action); n != want {
			t.Errorf("%s stands %d times in the trail, want %d", action, n, want)
		}
	}
	if strings.Contains(d.log.String(), "Nadia") {
		t.Error("the log names her")
	}
}

func TestAReferralIsRefusedWithdrawnAndGoesBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(nil)
	platform, unit := d.as("a.diallo"), d.as("u.perrin")
	unit.open(address).want(200, "").submit(`form[action$="/refus"]`, url.Values{"reason": {" "}}).want(http.StatusUnprocessableEntity, "")
	unit.submit(`form[action$="/refus"]`, url.Values{"reason": {"Déjà suivie par une autre équipe."}}).want(200, "/demandes")
	if got := platform.open(path(r)).text(".timeline"); !strings.Contains(got, "Cellule de suivi a refusé la demande") || !strings.Contains(got, "Déjà suivie par une autre équipe.") {
		t.Errorf("the platform reads %q", got)
	}
	if got := unit.open(address).text("main"); strings.Contains(got, "Déjà suivie") {
		t.Error("the unit reads again what it sealed to the platform")
	}
	if got := unit.text("main"); !strings.Contains(got, "refusée") || strings.Contains(unit.body, "Léa") || strings.Contains(got, "Suivi éducatif") {
		t.Errorf("of what it refused the unit reads %q", got)
	}

	platform.refer(r, nil).want(200, path(r)) // once more, after a refusal
	waiting := unit.open("/demandes").doc.Find("ol.cards a").AttrOr("href", "")
	unit.open(waiting).want(200, "")
	platform.submit(`form[action$="/retrait"]`, nil).want(200, path(r))
	for _, answer := range []string{"accord", "refus"} {
		form := url.Values{"reason": {"Trop tard."}}
		unit.post(waiting+"/"+answer, form).want(http.StatusConflict, "")
		if got := unit.text(".notice"); !strings.Contains(got, "Quelqu’un a déjà répondu") {
			t.Errorf("%s of what was withdrawn says %q", answer, got)
		}
	}
	if got := unit.text("main"); !strings.Contains(got, "retirée") || strings.Contains(unit.body, "Léa") || strings.Contains(unit.open("/demandes").body, "Léa") {
		t.Errorf("of what was withdrawn the unit reads %q", got)
	}
	unit.post(waiting+"/refus", url.Values{"reason": {"Trop tard."}})
	if !strings.Contains(unit.text(".kept"), "Trop tard.") {
		t.Error("what was typed is lost")
	}
	platform.post(path(r)+"/demandes/"+strings.TrimPrefix(waiting, "/demandes/")+"/retrait", nil).want(http.StatusConflict, "")

	platform.refer(r, nil).want(200, path(r))
	third := unit.open("/demandes").doc.Find("ol.cards a").AttrOr("href", "")
	unit.open(third).submit(`form[action$="/accord"]`, nil).want(200, "")
	unit.open(third).submit(`form[action$="/retour"]`, url.Values{"reason": {"La famille a déménagé."}}).want(200, "/demandes")
	if got := platform.open(path(r)).text(".timeline"); !strings.Contains(got, "situation rendue au plateau") || !strings.Contains(got, "La famille a déménagé.") {
		t.Errorf("the platform reads %q", got)
	}
}

// What cannot be referred says why, and keeps what was typed.
func TestWhatIsNoReferralSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, mother())
	b := d.as("a.diallo").open(path(r)+"/demande").want(http.StatusConflict, "") // not taken up yet
	if !strings.Contains(b.text("main"), "Prenez-le en charge") {
		t.Errorf("a report that nobody took up says %q", b.text("main"))
	}
	b.claim(r).open(path(r)+"/demande").want(200, "")
	good := b.fields(referForm)
	good.Set("reason", "Suivi demandé par la mère.")
	good.Set("reread", "1")
	good.Set("unit", "cellule")
	send := func(change func(url.Values)) *browser {
		form := url.Values{}
		for name, values := range good {
			form[name] = append([]string(nil), values...)
		}
		change(form)
		return b.post(path(r)+"/demande", form)
	}
	for name, c := range map[string]struct {
		change func(url.Values)
		says   string
	}{
		"no unit":                      {func(f url.Values) { f.Del("unit") }, "Choisissez la cellule"},
		"the platform as a unit":       {func(f url.Values) { f.Set("unit", "plateau") }, "Choisissez la cellule"},
		"a profession":                 {func(f url.Values) { f.Set("unit", "psychologues") }, "Choisissez la cellule"},
		"no reason":                    {func(f url.Values) { f.Set("reason", " ") }, "pourquoi"},
		"a reason that names":          {func(f url.Values) { f.Set("reason", "Suivi demandé par la mère, Nadia") }, "nadia"},
		"nothing chosen":               {func(f url.Values) { f.Del("part") }, "au moins une partie"},
		"not read again":               {func(f url.Values) { f.Del("reread") }, "Relisez"},
		"her phone, otherwise written": {func(f url.Values) { f.Set("text.situation.facts", "Rappeler au +33 (0)6.39.98.12.34") }, "39.98"},
		"a name without its accent": {func(f url.Values) {
			f["part"] = []string{"situation"}
			f.Set("text.situation.facts", "LEA part le soir")
		}, "lea"},
	} {
		send(c.change).want(http.StatusUnprocessableEntity, "")
		if got := b.text(".error-summary"); !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
		if got := b.doc.Find("[name=reason]").Text(); name != "no reason" && !strings.Contains(got, "Suivi demandé par la mère") {
			t.Errorf("%s: the reason is lost", name)
		}
	}
	d.exec("delete from team_key_wraps where team_id = 'cellule'")
	send(func(url.Values) {}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "aucun membre admis") {
		t.Errorf("a unit without a member: %q", got)
	}
	if kept := b.fields(referForm); kept.Get("reason") != "Suivi demandé par la mère." || kept.Get("text.situation.facts") != good.Get("text.situation.facts") || len(kept["part"]) != len(good["part"]) {
		t.Errorf("a unit without a member loses what was typed: %q", kept)
	}
	if n := ask[int](d, "select count(*) from referrals"); n != 0 {
		t.Fatalf("%d referrals are stored", n)
	}
}

func TestAReferralIsMadeOnceAndOfAReportThatStands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, mother())
	b := d.as("a.diallo").claim(r).open(path(r) + "/demande")
	first := b.fields(referForm)
	first.Set("reason", "Suivi.")
	first.Set("reread", "1")
	first.Set("unit", "cellule")
	b.post(path(r)+"/demande", first).want(200, path(r))
	b.post(path(r)+"/demande", first).want(200, path(r)) // the second tap
	other := d.as("c.martin").open(path(r) + "/demande")
	other.submit(referForm, url.Values{"reason": {"Moi aussi."}, "reread": {"1"}, "unit": {"cellule"}}).want(http.StatusConflict, "")
	if got := other.text(".notice"); !strings.Contains(got, "a déjà ce dossier") || !strings.Contains(other.doc.Find("[name=reason]").Text(), "Moi aussi.") {
		t.Errorf("a second referral says %q", got)
	}
	if n := ask[int](d, "select count(*) from referrals"); n != 1 {
		t.Errorf("%d referrals are stored", n)
	}
	d.exec("update referrals set status = 'withdrawn', answered_at = now()")
	stale := other.open(path(r) + "/demande").fields(referForm)
	stale.Set("reason", "À jour ?")
	stale.Set("reread", "1")
	d.exec("update reports set version = version + 1")
	other.post(path(r)+"/demande", stale).want(http.StatusConflict, "")
	if got := other.text(".notice"); !strings.Contains(got, "a changé entre-temps") {
		t.Errorf("a changed report says %q", got)
	}
	for _, status := range []string{"closed", "merged"} {
		d.exec("update reports set status = $1", status)
		stale.Set("reason", "Motif gardé.")
		other.post(path(r)+"/demande", stale).want(http.StatusConflict, "")
		if got := other.text(".notice") + other.text(".left-texts"); !strings.Contains(got, "ne peut plus être confié") || !strings.Contains(got, "Motif gardé.") {
			t.Errorf("a %s report says %q", status, got)
		}
	}
}

// Whole, the unit reads who wrote and gets the files; the platform's notes stay its own.
func TestAWholeReferralBringsTheFilesAndNotTheNotes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := newReport(d.clock.Now().Add(-time.Hour), mother())
	photo := []byte("\xff\xd8\xff\xe0 une photo")
	r.Attachments = append(r.Attachments, d.store(r.ID, r.CaseKey, "nadia.jpg", photo))
	d.accept(d.seal(r))
	b := d.as("a.diallo").claim(r)
	b.refer(r, url.Values{"extent": {"whole"}, "reread": nil}).want(200, path(r))
	id := ask[string](d, "select id::text from referrals")
	unit := d.as("t.colin").open("/demandes/"+id).want(200, "")
	for _, want := range []string{"06 39 98 12 34", "Madame Roussel", "nadia.jpg"} {
		if !strings.Contains(unit.text("main"), want) {
			t.Errorf("the unit does not read %q", want)
		}
	}
	answer, content, err := unit.fetch(unit.doc.Find(".files a[download]").AttrOr("href", ""), "")
	if err != nil || answer.StatusCode != 200 || string(content) != string(photo) {
		t.Errorf("the file comes with %v %q, %v", answer.Status, content, err)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'attachment.download' and detail = $1", id); n != 1 {
		t.Errorf("the download stands %d times in the trail", n)
	}
	// A file that is frozen on the platform is out of the unit's reach too.
	d.exec("insert into attachment_freezes (attachment_id, author, frozen_at) values ($1, $2, now())", r.Attachments[0].ID, d.staffID("c.martin"))
	at := "/demandes/" + id + "/pieces/" + r.Attachments[0].ID.String()
	unit.open(at+"/original").want(http.StatusForbidden, "")
	unit.open(at+"/apercu").want(http.StatusForbidden, "")
	unit.post(at, url.Values{"reason": {"Voir."}}).want(http.StatusForbidden, "")
	if unit.open("/demandes/"+id).doc.Find(".files a").Length() != 0 || !strings.Contains(unit.text(".files"), "Gelé") {
		t.Errorf("frozen by the platform, it reads %q", unit.text(".files"))
	}
	unit.open("/demandes/"+id+"/pieces/"+report.NewID().String()).want(http.StatusNotFound, "")
	d.exec("delete from attachment_freezes")
	d.exec("update referrals set status = 'withdrawn', answered_by = proposed_by, answered_at = now()")
	for _, way := range []string{"", "/apercu", "/image", "/original"} {
		unit.open(at+way).want(http.StatusNotFound, "")
	}
}
