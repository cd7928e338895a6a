package pages_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/envelope"
	"recueil/internal/report"
)

// suspicious puts a report into the lane to verify.
func (d *desk) suspicious(ago time.Duration, answers report.Answers) *report.Report {
	d.t.Helper()
	r := newReport(d.clock.Now().Add(-ago), answers)
	e := d.seal(r)
	e.Lane = envelope.ToVerify
	d.accept(e)
	return r
}

func advert(n int) report.Answers {
	a := within72h()
	a.Situation.Facts = fmt.Sprintf("Gagnez de l’argent tout de suite avec notre offre du jour, essayez sans attendre sur le site numéro %d !", n)
	return a
}

const lane = "/file?vue=a-verifier"

// ticked are what the boxes of the lane stand for, by where their rows lead.
func (b *browser) ticked(rows ...*report.Report) (values []string) {
	b.t.Helper()
	for _, r := range rows {
		value, ok := b.row(r).Find("[data-tick]").Attr("value")
		if !ok {
			b.t.Fatalf("%s cannot be ticked", path(r))
		}
		values = append(values, value)
	}
	return values
}

func TestBurstsFoldOnceTheyWereReadAndUnfoldWhenAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var burst []*report.Report
	for n := range 6 {
		burst = append(burst, d.suspicious(5*time.Minute-time.Duration(n)*time.Second, advert(n)))
	}
	later := d.suspicious(2*time.Hour, advert(9)) // alike, but it came at another time
	other := d.suspicious(5*time.Minute, within72h())
	b := d.as("a.diallo").open(lane).want(200, "")
	if len(b.rows()) != 8 || b.doc.Find(".alike").Length() != 0 {
		t.Fatalf("before anybody opened them, %d rows stand in the lane", len(b.rows()))
	}
	b.open(lane)
	if got := b.rows(); !slices.Equal(got, []string{path(later), path(burst[0]), path(other)}) && !slices.Equal(got, []string{path(later), path(other), path(burst[0])}) {
		t.Fatalf("folded, the lane is %v", got)
	}
	if got := b.text(".alike b"); got != "et 5 autres qui lui ressemblent" || b.text("h1 .n") != "8" {
		t.Errorf("the fold says %q of %s", got, b.text("h1 .n"))
	}
	b.open(b.doc.Find(".alike a").AttrOr("href", ""))
	for _, r := range burst {
		if b.row(r).Length() != 1 {
			t.Errorf("unfolded, %s is missing", path(r))
		}
	}
	d.exec("update reports set assignee = $2, status = 'in_triage' where id = $1", burst[3].ID, d.staffID("c.martin"))
	if got := b.open(lane).text(".alike b"); got != "et 4 autres qui lui ressemblent" || b.row(burst[3]).Length() != 1 {
		t.Errorf("with one taken up, the fold says %q", got)
	}
}

func TestSeveralAreClosedForOneReasonAndTakenBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a, c, kept, urgent := d.suspicious(5*time.Minute, advert(1)), d.suspicious(2*time.Hour, within72h()), d.suspicious(time.Hour, within24h()), d.suspicious(time.Minute, now())
	b := d.as("a.diallo").open(lane)
	if b.row(urgent).Length() != 1 || b.open("/file").row(urgent).Find(".badge.is-warning").Text() != "non vérifié" {
		t.Error("an urgent one is not in both queues")
	}
	b.open(lane)
	ticks := b.ticked(a, c)
	b.submit("#lot", url.Values{"reason": {" "}}).want(422, "/file/lot")
	if got := b.texts(".error-summary a"); len(got) != 2 || len(b.rows()) != 4 {
		t.Errorf("without ticks or a reason: %q, %d rows", got, len(b.rows()))
	}
	post := func(reason string, ticks ...string) *browser {
		return b.post("/file/lot", url.Values{"dossier": ticks, "reason": {reason}, "vue": {"vue=a-verifier"}})
	}
	if post("", ticks...).want(422, ""); b.doc.Find("[data-tick][checked]").Length() != 2 || b.doc.Find("#reason[aria-invalid]").Length() != 1 {
		t.Errorf("%d ticks are kept", b.doc.Find("[data-tick][checked]").Length())
	}
	d.exec("update reports set lease_holder = $2, lease_until = $3 where id = $1", kept.ID, d.staffID("c.martin"), night.Add(time.Minute))
	const why = "Publicité, rien sur un enfant"
	post(why, append(ticks, tick(kept.ID), tick(report.NewID()), "x")...).want(409, "")
	if got := b.text(".error-summary"); !strings.Contains(got, "2 dossiers cochés n’ont pas été clos") || strings.TrimSpace(b.doc.Find("#reason").Text()) != why {
		t.Errorf("of what stayed open it says %q", got)
	}
	if got := b.rows(); len(got) != 2 || b.row(kept).Length() != 1 {
		t.Errorf("left in the lane are %v", got)
	}
	if got := b.text(".recent"); !strings.HasPrefix(got, "2 dossiers clos par Awa Diallo") {
		t.Errorf("it says %q", got)
	}
	for _, r := range []*report.Report{a, c} {
		if b.open(path(r)).want(200, ""); !strings.Contains(b.text("main"), why) || !strings.Contains(b.text("main"), "Hors champ") {
			t.Errorf("%s does not say why it is closed", path(r))
		}
		if n := ask[int](d, "select count(*) from audit_events where action = 'report.close_bulk' and object_id = $1", r.ID.String()); n != 1 {
			t.Errorf("%d lines in the trail", n)
		}
	}
	if n := ask[int](d, "select count(*) from parts where body::text like '%' || encode($1, 'hex') || '%'", []byte(why)); n > 0 {
		t.Error("the reason lies in the database in clear")
	}
	d.exec("update reports set version = version + 1 where id = $1", c.ID) // somebody went on with it
	b.open(lane).submit(".recent form", nil).want(200, lane)
	if b.row(a).Length() != 1 || b.row(c).Length() != 0 || b.doc.Find(".recent").Length() != 0 {
		t.Errorf("taken back are %v", b.rows())
	}
	if got := ask[string](d, "select status from reports where id = $1", a.ID); got != "reopened" || ask[int](d, "select count(*) from audit_events where action = 'report.reopen_bulk'") != 1 {
		t.Errorf("it is %s", got)
	}
}

