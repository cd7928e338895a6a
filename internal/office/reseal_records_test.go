package office_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office"
	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// A record outlives the key it was sealed to, and so does an opinion. One that does not
// open stays where it is, and keeps its key from being destroyed.
func TestResealingBringsRecordsForward(t *testing.T) {
	h, first, _, _ := newRotated(t, 0)
	epochs := h.keys("camille", vouching).Epochs("plateau")
	older, newer := epochs[0], epochs[1]
	at := h.house().Now()
	by := h.staffID("camille")
	id, broken, opinion := report.NewID(), report.NewID(), report.NewID()
	key, referral := secret.New(), report.NewID()
	for _, record := range []report.ID{id, broken} {
		body, err := followup.SealKey(older, first.Receiving(), followup.RecordKey{Record: id, Referral: &referral, Key: key}) // the second stands in another's place
		h.must(err)
		entry := archive.RecordEntry{ID: report.NewID(), Body: body}
		h.must(pgx.BeginFunc(t.Context(), h.db.Owner, func(tx pgx.Tx) error {
			return archive.OpenRecord(t.Context(), tx, archive.NewRecord{ID: record, TeamID: "plateau", Epoch: 1, Body: body, Lead: by, By: by, At: at, Opening: entry})
		}))
	}
	told := followup.Opinion{ID: opinion, Record: id, Author: by, At: at, Text: "avis"}
	sealed, err := told.Seal(older, first.Receiving())
	h.must(err)
	h.exec("insert into record_opinions (id, record_id, team_id, epoch, author, body, created_at) values ($1, $2, 'plateau', 1, $3, $4, now())", opinion, id, by, sealed)

	done, err := h.reseal(t.Context(), nil)
	h.must(err)
	if done.Records != 2 || len(done.Left) != 1 || done.Left[0] != broken {
		t.Errorf("%d records were sealed again, %v left", done.Records, done.Left)
	}
	var body []byte
	h.must(h.db.Owner.QueryRow(t.Context(), "select body from records where id = $1 and epoch = 2", id).Scan(&body))
	if got, err := followup.OpenKey(newer, id, body); err != nil || !got.Key.Equal(key) || got.Referral == nil || *got.Referral != referral {
		t.Errorf("the record does not open by the newer key: %v", err)
	}
	h.must(h.db.Owner.QueryRow(t.Context(), "select body from record_opinions where id = $1 and epoch = 2", opinion).Scan(&body))
	if got, err := followup.OpenOpinion(newer, opinion, id, body); err != nil || got.Text != told.Text {
		t.Errorf("the opinion does not open by the newer key: %v", err)
	}
	if _, err := followup.OpenOpinion(newer, report.NewID(), id, body); err == nil {
		t.Error("an opinion opens in the place of another")
	}
	if lost, err := (office.Shredding{House: h.house(), Team: "plateau", Epoch: 1}).Check(t.Context()); err == nil || lost.Records != 1 {
		t.Errorf("the older key would be destroyed with %d records under it: %v", lost.Records, err)
	}
}
