package pages_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/pages"
	"recueil/internal/office/internal/staff"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

var unitMembers = []string{"u.perrin", "t.colin", "y.noel", "z.brun"}

// teamKeys are the identities that a member holds, opened as a session opens them.
func (d *desk) teamKeys(login string) staff.Keys {
	d.t.Helper()
	h, log := foundedHouse(d.t), slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		d.t.Fatal(err)
	}
	counter, err := staff.New(staff.Config{Pool: d.db.Owner, Shred: keyring.NewShredKeys(h.shreds()), Trust: trusted, Now: d.clock.Now})
	if err != nil {
		d.t.Fatal(err)
	}
	session, err := counter.Open(context.Background(), login, passphrase)
	if err != nil {
		d.t.Fatal(err)
	}
	keys, err := counter.Keys(context.Background(), session, log)
	if err != nil {
		d.t.Fatal(err)
	}
	return keys
}

// keysOf are the identities that these members hold between them, each once.
func (d *desk) keysOf(logins ...string) (all []age.Identity) {
	d.t.Helper()
	known := map[string]bool{}
	for _, login := range logins {
		keys := d.teamKeys(login)
		for _, team := range keys.Teams() {
			for _, epoch := range keys.Epochs(team) {
				if name := fmt.Sprint(team, epoch.Epoch); !known[name] {
					known[name] = true
					all = append(all, epoch.Identity())
				}
			}
		}
	}
	return all
}

// A stored row is what anybody reads who may read a whole table, by whatever role.
type stored struct {
	table  string
	ids    []uuid.UUID
	values [][]byte
}

// rows is every row of every table; of files there is the first piece.
func (d *desk) rows() (all []stored) {
	d.t.Helper()
	ctx := context.Background()
	names, err := d.db.Owner.Query(ctx, "select quote_ident(table_name) from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'")
	if err != nil {
		d.t.Fatal(err)
	}
	tables, err := pgx.CollectRows(names, pgx.RowTo[string])
	if err != nil {
		d.t.Fatal(err)
	}
	for _, known := range []string{"referrals", "parts", "record_entries", "attachment_pieces"} {
		if !slices.Contains(tables, known) {
			d.t.Fatalf("the tables are %v", tables)
		}
	}
	for _, table := range tables {
		rows, err := d.db.Owner.Query(ctx, "select * from "+table)
		if err != nil {
			d.t.Fatal(err)
		}
		for rows.Next() {
			row, err := rows.Values()
			if err != nil {
				d.t.Fatal(err)
			}
			one := stored{table: table}
			for _, value := range row {
				switch v := value.(type) {
				case [16]byte:
					one.ids = append(one.ids, v)
				case []byte:
					one.values = append(one.values, v)
				case nil:
				default:
					one.values = append(one.values, []byte(fmt.Sprint(v)))
				}
			}
			all = append(all, one)
		}
		rows.Close()
		if rows.Err() != nil {
			d.t.Fatal(rows.Err())
		}
	}
	return all
}

func openWith(body []byte, identity age.Identity) []byte {
	if !bytes.HasPrefix(body, []byte("age-encryption.org/v1\n")) {
		return nil
	}
	plain, err := age.Decrypt(bytes.NewReader(body), identity)
	if err != nil {
		return nil
	}
	all, _ := io.ReadAll(plain)
	return all
}

var (
	keyLike = regexp.MustCompile(`"([A-Za-z0-9+/]{43})=?"`)

	partKinds = []string{seal.AttachmentKind, string(archive.NotePart), string(archive.DecisionPart), string(archive.CallPart),
		string(archive.TransmissionPart), string(archive.LinkPart), string(archive.ReferralPart), "record"}
)

// A reach is all that somebody gets out of the database with some keys: every value of
// every table as it stands, what the keys open, and what each key in that opens, itself
// or as the root of a part's key.
type reach struct {
	read   [][]byte
	opened map[string]int // bodies, by table
}

func (d *desk) reach(identities []age.Identity) reach {
	d.t.Helper()
	rows := d.rows()
	found := reach{opened: map[string]int{}}
	try, known := []secret.Key{}, map[string]bool{}
	take := func(table string, plain []byte) {
		if plain == nil {
			return
		}
		found.opened[table]++
		found.read = append(found.read, plain)
		for _, text := range keyLike.FindAllSubmatch(plain, -1) {
			raw, err := base64.RawStdEncoding.DecodeString(string(text[1]))
			if err != nil || known[string(raw)] {
				continue
			}
			known[string(raw)] = true
			if key, err := secret.FromBytes(raw); err == nil {
				try = append(try, key)
			}
		}
	}
	for _, row := range rows {
		for _, value := range row.values {
			found.read = append(found.read, value)
			for _, identity := range identities {
				take(row.table, openWith(value, identity))
			}
		}
	}
	for len(try) > 0 {
		key := try[0]
		try = try[1:]
		for _, row := range rows {
			for _, value := range row.values {
				if !bytes.HasPrefix(value, []byte("age-encryption.org/v1\n-> scrypt ")) {
					continue
				}
				take(row.table, openWith(value, passes(d.t, key)))
				for _, id := range row.ids {
					for _, kind := range partKinds {
						take(row.table, openWith(value, passes(d.t, seal.PartKey(key, kind, id))))
					}
				}
			}
		}
	}
	return found
}

// finds returns what holds one of these words, in capitals or not.
func (r reach) finds(words ...string) (found []string) {
	for _, plain := range r.read {
		folded := strings.ToLower(string(plain))
		for _, word := range words {
			if at := strings.Index(folded, strings.ToLower(word)); at >= 0 {
				found = append(found, folded[max(0, at-80):min(len(folded), at+80)])
			}
		}
	}
	return found
}

func passes(t *testing.T, key secret.Key) age.Identity {
	t.Helper()
	identity, err := age.NewScryptIdentity(seal.PartPassphrase(key).Reveal())
	if err != nil {
		t.Fatal(err)
	}
	identity.SetMaxWorkFactor(1)
	return identity
}

// partsOf is what staff wrote on a report, opened with its case key, by kind.
func (d *desk) partsOf(r *report.Report) map[string]string {
	d.t.Helper()
	rows, err := d.db.Owner.Query(context.Background(), "select id, kind, body from parts where report_id = $1", r.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var id uuid.UUID
		var kind string
		var body []byte
		if err := rows.Scan(&id, &kind, &body); err != nil {
			d.t.Fatal(err)
		}
		plain := openWith(body, passes(d.t, seal.PartKey(r.CaseKey, kind, id)))
		if plain == nil {
			d.t.Fatalf("a part of the kind %s does not open", kind)
		}
		all[kind] += string(plain)
	}
	return all
}

// routesWith lists the addresses of the back office that name something of a report, as
// its router has them: a new one is tried without being told.
func routesWith(t *testing.T, param string) (found [][2]string) {
	t.Helper()
	for _, one := range pages.Routes(t) {
		method, address, _ := strings.Cut(one, " ")
		if strings.Contains(address, param) && !strings.HasSuffix(address, "/reconnexion") { // those ask for a log-in
			found = append(found, [2]string{method, address})
		}
	}
	if len(found) < 6 {
		t.Fatalf("%d addresses have %s", len(found), param)
	}
	return found
}
