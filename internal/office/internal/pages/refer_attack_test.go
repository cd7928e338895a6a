package pages_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/report"
	"recueil/internal/trust"
)

// marked is a mother's report with a marker in every field that says who she is or how
// to reach her, and in the texts too.
func markedMother(d *desk) *report.Report {
	a := mother()
	for name, value := range map[string]string{
		"parents.0.name": "Quetzali Ferhat", "parents.0.address": "12 rue Quetzali", "contact.value": "quetzali.f@exemple.invalid", "contact.alias": "Madame Quetzali",
		"contact.safe_hours": "quetzali dit après 18 h", "short.callback": "quetzali 06 39 98 77 00", "place.address": "chez quetzali", "situation.facts": "Je suis Quetzali, sa mère. Appelez le 06 39 98 77 00 ou quetzali.f@exemple.invalid. Elle part le soir.",
		"situation.child_words": "« Maman Quétzali ne sait rien. »", "exploitation.venue": "Près de chez Quetzali", "professional.name": "Quetzali", "contact.confidentiality": "confidential", "done.earlier_reference": "QUETZALI",
	} {
		if err := a.Set(name, []string{value}); err != nil {
			d.t.Fatal(err)
		}
	}
	r := newReport(d.clock.Now().Add(-time.Hour), a)
	r.Attachments = append(r.Attachments, d.store(r.ID, r.CaseKey, "quetzali.txt", []byte("une pièce")))
	d.accept(d.seal(r))
	return r
}

// A marker in who the reporter is and in what she wrote is nowhere in what any member
// of the unit can open, by whatever key he has or finds; nor in what the platform writes
// and sends afterwards.
func TestWhoWasMaskedIsNowhereInTheReachOfTheUnit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := markedMother(d)
	b := d.as("a.diallo").claim(r)
	texts := url.Values{"reason": {"Suivi demandé par la mère."}, "file": {r.Attachments[0].ID.String()}}
	for _, name := range []string{"situation.facts", "situation.child_words", "exploitation.venue"} {
		field := "text." + name
		form := url.Values{field: {"QUETZALI le dit."}}
		for key, values := range texts {
			form[key] = values
		}
		b.refer(r, form).want(http.StatusUnprocessableEntity, "")
		if got := b.text(".error-summary"); !strings.Contains(got, "quetzali") {
			t.Errorf("%s with her name is refused with %q", name, got)
		}
	}
	b.refer(r, texts).want(200, path(r)) // as the page proposes it
	address := "/demandes/" + ask[string](d, "select id::text from referrals")
	unit := d.as("u.perrin").open(address).want(200, "").submit(`form[action$="/accord"]`, nil).want(200, "")
	unit.adds(unit.at, "contact", url.Values{"said.way": {"call_made"}, "said.note": {"Elle veut bien venir."}}).want(200, "")
	unit.adds(unit.at, "partage", url.Values{"said.note": {"Nous la voyons lundi."}}).want(200, "")
	goesOn(d, b, r, address)

	reach := d.reach(d.keysOf(unitMembers...))
	for table, least := range map[string]int{"referrals": 1, "attachment_pieces": 1, "records": 1, "record_entries": 3, "referral_additions": 1} {
		if reach.opened[table] < least {
			t.Errorf("the unit's keys open %d bodies of %s: the test looks past them", reach.opened[table], table)
		}
	}
	for _, table := range []string{"report_grants", "additions", "parts"} {
		if n := reach.opened[table]; n != 0 {
			t.Errorf("the unit's keys open %d bodies of %s", n, table)
		}
	}
	for _, plain := range reach.finds("quetzali", "quétzali", "98 77 00") {
		t.Errorf("the unit reads %q", plain)
	}
	for _, given := range []string{"Elle part le soir", "Elle a rappelé ce soir"} {
		if len(reach.finds(given)) == 0 {
			t.Errorf("%q is not among what the unit reads", given)
		}
	}
	parts := d.partsOf(r)
	for _, kind := range []string{"note", "referral", "transmission"} {
		if later := strings.ToLower(parts[kind]); later == "" || strings.Contains(later, "quetzali") || strings.Contains(later, "98 77 00") {
			t.Errorf("as %s the platform wrote %.600s", kind, later)
		}
	}
	// The platform's own key shows that the search finds what is there.
	if theirs := d.reach(d.keysOf("a.diallo")); len(theirs.finds("quetzali")) == 0 || theirs.opened["parts"] == 0 {
		t.Error("the platform itself does not find her: the test looks at nothing")
	}
}

