package seal_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
)

// The promise to a team that leaves us: its key and the standard tool are enough.
func TestStandardToolOpensWhatIsStored(t *testing.T) {
	tool := ageTool(t)
	team, identity := sealtest.Team(t, "cellule")
	_, stranger := sealtest.Team(t, "voisine")
	r := sealtest.Report(marker)
	dir := t.TempDir()
	body := write(t, dir, "body.age", sealtest.Seal(t, r, team).Body)

	out, err := exec.Command(tool, "-d", "-i", identityFile(t, dir, "team.key", identity), body).Output()
	if err != nil {
		t.Fatalf("age refuses the team's own identity: %v", err)
	}
	opened, err := report.Decode(out)
	if err != nil || opened.ID != r.ID || opened.Answers.Short.Story != marker {
		t.Errorf("age gives another report: %v", err)
	}

	var complaint bytes.Buffer
	cmd := exec.Command(tool, "-d", "-i", identityFile(t, dir, "stranger.key", stranger), body)
	cmd.Stderr = &complaint
	if out, err := cmd.Output(); err == nil || len(out) > 0 || !strings.Contains(complaint.String(), "no identity matched") {
		t.Errorf("with another identity age gives %d bytes, %v, %s", len(out), err, complaint.String())
	}
}

func TestPartIsAnAgePassphraseFile(t *testing.T) {
	key := secret.New()
	sealed, err := seal.Part(seal.PartHeader{Case: report.NewID(), Part: report.NewID(), Kind: "note", Version: 1}, key, []byte(marker))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(sealed, []byte(" 1\n")) || bytes.Count(sealed, []byte("\n-> scrypt ")) != 1 {
		t.Error("the part is no passphrase file of work factor 1")
	}
	identity, err := age.NewScryptIdentity(seal.PartPassphrase(key).Reveal())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		t.Fatal(err)
	}
	var content bytes.Buffer
	if _, err := content.ReadFrom(plain); err != nil || !strings.HasSuffix(content.String(), "}\n"+marker) {
		t.Errorf("the part does not begin with its header: %v", err)
	}
}

// ageTool builds the age of our own dependency: the machine's may be too old for
// post-quantum keys.
func ageTool(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "age")
	if out, err := exec.Command("go", "build", "-o", path, "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("building age: %v\n%s", err, out)
	}
	return path
}

func identityFile(t *testing.T, dir, name string, identity *age.HybridIdentity) string {
	return write(t, dir, name, []byte(identity.String()+"\n"))
}

func write(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
