package office_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/office"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/testing/sealtest"
	"recueil/internal/trust"
)

func (h *deployment) reseal(ctx context.Context, change func(*office.Resealing)) (office.Resealed, error) {
	h.t.Helper()
	r := office.Resealing{House: h.house(), Team: "plateau", From: 1, Sponsor: "camille", Secret: vouching}
	if change != nil {
		change(&r)
	}
	return office.Reseal(ctx, r)
}

// rotated is a deployment with reports under epoch 1 of the plateau and the file of
// epoch 2 installed.
func newRotated(t *testing.T, reports int) (h *deployment, first, next *trust.File, old []*report.Report) {
	h = newFounded(t)
	first = h.trusted().File()
	for n := range reports {
		old = append(old, h.receive(first, fmt.Sprint("récit ", n)))
	}
	done, err := h.rotate(nil)
	h.must(err)
	h.install(done.File)
	return h, first, done.File, old
}

func TestResealingBringsEverythingForward(t *testing.T) {
	h, first, next, old := newRotated(t, 61)
	added := *old[0]
	added.Answers = report.Answers{Situation: report.Situation{Story: "ajouté"}}
	addition, err := seal.Addition(&added, report.NewID(), first.Receiving())
	h.must(err)
	h.accept(addition)
	later := h.receive(next, "après")
	h.exec("update reports set status = 'in_triage'")
	digests := h.count("select count(*) from reports where digest is not null")

	keys, view := h.keys("camille", vouching), report.NewID()
	name, err := keys.Epochs("plateau")[0].SealForTeam(keyring.ForViews, []byte("Urgents"), view[:])
	h.must(err)
	h.exec("insert into queue_views (id, owner, team_id, epoch, name, query, shared, created_at) values ($1, $2, 'plateau', 1, $3, '', false, now())", view, h.staffID("camille"), name)

	// Each of these must stay where it is, and hold up nobody.
	changed, swapped, shadowed := old[3].ID, old[4].ID, old[5].ID
	h.exec("update reports set urgency = 3 where id = $1", changed)
	h.exec("update report_grants set body = $2 where report_id = $1", swapped, h.stored(old[6].ID, 1).Body)
	planted := sealtest.Report("planté")
	planted.ID = shadowed
	e := sealtest.Seal(t, planted, next.Receiving())
	h.exec("insert into report_grants (report_id, team_id, epoch, body) values ($1, 'plateau', 2, $2)", shadowed, e.Body)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done, err := h.reseal(ctx, func(r *office.Resealing) { r.Progress = func(office.Resealed) { stop() } })
	if err == nil || done.Reports == 0 || done.Reports > 60 {
		t.Fatalf("stopped after a batch: %+v, %v", done, err)
	}
	if n := h.count("select count(*) from audit_events where action = 'report.resealed'"); n != done.Reports {
		t.Errorf("%d lines in the audit trail for %d reports", n, done.Reports)
	}
	again, err := h.reseal(t.Context(), nil)
	h.must(err)
	if done.Reports+again.Reports != 58 || again.Additions != 1 {
		t.Errorf("%d and %d reports, %d additions were sealed again, want 58 and 1", done.Reports, again.Reports, again.Additions)
	}
	slices.SortFunc(again.Left, func(a, b report.ID) int { return strings.Compare(a.String(), b.String()) })
	want := []report.ID{changed, swapped, shadowed}
	slices.SortFunc(want, func(a, b report.ID) int { return strings.Compare(a.String(), b.String()) })
	if !slices.Equal(again.Left, want) {
		t.Errorf("%v were left, want %v", again.Left, want)
	}
	h.must(h.db.Owner.QueryRow(t.Context(), "select name from queue_views where id = $1 and epoch = 2", view).Scan(&name))
	if got, err := keys.Epochs("plateau")[1].OpenForTeam(keyring.ForViews, name, view[:]); string(got) != "Urgents" || again.Views != 1 {
		t.Errorf("of %d views the name opens as %q: %v", again.Views, got, err)
	}
	older, _ := keys.Identity("plateau", 1)
	newer, _ := keys.Identity("plateau", 2)
	for n, r := range old {
		if slices.Contains(want, r.ID) {
			if h.count("select count(*) from report_grants where report_id = $1 and epoch = 1", r.ID) != 1 {
				t.Errorf("the body of %s, which was to stay, is gone", r.ID)
			}
			continue
		}
		row := h.stored(r.ID, 2)
		opened, err := unseal.Report(newer, row)
		if err != nil || opened.Answers.Short.Story != fmt.Sprint("récit ", n) || opened.Urgency != r.Urgency || !opened.CaseKey.Equal(r.CaseKey) {
			t.Fatalf("report %d opens with %q, %v", n, opened.Answers.Short.Story, err)
		}
		if _, err := unseal.Report(older, row); err == nil {
			t.Error("the old key opens the new body")
		}
		if h.count("select count(*) from report_grants where report_id = $1", r.ID) != 1 {
			t.Errorf("report %d has two bodies", n)
		}
		sum := sha256.Sum256(row.Body)
		if h.count("select count(*) from audit_events where action = 'report.resealed' and object_id = $1 and digest = $2", r.ID.String(), sum[:]) != 1 {
			t.Errorf("report %d was sealed again without a line that names its body", n)
		}
	}
	var body []byte
	h.must(h.db.Owner.QueryRow(t.Context(), "select body from additions where id = $1 and epoch = 2", addition.ID).Scan(&body))
	if opened, err := unseal.Addition(newer, addition.ID, old[0].ID, body); err != nil || opened.Answers.Situation.Story != "ajouté" {
		t.Errorf("the addition opens with %q, %v", opened.Answers.Situation.Story, err)
	}
	if h.count("select count(*) from report_grants where report_id = $1 and epoch = 2", later.ID) != 1 {
		t.Error("what was under the new key already is gone")
	}
	if n := h.count("select count(*) from reports where digest is not null and status = 'in_triage'"); n != digests {
		t.Errorf("%d reports kept their digest and status, want %d", n, digests)
	}
}

