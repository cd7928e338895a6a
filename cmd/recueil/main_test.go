package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recueil/internal/testing/testdb"
)

// An operator types commands, and lines on standard input.
type operator struct {
	t   *testing.T
	db  *testdb.DB
	dir string
}

func newOperator(t *testing.T) *operator {
	return &operator{t: t, db: testdb.New(t), dir: t.TempDir()}
}

func (o *operator) run(stdin string, args ...string) (string, error) {
	o.t.Helper()
	var out bytes.Buffer
	args = append(args, "--database-url="+o.db.URL(""))
	err := run(&terminal{context.Background(), strings.NewReader(stdin), &out, &out}, args)
	return out.String(), err
}

func (o *operator) must(stdin string, args ...string) string {
	o.t.Helper()
	out, err := o.run(stdin, args...)
	if err != nil {
		o.t.Fatalf("recueil %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// with adds the flags that name the files of the deployment.
func (o *operator) with(args ...string) []string {
	return append(args, "--trust-file="+filepath.Join(o.dir, "trust.json"), "--shred-dir="+filepath.Join(o.dir, "shred"))
}

const (
	first  = "quatre mots pour ouvrir\n"
	second = "encore quatre mots ici\n"
)

func TestADeploymentFromTheFirstCommandToTheLast(t *testing.T) {
	o := newOperator(t)
	if out := o.must("", "migrate"); !strings.Contains(out, "0 migrations applied") {
		t.Errorf("migrate says %q", out)
	}
	said := o.must(first, o.with("init", "--team=plateau=Plateau", "--unit=suivi=Cellule de suivi", "--profession=juristes=Juristes", "--login=camille", "--name=Camille")...)
	recovery := said[strings.LastIndex(strings.TrimSpace(said), "\n")+1:]
	if !strings.HasPrefix(recovery, "AGE-SECRET-KEY-PQ-1") || strings.Contains(said, strings.TrimSpace(first)) {
		t.Fatalf("init says %q", said)
	}
	if _, err := o.run(first, o.with("init", "--team=plateau=Plateau", "--login=x2", "--name=X")...); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("a second init answers %v", err)
	}
	o.must(first+second, o.with("staff", "add", "--login=noe", "--name=Noé", "--role=agent", "--team=plateau", "--sponsor=camille")...)
	if out := o.must("", "staff", "list"); !strings.Contains(out, "plateau, suivi") || !strings.Contains(out, "noe") {
		t.Errorf("staff list says %q", out)
	}
	// A test server need not be durable, nor find what its disk changed; everything else
	// must be well.
	out, _ := o.run("", o.with("doctor")...)
	var mends []string
	for line := range strings.Lines(out) {
		if mend, wrong := strings.CutPrefix(line, "MEND  "); wrong {
			mends = append(mends, mend)
		}
	}
	if len(mends) != 2 || !strings.HasSuffix(mends[0], ": fsync, full_page_writes, synchronous_commit\n") || !strings.Contains(mends[1], "pg_checksums") {
		t.Errorf("doctor finds %q", mends)
	}
	team := filepath.Join(o.dir, "team.identity")
	o.must(recovery, o.with("recover", "--team=plateau", "--out="+team)...)
	if raw, err := os.ReadFile(team); err != nil || !bytes.HasPrefix(raw, []byte("AGE-SECRET-KEY-PQ-1")) {
		t.Errorf("recover wrote %d bytes, %v", len(raw), err)
	}
	if out := o.must("", "audit", "verify"); !strings.Contains(out, "3 lines, each as it was written") {
		t.Errorf("audit verify says %q", out)
	}
	o.must("", "staff", "disable", "noe")
	if out := o.must("", "staff", "list"); !strings.Contains(out, "disabled") {
		t.Errorf("staff list says %q", out)
	}
}

func TestDoctorSaysEachMend(t *testing.T) {
	o := newOperator(t)
	o.must(first, o.with("init", "--team=plateau=Plateau", "--login=camille", "--name=Camille")...)
	trustFile, shred := filepath.Join(o.dir, "trust.json"), filepath.Join(o.dir, "shred", "plateau-1.key")
	for name, c := range map[string]struct {
		wrong func() error
		says  string
	}{
		"a trust file others may write": {func() error { return os.Chmod(trustFile, 0o666) }, "chmod go-w"},
		"a shred key others may read":   {func() error { return os.Chmod(shred, 0o644) }, "chmod 600"},
	} {
		if err := c.wrong(); err != nil {
			t.Fatal(err)
		}
		if out, err := o.run("", o.with("doctor")...); err == nil || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v, %q", name, err, out)
		}
	}
	if err := os.Remove(shred); err != nil {
		t.Fatal(err)
	}
	if out, _ := o.run("", o.with("doctor")...); !strings.Contains(out, "restore it from its own backup") {
		t.Errorf("a shred key that is gone: %q", out)
	}
	if _, err := o.db.Owner.Exec(t.Context(), "update schema_version set version = version - 1"); err != nil {
		t.Fatal(err)
	}
	if out, _ := o.run("", o.with("doctor")...); !strings.Contains(out, "recueil migrate") {
		t.Errorf("a pending migration: %q", out)
	}
}

func TestAuditVerifyNamesTheLine(t *testing.T) {
	o := newOperator(t)
	o.must(first, o.with("init", "--team=plateau=Plateau", "--login=camille", "--name=Camille")...)
	if _, err := o.db.Owner.Exec(t.Context(), "update audit_events set action = 'nothing' where seq = 1"); err != nil {
		t.Fatal(err)
	}
	if out, err := o.run("", "audit", "verify"); err == nil || !strings.Contains(out, "line 1: changed") {
		t.Errorf("audit verify says %q, %v", out, err)
	}
}

func TestSecretsAreNotTakenFromTheCommandLine(t *testing.T) {
	o := newOperator(t)
	if _, err := o.run("", o.with("init", "--team=plateau=Plateau", "--login=camille", "--name=Camille")...); err == nil || !strings.Contains(err.Error(), "standard input") {
		t.Errorf("init without a passphrase answers %v", err)
	}
	if _, err := os.Stat(filepath.Join(o.dir, "trust.json")); err == nil {
		t.Error("a trust file was written all the same")
	}
}
