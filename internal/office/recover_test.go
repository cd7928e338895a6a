package office_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/office"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/secret"
)

func TestLastHolderGoneIsRecoveredFromThePrintedKey(t *testing.T) {
	h := newFounded(t)
	before := h.receive(h.trusted().File(), "avant")
	done, err := h.rotate(nil)
	h.must(err)
	h.install(done.File)
	after := h.receive(done.File, "après")
	h.must(office.Disable(t.Context(), h.db.Owner, "camille", time.Now()))
	if n := h.count("select count(*) from team_key_wraps"); n != 0 {
		t.Fatalf("%d wraps are left", n)
	}
	next := h.person("dominique", "coordinator")
	h.person("noe", "agent")
	robbed := h.person("maxime", "coordinator")
	attacker, err := age.GenerateHybridIdentity()
	h.must(err)
	h.exec("update staff set recipient = $2 where id = $1", robbed.id, attacker.Recipient().String())

	recovery := office.Recovery{House: h.house(), Key: h.recovery, Team: "plateau"}
	for name, c := range map[string]struct {
		key               secret.Text
		team, login, says string
		passphrase        secret.Text
	}{
		"another key":               {secret.Text(attacker.String()), "plateau", "dominique", "not the recovery key", cheap},
		"no key":                    {"AGE-SECRET-KEY-PQ-1", "plateau", "dominique", "no recovery key", cheap},
		"no team":                   {h.recovery, "autre", "dominique", "no team", cheap},
		"a wrong passphrase":        {h.recovery, "plateau", "dominique", "does not open", vouching},
		"an agent":                  {h.recovery, "plateau", "noe", "for a coordinator", cheap},
		"nobody":                    {h.recovery, "plateau", "personne", "no such active account", cheap},
		"who was shut out":          {h.recovery, "plateau", "camille", "no such active account", vouching},
		"a recipient of a stranger": {h.recovery, "plateau", "maxime", "does not open", cheap},
	} {
		r := recovery
		r.Key, r.Team = c.key, c.team
		if _, err := r.AdmitTo(t.Context(), c.login, c.passphrase); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
	}
	if n := h.count("select count(*) from team_key_wraps"); n != 0 {
		t.Fatalf("%d wraps were made for the wrong people", n)
	}
	for range 2 { // again is no harm
		if n, err := recovery.AdmitTo(t.Context(), "dominique", cheap); err != nil || n != 2 {
			t.Fatalf("%d epochs, %v", n, err)
		}
	}
	keys := h.keys("dominique", cheap)
	if got := epochs(keys); !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("dominique opens %v", got)
	}
	older, _ := keys.Identity("plateau", 1)
	newer, _ := keys.Identity("plateau", 2)
	if opened, err := unseal.Report(older, h.stored(before.ID, 1)); err != nil || opened.Answers.Short.Story != "avant" {
		t.Errorf("the old report: %v", err)
	}
	if opened, err := unseal.Report(newer, h.stored(after.ID, 2)); err != nil || opened.Answers.Short.Story != "après" {
		t.Errorf("the new report: %v", err)
	}
	if n := h.count("select count(*) from audit_events where action = 'team.recovered' and detail = 'break_glass'"); n != 2 {
		t.Errorf("the broken glass stands %d times in the audit trail", n)
	}
	if n := h.count("select count(*) from audit_events where action = 'staff.admitted' and object_id = $1 and detail = 'plateau'", next.id.String()); n != 2 {
		t.Errorf("who was given the key stands %d times in the audit trail", n)
	}
	// He is a member like others: he vouches, and the next key is given to him.
	rotated, err := h.rotate(func(r *office.Rotation) { r.Sponsor, r.Secret = "dominique", cheap })
	if err != nil || !slices.Equal(holding(rotated), []string{"dominique"}) {
		t.Errorf("he rotates for %v, %v", holding(rotated), err)
	}
}

func TestDrillWritesNoKeyAndFindsWhatDoesNotOpen(t *testing.T) {
	h := newFounded(t)
	recovery := office.Recovery{House: h.house(), Key: h.recovery}
	wraps := "select count(*) from team_key_wraps"
	before := h.count(wraps)
	drilled, err := recovery.Drill(t.Context())
	if err != nil || len(drilled) != 2 || drilled[0].Err != nil || drilled[1].Err != nil {
		t.Fatalf("%+v, %v", drilled, err)
	}
	if h.count(wraps) != before || h.count("select count(*) from audit_events where action = 'recovery.drilled' and detail = '0 of 2 failed'") != 1 {
		t.Error("the drill made a wrap, or is not in the audit trail")
	}
	h.exec("update recovery_wraps set wrap = (select wrap from team_key_wraps w where w.team_id = recovery_wraps.team_id limit 1) where team_id = 'plateau'")
	h.exec("delete from recovery_wraps where team_id = 'suivi'")
	drilled, err = recovery.Drill(t.Context())
	h.must(err)
	for _, d := range drilled {
		if d.Err == nil || strings.Contains(d.Err.Error(), "SECRET-KEY") {
			t.Errorf("%s %d: %v", d.Team, d.Epoch, d.Err)
		}
	}
	// A shred key that is lost is not one that was destroyed on purpose.
	h.must(h.shreds().Destroy("plateau", 1))
	if drilled, err = recovery.Drill(t.Context()); err != nil || drilled[0].Gone || drilled[0].Err == nil {
		t.Errorf("without the shred key: %+v, %v", drilled, err)
	}
	recovery.Key = "AGE-SECRET-KEY-PQ-1RIEN"
	if _, err := recovery.Drill(t.Context()); err == nil || strings.Contains(err.Error(), "RIEN") {
		t.Errorf("with no key: %v", err)
	}
}
