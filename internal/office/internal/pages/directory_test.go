package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"filippo.io/age"
)

// hybridKey makes the key of a recipient outside the house.
func hybridKey(t *testing.T) *age.HybridIdentity {
	t.Helper()
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// addEntry puts an entry into the directory and returns its address.
func (b *browser) addEntry(kind, name, collectivity, key string) string {
	b.t.Helper()
	b.open("/annuaire/nouveau").want(200, "")
	b.submit("form.editing", url.Values{"kind": {kind}, "name": {name}, "collectivity": {collectivity}, "contact": {"01 99 00 12 34"},
		"source": {"Site officiel de la collectivité"}, "key": {key}})
	if b.status != 200 || !strings.HasPrefix(b.at, "/annuaire/") || b.at == "/annuaire/nouveau" {
		b.t.Fatalf("the entry was not added: %d %s %s", b.status, b.at, b.text(".error-summary"))
	}
	return b.at
}

func (b *browser) state(entry string) string {
	b.t.Helper()
	return b.open(entry).want(200, entry).text(".sheet .badge")
}

func TestAnEntryCountsOnceVerifiedAndForAYear(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").open("/annuaire").want(200, "/annuaire")
	if got := b.text(".empty"); !strings.HasPrefix(got, "L’annuaire est vide.") {
		t.Fatalf("an empty directory says %q", got)
	}
	b.open("/annuaire/nouveau").submit("form.editing", url.Values{"name": {" "}, "key": {"age1nothing"}}).want(http.StatusUnprocessableEntity, "")
	if got := b.texts(".error-summary li"); len(got) != 2 {
		t.Errorf("two mistakes are told as %q", got)
	}
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	b.open("/annuaire/nouveau").submit("form.editing", url.Values{"name": {"CRIP"}, "key": {classic.Recipient().String()}}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".error-summary li"); !strings.Contains(got, "ancien type") {
		t.Errorf("a classic key is refused with %q", got)
	}
	entry := b.addEntry("cell", "CRIP de la Métropole de Lyon", "69M", "")
	if got := b.state(entry); got != "À vérifier" {
		t.Errorf("a new entry is %q", got)
	}
	b.submit(`form[action$="/verification"]`, nil).want(200, entry)
	if got := b.text(".sheet .badge"); got != "Vérifiée le 17 mars 2026" {
		t.Errorf("a verified entry is %q", got)
	}
	if got := b.text(".sheet dl"); !strings.Contains(got, "Métropole de Lyon (69M)") || !strings.Contains(got, "par Awa Diallo") {
		t.Errorf("the entry says %q", got)
	}
	d.exec("update recipients set contact = '01 99 00 99 99'")
	if got := b.state(entry); got != "Modifiée hors de l’annuaire" {
		t.Errorf("an entry whose row was changed is %q", got)
	}
	b.submit(`form[action$="/verification"]`, nil).want(200, entry)
	d.exec("update recipients set verified_on = verified_on - 366")
	if got := b.state(entry); got != "Modifiée hors de l’annuaire" {
		t.Errorf("an entry with another date is %q", got)
	}
	b.submit(`form[action$="/verification"]`, nil)
	stale := b.doc.Find(`input[name="revision"]`).First().AttrOr("value", "")
	b.submit("form.editing", url.Values{"name": {"CRIP de Lyon"}, "kind": {"cell"}, "collectivity": {"69M"}}).want(200, entry)
	if got := b.state(entry); got != "À vérifier" {
		t.Errorf("a changed entry is %q", got)
	}
	b.post(entry, url.Values{"revision": {stale}, "name": {"CRIP d’ailleurs"}, "kind": {"cell"}}).want(http.StatusConflict, "")
	if got := b.doc.Find("#name").AttrOr("value", ""); got != "CRIP d’ailleurs" || b.text("h1") != "CRIP de Lyon" {
		t.Errorf("a conflict shows %q typed over %q", got, b.text("h1"))
	}
	b.open(entry).submit(`form[action$="/retrait"]`, nil).want(200, "/annuaire")
	if got := b.text(".empty"); got == "" {
		t.Error("an entry out of use is still listed")
	}
}

func TestAVerificationIsOldAfterAYear(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	entry := d.as("a.diallo").addEntry("cell", "CRIP du Nord", "59", "")
	d.as("a.diallo").open(entry).submit(`form[action$="/verification"]`, nil).want(200, entry)
	d.clock.Add(365 * 24 * 3600e9)
	if got := d.as("a.diallo").state(entry); !strings.HasPrefix(got, "Vérifiée le") {
		t.Errorf("to the day a year later it is %q", got)
	}
	d.clock.Add(24 * 3600e9)
	if got := d.as("a.diallo").state(entry); got != "Vérifiée il y a plus d’un an" {
		t.Errorf("a year and a day later it is %q", got)
	}
}

func TestAKeyIsConfirmedByAnotherPerson(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	own := coordinator.addEntry("prosecutor", "Parquet de Lille", "59", hybridKey(t).Recipient().String())
	if coordinator.doc.Find(`form[action$="/cle"]`).Length() != 0 || !strings.Contains(coordinator.text("#confirmer"), "un autre coordinateur") {
		t.Error("who put a key in is offered to confirm it")
	}
	seen := ask[string](d, "select encode(sha256(convert_to(age_key, 'UTF8')), 'hex') from recipients")
	coordinator.post(own+"/cle", url.Values{"revision": {"1"}, "seen": {seen}, "compared": {"yes"}}).want(http.StatusUnprocessableEntity, "")
	agent.post(own+"/cle", url.Values{"revision": {"1"}, "seen": {seen}, "compared": {"yes"}}).want(http.StatusForbidden, "")

	entry := agent.addEntry("cell", "CRIP du Nord", "59", hybridKey(t).Recipient().String())
	agent.submit(`form[action$="/verification"]`, nil).want(200, entry)
	if got := agent.text(".sheet .badge"); got != "Clé à confirmer" {
		t.Errorf("with a key nobody compared it is %q", got)
	}
	coordinator.open(entry).submit(`form[action$="/cle"]`, nil).want(http.StatusUnprocessableEntity, "")
	if got := len(coordinator.open(entry).texts(".words li")); got != 6 {
		t.Errorf("the key is said in %d words", got)
	}
	coordinator.submit(`form[action$="/cle"]`, url.Values{"compared": {"yes"}}).want(200, entry)
	if got := coordinator.text(".sheet .badge"); got != "Vérifiée le 17 mars 2026" {
		t.Errorf("with a confirmed key it is %q", got)
	}
	d.exec("update recipients set key_epoch = 9")
	if got := agent.state(entry); got != "Clé à confirmer" {
		t.Errorf("with a key confirmed under an epoch that is gone it is %q", got)
	}
	d.exec("update recipients set key_epoch = 1, entry_epoch = 9")
	if got := agent.state(entry); got != "À vérifier" {
		t.Errorf("vouched for under an epoch that is gone it is %q", got)
	}
	d.exec("update recipients set entry_epoch = 1")
	for what, change := range map[string]string{
		"the key":            "update recipients set age_key = $2 where id = $1",
		"the name":           "update recipients set name = 'CRIP', age_key = coalesce(nullif($2, ''), age_key) where id = $1",
		"nothing but a date": "update recipients set confirmed_on = confirmed_on - 1, age_key = coalesce(nullif($2, ''), age_key) where id = $1",
	} {
		id := strings.TrimPrefix(entry, "/annuaire/")
		d.db.Owner.Exec(t.Context(), "create table if not exists kept as select * from recipients")
		key := ""
		if what == "the key" {
			key = hybridKey(t).Recipient().String()
		}
		d.exec(change, id, key)
		if got := agent.state(entry); got != "Modifiée hors de l’annuaire" {
			t.Errorf("with %s changed from outside it is %q", what, got)
		}
		d.exec("update recipients r set age_key = k.age_key, name = k.name, confirmed_on = k.confirmed_on from kept k where k.id = r.id and r.id = $1", id)
	}
	if got := agent.state(entry); got != "Vérifiée le 17 mars 2026" {
		t.Errorf("as it was, it is %q", got)
	}
	agent.submit("form.editing", url.Values{"kind": {"cell"}, "collectivity": {"59"}, "key": {hybridKey(t).Recipient().String()}}).want(200, entry)
	agent.submit(`form[action$="/verification"]`, nil)
	if got := agent.text(".sheet .badge"); got != "Clé à confirmer" {
		t.Errorf("with a new key it is %q", got)
	}
}

func TestTheDirectoryIsForThoseWhoTransmit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, login := range []string{"s.leroy", "j.moreau"} {
		b := d.as(login)
		b.open("/annuaire").want(http.StatusForbidden, "")
		b.post("/annuaire/nouveau", url.Values{"kind": {"cell"}, "name": {"CRIP"}}).want(http.StatusForbidden, "")
	}
	if n := ask[int](d, "select count(*) from recipients"); n != 0 {
		t.Errorf("%d entries came from who may not add them", n)
	}
}
