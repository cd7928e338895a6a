package pages_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// What the form sends is what the queue shows, says above it, and counts.
func TestFiltersCombine(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	late, fresh, mine := d.receive(3*time.Hour, within2h()), d.receive(30*time.Hour, within72h()), d.receive(time.Hour, within24h())
	waiting := d.receive(2*time.Hour, within2h())
	d.exec("update reports set status = 'awaiting_information', assignee = $2 where id = $1", waiting.ID, d.staffID("a.diallo"))
	b := d.as("a.diallo")
	b.post(path(mine)+"/prise-en-charge", map[string][]string{"version": {"1"}}).want(200, path(mine))
	colleague := d.staffID("c.martin").String()
	for query, want := range map[string][]string{
		"suivi=aucun":                         {path(late), path(fresh)},
		"suivi=aucun&urgence=1":               {path(late)},
		"urgence=1&urgence=2":                 {path(waiting), path(late), path(mine)},
		"retard=1&suivi=aucun":                {path(late)},
		"vue=attente":                         {path(waiting)},
		"etat=awaiting_information&suivi=moi": {path(waiting)},
		"suivi=equipe&urgence=2":              {path(mine)},
		"suivi=" + colleague:                  nil,
		"au=2026-03-16":                       {path(fresh)},
		"du=2026-03-17":                       {path(waiting), path(late), path(mine)},
		"canal=phone":                         nil,
		"voie=a-verifier":                     nil,
		"etat=closed":                         nil,
		"vue=nichts&etat=lost&urgence=9&canal=pigeon&voie=x&suivi=y&du=hier&au=0001-01-01&nature=z": {path(fresh), path(waiting), path(late), path(mine)},
	} {
		b.open("/file?"+query).want(200, "")
		got := b.rows()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s shows %v, want %v", query, got, want)
		}
		if got := b.text("h1 .n"); got != fmt.Sprint(len(want)) {
			t.Errorf("%s counts %s, want %d", query, got, len(want))
		}
	}
	if got := b.open("/file?urgence=1&suivi=aucun").texts(".pill.is-active"); !slices.Equal(got, []string{"Délai : 2 h, retirer ce filtre", "Suivi par : personne (non attribué), retirer ce filtre"}) {
		t.Errorf("what is in use is told as %q", got)
	}
	if got := b.doc.Find(".pill.is-active").First().AttrOr("href", ""); got != "/file?vue=non-attribues" {
		t.Errorf("without the first it is %q", got)
	}
	if got := b.doc.Find(".filtering [checked], .filtering [selected]").Length(); got != 2 {
		t.Errorf("the form shows %d of two filters", got)
	}
	if again, err := url.ParseQuery(strings.TrimPrefix(b.doc.Find(".head a.button").AttrOr("href", ""), "/file?")); err != nil || again.Encode() != "suivi=aucun&urgence=1" {
		t.Errorf("the view is brought anew by %v: %v", again, err)
	}
}

// What somebody took up and left lying is late too; what waits for the reporter is not,
// and neither is what somebody has open.
func TestWhatWasTakenUpAndLeftIsLate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	left, asked, open := d.receive(3*time.Hour, within2h()), d.receive(3*time.Hour, within2h()), d.receive(3*time.Hour, within2h())
	who := d.staffID("c.martin")
	d.exec("update reports set status = 'in_triage', assignee = $2 where id = $1", left.ID, who)
	d.exec("update reports set status = 'awaiting_information', assignee = $2 where id = $1", asked.ID, who)
	d.exec("update reports set status = 'in_triage', assignee = $2, lease_holder = $2, lease_until = $3 where id = $1", open.ID, who, night.Add(time.Minute))
	b := d.as("a.diallo").open("/file?vue=en-retard")
	if got := b.rows(); !slices.Equal(got, []string{path(left)}) || b.text("h1 .n") != "1" {
		t.Errorf("late are %v, counted %s", got, b.text("h1 .n"))
	}
	if got := strings.ReplaceAll(b.row(left).Find(".late").Text(), "\u00a0", " "); got != "1 h de retard" {
		t.Errorf("the row says %q", got)
	}
	b.open("/file")
	if b.row(asked).Find(".due").Length()+b.row(open).Find(".due").Length() > 0 {
		t.Error("a clock runs where none does")
	}
}

// Whoever looks at a part of the queue is told how many are in danger now outside it.
func TestANarrowedViewTellsWhoIsInDangerOutsideIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.receive(time.Minute, now())
	there := now()
	there.Place.Department = "59"
	north := d.receive(2*time.Minute, there)
	mine, unverified := d.receive(3*time.Minute, now()), d.receive(4*time.Minute, now())
	d.exec("update reports set assignee = $2 where id = $1", mine.ID, d.staffID("a.diallo"))
	d.exec("update reports set lane = 'to_verify' where id = $1", unverified.ID)
	b := d.as("a.diallo")
	for query, want := range map[string]string{
		"": "", "vue=reponses": "4", "vue=les-miens": "3", "vue=non-attribues": "1", "vue=a-verifier": "3",
		"urgence=0": "", "urgence=1": "4", "etat=closed": "4", "etat=closed&etat=received": "", "voie=principale": "1",
	} {
		got := b.open("/file?"+query).want(200, "").text(".elsewhere")
		if count, _, _ := strings.Cut(got, " "); count != want {
			t.Errorf("%q says %q, want %q", query, got, want)
		}
	}
	for department, want := range map[string]string{"Nord (59)": "3", "Rhône (69)": "4"} { // lived in by one of them, and by none
		if got := b.open("/file?dep=" + b.open("/file").departmentToken(department)).text(".elsewhere"); !strings.HasPrefix(got, want+" ") {
			t.Errorf("%s says %q, want %s", department, got, want)
		}
	}
	// On a later page what the pages before showed is not elsewhere: one of the Nord, of four.
	after := fmt.Sprintf("&apres=2.%d.%s", d.clock.Now().UnixMicro(), strings.Repeat("A", 22))
	b.open("/file?dep=" + b.open("/file").departmentToken("Nord (59)") + after)
	if got := b.text(".elsewhere"); !strings.HasPrefix(got, "3 ") {
		t.Errorf("the second page of the Nord says %q", got)
	}
	// Nor is another département taken for it that shares its token.
	address := "/file?dep=" + b.open("/file").departmentToken("Nord (59)")
	d.exec("update report_grants g set department = (select max(n.department) from report_grants n where n.report_id = $1)", north.ID)
	if got := b.open(address).text(".elsewhere"); !strings.HasPrefix(got, "3 ") || len(b.rows()) != 1 {
		t.Errorf("the Nord says %q where all have its token, and shows %q", got, b.rows())
	}
	if got := b.open("/file?vue=reponses").doc.Find(".elsewhere a").AttrOr("href", ""); len(b.open(got).rows()) != 4 {
		t.Errorf("%s leads to %v", got, b.rows())
	}
}
