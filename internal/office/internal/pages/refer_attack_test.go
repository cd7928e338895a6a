package pages_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

var unitMembers = []string{"u.perrin", "t.colin", "y.noel", "z.brun"}

// keysOf opens every team key of a member, as his log-in does.
func (d *desk) keysOf(login string) []age.Identity {
	d.t.Helper()
	h, log := foundedHouse(d.t), slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		d.t.Fatal(err)
	}
	opener, err := staff.New(staff.Config{Pool: d.db.Owner, Shred: keyring.NewShredKeys(h.shreds()), Trust: trusted, Now: d.clock.Now})
	if err != nil {
		d.t.Fatal(err)
	}
	session, err := opener.Open(context.Background(), login, passphrase)
	if err != nil {
		d.t.Fatal(err)
	}
	keys, err := opener.Keys(context.Background(), session, log)
	if err != nil {
		d.t.Fatal(err)
	}
	var all []age.Identity
	for _, team := range keys.Teams() {
		for _, epoch := range keys.Epochs(team) {
			all = append(all, epoch.Identity())
		}
	}
	return all
}

// rows is every value of every table, as bytes; those of files are their first pieces.
func (d *desk) rows() (values [][]byte) {
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
	if !slices.Contains(tables, "referrals") || !slices.Contains(tables, "parts") {
		d.t.Fatalf("the tables are %v", tables)
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
			for _, value := range row {
				switch v := value.(type) {
				case []byte:
					values = append(values, v)
				case nil:
				default:
					values = append(values, []byte(fmt.Sprint(v)))
				}
			}
		}
		rows.Close()
		if rows.Err() != nil {
			d.t.Fatal(rows.Err())
		}
	}
	return values
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

var keyLike = regexp.MustCompile(`[A-Za-z0-9+/]{43}=`)

