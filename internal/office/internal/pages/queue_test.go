package pages_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/envelope"
	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

// Four kinds of reports, one of each urgency.
func now() report.Answers {
	return report.Answers{Reporter: report.Reporter{Profile: report.ProfileNeighbour}, Situation: report.Situation{Facts: "Des cris."},
		UrgencySigns: []report.UrgencySign{"dangerous_person_present"}, Children: []report.Child{{Age: "6"}, {Age: "9"}}, Place: report.Place{Department: "93"}}
}

func within2h() report.Answers {
	return report.Answers{Reporter: report.Reporter{Profile: report.ProfileParent}, Situation: report.Situation{Facts: "Un bleu."}, UrgencySigns: []report.UrgencySign{"visible_injury"}}
}

func within24h() report.Answers {
	return report.Answers{Reporter: report.Reporter{Profile: report.ProfileFriend}, Situation: report.Situation{Facts: "Seul.", Dangers: []report.Danger{report.DangerGrossNeglect}}}
}

func within72h() report.Answers {
	return report.Answers{Reporter: report.Reporter{Profile: report.ProfileWitness}, Situation: report.Situation{Facts: "Une dispute.", Dangers: []report.Danger{report.DangerParentalConflict}}}
}

// rows lists where the rows of a queue lead, in its order.
func (b *browser) rows() []string {
	return b.doc.Find("[data-row] td > a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
}

func (b *browser) row(r *report.Report) *goquery.Selection {
	return b.doc.Find(`[data-row]:has(a[href="` + path(r) + `"])`)
}

func TestTheQueueShowsWhoIsInDangerFirstAndThenWhoIsDue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fresh := d.receive(time.Hour, within24h())
	overdue := d.receive(73*time.Hour, within72h()) // due an hour ago: before what is due tomorrow
	soon := d.receive(90*time.Minute, within2h())
	second := d.receive(2*time.Minute, now())
	first := d.receive(9*time.Minute, now())
	b := d.as("a.diallo").want(200, "/file")
	want := []string{path(first), path(second), path(overdue), path(soon), path(fresh)}
	if got := b.rows(); !slices.Equal(got, want) {
		t.Errorf("the queue is\n%v, want\n%v", got, want)
	}
	if got := b.texts(".rank"); !slices.Equal(got, []string{"Maintenant", "Ensuite, par échéance"}) {
		t.Errorf("the groups are %q", got)
	}
	if got := b.doc.Find(".is-now [data-row]").Length(); got != 2 {
		t.Errorf("%d rows stand under now, want 2", got)
	}
	if got := b.text("title"); got != "À traiter (5) · Recueil" {
		t.Errorf("the title is %q", got)
	}
	for r, want := range map[*report.Report]string{
		first: "9 min, 9 min de retard", second: "2 min,", overdue: "3 j, 1 h de retard", soon: "1 h 30, encore 30 min", fresh: "1 h, encore 23 h",
	} {
		times := b.row(r).Find("time").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
		if got := strings.ReplaceAll(strings.TrimSpace(strings.Join(times, ", ")), "\u00a0", " "); got != want {
			t.Errorf("an urgency %d waits %q, want %q", r.Urgency, got, want)
		}
	}
	row := b.row(first)
	for _, want := range []string{"Maintenant", "Une personne dangereuse est présente", "2 enfants", "6 ans", "9 ans", "Voisin", "Seine-Saint-Denis", "Prendre"} {
		if !strings.Contains(row.Text(), want) {
			t.Errorf("the row does not say %q: %q", want, row.Text())
		}
	}
	if row.Find(".u0 svg").Length() != 1 {
		t.Error("the urgency is told by no shape")
	}
}

func TestTheQueueIsReadPageByPageWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	want := map[string]bool{}
	for i := range 2*archive.PageSize + 7 {
		answers := within72h()
		if i%40 == 0 {
			answers = now()
		}
		// Pairs of the same moment: the id alone tells them apart.
		want[path(d.receive(time.Duration(i/2+1)*time.Minute, answers))] = true
	}
	b := d.as("a.diallo")
	var got []string
	for pages := 1; ; pages++ {
		got = append(got, b.rows()...)
		next := b.doc.Find(".pages a[href*=apres]")
		if next.Length() == 0 {
			if pages != 3 {
				t.Errorf("the queue has %d pages, want 3", pages)
			}
			break
		}
		if len(b.rows()) != archive.PageSize {
			t.Errorf("page %d has %d rows, want %d", pages, len(b.rows()), archive.PageSize)
		}
		d.receive(0, now()) // what comes meanwhile stands on the first page and moves no other
		b.open(next.AttrOr("href", "")).want(200, "")
	}
	seen := map[string]bool{}
	for _, address := range got {
		if seen[address] {
			t.Errorf("%s stands on two pages", address)
		}
		if seen[address] = true; !want[address] {
			t.Errorf("%s was not expected", address)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d reports were shown of %d", len(seen), len(want))
	}
	for _, broken := range []string{"0.x.y", "1.1", "", "1.1.AAAA", "9999999999999999999.1.AAAAAAAAAAAAAAAAAAAAAA", "32768.1.AAAAAAAAAAAAAAAAAAAAAA", "-32769.1.AAAAAAAAAAAAAAAAAAAAAA", "3.1.AAAAAAAAAAAAAAAAAAAAAA"} {
		if b.open("/file?apres="+broken).want(200, ""); len(b.rows()) != archive.PageSize {
			t.Errorf("the place %q does not show the top", broken)
		}
	}
}

func TestFiltersShowAndCountWhatTheySay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	late, fresh, mine := d.receive(3*time.Hour, within2h()), d.receive(time.Hour, within24h()), d.receive(time.Hour, within24h())
	e := d.seal(newReport(night.Add(-time.Hour), within72h()))
	e.Lane = envelope.ToVerify
	d.accept(e)
	urgent := newReport(night.Add(-time.Minute), now())
	u := d.seal(urgent)
	u.Lane = envelope.ToVerify
	d.accept(u)
	unverified := "/dossiers/" + e.ID.String()
	b := d.as("a.diallo")
	b.post(path(mine)+"/prise-en-charge", map[string][]string{"version": {"1"}}).want(200, path(mine))
	for view, want := range map[string][]string{
		"": {path(urgent), path(late), path(fresh), path(mine)}, "en-retard": {path(late)}, "a-verifier": {path(urgent), unverified},
		"non-attribues": {path(urgent), path(late), path(fresh)}, "les-miens": {path(mine)}, "nichts": {path(urgent), path(late), path(fresh), path(mine)},
	} {
		address := "/file"
		if view != "" {
			address += "?vue=" + view
		}
		b.open(address).want(200, address)
		if got := b.rows(); !slices.Equal(got, want) {
			t.Errorf("%s shows %v, want %v", view, got, want)
		}
		if got := b.text(".pill[aria-current] b"); got != fmt.Sprint(len(want)) {
			t.Errorf("%s counts %s, want %d", view, got, len(want))
		}
		if got := b.text("h1 .n"); got != fmt.Sprint(len(want)) {
			t.Errorf("the heading of %s counts %s, want %d", view, got, len(want))
		}
	}
	if got := b.open("/file").row(urgent).Find(".badge").Text(); got != "non vérifié" {
		t.Errorf("an unverified row wears %q", got)
	}
}

func TestAnEmptyQueueSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	if got := b.text(".empty h2"); got != "Rien n’attend" || b.doc.Find("table").Length() != 0 {
		t.Errorf("the empty queue says %q", got)
	}
	d.receive(time.Hour, within72h())
	d.receive(time.Hour, within2h())
	if got := b.open("/file").text(".calm"); got != "Aucune urgence immédiate n’attend." || b.doc.Find(".is-now, .rank").Length() != 0 {
		t.Errorf("a queue without urgency 0 says %q, and %q", got, b.texts(".rank"))
	}
	d.receive(time.Hour, now())
	if got := b.open("/file").text(".calm"); got != "" {
		t.Errorf("a queue with an urgency 0 says %q", got)
	}
}

