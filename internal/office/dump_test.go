package office_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/chacha20poly1305"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// A thief has a dump of the whole database and the configuration of the office
// without its shred keys, and tries every byte string in it as whatever key our own
// code takes. What he is also given, such as the identity of a leaver, must not help.
type thief struct {
	t          *testing.T
	desk       *staff.Desk
	strings    [][]byte // everything there is to try
	identities []*age.HybridIdentity
	passphrase []secret.Text
	keys       []secret.Key
	trust      *trust.File
	reports    []report.ID
	message    reply.MessagePlace
	members    []uuid.UUID
	factors    [][]byte // what members sealed of theirs for themselves
}

// ownKeys are the keys that each identity at hand would yield for each member's factors.
func (x *thief) ownKeys() (keys []secret.Key) {
	for _, identity := range x.identities {
		for _, id := range x.members {
			keys = append(keys, secret.Derive([]byte(identity.String()), string(keyring.ForFactors), id[:]))
		}
	}
	return keys
}

// opensAsOwn opens what keyring seals symmetrically: a nonce and XChaCha20-Poly1305.
func opensAsOwn(key secret.Key, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key.Bytes())
	if err != nil || len(sealed) < aead.NonceSize() {
		return nil, errors.New("no key, or nothing sealed")
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
}

// dump reads every column of every table.
func (h *deployment) dump() [][]byte {
	h.t.Helper()
	ctx := h.t.Context()
	rows, err := h.db.Owner.Query(ctx, "select tablename from pg_tables where schemaname = 'public' order by tablename")
	h.must(err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.must(err)
	var all [][]byte
	for _, table := range tables {
		rows, err := h.db.Owner.Query(ctx, "select * from "+pgx.Identifier{table}.Sanitize())
		h.must(err)
		for rows.Next() {
			values, err := rows.Values()
			h.must(err)
			for _, value := range values {
				switch v := value.(type) {
				case nil:
				case []byte:
					all = append(all, v)
				case [16]byte:
					all = append(all, v[:], []byte(uuid.UUID(v).String()))
				case time.Time:
					all = append(all, []byte(v.Format(time.RFC3339Nano)))
				default:
					all = append(all, fmt.Append(nil, v))
				}
			}
		}
		h.must(rows.Err())
	}
	return all
}

// texts are the strings of a JSON file, and every line and word of it as it stands.
func texts(raw []byte) [][]byte {
	all := [][]byte{raw}
	for line := range bytes.Lines(raw) {
		all = append(all, bytes.TrimSpace(line))
	}
	all = append(all, bytes.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune(" \n\t\"'=,:/@{}[]", r) })...)
	var any map[string]json.RawMessage
	if json.Unmarshal(raw, &any) == nil {
		for _, value := range any {
			all = append(all, value)
		}
	}
	return all
}

// try sorts what was found into what our code would take it for.
func (x *thief) try(found [][]byte) {
	for _, raw := range found {
		forms := [][]byte{raw}
		if decoded, err := hex.DecodeString(string(raw)); err == nil {
			forms = append(forms, decoded)
		}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			if decoded, err := encoding.DecodeString(string(raw)); err == nil {
				forms = append(forms, decoded)
			}
		}
		for _, form := range forms {
			if len(form) == 0 || slices.ContainsFunc(x.strings, func(s []byte) bool { return bytes.Equal(s, form) }) {
				continue
			}
			x.strings = append(x.strings, form)
			if identity, err := age.ParseHybridIdentity(string(bytes.TrimSpace(form))); err == nil {
				x.identities = append(x.identities, identity)
			}
			if len(form) < 1024 {
				x.passphrase = append(x.passphrase, secret.Text(form))
			}
			if len(form) >= 32 {
				for _, part := range [][]byte{form[:32], form[len(form)-32:]} {
					key, _ := secret.FromBytes(part)
					x.keys = append(x.keys, key)
				}
			}
			x.keys = append(x.keys, secret.Derive(form, "recueil receipt look-up"))
		}
	}
}

