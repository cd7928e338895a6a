package pages_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
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
	everyRow(d, []string{"z.brun", "u.perrin", "t.colin", "c.martin", "s.leroy", "a.diallo"})
}

// everyRow tries each key that somebody holds on each sealed column of the database,
// and reads the rest as it stands.
func everyRow(d *desk, logins []string) {
	d.t.Helper()
	columns := d.strings(`select table_name || '.' || column_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
		where table_schema = 'public' and t.table_type = 'BASE TABLE' and data_type in ('bytea', 'text') order by 1`)
	var identities []age.Identity
	for _, login := range logins {
		identities = append(identities, d.identities(login)...)
	}
	opened := 0
	for _, column := range columns {
		table, name, _ := strings.Cut(column, ".")
		values, err := d.values(table, name)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, value := range values {
			if bytes.Contains(value, []byte(secretOpinion)) {
				d.t.Errorf("it stands in clear in %s", column)
			}
			if !bytes.HasPrefix(value, []byte("age-encryption.org/v1")) {
				continue
			}
			for _, identity := range identities {
				plain, err := age.Decrypt(bytes.NewReader(value), identity)
				if err != nil {
					continue
				}
				content, _ := io.ReadAll(plain)
				opened++
				if bytes.Contains(content, []byte(secretOpinion)) {
					d.t.Errorf("a key of %v opens it in %s", logins, column)
				}
			}
		}
	}
	if opened == 0 {
		d.t.Error("no key opened anything: the test tries nothing")
	}
}

func (d *desk) values(table, column string) ([][]byte, error) {
	rows, err := d.db.Owner.Query(context.Background(), fmt.Sprintf(`select case when pg_typeof(%[1]s) = 'bytea'::regtype then %[1]s::text::bytea else convert_to(%[1]s::text, 'utf8') end from %[2]s where %[1]s is not null`, column, table))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[[]byte])
}

func (d *desk) strings(query string) []string {
	d.t.Helper()
	rows, _ := d.db.Owner.Query(context.Background(), query)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

// teamKeys are the identities that a member holds, opened as a session opens them.
func (d *desk) teamKeys(login string) staff.Keys {
	d.t.Helper()
	h, log := foundedHouse(d.t), slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		d.t.Fatal(err)
	}
	counter, err := staff.New(staff.Config{Pool: d.db.Owner, Shred: keyring.NewShredKeys(h.shreds()), Trust: trusted, Now: time.Now})
	if err != nil {
		d.t.Fatal(err)
	}
	session, err := counter.Open(context.Background(), login, passphrase)
	if err != nil {
		d.t.Fatal(err)
	}
	keys, err := counter.Keys(context.Background(), session, log)
	if err != nil {
		d.t.Fatal(err)
	}
	return keys
}

func (d *desk) identities(login string) []age.Identity {
	var all []age.Identity
	keys := d.teamKeys(login)
	for _, team := range keys.Teams() {
		for _, key := range keys.Epochs(team) {
			all = append(all, key.Identity())
		}
	}
	return all
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
	key := [32]byte{1}
	body, err := followup.SealKey(forger, forged, id, key)
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
