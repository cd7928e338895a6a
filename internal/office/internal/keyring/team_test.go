package keyring_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/uuid"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

func team(t *testing.T) keyring.Team {
	t.Helper()
	team, err := keyring.NewTeam("cellule", 1)
	if err != nil {
		t.Fatal(err)
	}
	return team
}

func named(team keyring.Team) trust.Epoch {
	return trust.Epoch{TeamID: team.ID, Number: team.Epoch, Recipient: team.Recipient()}
}

func TestPlantedMemberIsRefused(t *testing.T) {
	team, id, recipient := team(t), uuid.New(), member(t).Recipient()
	mac := team.MemberMAC(id, recipient)
	if err := team.CheckMember(id, recipient, mac[:]); err != nil {
		t.Fatalf("an admitted member is refused: %v", err)
	}
	another, err := keyring.NewTeam("cellule", 2)
	if err != nil {
		t.Fatal(err)
	}
	foreign := another.MemberMAC(id, recipient)
	changed := mac
	changed[31] ^= 1
	for name, planted := range map[string]struct {
		id        uuid.UUID
		recipient string
		tag       []byte
	}{
		"no MAC":                  {id, recipient, nil},
		"half a MAC":              {id, recipient, mac[:16]},
		"a MAC of zeros":          {id, recipient, make([]byte, 32)},
		"a changed MAC":           {id, recipient, changed[:]},
		"a MAC under another key": {id, recipient, foreign[:]},
		"a key of his own":        {id, member(t).Recipient(), mac[:]},
		"another's MAC":           {uuid.New(), recipient, mac[:]},
	} {
		if err := team.CheckMember(planted.id, planted.recipient, planted.tag); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestWrapOpensForItsMemberWithTheShredKey(t *testing.T) {
	team, m, shred := team(t), member(t), secret.New()
	wrap, err := keyring.WrapTeam(team, m.Recipient(), shred)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(wrap, []byte("age-encryption.org")) {
		t.Error("the wrap is an age file under no shred key")
	}
	opened, err := keyring.OpenTeam(wrap, shred, m, named(team))
	if err != nil || opened.Recipient() != team.Recipient() || opened.ID != "cellule" || opened.Epoch != 1 {
		t.Fatalf("the wrap gives another team: %v", err)
	}
	if _, err := keyring.OpenTeam(wrap, secret.New(), m, named(team)); err == nil {
		t.Error("the wrap opens without its shred key: shredding would be useless")
	}
	if _, err := keyring.OpenTeam(wrap, shred, member(t), named(team)); err == nil {
		t.Error("another member opens the wrap")
	}
	for _, damaged := range [][]byte{nil, wrap[:20], wrap[:len(wrap)-1], append(bytes.Clone(wrap[:len(wrap)-1]), wrap[len(wrap)-1]^1)} {
		if _, err := keyring.OpenTeam(damaged, shred, m, named(team)); err == nil {
			t.Errorf("%d damaged bytes open", len(damaged))
		}
	}
}

func TestWrapOfAKeyTheTrustFileDoesNotNameIsRefused(t *testing.T) {
	real, planted, m, shred := team(t), team(t), member(t), secret.New()
	wrap, err := keyring.WrapTeam(planted, m.Recipient(), shred)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.OpenTeam(wrap, shred, m, named(real)); !errors.Is(err, keyring.ErrNotTrusted) {
		t.Errorf("a planted team key gives %v", err)
	}
}

func TestWrappingWantsAPostQuantumKey(t *testing.T) {
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"", "nobody", classic.Recipient().String()} {
		if _, err := keyring.WrapTeam(team(t), to, secret.New()); err == nil {
			t.Errorf("a team key is wrapped to %q", to)
		}
	}
}

func TestRecoveryKeyOpensItsWrap(t *testing.T) {
	team, shred := team(t), secret.New()
	recovery, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	wrap, err := keyring.WrapTeam(team, recovery.Recipient().String(), shred)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := keyring.OpenTeamForRecovery(wrap, shred, recovery, named(team))
	if err != nil || opened.Recipient() != team.Recipient() {
		t.Errorf("the recovery key gives another team: %v", err)
	}
	other, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.OpenTeamForRecovery(wrap, shred, other, named(team)); err == nil {
		t.Error("another key recovers the team")
	}
}

func TestShredKeysAreFilesOfTheirOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shred")
	keys := keyring.NewShredKeys(dir)
	first, err := keys.Create("cellule", 1)
	if err != nil {
		t.Fatal(err)
	}
	second, err := keys.Create("cellule", 2)
	if err != nil || first.Equal(second) {
		t.Fatalf("two epochs share a key: %v", err)
	}
	if _, err := keys.Create("cellule", 1); !errors.Is(err, os.ErrExist) {
		t.Errorf("making a key again gives %v", err)
	}
	if loaded, err := keys.Load("cellule", 1); err != nil || !loaded.Equal(first) {
		t.Errorf("the file holds another key: %v", err)
	}
	files, err := filepath.Glob(dir + "/*")
	if err != nil || len(files) != 2 {
		t.Fatalf("the folder holds %v, %v", files, err)
	}
	for _, file := range append(files, dir) {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", filepath.Base(file), info.Mode())
		}
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Load("cellule", 1); err == nil || !strings.Contains(err.Error(), "--shred-dir") {
		t.Errorf("a destroyed key gives %v", err)
	}
	if err := os.WriteFile(files[1], []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Load("cellule", 2); err == nil {
		t.Error("a file of five bytes passes for a key")
	}
}

func TestDestroyedShredKeyIsOverwrittenAndGone(t *testing.T) {
	dir := t.TempDir()
	keys := keyring.NewShredKeys(dir)
	kept, err := keys.Create("cellule", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Create("cellule", 2); err != nil {
		t.Fatal(err)
	}
	// A second name of the same file shows what was written before it went.
	path, second := filepath.Join(dir, "cellule-1.key"), filepath.Join(t.TempDir(), "second")
	if err := os.Link(path, second); err != nil {
		t.Fatal(err)
	}
	if !keys.Has("cellule", 1) {
		t.Error("the key is not there before")
	}
	if err := keys.Destroy("cellule", 1); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(second); err != nil || len(raw) != 32 || bytes.Equal(raw, kept.Bytes()) {
		t.Errorf("the key was not overwritten: %d bytes, %v", len(raw), err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) || keys.Has("cellule", 1) {
		t.Errorf("the file is still there: %v", err)
	}
	if err := keys.Destroy("cellule", 1); err != nil {
		t.Errorf("destroying it again gives %v", err)
	}
	if _, err := keys.Load("cellule", 2); err != nil {
		t.Errorf("another epoch's key went with it: %v", err)
	}
}
