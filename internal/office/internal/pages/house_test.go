package pages_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/secret"
	"recueil/internal/testing/testdb"
	"recueil/internal/trust"
)

// night is when the tests begin: a Tuesday, a quarter past eleven in Paris.
var night = time.Date(2026, 3, 17, 22, 15, 0, 0, time.UTC)

// origin is what passkeys are tied to in the tests; nobody looks it up.
const origin = "https://bureau.exemple.invalid"

const passphrase = "lampe tilleul marée bouton"

// people are the members of the house of all tests, and the teams whose keys they
// hold. n.roche was never admitted to a team; the last four are the unit.
var people = []struct {
	login, name string
	role        triage.Role
	teams       string
}{
	{"c.martin", "Camille Martin", triage.Coordinator, "plateau"},
	{"a.diallo", "Awa Diallo", triage.Agent, "plateau"},
	{"s.leroy", "Sam Leroy", triage.FollowUp, "plateau"},
	{"j.moreau", "Jo Moreau", triage.Auditor, ""},
	{"k.petit", "Kim Petit", triage.AccountAdministrator, ""},
	{"p.blanc", "Paule Blanc", triage.Statistician, ""},
	{"n.roche", "Nour Roche", triage.Agent, ""},
	{"u.perrin", "Ulysse Perrin", triage.Coordinator, "cellule"},
	{"t.colin", "Tess Colin", triage.FollowUp, "cellule travailleurs-sociaux"},
	{"y.noel", "Yaël Noël", triage.FollowUp, "cellule psychologues"},
	{"z.brun", "Zoé Brun", triage.FollowUp, "cellule juristes"},
}

var houseTeams = []trust.Team{
	{ID: "plateau", Name: "Plateau", Receives: true},
	{ID: "cellule", Name: "Cellule de suivi", FollowsUp: true},
	{ID: "travailleurs-sociaux", Name: "Travailleurs sociaux", ProfessionOf: "cellule"},
	{ID: "psychologues", Name: "Psychologues", ProfessionOf: "cellule"},
	{ID: "juristes", Name: "Juristes", ProfessionOf: "cellule"},
}

// A house is founded once for all tests: a passphrase costs half a second each. Its
// rows are copied into the database of each test.
type house struct {
	dir     string
	rows    map[string][]byte
	members map[string]keyring.Member // by log-in name, all but the founder
}

var tables = []string{"teams", "staff", "memberships", "team_key_wraps", "recovery_wraps"}

var (
	founding sync.Once
	founded  house
)

func foundedHouse(t *testing.T) house {
	t.Helper()
	founding.Do(func() {
		dir, err := os.MkdirTemp("", "recueil-test-house-")
		if err != nil {
			t.Fatal(err)
		}
		founded = found(t, dir)
	})
	if founded.rows == nil {
		t.Fatal("the house of the tests was not founded")
	}
	return founded
}

func TestMain(m *testing.M) {
	code := m.Run()
	if founded.dir != "" {
		os.RemoveAll(founded.dir)
	}
	os.Exit(code)
}

func found(t *testing.T, dir string) house {
	ctx, db := context.Background(), testdb.New(t)
	h := house{dir: dir, rows: map[string][]byte{}, members: map[string]keyring.Member{}}
	first := people[0]
	recovery, err := office.Found(ctx, office.Founding{
		Pool: db.Owner, ShredDir: h.shreds(), Now: night,
		Teams: houseTeams,
		First: office.Account{Login: first.login, Name: first.name, Role: string(first.role), Passphrase: passphrase},
		Install: func(f *trust.File) error {
			raw, err := f.Encode()
			if err != nil {
				return err
			}
			return os.WriteFile(h.trust(), raw, 0o600)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	admitOthers(t, h, db, recovery)
	cheapen(t, db)
	for _, table := range tables {
		var out bytes.Buffer
		conn, err := db.Owner.Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Conn().PgConn().CopyTo(ctx, &out, "copy "+table+" to stdout"); err != nil {
			t.Fatal(err)
		}
		conn.Release()
		h.rows[table] = out.Bytes()
	}
	return h
}

// admitOthers lets everybody else in. Each team's key is opened once, with the
// recovery key; afterwards the founder holds that of the platform alone.
func admitOthers(t *testing.T, h house, db *testdb.DB, recovery secret.Text) {
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		t.Fatal(err)
	}
	offline, err := age.ParseHybridIdentity(recovery.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	shreds, keys := keyring.NewShredKeys(h.shreds()), map[string]keyring.Team{}
	for _, team := range houseTeams {
		var wrap []byte
		if err := db.Owner.QueryRow(ctx, "select wrap from recovery_wraps where team_id = $1", team.ID).Scan(&wrap); err != nil {
			t.Fatal(err)
		}
		shred, err := shreds.Load(team.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		expect, _ := trusted.File().Current(team.ID)
		if keys[team.ID], err = keyring.OpenTeamForRecovery(wrap, shred, offline, expect); err != nil {
			t.Fatal(err)
		}
	}
	err = pgx.BeginFunc(ctx, db.Owner, func(tx pgx.Tx) error {
		for _, p := range people[1:] {
			id, identity, err := staff.CreateAccount(ctx, tx, staff.NewAccount{Login: p.login, DisplayName: p.name, Role: p.role, Passphrase: passphrase}, night)
			if err != nil {
				return err
			}
			h.members[p.login] = identity
			for team := range strings.FieldsSeq(p.teams) {
				err = staff.Admit(ctx, tx, staff.Admission{Staff: id, Recipient: identity.Recipient(), Epochs: []keyring.Team{keys[team]}, Shred: shreds, At: night})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := office.Release(ctx, db.Owner, office.Parting{Login: people[0].login, Team: "cellule", Now: night}); err != nil {
		t.Fatal(err)
	}
}

// cheapen seals each member's identity once more, so that a try at his passphrase costs
// nothing: what one costs in earnest is for the tests of keyring to say, not for each of
// the hundreds of log-ins here.
func cheapen(t *testing.T, db *testdb.DB) {
	ctx := context.Background()
	rows, err := db.Owner.Query(ctx, "select id, sealed_identity from staff")
	if err != nil {
		t.Fatal(err)
	}
	type member struct {
		ID     uuid.UUID
		Sealed []byte
	}
	members, err := pgx.CollectRows(rows, pgx.RowToStructByPos[member])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		if _, err := db.Owner.Exec(ctx, "update staff set sealed_identity = $2 where id = $1", m.ID, cheaply(t, m.Sealed)); err != nil {
			t.Fatal(err)
		}
	}
}

func cheaply(t *testing.T, sealed []byte) []byte {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(1)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (h house) shreds() string { return filepath.Join(h.dir, "shred") }
func (h house) trust() string  { return filepath.Join(h.dir, "trust.json") }
