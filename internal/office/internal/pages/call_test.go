package pages_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/call"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/testing/reporttest"
	"recueil/internal/trust"
)

const callForm = "form[data-call]"

// newCall opens the form of a call.
func (b *browser) newCall() *browser {
	b.t.Helper()
	return b.open("/appels/nouveau").want(200, "/appels/nouveau")
}

// typed is the form on the screen with these values instead of its own.
func (b *browser) typed(values url.Values) url.Values {
	b.t.Helper()
	all := b.fields(callForm)
	b.form(callForm).Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		if chosen, ok := s.Find("option[selected]").Attr("value"); ok {
			all.Set(s.AttrOr("name", ""), chosen)
		}
	})
	for name, given := range values {
		all[name] = given
	}
	return all
}

// save posts the call on the screen, or sends it.
func (b *browser) saveCall(values url.Values) *browser {
	b.t.Helper()
	return b.post(b.form(callForm).AttrOr("action", ""), b.typed(values))
}

func (b *browser) sendCall(values url.Values) *browser {
	b.t.Helper()
	return b.post(b.form(callForm).AttrOr("action", "")+"/envoi", b.typed(values))
}

// autosave posts it as the script does, and reads what that is told.
func (b *browser) autosave(form url.Values, action string) (saved struct {
	Action   string
	Revision int
	Urgency  int
	Why      []string
	Saved    string
}) {
	b.t.Helper()
	b.header.Set("X-Recueil-Autosave", "1")
	b.header.Set("X-Recueil-Send", "1")
	defer b.header.Del("X-Recueil-Autosave")
	defer b.header.Del("X-Recueil-Send")
	b.post(action, form)
	if b.status == http.StatusOK {
		if err := json.Unmarshal([]byte(b.body), &saved); err != nil {
			b.t.Fatalf("the answer is no JSON: %v", err)
		}
	}
	return saved
}

// allAnswers fills every question of the call in, two items of each group.
func allAnswers() (form url.Values, want report.Answers) {
	form = url.Values{}
	for _, section := range call.Sections() {
		for _, f := range section.Fields() {
			numbers := []int{0}
			if f.Group != "" {
				numbers = []int{0, 1}
			}
			for _, n := range numbers {
				name := call.NameAt(f, n)
				if name == "children.0.relation_to_first" {
					continue
				}
				values := reporttest.Value(f, name)
				switch f.Name {
				case "contact.channel":
					values = []string{"phone"}
				case "done.steps":
					values = []string{"judge_measure", "helpline_before"}
				case "professional.parents_informed":
					values = []string{"yes"}
				case "place.commune":
					values = []string{"Nulle-Part"}
				case "done.earlier_reference":
					values = []string{"7KQ4M2XB"}
				}
				if f.Kind == report.DateParts {
					form.Set(name+".day", values[0])
					form.Set(name+".month", values[1])
					form.Set(name+".year", values[2])
				} else {
					form[name] = values
				}
				_ = want.Set(name, values)
			}
		}
	}
	return form, want
}

func TestEveryAnswerOfACallIsInItsReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall()
	form, want := allAnswers()
	b.sendCall(form)
	if b.status != 200 || !strings.HasSuffix(b.at, "/recu") {
		t.Fatalf("sending leads to %s with %d: %s", b.at, b.status, b.text(".error-summary"))
	}
	got := d.opened()
	count := 0
	want.Walk(func(_ report.Field, name string, values []string) {
		count++
		if !slices.Equal(got.Get(name), values) {
			t.Errorf("%s was typed as %q and opens as %q", name, values, got.Get(name))
		}
	})
	if count < 85 {
		t.Errorf("only %d answers were compared", count)
	}
	urgency, rules := report.Assess(&got)
	if got.Channel != report.Phone || got.Urgency != urgency || !slices.Equal(got.Rules, rules) || got.CaseKey.IsZero() || got.ReplyKey.IsZero() {
		t.Errorf("the report came by %q, urgency %d of %v", got.Channel, got.Urgency, got.Rules)
	}
	if row := ask[string](d, "select channel || ' ' || lane || ' ' || status || ' ' || urgency from reports"); row != "phone main received 0" {
		t.Errorf("the row says %q", row)
	}
	code, err := seal.ParseCode(strings.Join(b.texts(".spelled:last-of-type b"), ""))
	if err != nil {
		t.Fatalf("the receipt shows no code: %q", b.texts(".spelled b"))
	}
	if reply := code.ReplyKey(); !reply.Equal(got.ReplyKey) {
		t.Error("the code that was read aloud does not open the mailbox")
	}
	lookup := code.Lookup()
	if n := ask[int](d, "select count(*) from reports where receipt_lookup = $1 and digest is not null", lookup[:]); n != 1 {
		t.Error("the code finds no report")
	}
	// What is shown again is what was typed, too.
	b.open("/file").want(200, "")
	if len(b.rows()) != 1 {
		t.Errorf("the queue has %d rows", len(b.rows()))
	}
}

