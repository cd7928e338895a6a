package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"recueil/internal/trust"
)

// installed says that an intake uses the trust file at that path, for an hour now.
func (o *operator) installed(path string) {
	o.t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		o.t.Fatal(err)
	}
	file, err := trust.Parse(raw, false)
	if err != nil {
		o.t.Fatal(err)
	}
	id := uuid.New()
	if _, err := o.db.Intake.Exec(o.t.Context(), "select server_seen($1, 'guichet', $2, $3, 0)", id, file.Version(), file.Fingerprint()); err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.db.Owner.Exec(o.t.Context(), "delete from servers where id <> $1", id); err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.db.Owner.Exec(o.t.Context(), "update servers set using_since = now() - interval '1 hour'"); err != nil {
		o.t.Fatal(err)
	}
}

func TestTheLifeOfATeamsKeyAtTheTerminal(t *testing.T) {
	o := newOperator(t)
	said := o.must(first, o.with("init", "--team=plateau=Plateau", "--team=suivi=Suivi", "--login=camille", "--name=Camille")...)
	recovery := said[strings.LastIndex(strings.TrimSpace(said), "\n")+1:]
	current, next := filepath.Join(o.dir, "trust.json"), filepath.Join(o.dir, "next.json")
	o.must(first+second, o.with("staff", "add", "--login=noe", "--name=Noé", "--role=agent", "--team=plateau", "--sponsor=camille")...)
	o.installed(current)
	if out := o.must("", o.with("team", "status")...); !strings.Contains(out, "complete") || strings.Contains(out, "NOT") || !strings.Contains(out, "camille, noe") {
		t.Errorf("team status says %q", out)
	}

	out := o.must(first, o.with("team", "rotate", "plateau", "--sponsor=camille", "--out="+next)...)
	fingerprint := regexp.MustCompile(`[0-9a-f]{64}`).FindString(out)
	for _, want := range []string{"Epoch 2 of plateau", "noe", "version 2", "plateau-2.key"} {
		if !strings.Contains(out, want) {
			t.Errorf("team rotate does not say %q: %q", want, out)
		}
	}
	if strings.Contains(out, "REFUSED") || strings.Contains(out, strings.TrimSpace(first)) {
		t.Errorf("team rotate says %q", out)
	}
	if out, err := o.run("", o.with("doctor")...); err == nil || !strings.Contains(out, "epoch 2 of plateau is prepared") {
		t.Errorf("doctor says %q", out)
	}
	if out := o.must("", o.with("team", "status")...); !strings.Contains(out, "NOT COMPLETE: epoch 2 is prepared") {
		t.Errorf("team status says %q", out)
	}
	for name, c := range map[string]struct {
		out, says string
	}{"over a file": {next, "exists"}, "beside another": {next + "2", "--discard-pending"}} {
		if _, err := o.run(first, o.with("team", "rotate", "plateau", "--sponsor=camille", "--out="+c.out)...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("rotating %s: %v", name, err)
		}
	}
	if err := os.Rename(next, current); err != nil {
		t.Fatal(err)
	}
	if out := o.must("", o.with("team", "status")...); !strings.Contains(out, "uses version 1") || !strings.Contains(out, "ANOTHER FILE") || !strings.Contains(out, fingerprint) {
		t.Errorf("with an intake that did not follow, team status says %q", out)
	}
	o.installed(current)
	if out := o.must("", o.with("team", "status")...); strings.Contains(out, "NOT") {
		t.Errorf("at the end team status says %q", out)
	}

	if out := o.must(first, o.with("team", "reseal", "plateau", "--from=1", "--sponsor=camille")...); !strings.Contains(out, "0 reports and 0 additions") {
		t.Errorf("team reseal says %q", out)
	}
	if _, err := o.run("plateau 2\n", o.with("team", "shred", "plateau", "1")...); err == nil || !strings.Contains(err.Error(), "nothing was done") {
		t.Errorf("shredding without the right words: %v", err)
	}
	key := filepath.Join(o.dir, "shred", "plateau-1.key")
	if _, err := os.Stat(key); err != nil {
		t.Error("the key is gone all the same")
	}
	if out := o.must("plateau 1\n", o.with("team", "shred", "plateau", "1")...); !strings.Contains(out, "Lost are 0 reports, 0 additions, 0 records, 0 unfinished calls") {
		t.Errorf("team shred says %q", out)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("the key is still there")
	}
	// A key that was destroyed on purpose wants no mend.
	if out, _ := o.run("", o.with("doctor")...); strings.Contains(out, "plateau-1.key") {
		t.Errorf("doctor says %q", out)
	}
	out = o.must(recovery, o.with("recovery-drill")...)
	if !strings.Contains(out, "opens  plateau epoch 2") || !strings.Contains(out, "gone   plateau epoch 1") || strings.Contains(out, "SECRET") {
		t.Errorf("recovery-drill says %q", out)
	}

	o.must(second, o.with("staff", "add", "--login=dominique", "--name=Dominique", "--role=coordinator")...)
	o.must("", "staff", "disable", "camille")
	if out := o.must(recovery+second, o.with("recover", "--team=plateau", "--admit=dominique")...); !strings.Contains(out, "holds the key of plateau again") || strings.Contains(out, "SECRET") {
		t.Errorf("recover says %q", out)
	}
	for name, flags := range map[string][]string{"both": {"--admit=dominique", "--out=" + next}, "neither": nil} {
		if _, err := o.run(recovery+second, o.with(append([]string{"recover", "--team=plateau"}, flags...)...)...); err == nil {
			t.Errorf("recover with %s of --admit and --out passes", name)
		}
	}
	if out := o.must("", "audit", "verify"); !strings.Contains(out, "each as it was written") {
		t.Errorf("audit verify says %q", out)
	}
}

func TestRotationNamesWhoIsRefused(t *testing.T) {
	o := newOperator(t)
	o.must(first, o.with("init", "--team=plateau=Plateau", "--login=camille", "--name=Camille")...)
	o.must(first+second, o.with("staff", "add", "--login=noe", "--name=Noé", "--role=agent", "--team=plateau", "--sponsor=camille")...)
	if _, err := o.db.Owner.Exec(t.Context(), "update team_key_wraps set recipient_mac = sha256('x') where staff_id = (select id from staff where login = 'noe')"); err != nil {
		t.Fatal(err)
	}
	out := o.must(first, o.with("team", "rotate", "plateau", "--sponsor=camille", "--out="+filepath.Join(o.dir, "next.json"))...)
	if !regexp.MustCompile(`noe +Noé +REFUSED`).MatchString(out) || !strings.Contains(out, "1 refused") {
		t.Errorf("team rotate says %q", out)
	}
}
