package office_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office"
	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
	"recueil/internal/seal"
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

// What was passed on to a unit later outlives its older key: it opens by the newer one,
// with its files, and the older key opens nothing of it that is stored. One that does not
// open keeps its key.
func TestWhatWasPassedOnComesForward(t *testing.T) {
	h, first, next, old := newRotated(t, 1)
	h.announce("intake", next, 0, time.Hour)
	by := h.staffID("camille")
	body := &referral.Body{ID: report.NewID(), Masked: true, Link: secret.New()}
	h.exec("insert into referrals (id, report_id, from_team, to_team, epoch, masked, body, proposed_by, proposed_at) values ($1, $2, 'ailleurs', 'plateau', 2, true, $3, $4, now())",
		body.ID, old[0].ID, h.stored(old[0].ID, 1).Body, by)
	given := &referral.Addition{ID: report.NewID(), Referral: body.ID, Masked: true, At: time.Now(), Text: "Elle a rappelé.",
		Files: []referral.File{{Attachment: report.Attachment{ID: report.NewID(), Name: "piece-1.jpg", Size: 7}, Owner: old[0].ID, Key: secret.New()}}}
	sealed, err := referral.SealAddition(body.Link, given, first.Receiving())
	h.must(err)
	broken := report.NewID()
	for id, bytes := range map[report.ID][]byte{given.ID: sealed, broken: sealed[:len(sealed)-1]} {
		added, addition := *old[0], report.NewID()
		added.Answers.Situation.Story = "ajouté " + addition.String()
		e, err := seal.Addition(&added, addition, first.Receiving())
		h.must(err)
		h.accept(e)
		h.exec("insert into referral_additions (id, referral_id, addition_id, team_id, epoch, body, author, decided_at) values ($1, $2, $3, 'plateau', 1, $4, $5, now())", id, body.ID, addition, bytes, by)
	}

	done, err := h.reseal(t.Context(), nil)
	h.must(err)
	if !slices.Contains(done.Left, broken) || slices.Contains(done.Left, given.ID) {
		t.Errorf("%v stay where they are", done.Left)
	}
	keys := h.keys("camille", vouching)
	older, _ := keys.Identity("plateau", 1)
	newer, held := keys.Identity("plateau", 2)
	if !held {
		t.Fatal("the newer key is not held")
	}
	var epoch int
	var stored []byte
	h.must(h.db.Owner.QueryRow(t.Context(), "select epoch, body from referral_additions where id = $1", given.ID).Scan(&epoch, &stored))
	read, err := referral.OpenAddition(newer, body, given.ID, stored)
	if err != nil || epoch != 2 || read.Text != given.Text || len(read.Files) != 1 || !read.Files[0].Key.Equal(given.Files[0].Key) {
		t.Errorf("of epoch %d it opens as %+v, %v", epoch, read, err)
	}
	if _, err := referral.OpenAddition(older, body, given.ID, stored); err == nil {
		t.Error("the older key still opens it")
	}
	shredding := office.Shredding{House: h.house(), Team: "plateau", Epoch: 1}
	if lost, err := shredding.Check(t.Context()); err == nil || lost.Referrals != 1 {
		t.Errorf("the key of one that stayed may go: %+v, %v", lost, err)
	}
	h.exec("delete from referral_additions where id = $1", broken)
	if _, err := shredding.Check(t.Context()); err != nil {
		t.Errorf("nothing lies under the older key, and it may not go: %v", err)
	}
	_, err = office.Shred(t.Context(), shredding)
	h.must(err)
	if wraps := h.count("select count(*) from team_key_wraps where team_id = 'plateau' and epoch = 1"); wraps != 0 {
		t.Errorf("%d wraps of the older key are left", wraps)
	}
	if read, err := referral.OpenAddition(newer, body, given.ID, stored); err != nil || read.Text != given.Text {
		t.Errorf("without the older key it opens as %+v, %v", read, err)
	}
}
