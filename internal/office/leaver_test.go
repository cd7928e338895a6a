package office_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/office"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/testing/browse"
	"recueil/internal/trust"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

// serve starts an office on the deployment, as main does.
func (h *deployment) serve() (address string, trusted *trust.Source) {
	h.t.Helper()
	trusted = h.trusted()
	screens, err := office.New(office.Config{Pool: h.db.Office, Trust: trusted, ShredDir: h.house().ShredDir, Idle: 12 * time.Hour, Absolute: 12 * time.Hour,
		Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	h.must(err)
	server := httptest.NewTLSServer(screens)
	h.t.Cleanup(server.Close)
	return server.URL, trusted
}

// logIn takes both steps, and returns the cookie of the session besides.
func (h *deployment) logIn(address, login string, passphrase secret.Text) (b *browse.Browser, cookie string) {
	h.t.Helper()
	proof, err := h.house().Enrol(h.t.Context(), login, passphrase)
	h.must(err)
	b = browse.New(h.t, address)
	b.Post("/connexion", url.Values{"login": {login}, "passphrase": {passphrase.Reveal()}}).Want(200)
	code, _, err := office.CodeNow(proof.App, time.Now())
	h.must(err)
	b.Post("/connexion/verification", url.Values{"code": {code}}).Want(200)
	return b, b.Cookie("__Host-bureau")
}

func address(r *report.Report) string { return "/dossiers/" + r.ID.String() }

// reads says which of the stories somebody finds, by the screens and the queue.
func reads(b *browse.Browser, reports map[string]*report.Report) []string {
	found := []string{}
	b.Open("/file")
	queue := b.Body
	for story, r := range reports {
		if b.Open(address(r)); strings.Contains(b.Body, story) || strings.Contains(queue, story) {
			found = append(found, story)
		}
	}
	slices.Sort(found)
	return found
}

// A leaver kept his cookie and a dump of the database, and gets somebody to write
// what he held back into it.
func TestLeaverReadsNothingNew(t *testing.T) {
	h := newFounded(t)
	leaver := h.member("parti", "agent", h.keys("camille", vouching))
	first := h.trusted().File()
	const old, new = "récit d’avant son départ", "récit d’après son départ"
	reports := map[string]*report.Report{old: h.receive(first, old)}
	at, installed := h.serve()
	his, cookie := h.logIn(at, "parti", cheap)
	hers, _ := h.logIn(at, "camille", vouching)
	if got := reads(his, reports); !slices.Equal(got, []string{old}) {
		t.Fatalf("before he leaves he reads %v", got)
	}

	held := []string{"sessions", "memberships", "team_key_wraps"}
	for _, table := range held {
		h.exec("create table kept_"+table+" as select * from "+table+" where staff_id = $1", leaver.id)
	}
	h.exec("create table kept_grants as select * from report_grants")
	plant := func() {
		h.t.Helper()
		his.SetCookie("__Host-bureau", cookie)
		_, err := h.db.Owner.Exec(context.Background(), "update staff set disabled_at = null where id = $1", leaver.id)
		h.must(err)
		for _, table := range held {
			_, err := h.db.Owner.Exec(context.Background(), "insert into "+table+" select * from kept_"+table+" on conflict do nothing")
			h.must(err)
		}
	}

	h.must(office.Disable(t.Context(), h.db.Owner, "parti", time.Now()))
	if his.Open("/file"); his.Status != 401 {
		t.Errorf("his session of before answers %d", his.Status)
	}
	for _, table := range held {
		if n := h.count("select count(*) from "+table+" where staff_id = $1", leaver.id); n != 0 {
			t.Errorf("%d of his %s are left", n, table)
		}
	}
	plant() // before the rotation: his binding to the old key is genuine
	rotated, err := h.rotate(nil)
	h.must(err)
	if got := holding(rotated); !slices.Equal(got, []string{"camille"}) {
		t.Fatalf("%v hold the new key", got)
	}
	h.install(rotated.File)
	h.must(installed.Reload())
	reports[new] = h.receive(rotated.File, new)
	if got := reads(hers, reports); !slices.Equal(got, []string{new, old}) {
		t.Errorf("who stays reads %v", got)
	}
	if got := reads(his, reports); !slices.Equal(got, []string{old}) {
		t.Errorf("with all he held written back he reads %v", got)
	}
	// What he held, under the number of the new key.
	h.exec("insert into team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac) select team_id, 2, staff_id, wrap, recipient_mac from kept_team_key_wraps")
	if got := reads(his, reports); !slices.Equal(got, []string{old}) {
		t.Errorf("with his old wrap as a new one he reads %v", got)
	}

	_, err = h.reseal(t.Context(), nil)
	h.must(err)
	if got := reads(his, reports); len(got) > 0 {
		t.Errorf("after re-sealing he reads %v", got)
	}
	h.announce("intake", rotated.File, 0, time.Hour)
	_, err = office.Shred(t.Context(), office.Shredding{House: h.house(), Team: "plateau", Epoch: 1})
	h.must(err)
	// The whole old dump, bodies and all: only the shred key is missing.
	plant()
	h.exec("delete from report_grants where epoch = 2 and report_id = $1", reports[old].ID)
	h.exec("insert into report_grants select * from kept_grants")
	if got := reads(his, reports); len(got) > 0 {
		t.Errorf("with the old dump restored, and its shred key destroyed, he reads %v", got)
	}
	if his.Open("/file"); his.Status != 200 {
		t.Errorf("his session was not even there: %d", his.Status)
	}
	h.exec("delete from report_grants where epoch = 1 and report_id = $1", reports[old].ID)
	if got := reads(hers, reports); !slices.Equal(got, []string{new}) {
		t.Errorf("at the end who stays reads %v", got)
	}
}