// goesOn is what the platform does with a report that the unit has: what is added is
// passed on or kept, a note is written, and a file leaves for the cell.
func goesOn(d *desk, b *browser, r *report.Report, address string) {
	d.t.Helper()
	given := d.answer(r, report.Added{Text: "Quetzali ici. Elle a rappelé ce soir.", Contact: "quetzali.g@exemple.invalid"}).String()
	kept := d.answer(r, report.Added{Text: "Merci de rappeler Quetzali au 06 39 98 77 00."}).String()
	form, pass := path(r)+address+"/ajouts/", `form[action$="/ajouts/`+given+`"]`
	b.open(form+given).want(200, "").submit(pass, url.Values{"text.added." + given: {"Quetzali a rappelé."}, "reread": {"1"}}).want(http.StatusUnprocessableEntity, "")
	b.submit(pass, url.Values{"text.added." + given: {"Elle a rappelé ce soir."}, "reread": {"1"}}).want(200, path(r))
	b.post(form+kept, url.Values{"keep": {"1"}}).want(200, path(r))
	b.noted(r, "Le collège confirme trois absences.", "share")
	to := d.recipient("cell", "CRIP de la Haute-Garonne", "31", "")
	d.qualify(r, "concern")
	var omit []string // what a careful reader leaves out: her name among the parents too
	b.open(path(r) + "/transmission/" + to).doc.Find(".leaf-row").Each(func(_ int, row *goquery.Selection) {
		if text := strings.ToLower(row.Text()); strings.Contains(text, "quetzali") || strings.Contains(text, "98 77 00") {
			omit = append(omit, row.Find("[name=omit]").AttrOr("value", ""))
		}
	})
	b.propose(r, to, url.Values{"omit": omit}).want(200, path(r)+"/transmission")
	d.as("c.martin").open(path(r)+"/transmission").submit(`form[action$="/validation"]`, nil).want(200, path(r)+"/transmission")
}

// A member of the unit tries every address and every stored body of a report that was
// not referred to it.
func TestAReportThatWasNotReferredIsOutOfTheUnitsReach(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	referred, address := d.referred(nil)
	r := markedMother(d)
	d.as("a.diallo").claim(r)
	r2 := d.receive(time.Hour, young()) // and one that nobody took up
	named := map[string]string{":piece": r.Attachments[0].ID.String(), ":demande": strings.TrimPrefix(address, "/demandes/"), ":acte": "qualification"}
	tried := 0
	for _, login := range []string{"t.colin", "u.perrin"} {
		b := d.as(login)
		for _, one := range []*report.Report{r, r2, referred} {
			for _, to := range routesWith(t, "/dossiers/:id") {
				before := ask[int](d, "select count(*) from audit_events where action = 'report.out_of_reach' and object_id = $1 and actor = $2", one.ID.String(), d.staffID(login))
				named[":id"] = one.ID.String()
				target := fill(to[1], named)
				if to[0] == "GET" {
					b.open(target)
				} else {
					b.post(target, url.Values{"version": {"1"}, "reason": {"x"}, "text": {"x"}, "note": {"x"}})
				}
				tried++
				if b.status != http.StatusNotFound && b.status != http.StatusForbidden {
					t.Errorf("%s: %s %s answers %d", login, to[0], to[1], b.status)
				}
				if strings.Contains(b.body, "Quetzali") || strings.Contains(b.body, one.Reference) {
					t.Errorf("%s reads the report at %s", login, to[1])
				}
				after := ask[int](d, "select count(*) from audit_events where action = 'report.out_of_reach' and object_id = $1 and actor = $2", one.ID.String(), d.staffID(login))
				if after != before+1 {
					t.Errorf("%s: %s %s leaves %d lines in the trail", login, to[0], to[1], after-before)
				}
			}
		}
		b.open(path(r)).want(http.StatusNotFound, "")
		for _, list := range []string{"/file", "/demandes", "/"} {
			if b.open(list); strings.Contains(b.body, r.ID.String()) || strings.Contains(b.body, r2.ID.String()) {
				t.Errorf("%s lists the report at %s", login, list)
			}
		}
	}
	if tried < 200 {
		t.Errorf("%d addresses were tried", tried)
	}
	reach := d.reach(d.keysOf(unitMembers...))
	if reach.opened["referrals"] != 1 {
		t.Errorf("the unit's keys open %v: the test looks at nothing", reach.opened)
	}
	for table, n := range reach.opened {
		if table != "referrals" {
			t.Errorf("the unit's keys open %d bodies of %s", n, table)
		}
	}
	for _, plain := range reach.finds("quetzali", "98 77 00") {
		t.Errorf("the unit reads %q", plain)
	}
	// The other way round: who is not of the unit finds no referral.
	for _, login := range []string{"c.martin", "s.leroy", "a.diallo"} {
		b := d.as(login)
		for _, to := range routesWith(t, "/demandes/:demande") {
			if strings.HasPrefix(to[1], "/dossiers/") {
				continue
			}
			target := fill(to[1], named)
			if b.open(target); to[0] == "POST" {
				b.post(target, url.Values{"reason": {"x"}})
			}
			if b.status != http.StatusNotFound && b.status != http.StatusForbidden {
				t.Errorf("%s: %s answers %d", login, to[1], b.status)
			}
		}
	}
	if got := ask[string](d, "select status from referrals"); got != "proposed" {
		t.Errorf("the referral is %s", got)
	}
}