func TestResealingIsRefused(t *testing.T) {
	h, first, next, _ := newRotated(t, 1)
	h.member("noe", "agent", h.keys("camille", vouching))
	for name, c := range map[string]struct {
		change func(*office.Resealing)
		says   string
	}{
		"from the current epoch": {func(r *office.Resealing) { r.From = 2 }, "not retired"},
		"from none":              {func(r *office.Resealing) { r.From = 0 }, "not retired"},
		"of no team":             {func(r *office.Resealing) { r.Team = "autre" }, "no team"},
		"by an agent":            {func(r *office.Resealing) { r.Sponsor, r.Secret = "noe", cheap }, "coordinator may"},
		"by a wrong passphrase":  {func(r *office.Resealing) { r.Secret = cheap }, "do not open"},
	} {
		if _, err := h.reseal(t.Context(), c.change); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// An office with the old file could not open what is sealed to the new key.
	h.announce("office", first, 0, time.Hour)
	if _, err := h.reseal(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "install the newest everywhere") {
		t.Errorf("while an office uses the old file: %v", err)
	}
	h.silence()
	h.announce("office", next, 0, 0)
	if _, err := h.reseal(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestOldEpochIsShreddedOnlyWhenNothingIsLost(t *testing.T) {
	h, first, next, old := newRotated(t, 1)
	shredding := func(epoch int, force bool) office.Shredding {
		return office.Shredding{House: h.house(), Team: "plateau", Epoch: epoch, Force: force}
	}
	refused := func(name string, s office.Shredding, says string) {
		t.Helper()
		if _, err := office.Shred(t.Context(), s); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
		if !h.shreds().Has("plateau", 1) || !h.shreds().Has("plateau", 2) {
			t.Fatalf("%s: a shred key is gone", name)
		}
	}
	h.announce("intake", next, 0, time.Hour)
	refused("the current epoch", shredding(2, true), "rotate first")
	refused("an epoch that never was", shredding(7, true), "has no epoch")
	refused("with a report sealed to it", shredding(1, false), "1 reports")
	_, err := h.reseal(t.Context(), nil)
	h.must(err)
	h.silence()
	refused("with no intake to be seen", shredding(1, false), "no intake was seen")
	h.announce("intake", next, 0, time.Minute)
	refused("a moment after the intake took the file over", shredding(1, false), "wait until")
	h.silence()
	h.announce("intake", next, 2, time.Hour)
	refused("with reports in a spool", shredding(1, false), "2 reports in its spool")
	h.announce("intake", first, 0, time.Hour)
	refused("while an intake seals to it", shredding(1, true), "install the newest everywhere")
	h.silence()
	h.announce("intake", next, 0, time.Hour)
	h.announce("office", next, 0, time.Hour)

	h.exec("create table kept as select * from team_key_wraps where team_id = 'plateau' and epoch = 1")
	h.exec("create table kept_recovery as select * from recovery_wraps where team_id = 'plateau' and epoch = 1")
	lost, err := office.Shred(t.Context(), shredding(1, false))
	h.must(err)
	if lost != (office.Sealed{}) || h.shreds().Has("plateau", 1) {
		t.Errorf("lost %+v, and the key is there: %v", lost, h.shreds().Has("plateau", 1))
	}
	if n := h.count("select count(*) from team_key_wraps where team_id = 'plateau' and epoch = 1") + h.count("select count(*) from recovery_wraps where team_id = 'plateau' and epoch = 1"); n != 0 {
		t.Errorf("%d wraps are left", n)
	}
	// The wraps of a backup open nothing any more, not even for the recovery key.
	h.exec("insert into team_key_wraps select * from kept")
	h.exec("insert into recovery_wraps select * from kept_recovery")
	keys := h.keys("camille", vouching)
	if got := epochs(keys); !slices.Equal(got, []int{2}) {
		t.Errorf("with restored wraps camille opens %v", got)
	}
	newer, _ := keys.Identity("plateau", 2)
	if _, err := unseal.Report(newer, h.stored(old[0].ID, 2)); err != nil {
		t.Errorf("what was sealed forward does not open: %v", err)
	}
	drilled, err := office.Recovery{House: h.house(), Key: h.recovery}.Drill(t.Context())
	h.must(err)
	for _, d := range drilled {
		if gone := d.Team == "plateau" && d.Epoch == 1; d.Gone != gone || d.Err != nil {
			t.Errorf("the drill says of %s %d: gone %v, %v", d.Team, d.Epoch, d.Gone, d.Err)
		}
	}
	if _, err := office.Shred(t.Context(), shredding(1, false)); err != nil {
		t.Errorf("running it again: %v", err)
	}
	rotated, err := h.rotate(nil)
	h.must(err)
	if _, named := rotated.File.Epoch("plateau", 1); named || rotated.File.Receiving().Number != 3 {
		t.Error("the next file still names the destroyed key")
	}
}

func TestForcedShreddingSaysWhatIsLost(t *testing.T) {
	h, _, next, old := newRotated(t, 2)
	h.announce("intake", next, 0, time.Hour)
	lost, err := office.Shred(t.Context(), office.Shredding{House: h.house(), Team: "plateau", Epoch: 1, Force: true})
	h.must(err)
	if lost.Reports != 2 || lost.Additions != 0 {
		t.Errorf("lost %+v", lost)
	}
	if n := h.count("select count(*) from audit_events where action = 'team.shredded' and detail like '%2 reports%'"); n != 1 {
		t.Errorf("the loss stands %d times in the audit trail", n)
	}
	if h.count("select count(*) from report_grants where report_id = $1", old[0].ID) != 1 {
		t.Error("the row itself is gone")
	}
	if status, err := office.ReadStatus(t.Context(), h.house()); err != nil || status.Teams[0].Epochs[0].State != office.Destroyed {
		t.Errorf("status says %+v, %v", status.Teams, err)
	}
}

func TestStatusIsCompleteWhenNoIntakeUsesTheOldEpoch(t *testing.T) {
	h := newFounded(t)
	first := h.trusted().File()
	said := func() string {
		t.Helper()
		status, err := office.ReadStatus(t.Context(), h.house())
		h.must(err)
		return status.Teams[0].Unsettled
	}
	want := func(when, says string) {
		t.Helper()
		if got := said(); says == "" && got != "" || !strings.Contains(got, says) {
			t.Errorf("%s: %q, want %q", when, got, says)
		}
	}
	want("without a server", "no intake was seen")
	h.announce("intake", first, 0, 0)
	want("at the beginning", "")
	done, err := h.rotate(nil)
	h.must(err)
	want("prepared", "install version 2")
	h.receive(first, "pendant")
	h.install(done.File)
	want("with an intake that did not follow", "uses version 1")
	h.silence()
	h.announce("intake", done.File, 0, 0)
	want("with an office alone that did not", "")
	h.announce("office", first, 0, 0)
	want("with an office that did not follow", "office machine uses version 1")
	h.silence()
	h.announce("intake", done.File, 3, 0)
	want("with a spool", "3 reports in its spool")
	h.silence()
	other, err := first.Next(trust.Change{Version: 2, Begin: []trust.Epoch{{TeamID: "plateau", Number: 2, Recipient: first.Recovery()}}})
	h.must(err)
	h.announce("intake", other, 0, 0)
	want("with an intake that seals to another key", "another file")
	h.silence()
	h.announce("intake", done.File, 0, 0)
	want("at the end", "")
	status, err := office.ReadStatus(t.Context(), h.house())
	h.must(err)
	team := status.Teams[0]
	if e := team.Epochs; len(e) != 2 || e[0].State != office.Retired || e[0].Sealed.Reports != 1 || e[1].State != office.Current || e[1].Sealed.Reports != 0 {
		t.Errorf("the epochs are %+v", e)
	}
	if !slices.Equal(team.Members, []string{"camille"}) || len(status.Servers) != 1 || status.Servers[0].TrustVersion != 2 {
		t.Errorf("%v hold it, servers are %+v", team.Members, status.Servers)
	}
}