// reach is all that somebody gets out of the database with these keys: what stands in
// clear, what they open, and what the keys in that open, themselves or as the root of a
// part's key.
func (d *desk) reach(identities []age.Identity) (read [][]byte, opened int) {
	d.t.Helper()
	values := d.rows()
	var ids []uuid.UUID
	for _, table := range []string{"parts", "attachments", "referrals", "referral_letters", "reports"} {
		rows, err := d.db.Owner.Query(context.Background(), "select id from "+table)
		if err != nil {
			d.t.Fatal(err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			d.t.Fatal(err)
		}
		ids = append(ids, found...)
	}
	try := append([]age.Identity(nil), identities...)
	known := map[string]bool{}
	for len(try) > 0 {
		identity := try[0]
		try = try[1:]
		for _, body := range values {
			plain := openWith(body, identity)
			if plain == nil {
				continue
			}
			opened++
			read = append(read, plain)
			for _, text := range keyLike.FindAll(plain, -1) {
				raw, err := base64.StdEncoding.DecodeString(string(text))
				if err != nil || known[string(text)] {
					continue
				}
				known[string(text)] = true
				key, err := secret.FromBytes(raw)
				if err != nil {
					continue
				}
				try = append(try, passes(d.t, key))
				for _, id := range ids {
					for _, kind := range []string{seal.AttachmentKind, string(archive.NotePart), string(archive.DecisionPart), string(archive.ReferralPart)} {
						try = append(try, passes(d.t, seal.PartKey(key, kind, id)))
					}
				}
			}
		}
	}
	return append(read, values...), opened
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

// marked is a mother's report with a marker in every field that says who she is or how
// to reach her, and in the texts too.
func markedMother(d *desk) *report.Report {
	a := mother()
	for name, value := range map[string]string{
		"parents.0.name": "Quetzali Ferhat", "parents.0.address": "12 rue Quetzali", "contact.value": "quetzali.f@exemple.invalid", "contact.alias": "Madame Quetzali",
		"contact.safe_hours": "quetzali dit après 18 h", "short.callback": "quetzali 06 39 98 77 00", "place.address": "chez quetzali", "situation.facts": "Je suis Quetzali, sa mère. Appelez le 06 39 98 77 00 ou quetzali.f@exemple.invalid. Elle part le soir.",
		"situation.child_words": "« Maman Quétzali ne sait rien. »", "exploitation.venue": "Près de chez Quetzali", "professional.name": "Quetzali", "done.earlier_reference": "QUETZALI",
	} {
		if err := a.Set(name, []string{value}); err != nil {
			d.t.Fatal(err)
		}
	}
	r := newReport(d.clock.Now().Add(-time.Hour), a)
	r.Attachments = append(r.Attachments, d.store(r.ID, r.CaseKey, "quetzali.txt", []byte("une pièce")))
	d.accept(d.seal(r))
	return r
}

// A marker in who the reporter is and in what she wrote is nowhere in what any member
// of the unit can open, by whatever key he has or finds; nor in what the platform writes
// afterwards.
func TestWhoWasMaskedIsNowhereInTheReachOfTheUnit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := markedMother(d)
	b := d.as("a.diallo").claim(r)
	texts := url.Values{"reason": {"Suivi demandé par la mère."}, "file": {r.Attachments[0].ID.String()}}
	for _, name := range []string{"situation.facts", "situation.child_words", "exploitation.venue"} {
		field := "text." + name
		form := url.Values{field: {"QUETZALI le dit."}}
		for key, values := range texts {
			form[key] = values
		}
		b.refer(r, form).want(http.StatusUnprocessableEntity, "")
		if got := b.text(".error-summary"); !strings.Contains(got, "quetzali") {
			t.Errorf("%s with her name is refused with %q", name, got)
		}
	}
	b.refer(r, texts).want(200, path(r)) // as the page proposes it
	d.as("u.perrin").open("/demandes/"+ask[string](d, "select id::text from referrals")).want(200, "").submit(`form[action$="/accord"]`, nil).want(200, "")
	b.open(path(r)).want(200, path(r))

	var all []age.Identity
	for _, login := range unitMembers {
		all = append(all, d.keysOf(login)...)
	}
	read, opened := d.reach(all)
	if opened < 2 { // the referral's body and the file that was given
		t.Fatalf("the unit's keys open %d bodies: the test looks at nothing", opened)
	}
	found := false
	for _, plain := range read {
		if folded := strings.ToLower(string(plain)); strings.Contains(folded, "quetzali") || strings.Contains(folded, "quétzali") || strings.Contains(folded, "98 77 00") {
			t.Errorf("the unit reads %.300s", plain)
		}
		found = found || bytes.Contains(plain, []byte("Elle part le soir"))
	}
	if !found {
		t.Error("what was given is not among what the unit reads")
	}
	for _, later := range d.partsOf(r) {
		if strings.Contains(strings.ToLower(later), "quetzali") {
			t.Errorf("the platform wrote %.300s", later)
		}
	}
	// The platform's own key shows that the search finds what is there.
	theirs, _ := d.reach(d.keysOf("a.diallo"))
	if !slices.ContainsFunc(theirs, func(plain []byte) bool { return bytes.Contains(plain, []byte("Quetzali")) }) {
		t.Error("the platform itself does not find her: the test looks at nothing")
	}
}

// partsOf is what staff wrote on a report, opened with its case key.
func (d *desk) partsOf(r *report.Report) (all []string) {
	d.t.Helper()
	rows, err := d.db.Owner.Query(context.Background(), "select id, kind, body from parts where report_id = $1", r.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
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
		all = append(all, string(plain))
	}
	if len(all) == 0 {
		d.t.Fatal("there is no part")
	}
	return all
}

var part = regexp.MustCompile(`:[a-z]+`)

var route = regexp.MustCompile(`e\.(GET|POST)\("([^"]+)"`)

// routesWith lists the addresses of the back office that name something of a report,
// as they stand in the source: a new one is tried without being told.
func routesWith(t *testing.T, param string) (found [][2]string) {
	t.Helper()
	source, err := os.ReadFile("pages.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range route.FindAllSubmatch(source, -1) {
		if address := string(m[2]); strings.Contains(address, param) && !strings.HasSuffix(address, "/reconnexion") { // those ask for a log-in
			found = append(found, [2]string{string(m[1]), address})
		}
	}
	if len(found) < 6 {
		t.Fatalf("%d addresses have %s", len(found), param)
	}
	return found
}

// A member of the unit tries every address and every stored body of a report that was
// not referred to it.
func TestAReportThatWasNotReferredIsOutOfTheUnitsReach(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	referred, address := d.referred(nil)
	r := markedMother(d)
	d.as("a.diallo").claim(r)
	r2 := d.receive(time.Hour, young()) // and one that nobody took up
	replace := strings.NewReplacer(":piece", r.Attachments[0].ID.String(), ":demande", strings.TrimPrefix(address, "/demandes/"), ":acte", "qualification")
	tried := 0
	for _, login := range []string{"t.colin", "u.perrin"} {
		b := d.as(login)
		for _, one := range []*report.Report{r, r2, referred} {
			for _, to := range routesWith(t, "/dossiers/:id") {
				before := ask[int](d, "select count(*) from audit_events where action = 'report.out_of_reach' and object_id = $1 and actor = $2", one.ID.String(), d.staffID(login))
				target := replace.Replace(strings.Replace(to[1], ":id", one.ID.String(), 1))
				target = part.ReplaceAllString(target, uuid.NewString())
				if to[0] == "GET" {
					b.open(target)
				} else {
					b.post(target, url.Values{"version": {"1"}, "reason": {"x"}, "text": {"x"}, "note": {"x"}})
				}
				tried++
				if b.status != http.StatusNotFound && b.status != http.StatusForbidden {
					t.Errorf("%s: %s %s answers %d", login, to[0], to[1], b.status)
				}
				if strings.Contains(b.body, "Quetzali") || strings.Contains(b.body, one.Reference) {
					t.Errorf("%s reads the report at %s", login, to[1])
				}
				after := ask[int](d, "select count(*) from audit_events where action = 'report.out_of_reach' and object_id = $1 and actor = $2", one.ID.String(), d.staffID(login))
				if after != before+1 {
					t.Errorf("%s: %s %s leaves %d lines in the trail", login, to[0], to[1], after-before)
				}
			}
		}
		b.open(path(r)).want(http.StatusNotFound, "")
		for _, list := range []string{"/file", "/demandes", "/"} {
			if b.open(list); strings.Contains(b.body, r.ID.String()) || strings.Contains(b.body, r2.ID.String()) {
				t.Errorf("%s lists the report at %s", login, list)
			}
		}
	}
	if tried < 60 {
		t.Errorf("%d addresses were tried", tried)
	}
	for _, login := range unitMembers {
		for _, identity := range d.keysOf(login) {
			for _, table := range []string{"report_grants", "additions", "parts"} {
				for _, body := range d.bodies(table) {
					if openWith(body, identity) != nil {
						t.Errorf("%s opens a body of %s", login, table)
					}
				}
			}
		}
	}
	// The other way round: who is not of the unit finds no referral.
	for _, login := range []string{"c.martin", "s.leroy", "a.diallo"} {
		b := d.as(login)
		for _, to := range routesWith(t, "/demandes/:demande") {
			if strings.HasPrefix(to[1], "/dossiers/") {
				continue
			}
			target := replace.Replace(to[1])
			if b.open(target); to[0] == "POST" {
				b.post(target, url.Values{"reason": {"x"}})
			}
			if b.status != http.StatusNotFound && b.status != http.StatusForbidden {
				t.Errorf("%s: %s answers %d", login, to[1], b.status)
			}
		}
	}
	if got := ask[string](d, "select status from referrals"); got != "proposed" {
		t.Errorf("the referral is %s", got)
	}
}

func (d *desk) bodies(table string) [][]byte {
	d.t.Helper()
	rows, err := d.db.Owner.Query(context.Background(), "select body from "+table)
	if err != nil {
		d.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

// Who leaves a team opens nothing of it any more, and what was wrapped to him is gone.
func TestWhoLeavesAUnitOrAProfessionLosesItsKeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, address := d.referred(nil)
	b := d.as("y.noel").open(address).want(200, "")
	assign := func(teams string) {
		if _, err := d.db.Office.Exec(context.Background(), "select account_assign($1, 'follow_up', $2::text[], $3, now())", d.staffID("y.noel"), teams, d.staffID("k.petit")); err != nil {
			t.Fatal(err)
		}
	}
	held := func() string {
		return ask[string](d, "select coalesce(string_agg(team_id, ' ' order by team_id), '') from team_key_wraps where staff_id = $1", d.staffID("y.noel"))
	}
	if n := len(d.keysOf("y.noel")); n != 2 || held() != "cellule psychologues" {
		t.Fatalf("she holds %d keys, of %q", n, held())
	}
	assign("{cellule}")
	if n := len(d.keysOf("y.noel")); n != 1 || held() != "cellule" {
		t.Errorf("without her profession she holds %d keys, of %q", n, held())
	}
	b.open(address).want(200, "")
	assign("{plateau}")
	if held() != "" || len(d.keysOf("y.noel")) != 0 {
		t.Errorf("outside the unit she holds %q", held())
	}
	b.open(address).want(http.StatusNotFound, "")
	if got := b.open("/demandes").text("main"); strings.Contains(got, "Suivi") {
		t.Errorf("she still reads %q", got)
	}
}
