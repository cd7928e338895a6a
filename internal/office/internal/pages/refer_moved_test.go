package pages_test

import (
	"net/url"
	"strings"
	"testing"
)

// Whoever writes the database may say in a row that another team referred a situation,
// or that another referral opened a record. What the unit writes still goes to those that
// the seals name, or nowhere.
func TestWhatTheUnitWritesGoesWhereTheSealsSay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var records, referrals, reports [2]string
	unit := d.as("t.colin")
	for i := range records {
		r, address := d.referred(nil)
		unit.open(address).submit(`form[action$="/accord"]`, nil).want(200, "")
		records[i], referrals[i], reports[i] = unit.recordAt(), strings.TrimPrefix(address, "/demandes/"), path(r)
	}
	d.exec("update records set referral_id = null where referral_id = $1", referrals[1])
	d.exec("update records set referral_id = $2 where referral_id = $1", referrals[0], referrals[1])
	unit.open(records[0]).want(200, "")
	if got := unit.text("main"); !strings.Contains(got, "n’est pas celle qui l’a ouvert") || unit.doc.Find(`main a[href="/demandes/`+referrals[0]+`"]`).Length() != 1 {
		t.Errorf("the record says %q", got)
	}
	unit.adds(records[0], "partage", url.Values{"said.note": {"Nous la voyons lundi."}}).want(200, "")
	platform := d.as("a.diallo")
	if got := platform.open(reports[0]).text("#confie"); !strings.Contains(got, "lundi") {
		t.Errorf("the report that was referred says %q", got)
	}
	if platform.open(reports[1]); strings.Contains(platform.body, "lundi") {
		t.Error("what was written of one child arrived at another's report")
	}

	_, address := d.referred(nil)
	d.exec("update referrals set from_team = 'psychologues' where id = $1", strings.TrimPrefix(address, "/demandes/"))
	unit.open(address).want(200, "")
	if unit.doc.Find(`form[action$="/refus"] textarea`).Length() != 0 {
		t.Error("it asks for words that another team would read")
	}
	unit.post(address+"/refus", url.Values{"reason": {"Suivie ailleurs."}}).want(200, "/demandes")
	if n := ask[int](d, "select count(*) from referral_letters where team_id = 'psychologues'"); n != 0 {
		t.Errorf("%d letters were sealed to another team", n)
	}
}
