package pages_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"recueil/internal/office/internal/followup"
	"recueil/internal/trust"
)

const secretOpinion = "zibeline-quetsche-ombrelle"

// An opinion is read by its profession, and by nobody else: by no screen, address, key
// or row.
func TestOpinionIsOfItsProfessionAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	psychologist := d.as("y.noel").openRecord("Quartz")
	record := psychologist.recordAt()
	psychologist.open(record+"/avis").submit(".record-form form", url.Values{"said.note": {secretOpinion}}).want(200, record)
	opinion := psychologist.doc.Find(".record-lines .reserved a").AttrOr("href", "")
	if got := psychologist.open(opinion).want(200, opinion).text("blockquote"); got != secretOpinion {
		t.Fatalf("its author reads %q", got)
	}
	for _, login := range []string{"z.brun", "u.perrin", "t.colin", "c.martin", "s.leroy"} {
		b := d.as(login)
		for _, path := range []string{record, record + "/synthese", record + "/avis", opinion, "/suivi", "/suivi/rendez-vous?qui=tous", "/suivi/equipe", "/file"} {
			if strings.Contains(b.open(path).body, secretOpinion) {
				t.Errorf("%s reads it at %s", login, path)
			}
		}
		if b.open(opinion); b.status != http.StatusNotFound {
			t.Errorf("%s opens %s: %d", login, opinion, b.status)
		}
	}
	lawyer := d.as("z.brun").open(record)
	if got := lawyer.text(".record-lines .is-opinion"); !strings.Contains(got, "Psychologues") || strings.Contains(got, "Noël") {
		t.Errorf("the timeline says of it %q", got)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'record.opinion_refused'"); n != 6 {
		t.Errorf("%d refusals stand in the trail", n)
	}
	others := d.reach(d.keysOf("z.brun", "u.perrin", "t.colin", "c.martin", "s.leroy", "a.diallo"))
	if others.opened["records"] == 0 || others.opened["record_entries"] == 0 || others.opened["record_opinions"] != 0 {
		t.Errorf("with their keys they open %v", others.opened)
	}
	for _, plain := range others.finds(secretOpinion) {
		t.Errorf("another reads %q", plain)
	}
	if len(d.reach(d.keysOf("y.noel")).finds(secretOpinion)) == 0 {
		t.Error("its author's own key does not find it: the test looks at nothing")
	}
}

// Whoever writes the database can seal to the unit what he likes: no record takes a key
// that nobody of the unit made.
func TestRecordTakesNoForgedKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").openRecord("Ardoise")
	record := b.recordAt()
	id := uuid.MustParse(strings.TrimPrefix(record, "/suivi/"))
	trusted, err := trust.NewSource(trust.Options{Path: foundedHouse(t).trust()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	unit, _ := trusted.File().Current("cellule")
	own := d.teamKeys("c.martin").Epochs("plateau")[0] // an identity that is not the unit's
	forger, forged := own, unit
	forger.ID, forged.TeamID = "cellule", "cellule"
	body, err := followup.SealKey(forger, forged, followup.RecordKey{Record: id, Key: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	d.exec("update records set body = $1", body)
	b.open(record).want(200, record)
	if b.doc.Find(".damaged").Length() != 1 || strings.Contains(b.body, "Camille du club") {
		t.Errorf("a forged key is taken: %q", b.text("main"))
	}
	b.open(record+"/ajouter/contact").want(http.StatusNotFound, "")
	if got := b.open("/suivi").text(".records"); !strings.Contains(got, "Suivi illisible") {
		t.Errorf("the queue says %q", got)
	}
}