// opened opens the one report there is.
func (d *desk) opened() report.Report {
	d.t.Helper()
	h, log := foundedHouse(d.t), slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: h.trust()}, log)
	if err != nil {
		d.t.Fatal(err)
	}
	desk, err := staff.New(staff.Config{Pool: d.db.Owner, Shred: keyring.NewShredKeys(h.shreds()), Trust: trusted, Now: time.Now})
	if err != nil {
		d.t.Fatal(err)
	}
	member, err := desk.Open(d.t.Context(), "c.martin", passphrase)
	if err != nil {
		d.t.Fatal(err)
	}
	keys, err := desk.Keys(d.t.Context(), member, log)
	if err != nil {
		d.t.Fatal(err)
	}
	identity, _ := keys.Identity(d.team.TeamID, d.team.Number)
	row := unseal.Row{ID: ask[report.ID](d, "select id from reports"), Urgency: report.Urgency(ask[int](d, "select urgency::int from reports")), Body: ask[[]byte](d, "select body from report_grants")}
	opened, err := unseal.Report(identity, row)
	if err != nil {
		d.t.Fatal(err)
	}
	return opened
}

func TestADraftIsKeptAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall()
	if n := ask[int](d, "select count(*) from calls"); n != 0 {
		t.Errorf("an empty page left %d calls", n)
	}
	action := b.form(callForm).AttrOr("action", "")
	form := b.typed(url.Values{"situation.facts": {"Elle parle bas."}, "urgency_signs": {"visible_injury"}})
	saved := b.autosave(form, action)
	if saved.Action != action || saved.Revision != 1 || saved.Urgency != 1 || len(saved.Why) != 1 || saved.Saved == "" {
		t.Errorf("the first save is told %+v (%d)", saved, b.status)
	}
	// The answer got lost on the way: the same page goes on.
	form.Set("urgency_signs", "dangerous_person_present")
	if saved = b.autosave(form, action); saved.Revision != 2 || saved.Urgency != 0 {
		t.Errorf("the second save is told %+v (%d)", saved, b.status)
	}
	if again := b.autosave(form, action); again.Revision != 2 {
		t.Errorf("nothing new makes revision %d", again.Revision)
	}
	// A crash, another browser, another day.
	other := d.as("a.diallo").open("/appels").want(200, "")
	if got := other.text(".open-calls"); !strings.Contains(got, "Elle parle bas.") {
		t.Errorf("the list says %q", got)
	}
	other.open(action).want(200, action)
	if got := other.doc.Find("#situation-facts").Text(); strings.TrimSpace(got) != "Elle parle bas." || other.doc.Find("#urgency_signs-dangerous_person_present[checked]").Length() != 1 {
		t.Errorf("the draft comes back as %q", got)
	}
	if got := other.text(".bar nav"); !strings.Contains(got, "Appels 1") {
		t.Errorf("the navigation says %q", got)
	}
}

func TestTwoWindowsOfACallLoseNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall()
	b.saveCall(url.Values{"situation.facts": {"Premier"}}).want(200, b.at)
	action := b.form(callForm).AttrOr("action", "")
	stale := b.typed(url.Values{"situation.facts": {"Ici autre chose"}, "children.0.age": {"9"}})
	b.open(action).saveCall(url.Values{"situation.facts": {"Là autre chose"}}).want(200, action)
	b.post(action, stale).want(http.StatusConflict, action)
	if got := b.doc.Find("#situation-facts").Text(); strings.TrimSpace(got) != "Ici autre chose" || !strings.Contains(b.text(".notice .answers-list"), "Là autre chose") {
		t.Errorf("the page shows %q beside %q", got, b.text(".notice .answers-list"))
	}
	b.autosave(stale, action)
	if b.status != http.StatusConflict {
		t.Errorf("the script is told %d", b.status)
	}
	b.post(action, stale).saveCall(nil).want(200, action)
	if got := strings.TrimSpace(b.doc.Find("#situation-facts").Text()); got != "Ici autre chose" {
		t.Errorf("choosing one's own version keeps %q", got)
	}
}

func TestADoublePressIsOneReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall()
	action := b.form(callForm).AttrOr("action", "")
	form := b.typed(url.Values{"situation.facts": {"Il est seul."}, "take": {"1"}})
	b.post(action+"/envoi", form).want(200, action+"/recu")
	code := b.text(".spelled")
	b.post(action+"/envoi", form).want(200, action+"/recu")
	if b.text(".spelled") != code {
		t.Error("the second press shows another receipt")
	}
	if got := ask[string](d, "select count(*) || ' ' || max(s.login) from reports r join staff s on s.id = r.assignee where r.status = 'in_triage'"); got != "1 a.diallo" {
		t.Errorf("there are %s", got)
	}
	// Other text from a page that was still open joins it.
	form.Set("situation.facts", "Il est seul, et il a froid.")
	b.post(action+"/envoi", form).want(http.StatusConflict, "")
	b.sendCall(nil)
	if b.status != 200 || ask[int](d, "select count(*) from reports") != 1 || ask[int](d, "select count(*) from additions") != 1 {
		t.Errorf("%d at %s: %d reports, %d additions", b.status, b.at, ask[int](d, "select count(*) from reports"), ask[int](d, "select count(*) from additions"))
	}
	b.open("/dossiers/"+ask[string](d, "select id::text from reports")).want(200, "")
	if got := b.text("#conversation"); !strings.Contains(got, "il a froid") {
		t.Errorf("the conversation says %q", got)
	}
}

func TestTheReceiptGoesAfterAWhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, end := range map[string]func(b *browser){
		"erased": func(b *browser) { b.submit(`form[action$="/recu"]`, nil).want(200, "/appels") },
		"over":   func(b *browser) { d.clock.Add(11 * time.Minute) },
	} {
		b := d.as("a.diallo").newCall()
		b.sendCall(url.Values{"situation.facts": {"Un mot"}})
		at := b.at
		end(b)
		b.open(at)
		if !strings.HasPrefix(b.at, "/dossiers/") || b.doc.Find(".spelled").Length() != 0 {
			t.Errorf("%s: the receipt is at %s with %d", name, b.at, b.status)
		}
	}
	if err := archive.New(d.db.Office).SweepCalls(t.Context(), d.clock.Now()); err != nil || ask[int](d, "select count(*) from calls") != 0 {
		t.Errorf("after the sweep %d receipts lie there: %v", ask[int](d, "select count(*) from calls"), err)
	}
}

func TestACallMarkedAsSentFromOutsideIsDamaged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall()
	b.saveCall(url.Values{"situation.facts": {"Premier"}}).want(200, "")
	at, form := b.at, b.typed(nil)
	d.exec("update calls set sent_at = $1", d.clock.Now())
	for _, address := range []string{at, at + "/recu", at + "/relais"} {
		b.open(address).want(http.StatusConflict, "")
	}
	b.post(at+"/envoi", form).want(http.StatusConflict, "")
}

func TestBadInputOfACallIsKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").newCall()
	b.sendCall(nil).want(http.StatusUnprocessableEntity, "")
	if !strings.Contains(b.text(".error-summary"), "Rien n’est encore écrit") {
		t.Errorf("an empty call is told %q", b.text(".error-summary"))
	}
	long := strings.Repeat("é", report.MaxLongText+1)
	b.saveCall(url.Values{"situation.facts": {long}, "children.0.first_name": {"Lina"}, "callback_time": {"25:99"}}).want(http.StatusUnprocessableEntity, "")
	if got := strings.TrimSpace(b.doc.Find("#situation-facts").Text()); got != long || b.doc.Find("#children-0-first_name").AttrOr("value", "") != "Lina" {
		t.Errorf("%d characters come back", len(got))
	}
	for _, link := range b.doc.Find(".error-summary a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") }) {
		if b.doc.Find(link).Length() != 1 {
			t.Errorf("the summary leads to %s, which is not there", link)
		}
	}
	for name, text := range map[string]string{"markup": "<script>alert(1)</script> {{.}} \u202ertl", "nul": "a\x00b", "not UTF-8": "a\xffb"} {
		b.newCall().saveCall(url.Values{"situation.facts": {text}})
		if b.status != 200 && b.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, b.status)
		}
	}
	for _, address := range []string{"/appels/x", "/appels/00000000-0000-0000-0000-000000000000", "/appels/x/recu"} {
		b.open(address).want(http.StatusNotFound, "")
	}
}