func TestWhatWasClosedAtOnceIsTakenBackForADayAndByWhoMay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.suspicious(5*time.Minute, advert(1))
	b := d.as("a.diallo").open(lane)
	b.post("/file/lot", url.Values{"dossier": b.ticked(a), "reason": {"Publicité"}}).want(200, lane)
	undo := b.doc.Find(".recent form").AttrOr("action", "")
	reader := d.as("s.leroy")
	if reader.open(lane); reader.doc.Find("[data-tick], #lot, .recent form").Length() != 0 {
		t.Error("who only reads may close several")
	}
	reader.post("/file/lot", url.Values{"dossier": {tick(a.ID)}, "reason": {"x"}}).want(403, "")
	reader.post(undo, nil).want(403, "")
	d.exec("update bulk_closings set closed_at = closed_at - interval '25 hours'")
	b.post(undo, nil).want(200, lane)
	if got := ask[string](d, "select status from reports where id = $1", a.ID); got != "closed" || b.doc.Find(".recent").Length() != 0 {
		t.Errorf("after a day it is %s", got)
	}
}

func TestClosingSeveralLeavesAColleaguesAndWhatGrew(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	mine, his, grown := d.suspicious(5*time.Minute, advert(1)), d.suspicious(2*time.Hour, within72h()), d.suspicious(time.Hour, within24h())
	b := d.as("a.diallo").open(lane)
	ticks := b.ticked(mine, his, grown)
	d.exec("update reports set assignee = $2, status = 'in_triage', version = version + 1 where id = $1", mine.ID, d.staffID("a.diallo"))
	d.exec("update reports set assignee = $2, status = 'in_triage', version = version + 1 where id = $1", his.ID, d.staffID("c.martin"))
	d.add(grown, advert(2))
	b.post("/file/lot", url.Values{"dossier": ticks, "reason": {"Publicité"}, "vue": {"vue=a-verifier"}}).want(409, "")
	for r, want := range map[*report.Report]string{mine: "closed", his: "in_triage", grown: "received"} {
		if got := ask[string](d, "select status from reports where id = $1", r.ID); got != want {
			t.Errorf("%s is %s, want %s", path(r), got, want)
		}
	}
	if b.row(his).Find("[data-tick]").Length()+b.row(grown).Find("[data-tick]").Length() != 0 {
		t.Error("what is not closed among several can be ticked")
	}
}

func TestTakingBackLeavesToOthersWhatTheyAloneSee(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	seen, second, third := d.suspicious(5*time.Minute, advert(1)), d.suspicious(2*time.Hour, within72h()), d.suspicious(time.Hour, within24h())
	b := d.as("a.diallo").open(lane)
	b.post("/file/lot", url.Values{"dossier": b.ticked(seen, second, third), "reason": {"Publicité"}}).want(200, lane)
	undo := b.doc.Find(".recent form").AttrOr("action", "")
	d.exec("update report_grants set team_id = 'cellule' where report_id <> $1", seen.ID)
	b.post(undo, nil).want(200, lane)
	const ended = "select undone_at is not null from bulk_closings"
	if got := ask[int](d, "select count(*) from reports where status = 'reopened'"); got != 1 || ask[bool](d, ended) {
		t.Errorf("%d are reopened, all taken back: %v", got, ask[bool](d, ended))
	}
	if got := b.open(path(seen)).text(".timeline"); !strings.Contains(got, "Rouvert") {
		t.Errorf("the timeline tells %q", got)
	}
	d.exec("update report_grants set team_id = 'plateau'")
	b.open(lane).submit(".recent form", nil).want(200, lane)
	if got := ask[int](d, "select count(*) from reports where status = 'reopened'"); got != 3 || !ask[bool](d, ended) {
		t.Errorf("%d are reopened, all taken back: %v", got, ask[bool](d, ended))
	}
}
