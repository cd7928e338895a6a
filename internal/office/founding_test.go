package office_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/office"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
	"recueil/internal/testing/testdb"
	"recueil/internal/trust"
)

// A deployment is one just made, on a database of its own.
type deployment struct {
	t        *testing.T
	db       *testdb.DB
	dir      string
	recovery secret.Text
}

const vouching = secret.Text("quatre mots pour ouvrir")

func (h *deployment) trustFile() string { return filepath.Join(h.dir, "trust.json") }

func (h *deployment) founding() office.Founding {
	return office.Founding{
		Pool: h.db.Owner, ShredDir: filepath.Join(h.dir, "shred"), Now: time.Now(),
		Teams: []trust.Team{{ID: "plateau", Name: "Plateau", Receives: true}, {ID: "suivi", Name: "Cellule de suivi"}},
		First: office.Account{Login: "camille", Name: "Camille", Role: "coordinator", Passphrase: vouching},
		Install: func(f *trust.File) error {
			raw, err := f.Encode()
			return errors.Join(err, os.WriteFile(h.trustFile(), raw, 0o600))
		},
	}
}

func newFounded(t *testing.T) *deployment {
	t.Helper()
	return newFoundedAs(t, nil)
}

// newFoundedAs founds a house of other teams than the usual two.
func newFoundedAs(t *testing.T, teams []trust.Team) *deployment {
	t.Helper()
	h := &deployment{t: t, db: testdb.New(t), dir: t.TempDir()}
	founding := h.founding()
	if teams != nil {
		founding.Teams = teams
	}
	var err error
	if h.recovery, err = office.Found(t.Context(), founding); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *deployment) trusted() *trust.Source {
	h.t.Helper()
	source, err := trust.NewSource(trust.Options{Path: h.trustFile()}, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	return source
}

func (h *deployment) admit(change func(*office.Admission)) error {
	a := office.Admission{
		Pool: h.db.Owner, ShredDir: filepath.Join(h.dir, "shred"), Trust: h.trusted(), Teams: []string{"plateau"}, Sponsor: "camille", Secret: vouching,
		Account: office.Account{Login: "noe", Name: "Noé", Role: "agent", Passphrase: "encore quatre mots ici"}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	change(&a)
	return office.Admit(h.t.Context(), a)
}

func (h *deployment) house() office.House {
	return office.House{Pool: h.db.Owner, ShredDir: filepath.Join(h.dir, "shred"), Trust: h.trusted(), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

func (h *deployment) count(query string, args ...any) (n int) {
	h.t.Helper()
	if err := h.db.Owner.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestFoundingIsDoneOnce(t *testing.T) {
	h := newFounded(t)
	if _, err := office.Found(t.Context(), h.founding()); !errors.Is(err, office.ErrFounded) {
		t.Errorf("a second founding answers %v", err)
	}
	if n := h.count("select count(*) from team_key_wraps"); n != 2 {
		t.Errorf("the first coordinator holds %d keys, want one of each team", n)
	}
	if n := h.count("select count(*) from audit_events where action = 'house.founded'"); n != 1 {
		t.Errorf("the founding stands %d times in the audit trail", n)
	}
}

func TestFoundingThatCannotInstallTheTrustFileKeepsNothing(t *testing.T) {
	h := &deployment{t: t, db: testdb.New(t), dir: t.TempDir()}
	f := h.founding()
	f.Install = func(*trust.File) error { return errors.New("disk full") }
	if _, err := office.Found(t.Context(), f); err == nil {
		t.Fatal("it was founded without a trust file")
	}
	if n := h.count("select (select count(*) from teams) + (select count(*) from staff)"); n != 0 {
		t.Errorf("%d rows were left behind", n)
	}
	if _, err := office.Found(t.Context(), h.founding()); err != nil {
		t.Errorf("once there is room again: %v", err)
	}
}

func TestFoundingOverAnothersShredKeysLeavesThemAsTheyAre(t *testing.T) {
	h := &deployment{t: t, db: testdb.New(t), dir: t.TempDir()}
	other := filepath.Join(h.dir, "shred", "suivi-1.key")
	if err := errors.Join(os.Mkdir(filepath.Dir(other), 0o700), os.WriteFile(other, []byte("of another house"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := office.Found(t.Context(), h.founding()); err == nil {
		t.Fatal("it was founded over the keys of another house")
	}
	if kept, err := os.ReadFile(other); err != nil || string(kept) != "of another house" {
		t.Errorf("its key is now %q, %v", kept, err)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "shred", "plateau-1.key")); err == nil {
		t.Error("the key that was made is still there")
	}
}

func TestOnlyACoordinatorMayBeTheFirst(t *testing.T) {
	h := &deployment{t: t, db: testdb.New(t), dir: t.TempDir()}
	f := h.founding()
	f.First.Role = "agent"
	if _, err := office.Found(t.Context(), f); err == nil {
		t.Error("an agent founded the house: nobody could admit colleagues")
	}
}

func TestAdmissionWantsSomebodyWhoHoldsTheKey(t *testing.T) {
	h := newFounded(t)
	if err := h.admit(func(*office.Admission) {}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*office.Admission)
		says   string
	}{
		"a wrong passphrase of the sponsor": {func(a *office.Admission) { a.Account.Login = "b1"; a.Secret = "un autre texte assez long" }, "do not open"},
		"an unknown sponsor":                {func(a *office.Admission) { a.Account.Login = "b2"; a.Sponsor = "personne" }, "do not open"},
		"an agent as sponsor": {func(a *office.Admission) {
			a.Account.Login, a.Sponsor, a.Secret = "b3", "noe", "encore quatre mots ici"
		}, "coordinator may"},
		"a team that is none":              {func(a *office.Admission) { a.Account.Login = "b4"; a.Teams = []string{"autre"} }, "does not hold"},
		"an administrator with a key":      {func(a *office.Admission) { a.Account.Login, a.Account.Role = "b5", "account_administrator" }, "reads no report"},
		"a short passphrase":               {func(a *office.Admission) { a.Account.Login, a.Account.Passphrase = "b6", "court" }, "too short"},
		"a log-in name that is taken":      {func(a *office.Admission) {}, "is taken"},
		"a log-in name with capitals":      {func(a *office.Admission) { a.Account.Login = "Noé" }, "not usable"},
		"a role that is none":              {func(a *office.Admission) { a.Account.Login, a.Account.Role, a.Teams = "b7", "chef", nil }, "no role"},
		"a role without a name to be seen": {func(a *office.Admission) { a.Account.Login, a.Account.Name = "b8", " " }, "no name"},
	} {
		if err := h.admit(c.change); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
	}
	if n := h.count("select count(*) from staff"); n != 2 {
		t.Errorf("%d accounts, want the two that were let in", n)
	}
}

func TestRecoveryKeyOpensATeamsReportsWithAge(t *testing.T) {
	h := newFounded(t)
	to := h.trusted().File().Receiving()
	sealed := sealtest.Seal(t, sealtest.Report("dans le coffre"), to)
	r := office.Recovery{House: h.house(), Key: h.recovery, Team: "plateau"}
	text, err := r.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	identity, err := age.ParseHybridIdentity(text.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed.Body), identity)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(plain); !bytes.Contains(body, []byte("dans le coffre")) {
		t.Error("the recovered key opens something else")
	}
	if n := h.count("select count(*) from audit_events where action = 'team.recovered' and object_id = 'plateau'"); n != 1 {
		t.Errorf("the recovery stands %d times in the audit trail", n)
	}
	other, _ := age.GenerateHybridIdentity()
	r.Key = secret.Text(other.String())
	if _, err := r.Export(t.Context()); err == nil {
		t.Error("another key recovers the team")
	}
	r.Key = h.recovery
	if err := os.Remove(filepath.Join(h.dir, "shred", "plateau-1.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Export(t.Context()); err == nil {
		t.Error("the team is recovered although its shred key was destroyed")
	}
}

func TestDisabledAccountHoldsNothing(t *testing.T) {
	h := newFounded(t)
	if err := h.admit(func(*office.Admission) {}); err != nil {
		t.Fatal(err)
	}
	if err := office.Disable(t.Context(), h.db.Owner, "noe", time.Now()); err != nil {
		t.Fatal(err)
	}
	people, err := office.People(t.Context(), h.db.Owner)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(people, func(p office.Person) bool { return p.Login == "noe" })
	if i < 0 || !people[i].Disabled || len(people[i].Teams) > 0 {
		t.Errorf("%+v", people)
	}
	if err := office.Disable(t.Context(), h.db.Owner, "noe", time.Now()); err == nil {
		t.Error("the account was disabled twice")
	}
}
