package office_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/office"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
	"recueil/internal/trust"
)

// What the tests of keys over their life do with a deployment.

// rotate prepares a rotation of the plateau and returns the file that would be
// installed.
func (h *deployment) rotate(change func(*office.Rotation)) (office.Rotated, error) {
	h.t.Helper()
	r := office.Rotation{House: h.house(), Teams: []string{"plateau"}, Sponsor: "camille", Secret: vouching, Install: func(*trust.File) error { return nil }}
	if change != nil {
		change(&r)
	}
	return office.Rotate(h.t.Context(), r)
}

// install puts a trust file where the operator puts it.
func (h *deployment) install(f *trust.File) {
	h.t.Helper()
	raw, err := f.Encode()
	h.must(errors.Join(err, os.WriteFile(h.trustFile(), raw, 0o600)))
}

func (h *deployment) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *deployment) exec(statement string, arguments ...any) {
	h.t.Helper()
	tag, err := h.db.Owner.Exec(context.Background(), statement, arguments...)
	h.must(err)
	if tag.RowsAffected() == 0 {
		h.t.Fatalf("%s changed nothing", statement)
	}
}

// announce lets a server speak, as long ago as it has used its file for.
func (h *deployment) announce(kind string, f *trust.File, waiting int, using time.Duration) {
	h.t.Helper()
	pool, id := h.db.Intake, uuid.New()
	if kind == "office" {
		pool = h.db.Office
	}
	_, err := pool.Exec(h.t.Context(), "select server_seen($1, 'machine', $2, $3, $4)", id, f.Version(), f.Fingerprint(), waiting)
	h.must(err)
	h.exec("update servers set using_since = now() - $2::interval where id = $1", id, using)
}

func (h *deployment) silence() {
	h.t.Helper()
	_, err := h.db.Owner.Exec(h.t.Context(), "delete from servers")
	h.must(err)
}

// receive stores a report as an intake does that uses this trust file.
func (h *deployment) receive(f *trust.File, story string) *report.Report {
	h.t.Helper()
	r := sealtest.Report(story)
	h.accept(sealtest.Seal(h.t, r, f.Receiving()))
	return r
}

func (h *deployment) accept(e envelope.Envelope) {
	h.t.Helper()
	outcome, err := inbox.New(h.t.Context(), h.db.Intake).Accept(h.t.Context(), inbox.Delivery{Envelope: e})
	h.must(err)
	if outcome == inbox.AlreadyStored {
		h.t.Fatal("the report was there before")
	}
}

// stored returns what lies in the database of a report under one epoch.
func (h *deployment) stored(id report.ID, epoch int) unseal.Row {
	h.t.Helper()
	row := unseal.Row{ID: id}
	h.must(h.db.Owner.QueryRow(h.t.Context(), `select r.urgency, g.body from reports r join report_grants g on g.report_id = r.id
		where r.id = $1 and g.team_id = 'plateau' and g.epoch = $2`, id, epoch).Scan(&row.Urgency, &row.Body))
	return row
}

// keys opens what somebody holds, by his passphrase and the installed trust file.
func (h *deployment) keys(login string, passphrase secret.Text) staff.Keys {
	h.t.Helper()
	log := slog.New(slog.DiscardHandler)
	desk, err := staff.New(staff.Config{Pool: h.db.Owner, Shred: h.shreds(), Trust: h.trusted(), Now: time.Now})
	h.must(err)
	session, err := desk.Open(h.t.Context(), login, passphrase)
	h.must(err)
	keys, err := desk.Keys(h.t.Context(), session, log)
	h.must(err)
	return keys
}

func (h *deployment) shreds() keyring.ShredKeys {
	return keyring.NewShredKeys(filepath.Join(h.dir, "shred"))
}

// epochs are the numbers of a team's keys.
func epochs(keys staff.Keys) []int {
	numbers := []int{}
	for _, team := range keys.Epochs("plateau") {
		numbers = append(numbers, team.Epoch)
	}
	return numbers
}

// A person has an identity whose passphrase costs nothing to try: what is tested here
// is what his key opens.
type person struct {
	id       uuid.UUID
	login    string
	identity *age.HybridIdentity
}

const cheap = secret.Text("une phrase qui ne coûte rien")

// person makes an account, and no admission.
func (h *deployment) person(login, role string) person {
	h.t.Helper()
	identity, err := age.GenerateHybridIdentity()
	h.must(err)
	p := person{uuid.New(), login, identity}
	h.exec(`insert into staff (id, login, display_name, role, recipient, sealed_identity) values ($1, $2, $2, $3, $4, $5)`,
		p.id, login, role, identity.Recipient().String(), cheaply(h.t, identity.String(), cheap))
	return p
}

// cheaply seals an identity under a passphrase with the least work factor there is.
func cheaply(t *testing.T, identity string, passphrase secret.Text) []byte {
	t.Helper()
	recipient, err := age.NewScryptRecipient(passphrase.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(1)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(identity)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

// member admits a person to the plateau as a coordinator does.
func (h *deployment) member(login, role string, keys staff.Keys) person {
	h.t.Helper()
	p := h.person(login, role)
	h.must(pgx.BeginFunc(h.t.Context(), h.db.Owner, func(tx pgx.Tx) error {
		return staff.Admit(h.t.Context(), tx, staff.Admission{Staff: p.id, Recipient: p.identity.Recipient().String(),
			Epochs: keys.Epochs("plateau"), Shred: h.shreds(), At: time.Now()})
	}))
	return p
}

// opensWrap reports whether an identity opens any wrap of an epoch, with the shred
// key at hand.
func (h *deployment) opensWrap(identity *age.HybridIdentity, f *trust.File, epoch int) bool {
	h.t.Helper()
	expect, _ := f.Epoch("plateau", epoch)
	shred, err := h.shreds().Load("plateau", epoch)
	h.must(err)
	rows, err := h.db.Owner.Query(h.t.Context(), "select wrap from team_key_wraps where team_id = 'plateau' and epoch = $1 union all select wrap from recovery_wraps where team_id = 'plateau' and epoch = $1", epoch)
	h.must(err)
	wraps, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	h.must(err)
	for _, wrap := range wraps {
		if _, err := keyring.OpenTeamForRecovery(wrap, shred, identity, expect); err == nil {
			return true
		}
	}
	return false
}
