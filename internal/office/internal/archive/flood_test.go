package archive_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
	"recueil/internal/testing/testdb"
)

var at = time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)

var main, toVerify = archive.Filter{}, archive.Filter{Lane: "to_verify"}

// desk is a queue with rows put in directly: what they say does not matter here.
type desk struct {
	t  *testing.T
	db *testdb.DB
	*archive.Archive
}

func newDesk(t *testing.T) desk {
	db := testdb.New(t)
	return desk{t, db, archive.New(db.Office)}
}

// receive puts n reports of an urgency into a lane, a millisecond apart.
func (d desk) receive(n int, urgency report.Urgency, lane string, from time.Time) {
	d.t.Helper()
	_, err := d.db.Owner.Exec(context.Background(), `with told as (
		insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane)
		select gen_random_uuid(), 'ABCDEFGH', sha256('x'), $2::timestamptz + n * interval '1 millisecond', 'web', $3,
			$4::timestamptz + n * interval '1 millisecond', $5 from generate_series(1, $1) n
		returning id)
		insert into report_grants (report_id, team_id, epoch, body) select id, 'plateau', 1, 'age-encryption.org/v1' || chr(10)::bytea from told`,
		n, from, int16(urgency), urgency.Due(from), lane)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.db.Owner.Exec(context.Background(), "analyze reports, report_grants"); err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) view(f archive.Filter) archive.View {
	return archive.View{Teams: []string{"plateau"}, Filter: f, Now: at}
}

// rows writes a page as "0 main, 0 to_verify ×2".
func (d desk) rows(v archive.View) (string, []archive.Report, bool) {
	d.t.Helper()
	page, _, more, err := d.Queue(d.t.Context(), v)
	if err != nil {
		d.t.Fatal(err)
	}
	text, times := "", 0
	for i, r := range page {
		times++
		if i+1 < len(page) && page[i+1].Urgency == r.Urgency && page[i+1].Lane == r.Lane {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s ×%d", r.Urgency, r.Lane, times)
		times = 0
	}
	return text, page, more
}

func (d desk) want(f archive.Filter, want string) {
	d.t.Helper()
	if got, _, _ := d.rows(d.view(f)); got != want {
		d.t.Errorf("%+v shows %s, want %s", f, got, want)
	}
}

func (d desk) count(f archive.Filter) int {
	d.t.Helper()
	counts, err := d.Counts(d.t.Context(), d.view(f), []archive.Filter{f})
	if err != nil {
		d.t.Fatal(err)
	}
	return counts[0]
}

// However many a view shows, the one that it does not show is told of.
func TestWhatStandsOutsideIsNotHiddenByMany(t *testing.T) {
	d := newDesk(t)
	d.receive(archive.MostCounted+20, 0, "main", at.Add(-48*time.Hour))
	d.receive(1, 0, "main", at)
	earlier := archive.Filter{Until: at.Add(-24 * time.Hour)}
	if n := d.count(archive.Filter{Urgency: []report.Urgency{0}, Outside: &earlier}); n != 1 {
		t.Errorf("%d are counted outside", n)
	}
	_, some, _ := d.rows(d.view(archive.Filter{}))
	shown := make([]report.ID, len(some))
	for i := range some {
		shown[i] = some[i].ID
	}
	if n := d.count(archive.Filter{Urgency: []report.Urgency{0}, Except: shown}); n != archive.MostCounted+21-archive.PageSize {
		t.Errorf("but for those of a page, %d are counted", n)
	}
}

func TestVerifiedUrgenciesComeBeforeUnverified(t *testing.T) {
	d := newDesk(t)
	d.receive(3, 0, "to_verify", at.Add(-time.Hour))
	d.receive(2, 1, "to_verify", at.Add(-time.Hour))
	d.receive(4, 2, "to_verify", at.Add(-time.Hour))
	d.receive(1, 0, "main", at)
	d.receive(1, 1, "main", at)
	d.want(main, "0 main ×1, 0 to_verify ×3, 1 to_verify ×2, 1 main ×1")
	d.want(toVerify, "0 to_verify ×3, 1 to_verify ×2, 2 to_verify ×4")
}

func TestFloodStandsBesideTheQueue(t *testing.T) {
	d := newDesk(t)
	d.receive(5000, 0, "to_verify", at.Add(-time.Minute))
	d.receive(90, 2, "main", at.Add(-time.Hour))
	d.receive(1, 1, "main", at)
	snapshot, err := d.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.receive(1, 0, "main", at)
	d.receive(1, 0, "to_verify", at)

	text, page, more := d.rows(d.view(main))
	if text != "0 main ×1, 1 main ×1, 2 main ×48" || !more {
		t.Errorf("the queue shows %s (more: %v)", text, more)
	}
	next := d.view(main)
	next.After = page[len(page)-1].Position()
	if text, _, _ := d.rows(next); text != "2 main ×42" {
		t.Errorf("the second page shows %s", text)
	}
	if n := d.count(main); n != 92 {
		t.Errorf("the queue counts %d", n)
	}
	if n := d.count(toVerify); n != archive.MostCounted {
		t.Errorf("beside it %d are counted", n)
	}
	if n, err := d.Arrived(t.Context(), snapshot, []string{"plateau"}); n != 1 || err != nil {
		t.Errorf("%d arrivals are announced, %v", n, err)
	}

	start := time.Now()
	const looks = 20
	for range looks {
		d.rows(d.view(main))
	}
	t.Logf("a page of the queue beside 5,001 unverified ones: %v", time.Since(start)/looks)
}

// What somebody took up is no flood any more, and what he took up stays with him.
func TestFloodEndsWhenItIsOpened(t *testing.T) {
	d := newDesk(t)
	d.receive(archive.MostUnverified, 1, "to_verify", at)
	d.want(main, "1 to_verify ×20")
	d.receive(1, 0, "to_verify", at)
	d.want(main, "")
	if _, err := d.db.Owner.Exec(t.Context(), "update reports set status = 'in_triage' where urgency = 0"); err != nil {
		t.Fatal(err)
	}
	d.want(main, "0 to_verify ×1, 1 to_verify ×20")
	d.receive(1, 1, "to_verify", at)
	d.want(main, "0 to_verify ×1")
}

// Walking page by page meets every row once, whatever its lane.
func TestPagesMissNothing(t *testing.T) {
	d := newDesk(t)
	d.receive(60, 0, "main", at)
	d.receive(archive.MostUnverified, 0, "to_verify", at)
	d.receive(60, 2, "main", at)
	seen, view := map[report.ID]bool{}, d.view(main)
	for {
		_, page, more := d.rows(view)
		for _, r := range page {
			if seen[r.ID] {
				t.Fatalf("%d %s came twice", r.Urgency, r.Lane)
			}
			seen[r.ID] = true
		}
		if !more {
			break
		}
		view.After = page[len(page)-1].Position()
	}
	if len(seen) != 140 {
		t.Errorf("%d rows of 140", len(seen))
	}
}
