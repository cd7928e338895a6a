package office_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"recueil/internal/office"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
	"recueil/internal/trust"
)

func TestRotationLosesNothing(t *testing.T) {
	h := newFounded(t)
	noe := h.member("noe", "agent", h.keys("camille", vouching))
	first := h.trusted().File()
	before := h.receive(first, "avant la rotation")

	rotated, err := h.rotate(nil)
	h.must(err)
	next := rotated.File
	if next.Version() != 2 || next.Receiving().Number != 2 || next.Recovery() != first.Recovery() {
		t.Errorf("the next file is version %d and seals to epoch %d", next.Version(), next.Receiving().Number)
	}
	if old, ok := next.Epoch("plateau", 1); !ok || old.Recipient != first.Receiving().Recipient {
		t.Error("the next file no longer names the old key")
	}
	if other, _ := next.Current("suivi"); other.Number != 1 {
		t.Error("another team was rotated, too")
	}
	// Prepared, not installed: everybody works as before, nobody is admitted.
	if got := epochs(h.keys("camille", vouching)); !slices.Equal(got, []int{1}) {
		t.Errorf("with the old file camille opens %v", got)
	}
	if err := h.admit(func(a *office.Admission) { a.Account.Login = "ines" }); !errors.Is(err, staff.ErrPending) {
		t.Errorf("an admission that would lack the new key answers %v", err)
	}

	h.install(next)
	after := h.receive(next, "après la rotation")
	for login, passphrase := range map[string]secret.Text{"camille": vouching, "noe": cheap} {
		keys := h.keys(login, passphrase)
		for epoch, r := range map[int]struct {
			row   unseal.Row
			story string
		}{1: {h.stored(before.ID, 1), "avant la rotation"}, 2: {h.stored(after.ID, 2), "après la rotation"}} {
			identity, holds := keys.Identity("plateau", epoch)
			if !holds {
				t.Fatalf("%s holds no key of epoch %d", login, epoch)
			}
			if opened, err := unseal.Report(identity, r.row); err != nil || opened.Answers.Short.Story != r.story {
				t.Errorf("%s reads %q of epoch %d, %v", login, opened.Answers.Short.Story, epoch, err)
			}
		}
		older, _ := keys.Identity("plateau", 1)
		if _, err := unseal.Report(older, h.stored(after.ID, 2)); err == nil {
			t.Error("the old key opens what was sealed to the new one")
		}
	}
	drilled, err := office.Recovery{House: h.house(), Key: h.recovery}.Drill(t.Context())
	if err != nil || len(drilled) != 3 {
		t.Errorf("the drill tried %v, %v", drilled, err)
	}
	for _, d := range drilled {
		if d.Err != nil || d.Gone {
			t.Errorf("the recovery key does not open %s %d: %v", d.Team, d.Epoch, d.Err)
		}
	}
	if n := h.count("select count(*) from audit_events where action = 'team.rotated' and object_id = 'plateau' and detail = 'epoch 2' and actor is not null"); n != 1 {
		t.Errorf("the rotation stands %d times in the audit trail", n)
	}
	// Twice: the members are now held to the key of epoch 2.
	rotated, err = h.rotate(nil)
	h.must(err)
	if names := holding(rotated); !slices.Equal(names, []string{"camille", "noe"}) || rotated.File.Receiving().Number != 3 || !h.opensWrap(noe.identity, rotated.File, 3) {
		t.Errorf("after another rotation %v hold epoch %d", names, rotated.File.Receiving().Number)
	}
}

