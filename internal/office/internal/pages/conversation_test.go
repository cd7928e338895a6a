package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

// said is the thread as it is read, a line for each entry.
func (b *browser) said() []string {
	lines := b.texts(".talk > li")
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "\u00a0", " ")
	}
	return lines
}

func TestTheConversationIsReadInOneOrderOfTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	answers := young()
	answers.Contact = report.Contact{Channel: report.ContactChannelPhone, Value: "06 39 98 10 10"}
	r := d.receive(time.Hour, answers)
	b := d.as("a.diallo").claim(r)
	b.send("Quand peut-on vous appeler ?", url.Values{"asks": {"1"}})
	message := ask[string](d, "select id::text from messages")
	d.clock.Add(time.Minute)
	d.exec("update messages set delivered_at = $1", d.clock.Now())
	d.clock.Add(time.Minute)
	d.answer(r, report.Added{Message: report.ID(ask[[16]byte](d, "select id from messages")), Text: hostile, Contact: "06 39 98 20 20", Channel: report.ContactChannelSms, Hours: "le midi", Wish: report.WishCallBack},
		report.Attachment{ID: report.NewID(), Name: "<i>capture\u202e.png", Size: 2_440_000, SHA256: strings.Repeat("0", 64)})
	d.clock.Add(time.Minute)
	d.answer(r, report.Added{Wish: report.WishNoContact})
	d.exec("update messages set read_at = $1", d.clock.Now())

	b.open(path(r)).want(200, "")
	said := b.said()
	if len(said) != 3 || !strings.Contains(said[0], "Awa Diallo a écrit") || !strings.Contains(said[0], "réponse attendue") || !strings.Contains(said[0], "lu aujourd’hui à 23 h 18") {
		t.Fatalf("the thread says %q", said)
	}
	for _, want := range []string{"En réponse au message envoyé aujourd’hui", "Demande à être rappelée", "Ajouté plus tard, non vérifié", "06 39 98 20 20", "moments sûrs : le midi",
		"Dit au premier envoiAppeler le 06 39 98 10 10", "2,4 Mo", "<i>capture", "nouveau"} {
		if !strings.Contains(said[1], want) {
			t.Errorf("the answer does not say %q: %q", want, said[1])
		}
	}
	if got := b.doc.Find(".talk blockquote").Last().Text(); got != hostile || b.doc.Find(".answers-to a").AttrOr("href", "") != "#m-"+message {
		t.Errorf("the answer reads %q", got)
	}
	brief := b.texts(".brief .later-line")
	if len(brief) != 3 || !strings.Contains(brief[0], "ne plus être contactée") || !strings.Contains(brief[1], "être rappelée") || !strings.Contains(brief[2], "Autre moyen ajouté") || b.doc.Find(".brief .later-line.caution").Length() != 1 {
		t.Errorf("the brief says %q", brief)
	}
	if got := b.texts(".composer .later-line"); len(got) != 3 {
		t.Errorf("the composer is not told: %q", got)
	}
}

func TestAdditionsAreUnseenUntilSomebodyWhoAnswersOpensThem(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, other := d.receive(time.Hour, young()), d.receive(time.Hour, within24h())
	b := d.as("a.diallo").claim(other)
	b.send("Êtes-vous là ?", nil)
	d.clock.Add(time.Second)
	d.answer(r, report.Added{Text: "encore"})
	d.answer(other, report.Added{Text: "oui"})
	d.exec("update reports set status = 'closed', qualification = 'immediate_help', lease_holder = null, lease_until = null where id = $1", other.ID)
	b.open("/file?vue=reponses").want(200, "")
	if got := b.rows(); len(got) != 2 || b.text(".pill[aria-current] b") != "2" {
		t.Fatalf("the answers are %q, counted %s", got, b.text(".pill[aria-current] b"))
	}
	if got := b.row(r).Find(".badge.is-new").Text(); got != "ajout non lu" || b.row(r).Find(".badge.is-new svg").Length() != 1 {
		t.Errorf("the row says %q", got)
	}
	if got := b.row(other).Find(".badge.is-new").Text(); got != "réponse reçue" {
		t.Errorf("the row of what was asked says %q", got)
	}
	reader := d.as("s.leroy").open(path(r)).want(200, "")
	if got := reader.text(".talk .badge.is-new"); got != "nouveau" || reader.doc.Find(".composer").Length() != 0 {
		t.Errorf("who reads sees %q and %d composers", got, reader.doc.Find(".composer").Length())
	}
	if n := ask[int](d, "select count(*) from additions where seen_at is null"); n != 2 {
		t.Errorf("who only reads left %d unseen", n)
	}
	b.open(path(r)).want(200, "").open(path(other)).want(200, "")
	if got := b.text("#conversation h2 .n"); got != "1 nouveau" {
		t.Errorf("the section counts %q", got)
	}
	b.open("/file?vue=reponses").want(200, "")
	if got := b.rows(); len(got) != 0 || b.text(".empty h2") != "Aucune réponse n’attend" {
		t.Errorf("after they were opened: %q", got)
	}
	if got := b.open(path(r)).doc.Find(".talk .badge.is-new").Length(); got != 0 {
		t.Error("what was seen is new again")
	}
}

func TestAFormSentAgainShowsWhatChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	answers := young()
	answers.Children = []report.Child{{FirstName: "Jules", Age: "7"}, {FirstName: "Mina", Age: "3"}}
	r := d.receive(time.Hour, answers)
	again := answers
	again.Children = []report.Child{{FirstName: "Jules", Age: "8"}, {FirstName: "Mina"}}
	again.Place.Address = "12 rue des Lilas"
	d.add(r, again)
	b := d.as("a.diallo").open(path(r)).want(200, "")
	var rows []string
	for _, row := range b.texts(".talk .changes > div") {
		rows = append(rows, strings.ReplaceAll(row, "\u00a0", " "))
	}
	want := []string{"Enfant 1 · Âgeavant : 7 ans maintenant : 8 ans", "Adresse nouveau : 12 rue des Lilas", "Enfant 2 · Âgeavant : 3 ans n’est plus dit"}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("what changed is\n%q, want\n%q", rows, want)
	}
}

// Whoever writes the database damages what he touches, and nothing else.
func TestADamagedMessageIsDamagedAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	conversation := func() *report.Report {
		r := d.receive(time.Hour, young())
		b.claim(r)
		for i := range 3 {
			b.send(fmt.Sprintf("Message %d", i+1), nil)
		}
		return r
	}
	source := conversation()
	for name, c := range map[string]struct {
		statement string
		broken    string // the entries, damaged ones as x
		arguments func(r *report.Report) []any
	}{
		"a changed byte": {"update messages set body = set_byte(body, 60, get_byte(body, 60) # 1) where report_id = $1 and sequence = 2", "1x3", nil},
		"a body from another report": {"update messages set body = (select body from messages where report_id = $2 and sequence = 2) where report_id = $1 and sequence = 2", "1x3",
			func(r *report.Report) []any { return []any{r.ID, source.ID} }},
		"swapped places": {"update messages set sequence = case sequence when 1 then 9 when 2 then 8 else sequence end where report_id = $1", "?3xx", nil},
		"one taken away": {"delete from messages where report_id = $1 and sequence = 2", "1?3", nil},
		"a foreign body": {"update messages set body = decode(repeat('00', 1100), 'hex') where report_id = $1 and sequence = 3", "12x", nil},
		"a row of another": {"update messages set report_id = $1, sequence = 4 where report_id = $2 and sequence = 3", "123x",
			func(r *report.Report) []any { return []any{r.ID, conversation().ID} }},
	} {
		r := conversation()
		arguments := []any{r.ID}
		if c.arguments != nil {
			arguments = c.arguments(r)
		}
		d.exec(c.statement, arguments...)
		b.open(path(r)).want(200, "")
		var got strings.Builder
		for _, line := range b.said() {
			switch {
			case strings.Contains(line, "Un message manque ici"):
				got.WriteString("?")
			case strings.Contains(line, "ne s’ouvre pas"):
				got.WriteString("x")
			default:
				for i := range 3 {
					if strings.Contains(line, fmt.Sprintf("Message %d", i+1)) {
						fmt.Fprint(&got, i+1)
					}
				}
			}
		}
		if name == "swapped places" {
			if s := got.String(); strings.Count(s, "x") != 2 || !strings.Contains(s, "3") {
				t.Errorf("%s reads %s", name, s)
			}
		} else if got.String() != c.broken {
			t.Errorf("%s reads %s, want %s", name, got.String(), c.broken)
		}
		if !strings.Contains(b.text(".brief"), "Je n’ose pas rentrer.") || b.doc.Find(".composer").Length() != 1 {
			t.Errorf("%s hides the report or its composer", name)
		}
	}
}

func TestAnAdditionThatIsNoneIsDamagedAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	whole := d.answer(r, report.Added{Text: "la première"})
	foreign := d.answer(r, report.Added{Text: "la deuxième"})
	d.exec("update additions set body = (select body from additions where id = $2) where id = $1", foreign, whole)
	b := d.as("a.diallo").open(path(r)).want(200, "")
	if got := b.said(); len(got) != 2 || b.doc.Find(".talk .is-broken").Length() != 1 || b.doc.Find("#a-"+whole.String()+" blockquote").Text() != "la première" {
		t.Errorf("the thread says %q", got)
	}
	b.claim(r).send("Bonjour", nil)
	if b.doc.Find(".talk .is-staff.is-broken").Length() != 0 {
		t.Error("a message just sent does not open")
	}
}

func (b *browser) send(text string, more url.Values) *browser {
	b.t.Helper()
	form := url.Values{"text": {text}}
	for name, values := range more {
		form[name] = values
	}
	b.submit("form[action$='/messages']", form)
	if b.status != http.StatusOK || b.doc.Find(".error-summary").Length() > 0 {
		b.t.Fatalf("sending answers %d: %s", b.status, b.text(".error-summary, .notice:not([hidden])"))
	}
	return b
}
