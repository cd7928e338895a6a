package pages_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
)

// A record that is full takes nothing more, and says so; it is handed over and closed all
// the same.
func TestAFullRecordIsClosed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Môle")
	record := b.recordAt()
	d.exec(`insert into record_entries (id, record_id, sequence, author, body, created_at)
		select gen_random_uuid(), e.record_id, n, e.author, e.body, e.created_at from record_entries e, generate_series(2, 2000) n`)
	contact := url.Values{"entry": {uuid.NewString()}, "said.day": {d.day(0)}, "said.hour": {"08:00"}, "said.way": {"call_made"}, "said.note": {"Elle va mieux."}}
	b.post(record+"/ajouter/contact", contact).want(http.StatusConflict, "")
	if got := b.text(".notice"); !strings.Contains(got, "Ce suivi est plein") || !strings.Contains(b.body, "Elle va mieux.") {
		t.Errorf("full, it says %q", got)
	}
	b.post(record+"/ajouter/referent", url.Values{"entry": {uuid.NewString()}, "who": {d.staffID("y.noel").String()}}).want(200, record)
	b.post(record+"/ajouter/cloture", url.Values{"entry": {uuid.NewString()}, "said.reason": {"relayed"}, "said.note": {"La suite est ailleurs."}}).want(200, record)
	if got := ask[string](d, "select status from records"); got != "closed" || !strings.Contains(b.text(".record-lines"), "La suite est ailleurs.") {
		t.Errorf("it is %s, and says %q", got, b.text(".record-lines"))
	}
	// Closed, it takes no opinion either, not even one that was on its way.
	id := uuid.MustParse(strings.TrimPrefix(record, "/suivi/"))
	err := pgx.BeginFunc(t.Context(), d.db.Office, func(tx pgx.Tx) error {
		return archive.AppendOpinion(t.Context(), tx, archive.Opinion{ID: uuid.New(), RecordID: id, TeamID: "psychologues", Epoch: 1, Author: d.staffID("y.noel"), Body: []byte("x"), CreatedAt: d.clock.Now()})
	})
	if !errors.Is(err, archive.ErrConcurrent) {
		t.Errorf("a closed record takes an opinion: %v", err)
	}
}
