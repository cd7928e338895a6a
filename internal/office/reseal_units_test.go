package office_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office"
	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// What a team was written about its referrals survives the end of the key that it was
// sealed to, or its loss is refused.
func TestLettersAboutReferralsComeForwardBeforeTheirKeyGoes(t *testing.T) {
	h, first, next, old := newRotated(t, 1)
	h.announce("intake", next, 0, time.Hour)
	r := old[0]
	by := h.staffID("camille")
	given, broken := report.NewID(), report.NewID()
	h.exec("insert into referrals (id, report_id, from_team, to_team, epoch, masked, body, proposed_by, proposed_at) values ($1, $2, 'plateau', 'suivi', 1, true, $3, $4, now())",
		given, r.ID, h.stored(r.ID, 1).Body, by)
	link := secret.New()
	l := referral.Letter{ID: report.NewID(), Referral: given, From: "suivi", Author: by, Kind: "refused", Text: "Déjà suivie ailleurs."}
	sealed, err := referral.SealLetter(link, l, first.Receiving())
	h.must(err)
	put := func(id uuid.UUID, body []byte) {
		h.exec("insert into referral_letters (id, referral_id, team_id, epoch, kind, author, body, sent_at) values ($1, $2, 'plateau', 1, 'refused', $3, $4, now())", id, given, by, body)
	}
	put(l.ID, sealed)
	put(broken, sealed[:len(sealed)-1])

	if _, err := h.reseal(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	shredding := office.Shredding{House: h.house(), Team: "plateau", Epoch: 1}
	if lost, err := shredding.Check(t.Context()); err == nil || lost.Referrals != 1 || !strings.Contains(err.Error(), "1 referrals") {
		t.Errorf("the key of a letter that stayed may go: %+v, %v", lost, err)
	}
	h.exec("delete from referral_letters where id = $1", broken)
	if _, err := shredding.Check(t.Context()); err != nil {
		t.Errorf("nothing lies under the key, and it may not go: %v", err)
	}
	var epoch int
	var body []byte
	h.must(h.db.Owner.QueryRow(t.Context(), "select epoch, body from referral_letters where id = $1", l.ID).Scan(&epoch, &body))
	identity, held := h.keys("camille", vouching).Identity("plateau", 2)
	if !held || epoch != 2 {
		t.Fatalf("the letter is sealed to epoch %d", epoch)
	}
	if read, err := referral.OpenLetter(identity, link, l, body); err != nil || read.Text != l.Text {
		t.Errorf("it opens as %q, %v", read.Text, err)
	}
	if n := h.count("select count(*) from audit_events where action = 'entry.resealed' and object_id = '" + l.ID.String() + "'"); n != 1 {
		t.Errorf("it stands %d times in the trail", n)
	}
	if n := h.count("select count(*) from referrals where epoch = 1"); n != 1 {
		t.Error("what is sealed to another team was touched")
	}
}
