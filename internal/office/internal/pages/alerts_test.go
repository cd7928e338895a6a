package pages_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/office"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/testing/leak"
	"recueil/internal/testing/mailtest"
)

const ladderForm = `form[action="/alertes"]`

// A pager is the receiver of webhooks.
type pager struct {
	*httptest.Server
	mu   sync.Mutex
	got  []string
	fail bool
}

func newPager(t *testing.T) *pager {
	p := &pager{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.fail {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		var all []string
		for name, values := range r.Header {
			all = append(all, name+": "+strings.Join(values, ","))
		}
		p.got = append(p.got, strings.Join(all, "\n")+"\n\n"+string(body))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *pager) taken() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	got := p.got
	p.got = nil
	return got
}

// newAlertedDesk is a desk whose office can send.
func newAlertedDesk(t *testing.T) (*desk, *mailtest.Server, *pager) {
	t.Helper()
	d, mail, pager := newDesk(t), mailtest.New(t, mailtest.Config{}), newPager(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	d.notices = office.NoticeSettings{SMTPServer: mail.Address, SMTPSecurity: "none", SMTPSender: "veille@exemple.invalid",
		WebhookSecretFile: secret, WebhookHosts: []string{strings.TrimPrefix(pager.URL, "http://")}}
	d.server = d.start()
	return d, mail, pager
}

// saveLadder sends the form of the page, with what its lists show.
func (b *browser) saveLadder(values url.Values) *browser {
	b.t.Helper()
	all := url.Values{}
	b.doc.Find(ladderForm + " select").Each(func(_ int, list *goquery.Selection) {
		all.Set(list.AttrOr("name", ""), list.Find("option[selected]").AttrOr("value", list.Find("option").AttrOr("value", "")))
	})
	for name, given := range values {
		all[name] = given
	}
	return b.submit(ladderForm, all)
}

// ring lets the office look and send.
func (d *desk) ring() {
	d.t.Helper()
	if err := d.office.NotifyOnce(context.Background()); err != nil {
		d.t.Fatal(err)
	}
}

func TestCoordinatorSetsTheLadderAndItRings(t *testing.T) {
	t.Parallel()
	d, mail, pager := newAlertedDesk(t)
	camille := d.as("c.martin")
	camille.open("/alertes").want(200, "/alertes")
	if got := camille.texts(".media li"); len(got) != 2 || !strings.HasSuffix(got[0], "Prêt.") || !strings.HasSuffix(got[1], "Prêt.") {
		t.Errorf("the page says of what can be sent %q", got)
	}
	camille.saveLadder(url.Values{"after-1": {"3"}, "address-1": {"plateau@exemple.invalid"}, "after-2": {"7"}, "address-2": {pager.URL + "/crochet"},
		"from-2": {"20:00"}, "until-2": {"08:00"}}).want(200, "/alertes?fait=enregistre")
	if got := camille.doc.Find("#address-2").AttrOr("value", ""); got != pager.URL+"/crochet" {
		t.Errorf("the second step is kept as %q", got)
	}
	urgent := d.receive(0, marked(t))
	if urgent.Urgency != 0 {
		t.Fatalf("the report is of urgency %d", urgent.Urgency)
	}
	d.clock.Add(3*time.Minute + time.Second)
	d.ring()
	d.clock.Add(7 * time.Minute)
	d.ring()
	letters, calls := mail.Got(), pager.taken()
	if len(letters) != 1 || letters[0].To != "plateau@exemple.invalid" || len(calls) != 1 || !strings.Contains(calls[0], `"step":2`) {
		t.Fatalf("told were %v and %v", letters, calls)
	}
	nothingOf(d, urgent, append(calls, letters[0].Raw)...)

	if got := camille.open("/file").doc.Find(".untold").Length(); got != 0 {
		t.Error("the queue speaks of trouble where there is none")
	}
	camille.open(path(urgent)).want(200, path(urgent))
	d.clock.Add(12 * time.Minute)
	d.ring()
	if got := pager.taken(); len(got) != 0 {
		t.Errorf("it rang on after the report was opened: %v", got)
	}
	rows := camille.open("/alertes").texts(".recent tbody tr")
	if len(rows) < 2 || !slices.ContainsFunc(rows, func(r string) bool {
		return strings.Contains(r, "Alerte, échelon 2") && strings.Contains(r, "parti")
	}) {
		t.Errorf("the page lists %q", rows)
	}
}

const marker = "Qxmarqueur7Zk"

// marked is an urgency 0 with a marker in every text of every field.
func marked(t *testing.T) report.Answers {
	t.Helper()
	a := now()
	for _, f := range report.Fields() {
		name := strings.Replace(f.Name, ".N.", ".0.", 1)
		var values []string
		switch f.Kind {
		case report.Text, report.LongText, report.PhoneNumber, report.Email, report.CommuneKind:
			values = []string{marker}
		case report.DateParts:
			values = []string{marker, marker, marker}
		default:
			continue
		}
		if err := a.Set(name, values); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// nothingOf checks that what left the house, and the rows it left from, hold nothing
// of a report: no word, no reference, no id, no address of a page.
func nothingOf(d *desk, r *report.Report, texts ...string) {
	d.t.Helper()
	secrets := []string{marker, r.Reference, seal.FormatReference(r.Reference), r.ID.String(), "/dossiers", origin}
	for _, word := range secrets {
		m := leak.Of(word)
		for _, text := range texts {
			if m.In([]byte(text)) {
				d.t.Errorf("a notice holds %q:\n%s", word, text)
			}
		}
		if d.log != nil && word == marker && m.In([]byte(d.log.String())) {
			d.t.Errorf("the log holds %q", word)
		}
	}
	for _, table := range []string{"notices", "notice_settings"} {
		rows := ask[string](d, "select coalesce(string_agg(x::text, ' '), '') from "+table+" x")
		for _, word := range secrets[:4] {
			if rows == "" || leak.Of(word).In([]byte(rows)) {
				d.t.Errorf("the table %s holds %q, or nothing: %s", table, word, rows)
			}
		}
	}
}

func TestRemindersSayHowManyAndNothingElse(t *testing.T) {
	t.Parallel()
	d, mail, _ := newAlertedDesk(t)
	d.as("c.martin").open("/alertes").saveLadder(url.Values{"address": {"equipe@exemple.invalid"}, "pace-answers": {"hour"}, "language": {"en"}}).want(200, "/alertes?fait=enregistre")
	r := d.receive(time.Minute, marked(t))
	d.answer(r, report.Added{Text: marker + " encore"})
	d.clock.Add(16 * time.Minute)
	d.ring()
	d.ring()
	var subjects, raw []string
	for _, letter := range mail.Got() {
		raw = append(raw, letter.Raw)
		for line := range strings.Lines(letter.Raw) {
			if subject, found := strings.CutPrefix(line, "Subject: "); found {
				subjects = append(subjects, strings.TrimSpace(subject))
			}
		}
	}
	slices.Sort(subjects)
	if want := []string{"Recueil: 1 pressing situation has not been opened yet", "Recueil: 1 situation has an answer that nobody has read", "Recueil: 1 situation is overdue"}; !slices.Equal(subjects, want) {
		t.Errorf("the reminders are %q", subjects)
	}
	nothingOf(d, r, raw...)
}

func TestOnlyACoordinatorSetsAlerts(t *testing.T) {
	t.Parallel()
	d, mail, _ := newAlertedDesk(t)
	for login, status := range map[string]int{"c.martin": 200, "a.diallo": 403, "s.leroy": 403, "j.moreau": 403, "k.petit": 403, "p.blanc": 403} {
		b := d.as(login)
		b.open("/alertes").want(status, "")
		if shown := b.doc.Find(`nav a[href="/alertes"]`).Length() > 0; shown != (status == 200) {
			t.Errorf("%s: the navigation leads to the alerts: %v", login, shown)
		}
		if status == 200 {
			continue
		}
		b.post("/alertes", url.Values{"version": {"0"}, "after-1": {"3"}, "address-1": {login + "@exemple.invalid"}, "language": {"fr"}, "hour": {"8"}}).want(status, "")
		b.post("/alertes/essai", url.Values{"to": {"plateau@exemple.invalid"}}).want(status, "")
	}
	if steps := ask[string](d, "select steps::text from notice_settings"); steps != "[]" || len(mail.Got()) != 0 {
		t.Errorf("somebody changed the ladder: %s", steps)
	}
}

// An address that this office cannot reach is saved, and never as if it rang.
func TestTwoCoordinatorsSaveAtOnce(t *testing.T) {
	t.Parallel()
	d, _, _ := newAlertedDesk(t)
	one, other := d.as("c.martin"), d.as("c.martin")
	one.open("/alertes")
	other.open("/alertes").saveLadder(url.Values{"after-1": {"4"}, "address-1": {"autre@exemple.invalid"}}).want(200, "/alertes?fait=enregistre")
	one.saveLadder(url.Values{"after-1": {"3"}, "address-1": {"un@exemple.invalid"}}).want(409, "/alertes")
	if said := one.text(".notice.is-warning .holds"); !strings.Contains(said, "autre@exemple.invalid, après 4 minutes") {
		t.Errorf("it does not say what holds: %q", said)
	}
	if kept := one.doc.Find("#address-1").AttrOr("value", ""); kept != "un@exemple.invalid" {
		t.Errorf("what was typed is %q", kept)
	}
	one.saveLadder(nil).want(200, "/alertes?fait=enregistre")
	if steps := ask[string](d, "select steps::text from notice_settings"); !strings.Contains(steps, "un@exemple.invalid") || strings.Contains(steps, "autre@") {
		t.Errorf("it holds %s", steps)
	}
	one.saveLadder(url.Values{"address-1": {""}}).want(200, "/alertes?fait=enregistre")
	if steps := ask[string](d, "select steps::text from notice_settings"); steps != "[]" {
		t.Errorf("an emptied step stays: %s", steps)
	}
}

// With neither the mail server nor the host of the webhook there, coordinators read on the
// queue which addresses hear nothing, and on the page why.
