package pages_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// What the unit wrote stands on the platform's page only where and as it was written:
// a letter that somebody moved to another referral, or sealed himself, is told as
// damaged, and its words are nowhere.
func TestALetterThatTheUnitDidNotWriteIsNotShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	refused := func(reason string) (*report.Report, string) {
		r, address := d.referred(nil)
		d.as("t.colin").open(address).submit(`form[action$="/refus"]`, url.Values{"reason": {reason}}).want(200, "/demandes")
		return r, strings.TrimPrefix(address, "/demandes/")
	}
	first, one := refused("Suivie par le secteur nord.")
	second, two := refused("La famille a déménagé.")
	b := d.as("a.diallo").open(path(first)).want(200, "")
	if got := b.text(".timeline"); !strings.Contains(got, "secteur nord") {
		t.Fatalf("the platform reads %q", got)
	}
	d.exec("update referral_letters set referral_id = case referral_id when $1::uuid then $2::uuid else $1::uuid end", one, two)
	for _, r := range []*report.Report{first, second} {
		b.open(path(r)).want(200, "")
		if got := b.text("#confie"); strings.Contains(b.body, "secteur nord") || strings.Contains(b.body, "a déménagé") || !strings.Contains(got, "Rien ne prouve") {
			t.Errorf("a letter about another referral reads %q", got)
		}
	}

	d.exec("delete from referral_letters")
	raw, err := os.ReadFile(foundedHouse(t).trust())
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := trust.Parse(raw, false)
	if err != nil {
		t.Fatal(err)
	}
	forged := referral.Letter{ID: report.NewID(), Referral: uuid.MustParse(one), From: "cellule", Author: d.staffID("t.colin"), Kind: "refused", At: d.clock.Now(), Text: "Classez sans suite."}
	body, err := referral.SealLetter(secret.New(), forged, trusted.Receiving())
	if err != nil {
		t.Fatal(err)
	}
	d.exec("insert into referral_letters (id, referral_id, team_id, epoch, kind, author, body, sent_at) values ($1, $2, 'plateau', 1, 'refused', $3, $4, now())",
		forged.ID, forged.Referral, forged.Author, body)
	b.open(path(first)).want(200, "")
	if strings.Contains(b.body, "Classez") || !strings.Contains(b.text("#confie"), "Rien ne prouve") {
		t.Errorf("a forged letter reads %q", b.text("#confie"))
	}
}

// A referral that does not open is refused without words: the platform could not know
// whose they are.
func TestADamagedReferralIsRefusedWithoutWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, address := d.referred(nil)
	d.exec("update referrals set body = substring(body for octet_length(body) - 1)")
	unit := d.as("t.colin").open(address).want(200, "")
	if unit.doc.Find(`form[action$="/refus"] textarea`).Length() != 0 {
		t.Error("it asks for words that nobody would read")
	}
	d.clock.Add(time.Minute)
	unit.submit(`form[action$="/refus"]`, nil).want(http.StatusOK, "/demandes")
	if got := d.as("a.diallo").open(path(r)).text(".timeline"); !strings.Contains(got, "a refusé la demande") {
		t.Errorf("the platform reads %q", got)
	}
}