// Who leaves a team opens nothing of it any more, and what was wrapped to him is gone:
// neither what he read before, nor what is written afterwards.
func TestWhoLeavesAUnitOrAProfessionLosesItsKeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, address := d.referred(nil)
	b := d.as("y.noel").open(address).want(200, "").submit(`form[action$="/accord"]`, nil).want(200, "")
	record := b.at
	b.open(record+"/avis").submit(".record-form form", url.Values{"said.note": {"zibeline avant"}}).want(200, record)
	before := b.doc.Find(".record-lines .reserved a").AttrOr("href", "")
	if got := b.open(before).want(200, before).text("blockquote"); got != "zibeline avant" {
		t.Fatalf("she reads %q", got)
	}
	colleague := d.teamKeys("y.noel").Epochs("psychologues")[0] // somebody who stays writes with it
	assign := func(teams string) {
		t.Helper()
		if _, err := d.db.Office.Exec(t.Context(), "select account_assign($1, 'follow_up', $2::text[], $3, now())", d.staffID("y.noel"), teams, d.staffID("k.petit")); err != nil {
			t.Fatal(err)
		}
	}
	held := func() string {
		return ask[string](d, "select coalesce(string_agg(team_id, ' ' order by team_id), '') from team_key_wraps where staff_id = $1", d.staffID("y.noel"))
	}
	if n := len(d.keysOf("y.noel")); n != 2 || held() != "cellule psychologues" {
		t.Fatalf("she holds %d keys, of %q", n, held())
	}
	assign("{cellule}")
	if n := len(d.keysOf("y.noel")); n != 1 || held() != "cellule" {
		t.Errorf("without her profession she holds %d keys, of %q", n, held())
	}
	later := d.opinion(colleague, record, "zibeline après")
	for _, one := range []string{before, later} {
		if b.open(one).want(http.StatusNotFound, ""); strings.Contains(b.body, "zibeline") {
			t.Errorf("outside her profession she reads %s", one)
		}
	}
	if got := b.open(record).want(200, record).texts(".record-lines .is-opinion"); len(got) != 2 || !strings.Contains(got[0], "Réservé") || !strings.Contains(got[1], "Réservé") || b.doc.Find(".record-lines .reserved a").Length() != 0 {
		t.Errorf("the record offers her %q", got)
	}
	b.open(record+"/avis").want(http.StatusForbidden, "")
	b.post(record+"/avis", url.Values{"said.note": {"une autre"}}).want(http.StatusForbidden, "")
	reach := d.reach(d.keysOf("y.noel"))
	if got := reach.finds("zibeline"); got != nil || reach.opened["record_opinions"] != 0 || reach.opened["records"] != 1 {
		t.Errorf("with the keys that are left to her she opens %v, %q", reach.opened, got)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.opinion_refused' and actor = $1", d.staffID("y.noel")); n != 2 {
		t.Errorf("%d lines stand in the trail", n)
	}

	assign("{plateau}")
	if held() != "" || len(d.keysOf("y.noel")) != 0 {
		t.Errorf("outside the unit she holds %q", held())
	}
	b.open(address).want(http.StatusNotFound, "")
	b.open(record).want(http.StatusNotFound, "")
	if got := b.open("/demandes").text("main"); strings.Contains(got, "Suivi") {
		t.Errorf("she still reads %q", got)
	}
}

// opinion stores what somebody of a profession writes, and returns where it stands.
func (d *desk) opinion(key keyring.Team, record, text string) (address string) {
	d.t.Helper()
	trusted, err := trust.NewSource(trust.Options{Path: foundedHouse(d.t).trust()}, slog.New(slog.DiscardHandler))
	if err != nil {
		d.t.Fatal(err)
	}
	to, _ := trusted.File().Current(key.ID)
	o := followup.Opinion{ID: report.NewID(), Record: uuid.MustParse(strings.TrimPrefix(record, "/suivi/")), Author: d.staffID("z.brun"), At: d.clock.Now(), Text: text}
	body, err := o.Seal(key, to)
	if err != nil {
		d.t.Fatal(err)
	}
	d.exec("insert into record_opinions (id, record_id, team_id, epoch, author, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)", o.ID, o.Record, to.TeamID, to.Number, o.Author, body, o.At)
	return record + "/avis/" + o.ID.String()
}