// opened tries everything on everything and names what opened.
func (x *thief) opened() []string {
	var names []string
	for _, login := range []string{"camille", "parti"} {
		for _, passphrase := range x.passphrase {
			member, err := x.desk.Open(x.t.Context(), login, passphrase)
			if err != nil {
				continue
			}
			names = append(names, "a member's identity")
			if book, err := x.desk.Factors(x.t.Context(), member); err == nil && !book.Empty() {
				names = append(names, "a second factor")
			}
		}
	}
	for _, sealed := range x.factors {
		for _, key := range slices.Concat(x.keys, x.ownKeys()) {
			if plain, err := opensAsOwn(key, sealed); err == nil {
				names = append(names, "a second factor")
				x.t.Logf("a second factor of %d bytes opens", len(plain))
			}
		}
	}
	for _, sealed := range x.strings {
		if bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n-> scrypt ")) {
			for _, key := range x.keys {
				if _, _, err := unseal.Part(seal.PartHeader{}, key, sealed); err == nil || strings.Contains(err.Error(), "another part") {
					names = append(names, "a part")
				}
			}
		}
		if bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n")) {
			for _, identity := range x.identities {
				for _, id := range x.reports {
					for urgency := range 4 {
						if _, err := unseal.Report(identity, unseal.Row{ID: id, Urgency: report.Urgency(urgency), Body: sealed}); err == nil {
							names = append(names, "a report")
						}
					}
				}
			}
			continue
		}
		for _, key := range x.keys {
			if _, err := reply.OpenMessage(key, x.message, sealed); err == nil {
				names = append(names, "a message")
			}
			if _, err := keyring.OpenFromSession(sealed, key, device); err == nil {
				names = append(names, "a session")
			}
			for _, team := range x.trust.Teams() {
				for _, epoch := range team.Epochs {
					expect, _ := x.trust.Epoch(team.ID, epoch.Epoch)
					for _, identity := range x.identities {
						opened, err := keyring.OpenTeamForRecovery(sealed, key, identity, expect)
						if err != nil {
							continue
						}
						names = append(names, "a team's key")
						for _, body := range x.strings {
							for _, id := range x.reports {
								if _, err := unseal.Report(opened.Identity(), unseal.Row{ID: id, Urgency: 2, Body: body}); err == nil {
									names = append(names, "a report")
								}
							}
						}
					}
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestWholeDumpOpensNothing(t *testing.T) {
	h := newFounded(t)
	file := h.trusted().File()
	keys := h.keys("camille", vouching)
	leaver := h.member("parti", "agent", keys)
	r := h.receive(file, "ce que personne ne lit")
	part := uuid.New()
	sealed, err := seal.Part(seal.PartHeader{Case: r.ID, Part: part, Kind: "decision", Direction: "internal", Version: 1, Sequence: 1},
		seal.PartKey(r.CaseKey, "decision", part), []byte("{}"))
	h.must(err)
	h.exec("insert into parts (id, report_id, kind, author, body) select $1, $2, 'decision', id, $3 from staff where login = 'camille'", part, r.ID, sealed)
	place := reply.MessagePlace{Report: r.ID, ID: uuid.New(), Sequence: 1}
	message, err := reply.SealMessage(r.ReplyKey, place, reply.Message{Text: "ce que le bureau écrit"})
	h.must(err)
	h.exec("insert into messages (id, report_id, sequence, author, body, sent_at) select $1, $2, 1, id, $3, now() from staff where login = 'camille'", place.ID, r.ID, message)
	token := secret.New()
	h.session("parti", token)
	proof, err := h.house().Enrol(t.Context(), "camille", vouching)
	h.must(err)
	// A guess at camille's passphrase costs half a second; here it costs nothing, so
	// that every string can be one.
	var slow []byte
	h.must(h.db.Owner.QueryRow(t.Context(), "select sealed_identity from staff where login = 'camille'").Scan(&slow))
	h.exec("update staff set sealed_identity = $1 where login = 'camille'", cheaply(t, identityOf(t, slow, vouching), vouching))
	h.announce("office", file, 0, 0)

	config := h.configuration()
	desk, err := staff.New(staff.Config{Pool: h.db.Owner, Shred: h.shreds(), Trust: h.trusted(), Now: time.Now})
	h.must(err)
	x := &thief{t: t, desk: desk, trust: file, reports: []report.ID{r.ID}, message: place, members: []uuid.UUID{h.staffID("camille"), h.staffID("parti")}}
	rows, err := h.db.Owner.Query(t.Context(), "select sealed from staff_factors")
	h.must(err)
	x.factors, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
	h.must(err)
	if len(x.factors) == 0 {
		t.Fatal("nobody has a second factor to be stolen")
	}
	x.try(h.dump())
	for _, raw := range config {
		x.try(texts(raw))
	}
	if len(x.strings) < 150 || len(x.identities) != 0 {
		t.Fatalf("%d strings and %d identities are in the dump", len(x.strings), len(x.identities))
	}
	t.Logf("%d strings, %d passphrases, %d keys", len(x.strings), len(x.passphrase), len(x.keys))
	if got := x.opened(); len(got) > 0 {
		t.Errorf("the dump opens %v", got)
	}
	for _, shown := range append(proof.Backup, proof.App) {
		if slices.ContainsFunc(x.strings, func(s []byte) bool { return bytes.Contains(s, []byte(shown)) }) {
			t.Error("a second factor stands in clear")
		}
	}
	// A leaver's own identity and the recovery key open nothing without a shred key.
	offline, err := age.ParseHybridIdentity(h.recovery.Reveal())
	h.must(err)
	x.identities = append(x.identities, leaver.identity, offline)
	if got := x.opened(); len(got) > 0 {
		t.Errorf("with the keys of a leaver and of the safe, the dump opens %v", got)
	}
	// Each true key opens what it is for: the thief would have seen it.
	for name, c := range map[string]struct {
		give  []byte
		opens []string
	}{
		"the passphrase":    {[]byte(vouching), []string{"a member's identity", "a second factor"}},
		"the reply key":     {r.ReplyKey.Bytes(), []string{"a message"}},
		"the shred key":     {h.shredKey("plateau-1.key"), []string{"a report", "a team's key"}},
		"camille's own key": {[]byte(identityOf(t, slow, vouching)), []string{"a second factor"}},
	} {
		y := &thief{t: t, desk: desk, trust: file, reports: x.reports, message: place, members: x.members, factors: x.factors, strings: slices.Clone(x.strings), identities: slices.Clone(x.identities)}
		y.try([][]byte{c.give})
		if got := y.opened(); !slices.Equal(got, c.opens) {
			t.Errorf("%s opens %v, want %v", name, got, c.opens)
		}
	}
}

const device = "firefox linux"

// session opens a session as a log-in does.
func (h *deployment) session(login string, token secret.Key) {
	h.t.Helper()
	identity, err := keyring.NewMember()
	h.must(err)
	sealed, err := keyring.SealForSession(identity, token, device)
	h.must(err)
	id, proof := token.Derive("recueil session id"), secret.New()
	h.exec(`insert into sessions (id, staff_id, sealed_identity, proof, sealed_device, created_at, last_seen_at, expires_at)
		select $1, id, $2, $3, '', now(), now(), now() + interval '1 hour' from staff where login = $4`, id.Bytes(), sealed, proof.Bytes(), login)
}

func (h *deployment) shredKey(name string) []byte {
	h.t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.dir, "shred", name))
	h.must(err)
	return raw
}

// configuration is what lies on the office's machine beside the shred keys.
func (h *deployment) configuration() [][]byte {
	h.t.Helper()
	raw, err := os.ReadFile(h.trustFile())
	h.must(err)
	environment, err := os.ReadFile("../../deploy/office.env")
	h.must(err)
	return [][]byte{raw, environment, []byte(h.db.URL("recueil_office")), []byte(h.db.URL("recueil_intake")), []byte(h.trusted().File().Fingerprint())}
}

// identityOf opens a sealed identity as the standard tool does.
func identityOf(t *testing.T, sealed []byte, passphrase secret.Text) string {
	t.Helper()
	scrypt, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), scrypt)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(plain); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func (h *deployment) staffID(login string) (id uuid.UUID) {
	h.t.Helper()
	h.must(h.db.Owner.QueryRow(h.t.Context(), "select id from staff where login = $1", login).Scan(&id))
	return id
}