// An admission that has not ended when a rotation begins is waited for, so that its
// member is given the new key too.
func TestRotationWaitsForWhoIsBeingAdmitted(t *testing.T) {
	h := newFounded(t)
	keys, noe := h.keys("camille", vouching), h.person("noe", "agent")
	admitting, err := h.db.Owner.Begin(t.Context())
	h.must(err)
	defer admitting.Rollback(context.Background())
	h.must(staff.Admit(t.Context(), admitting, staff.Admission{Staff: noe.id, Recipient: noe.identity.Recipient().String(),
		Epochs: keys.Epochs("plateau"), Shred: h.shreds(), At: time.Now()}))
	rotated := make(chan error, 1)
	var names []string
	go func() {
		done, err := h.rotate(nil)
		names = holding(done)
		rotated <- err
	}()
	for h.count("select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())") == 0 {
		select {
		case err := <-rotated:
			t.Fatalf("the rotation did not wait: %v held the key, %v", names, err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	h.must(admitting.Commit(t.Context()))
	h.must(<-rotated)
	if !slices.Equal(names, []string{"camille", "noe"}) {
		t.Errorf("%v hold the new key", names)
	}
}

func holding(r office.Rotated) []string {
	var logins []string
	for _, holder := range r.Holders {
		if holder.Refused == "" {
			logins = append(logins, holder.Login)
		}
	}
	return logins
}

func TestRotationIsPreparedOnceAndCanBeDiscarded(t *testing.T) {
	h := newFounded(t)
	first := h.trusted().File()
	wanted := errors.New("disk full")
	if _, err := h.rotate(func(r *office.Rotation) { r.Install = func(*trust.File) error { return wanted } }); !errors.Is(err, wanted) {
		t.Fatalf("a file that cannot be written: %v", err)
	}
	if _, err := h.rotate(nil); err == nil || !strings.Contains(err.Error(), "--discard-pending") {
		t.Errorf("beside a prepared rotation: %v", err)
	}
	if _, err := h.rotate(func(r *office.Rotation) { r.Teams = []string{"suivi"} }); err == nil || !strings.Contains(err.Error(), "plateau") {
		t.Errorf("another team, whose file would lack the prepared key: %v", err)
	}
	rotated, err := h.rotate(func(r *office.Rotation) { r.Discard = true; r.Teams = []string{"plateau", "suivi"} })
	h.must(err)
	if f := rotated.File; f.Version() != 3 || f.Receiving().Number != 3 {
		t.Errorf("after a discarded epoch 2 in version 2 comes epoch %d in version %d", f.Receiving().Number, f.Version())
	}
	if other, _ := rotated.File.Current("suivi"); other.Number != 2 {
		t.Errorf("the other team is at epoch %d", other.Number)
	}
	if h.shreds().Has("plateau", 2) || h.count("select count(*) from team_key_wraps where epoch = 2 and team_id = 'plateau'") != 0 {
		t.Error("something of the discarded key is left")
	}
	// Its file was installed somewhere after all: a report is sealed to it.
	h.receive(rotated.File, "déjà")
	if _, err := h.rotate(func(r *office.Rotation) { r.Discard = true }); err == nil || !strings.Contains(err.Error(), "installed somewhere") {
		t.Errorf("a rotation in use was discarded: %v", err)
	}
	if !h.shreds().Has("plateau", 3) {
		t.Error("and its shred key destroyed")
	}
	h.install(rotated.File)
	h.announce("intake", rotated.File, 0, time.Hour)
	h.install(first) // rolled back at the operator's
	if _, err := h.rotate(nil); err == nil || !strings.Contains(err.Error(), "name the newest by --trust-file") {
		t.Errorf("from a file that was rolled back: %v", err)
	}
}

func TestRotationThatFailsKeepsNothing(t *testing.T) {
	h := newFounded(t)
	for name, c := range map[string]struct {
		change func(*office.Rotation)
		says   string
	}{
		"a wrong passphrase":                     {func(r *office.Rotation) { r.Secret = "ce n'est pas la bonne" }, "do not open"},
		"a team that is none, after one that is": {func(r *office.Rotation) { r.Teams = []string{"plateau", "autre"} }, "no team autre"},
	} {
		if _, err := h.rotate(c.change); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(h.dir, "shred", "*"))
	if n := h.count("select count(*) from team_epochs where epoch > 1"); n != 0 || len(files) != 2 || err != nil {
		t.Errorf("%d epochs and %v are left behind, %v", n, files, err)
	}
}

// Whoever writes the database tries to be given the next key. He knows everything
// that lies there, and, worse than he should, the shred key of the present epoch.
func TestNobodyIsForgedIntoARotation(t *testing.T) {
	h := newFounded(t)
	keys := h.keys("camille", vouching)
	attacker, err := age.GenerateHybridIdentity()
	h.must(err)
	own := attacker.Recipient().String()
	h.member("noe", "agent", keys)

	forged := map[string]bool{}
	forge := func(login string) string { forged[login] = true; return login }
	replaced := h.member(forge("ines"), "agent", keys)
	h.exec("update staff set recipient = $2 where id = $1", replaced.id, own)

	a, b := h.member(forge("hugo"), "agent", keys), h.member(forge("lea"), "agent", keys)
	h.exec("update staff set recipient = $2 where id = $1", a.id, b.identity.Recipient().String())
	h.exec("update staff set recipient = $2 where id = $1", b.id, a.identity.Recipient().String())

	planted := func(login string, mac []byte) {
		id := uuid.New()
		h.exec("insert into staff (id, login, display_name, role, recipient, sealed_identity) values ($1, $2, $2, 'coordinator', $3, $4)",
			id, forge(login), own, cheaply(t, attacker.String(), cheap))
		h.exec("insert into memberships (team_id, staff_id) values ('plateau', $1)", id)
		h.exec("insert into team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac) values ('plateau', 1, $1, 'x', $2)", id, mac)
	}
	var anothers []byte
	h.must(h.db.Owner.QueryRow(t.Context(), "select recipient_mac from team_key_wraps w join staff s on s.id = w.staff_id where s.login = 'noe'").Scan(&anothers))
	planted("plante", make([]byte, 32))
	planted("autre-mac", anothers)
	ownTeam, err := keyring.NewTeam("plateau", 1)
	h.must(err)
	mac := ownTeam.MemberMAC(uuid.New(), own)
	planted("autre-cle", mac[:])
	only := h.person(forge("sans-cle"), "coordinator")
	h.exec("insert into memberships (team_id, staff_id) values ('plateau', $1)", only.id)

	left := h.member(forge("parti"), "agent", keys)
	h.exec("create table kept as select * from team_key_wraps where staff_id = $1", left.id)
	h.must(office.Disable(t.Context(), h.db.Owner, "parti", time.Now()))
	h.exec("update staff set disabled_at = null where id = $1", left.id)
	h.exec("insert into memberships (team_id, staff_id) values ('plateau', $1)", left.id)
	h.exec("insert into team_key_wraps select * from kept")
	struck := h.member(forge("raye"), "agent", keys)
	h.exec("delete from memberships where staff_id = $1", struck.id)
	promoted := h.member(forge("admin"), "agent", keys)
	h.exec("update staff set role = 'account_administrator' where id = $1", promoted.id)
	h.exec("insert into team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac) select team_id, 2, staff_id, wrap, recipient_mac from team_key_wraps where team_id = 'plateau'")
	h.exec("insert into recovery_wraps (team_id, epoch, wrap) values ('plateau', 2, 'x')")

	rotated, err := h.rotate(nil)
	h.must(err)
	if names := holding(rotated); !slices.Equal(names, []string{"camille", "noe"}) {
		t.Errorf("%v were given the new key", names)
	}
	for _, holder := range rotated.Holders {
		if forged[holder.Login] != (holder.Refused != "") {
			t.Errorf("%s: refused because %q", holder.Login, holder.Refused)
		}
		delete(forged, holder.Login)
	}
	if len(forged) > 0 {
		t.Errorf("%v were not named", forged)
	}
	if n := h.count("select count(*) from audit_events where action = 'team.member_refused'"); n != len(rotated.Holders)-2 {
		t.Errorf("%d refusals stand in the audit trail, want %d", n, len(rotated.Holders)-2)
	}
	for name, identity := range map[string]*age.HybridIdentity{"the attacker": attacker, "the leaver": left.identity, "who was replaced": replaced.identity,
		"who was swapped": a.identity, "who was promoted": promoted.identity} {
		if h.opensWrap(identity, rotated.File, 2) {
			t.Errorf("%s opens a wrap of the new key", name)
		}
	}
	h.install(rotated.File)
	sealed := sealtest.Seal(t, sealtest.Report("pour l'équipe"), rotated.File.Receiving())
	if _, err := unseal.Report(attacker, unseal.Row{ID: sealed.ID, Urgency: sealed.Urgency, Body: sealed.Body}); err == nil {
		t.Error("the attacker reads a new report")
	}
	if _, holds := h.keys("noe", cheap).Identity("plateau", 2); !holds {
		t.Error("a true member was left out")
	}
}

// A planted wrap that holds the attacker's own team key must neither be used to seal
// nor handed on.
func TestPlantedTeamKeyIsNotHandedOn(t *testing.T) {
	h := newFounded(t)
	var id uuid.UUID
	var recipient string
	h.must(h.db.Owner.QueryRow(t.Context(), "select id, recipient from staff where login = 'camille'").Scan(&id, &recipient))
	ownTeam, err := keyring.NewTeam("plateau", 1)
	h.must(err)
	shred, err := h.shreds().Load("plateau", 1)
	h.must(err)
	wrap, err := keyring.WrapTeam(ownTeam, recipient, shred)
	h.must(err)
	mac := ownTeam.MemberMAC(id, recipient)
	h.exec("update team_key_wraps set wrap = $2, recipient_mac = $3 where staff_id = $1 and team_id = 'plateau'", id, wrap, mac[:])
	if _, err := h.rotate(nil); err == nil || !strings.Contains(err.Error(), "does not hold the present key") {
		t.Errorf("a rotation from a planted key answers %v", err)
	}
	if err := h.admit(func(*office.Admission) {}); err == nil || !strings.Contains(err.Error(), "does not hold") {
		t.Errorf("an admission to a planted key answers %v", err)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "shred", "plateau-2.key")); err == nil {
		t.Error("a shred key was left behind")
	}
}