func TestAFloodIsToldAndDoesNotCalm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range archive.MostUnverified + 1 {
		e := d.seal(newReport(night.Add(-time.Minute), now()))
		e.Lane = envelope.ToVerify
		d.accept(e)
	}
	d.receive(time.Hour, within72h())
	b := d.as("a.diallo")
	if got := b.text(".notice.is-warning:not([hidden])"); !strings.HasPrefix(got, "21 messages non vérifiés") {
		t.Errorf("a flood is told by %q", got)
	}
	if got := b.text(".calm"); got != "" || len(b.rows()) != 1 {
		t.Errorf("beside a flood the queue has %d rows and says %q", len(b.rows()), got)
	}
}

func TestArrivalsAreAnnounced(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.receive(time.Hour, within72h())
	b := d.as("a.diallo")
	address := b.doc.Find("[data-arrivals-url]").AttrOr("data-arrivals-url", "")
	count := func() string { return strings.TrimSpace(b.open(address).want(200, "").body) }
	if got := count(); got != `{"count":0}` {
		t.Errorf("before anything came: %s", got)
	}
	// A transaction that began before the page was drawn and commits after it.
	ctx := context.Background()
	slow, err := d.db.Owner.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := newReport(night, within24h())
	e := d.seal(r)
	_, err = slow.Exec(ctx, `insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at) values ($1, $2, $3, $4, 'web', $5, $6)`,
		e.ID, e.Reference, e.ReceiptLookup[:], e.ReceivedAt, e.Urgency, e.DueAt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = slow.Exec(ctx, `insert into report_grants (report_id, team_id, epoch, body) values ($1, $2, $3, $4)`, e.ID, e.TeamID, e.Epoch, e.Body); err != nil {
		t.Fatal(err)
	}
	b.open("/file")
	address = b.doc.Find("[data-arrivals-url]").AttrOr("data-arrivals-url", "")
	if err := slow.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if got := count(); got != `{"count":1}` {
		t.Errorf("after the late commit: %s", got)
	}
	d.receive(0, now())
	if got := count(); got != `{"count":2}` {
		t.Errorf("after one more: %s", got)
	}
	banner := b.open("/file").doc.Find("[data-arrivals-url]")
	for name, want := range map[string]string{"data-singular": "1 nouveau, afficher", "data-plural": "{n} nouveaux, afficher"} {
		if got := banner.AttrOr(name, ""); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, broken := range []string{"", "1:2", "1:1:;drop", strings.Repeat("1", 5000) + "::", "::", "5:3:", "1:5:3,2", "9223372036854775807:9223372036854775808:", strings.Repeat("1", 2000) + ":2:"} {
		b.open("/file/arrivees?depuis="+broken).want(http.StatusBadRequest, "")
	}
}

func TestShortcutsStaySwitchedOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	if got := b.doc.Find("body").AttrOr("data-shortcuts", ""); got != "on" {
		t.Errorf("shortcuts begin %q", got)
	}
	b.post("/raccourcis", nil).want(200, "/file")
	if got := b.doc.Find("body").AttrOr("data-shortcuts", ""); got != "off" || b.doc.Find("#raccourcis[checked]").Length() != 0 {
		t.Errorf("switched off, they are %q", got)
	}
	b.submit(`form[action="/raccourcis"]`, map[string][]string{"shortcuts": {"on"}}).want(200, "/file")
	if got := b.doc.Find("body").AttrOr("data-shortcuts", ""); got != "on" {
		t.Errorf("switched on again, they are %q", got)
	}
}
