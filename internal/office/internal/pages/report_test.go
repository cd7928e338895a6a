package pages_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/report"
	"recueil/internal/testing/reporttest"
)

// hostile is what people and attackers type.
const hostile = "Il a dit : « tu ne sortiras pas ». 👩‍👧‍👦\n<script>alert(1)</script> {{.Secret}} &amp; \"'`\n\u202eabc\u202c שלום\tfin"

func TestAReportReadsAsItWasWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	story := hostile + "\n" + strings.Repeat("é👍a ", 2600) + hostile
	answers := young()
	answers.Situation.Story = story
	answers.Place.ChildNow = hostile[:60]
	r := d.receive(time.Hour, answers)
	b := d.as("a.diallo").open(path(r)).want(200, path(r))
	told := b.doc.Find(".brief blockquote").First().Text()
	if want := string([]rune(story)[:400]) + "…"; told != want {
		t.Errorf("the first 400 characters are\n%q, want\n%q", told, want)
	}
	anchor := b.doc.Find(".more a").AttrOr("href", "")
	if whole := b.doc.Find(anchor + " blockquote").Text(); whole != story {
		t.Errorf("the whole text differs: %d characters of %d", len([]rune(whole)), len([]rune(story)))
	}
	if strings.Contains(b.body, "<script>alert") {
		t.Error("a tag of the text became one of the page")
	}
	if strings.Contains(d.log.String(), "sortiras") || strings.Contains(d.log.String(), "collège") {
		t.Error("the log holds a word of the report")
	}
}

func TestAReportShowsAtTheTopWhatMustBeKnown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").open(path(r)).want(200, "")
	for _, want := range []string{"U2-1", "au collège", "Son beau-père ou sa belle-mère : peut le voir maintenant", "14 ans", "Nord (59)", "Léa",
		"Le jeune lui-même", "aujourd’hui à 22 h 15", "Répondre sur le site", "Ne pas appeler.", "Il lit mes messages. Je n’ose pas rentrer."} {
		if !strings.Contains(strings.ReplaceAll(b.text(".brief"), "\u00a0", " "), want) {
			t.Errorf("the top does not say %q: %q", want, b.text(".brief"))
		}
	}
	if b.text("h1 > bdi") != "Violences psychologiques" || b.doc.Find("h1").Length() != 1 {
		t.Errorf("the heading is %q", b.text("h1"))
	}
	if n := b.doc.Find("#demander").Length(); n != 0 {
		t.Error("something is asked for although nothing is missing")
	}
	empty := d.receive(time.Hour, report.Answers{Reporter: report.Reporter{Profile: report.ProfileOther}, Situation: report.Situation{Facts: "?"},
		Place: report.Place{Department: "unknown"}, Children: []report.Child{{BirthDate: "1986-03-02"}}})
	b.open(path(empty)).want(200, "")
	if got := b.doc.Find(".attention li:not(.is-mark)").Length(); got != 4 {
		t.Errorf("%d questions are to be asked, want 4: %q", got, b.texts(".attention li"))
	}
	if got := b.text(".attention .is-mark"); !strings.Contains(got, "âge peu vraisemblable") {
		t.Errorf("the implausible age is not marked: %q", got)
	}
	if got := b.text(".answers .badge"); got != "âge peu vraisemblable" {
		t.Errorf("the value wears %q", got)
	}
}

// A rule that joins conditions by "or" is told by the one that holds.
func TestTheReasonIsWhatIsTrue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for want, answers := range map[string]report.Answers{
		"Il y a un danger maintenant, a répondu la personne U0-1": {DangerNow: report.Yes},
		"Arme ou menace de mort U0-2":                             {UrgencySigns: []report.UrgencySign{"weapon_or_death_threat"}},
		"Négligences graves U2-1":                                 within24h(),
	} {
		if got := b.open(path(d.receive(time.Minute, answers))).want(200, "").texts(".why li"); !slices.Equal(got, []string{want}) {
			t.Errorf("the reason is %q, want %q", got, want)
		}
	}
}

// The time left stays in sight once somebody has the report open, and what is closed is no alarm.
func TestTheHeadOfAReportTellsItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, within2h())
	b := d.as("a.diallo").claim(r).open(path(r)).want(200, "")
	if got := strings.ReplaceAll(b.text(".head .meta"), "\u00a0", " "); !strings.Contains(got, "attend depuis 1 h") || !strings.Contains(got, "encore 1 h") {
		t.Errorf("the head says %q", got)
	}
	urgent := d.receive(time.Hour, now())
	d.exec("update reports set status = 'closed', qualification = 'immediate_help' where id = $1", urgent.ID)
	b.open(path(urgent)).want(200, "")
	if got := b.text(".head"); b.doc.Find(".head.is-u0, .head .u0").Length() != 0 || !strings.Contains(got, "urgence à l’arrivée : Maintenant") {
		t.Errorf("closed, the head says %q", got)
	}
}

func TestAPlaceIsNamedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for label, want := range map[string]string{"Saint-Denis (Seine-Saint-Denis)": "Seine-Saint-Denis (93) · Saint-Denis", "Saint-Denis (La Réunion)": "Seine-Saint-Denis (93) · Saint-Denis (La Réunion)", "chez moi": "Seine-Saint-Denis (93) · chez moi"} {
		answers := within24h()
		answers.Place = report.Place{Department: "93", Commune: report.Commune{Label: label}}
		b.open(path(d.receive(time.Hour, answers))).want(200, "")
		if got := strings.Join(b.texts(".facts dd"), "|"); !strings.Contains(got, want+"|") {
			t.Errorf("%s: the facts are %q", label, got)
		}
	}
}

func TestCallingNeverEndangers(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	const unsure = "On ne sait pas si appeler est sûr : ne dites rien avant de savoir qui répond."
	for name, c := range map[string]struct {
		change  func(*report.Answers)
		want    string
		caution string
	}{
		"not at all":  {func(a *report.Answers) { a.Contact = report.Contact{Channel: "none"} }, "Ne pas joindre la personne qui écrit", "Elle a demandé qu’on ne la joigne pas."},
		"by the code": {func(a *report.Answers) { a.Contact = report.Contact{Channel: "mailbox"} }, "Répondre sur le site, par le code de suivi", "Ne pas appeler."},
		"by phone":    {func(a *report.Answers) { a.Contact = report.Contact{Channel: "phone", Value: "06 39 98 10 10"} }, "Appeler le 06 39 98 10 10", unsure},
		"by own phone": {func(a *report.Answers) {
			a.Contact = report.Contact{Channel: "phone", Value: "06 39 98 10 10", SharedDevice: report.No}
		}, "Appeler le 06 39 98 10 10", ""},
		"by message":   {func(a *report.Answers) { a.Contact = report.Contact{Channel: "sms", Value: "06 39 98 10 10"} }, "Envoyer un SMS au 06 39 98 10 10, sans appeler", ""},
		"by mail":      {func(a *report.Answers) { a.Contact = report.Contact{Channel: "email", Value: "lea@exemple.invalid"} }, "Écrire à lea@exemple.invalid, sans appeler", ""},
		"no way given": {func(a *report.Answers) { a.Contact = report.Contact{} }, "Aucun moyen de joindre la personne qui écrit", ""},
		"no channel":   {func(a *report.Answers) { a.Contact = report.Contact{Value: "lea@exemple.invalid"} }, "Écrire à lea@exemple.invalid, sans appeler", ""},
		"at work":      {func(a *report.Answers) { a.Contact = report.Contact{}; a.Professional.WorkPhone = "01 99 00 10 10" }, "Appeler le 01 99 00 10 10", ""},
		"short form":   {func(a *report.Answers) { a.Contact = report.Contact{}; a.Short.Callback = "06 39 98 10 10, avant 20 h" }, "Rappeler : 06 39 98 10 10, avant 20 h", unsure},
		"shared phone": {func(a *report.Answers) {
			a.Contact = report.Contact{Channel: "phone", Value: "06 39 98 10 10", SharedDevice: report.Yes, MayLeaveMessage: report.No, Alias: "Nina", SafeHours: "le midi"}
		}, "Appeler le 06 39 98 10 10 demander Nina moments sûrs : le midi", "Appareil partagé : une autre personne peut répondre ou lire. Ne pas laisser de message."},
	} {
		answers := young()
		c.change(&answers)
		b.open(path(d.receive(time.Hour, answers))).want(200, "")
		plain := func(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
		if got := plain(b.text(".calling p:not(.caution)")); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := plain(b.text(".caution")); got != c.caution || (c.caution != "") != b.doc.Find(".calling").HasClass("is-caution") {
			t.Errorf("%s cautions %q, want %q", name, got, c.caution)
		}
	}
}

func TestEveryAnswerIsShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for _, door := range report.Doors() {
		var answers report.Answers
		var typed []string
		for _, name := range reporttest.Names(door) {
			f, _ := report.Lookup(name)
			given := reporttest.Value(f, name)
			if f.Codes == nil && f.Kind != report.DateParts && name != "place.department" {
				given = []string{"mot-" + strings.ReplaceAll(name, ".", "-")}
				typed = append(typed, given[0])
			}
			if err := answers.Set(name, given); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		r := d.receive(time.Hour, answers, func(r *report.Report) { r.Door = door })
		b.open(path(r)).want(200, "")
		shown := b.doc.Find(".brief, .rest").Text()
		for _, text := range typed {
			if !strings.Contains(shown, text) {
				t.Errorf("%s: %s is not shown", door, text)
			}
		}
		questions := 0
		answers.Walk(func(report.Field, string, []string) { questions++ })
		texts := b.doc.Find(".brief blockquote").Length()
		if got := b.doc.Find(".answers dt").Length(); got != questions-texts {
			t.Errorf("%s: %d answers stand below and %d texts above, of %d", door, got, texts, questions)
		}
		if strings.Contains(b.body, "[office.") || strings.Contains(b.body, "[label.") {
			t.Errorf("%s: a text is missing from the catalogue", door)
		}
	}
}

func TestWhatWasAddedLaterStandsApart(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	later := young()
	later.Place.ChildNow = "chez la voisine"
	d.add(r, later)
	later.Place.ChildNow = "ailleurs"
	bad := d.add(r, later)
	d.exec(`update additions set body = (select body from report_grants where report_id = $2) where id = $1`, bad, d.receive(time.Hour, within72h()).ID)
	b := d.as("a.diallo")
	if got := b.row(r).Find(".badge").Text(); got != "2 ajouts non lus2 ajouts" {
		t.Errorf("the row wears %q", got)
	}
	b.open(path(r)).want(200, "")
	if got := strings.ReplaceAll(b.text(".talk li:first-of-type .changes"), "\u00a0", " "); got != "Où est l’enfant maintenantavant : au collège maintenant : chez la voisine" {
		t.Errorf("the addition shows %q: what changed, beside what was said first", got)
	}
	if got := b.text(".talk .broken"); !strings.Contains(got, "ne s’ouvre pas") || b.doc.Find(".talk .is-added").Length() != 2 {
		t.Errorf("the damaged addition says %q", got)
	}
	if strings.Contains(b.text(".brief"), "voisine") {
		t.Error("what was added stands among what was first said")
	}
	if got := b.doc.Find(".timeline .is-added").Length(); got != 2 {
		t.Errorf("the timeline names %d additions", got)
	}
}

func TestEachOpeningIsAuditedWithWhatWasSeen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("s.leroy").open(path(r)).want(200, "")
	body := ask[[]byte](d, "select body from report_grants where report_id = $1", r.ID)
	sum := sha256.Sum256(body)
	got := ask[string](d, `select actor::text || ' ' || encode(digest, 'hex') || detail from audit_events where action = 'report.open' and object_id = $1`, r.ID.String())
	if want := d.staffID("s.leroy").String() + " " + hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the opening is audited as %q, want %q", got, want)
	}
	b.open(path(r))
	if n := ask[int](d, "select count(*) from audit_events where action = 'report.open'"); n != 2 {
		t.Errorf("%d openings are audited, want 2", n)
	}
	if _, err := d.db.Owner.Exec(t.Context(), "drop function audit_append"); err != nil {
		t.Fatal(err)
	}
	b.open(path(r))
	if b.status != 500 || strings.Contains(b.body, "Léa") {
		t.Errorf("without an audit trail the report is shown: %d", b.status)
	}
}

func TestWhoOnlyReadsDecidesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("s.leroy")
	if n := b.doc.Find("[data-claim]").Length(); n != 0 {
		t.Error("the queue offers to claim")
	}
	b.open(path(r)).want(200, "")
	if n := b.doc.Find(".side form").Length(); n != 0 || !strings.Contains(b.text(".side"), "Le décider revient au plateau.") {
		t.Errorf("%d forms; the side says %q", n, b.text(".side"))
	}
	b.post(path(r)+"/prise-en-charge", map[string][]string{"version": {"1"}}).want(403, "")
	if got := ask[string](d, "select status from reports"); got != "received" {
		t.Errorf("the report is %s", got)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.receive(time.Hour, young())
	d.exec("update report_grants set team_id = 'suivi' where report_id = $1", other.ID)
	b := d.as("a.diallo")
	for _, address := range []string{path(other), "/dossiers/" + report.NewID().String(), "/dossiers/x", "/rien"} {
		b.open(address).want(404, address)
		if b.doc.Find("h1").Length() != 1 || strings.Contains(b.body, "Léa") {
			t.Errorf("%s answers %q", address, b.text("main"))
		}
	}
}

func TestAnswersOfSeveralChildrenStandOneAfterTheOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	answers := young()
	answers.Children = []report.Child{{FirstName: "Jules", BirthDate: "2018-05-04"}, {FirstName: "Mina", Age: "3"}}
	b := d.as("a.diallo").open(path(d.receive(time.Hour, answers))).want(200, "")
	if got := b.texts(".answers h3"); !slices.Contains(got, "Enfant 1") || !slices.Contains(got, "Enfant 2") || !slices.Contains(got, "Personne en cause") {
		t.Errorf("the sections are %q", got)
	}
	first := b.doc.Find(".answers").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Find("h3").Text() == "Enfant 1" })
	if got := strings.Join(strings.Fields(first.Find("dd").Text()), " "); got != "Jules4 mai 2018" {
		t.Errorf("the first child is %q", got)
	}
}
