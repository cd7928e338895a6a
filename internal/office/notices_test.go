package office

import (
	"context"
	"testing"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/notify"
	"recueil/internal/testing/testdb"
)

// What a département owes an answer for is reminded of once it is due, and again a week
// after somebody asked.
func TestRepliesThatAreLateAreReminded(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), testdb.New(t)
	now := time.Date(2026, 3, 17, 22, 15, 0, 0, time.UTC)
	_, err := db.Owner.Exec(ctx, `
		insert into staff (id, login, display_name, role, recipient, sealed_identity, created_at)
			values ('00000000-0000-0000-0000-000000000001', 'a.b', 'A', 'agent', 'age1pq1x', '\x6167652d656e6372797074696f6e2e6f72672f76310a', now());
		insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, status)
			values ('00000000-0000-0000-0000-000000000002', 'ABCDEFGH', sha256('x'), '2026-03-01', 'web', 2, '2026-03-02', 'transmitted');
		insert into parts (id, report_id, kind, author, body, created_at) values ('00000000-0000-0000-0000-000000000003',
			'00000000-0000-0000-0000-000000000002', 'transmission', '00000000-0000-0000-0000-000000000001', '\x6167652d656e6372797074696f6e2e6f72672f76310a', '2026-03-02');
		insert into expected_replies (part_id, report_id, kind, due_on)
			values ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000002', 'acknowledgement', '2026-03-17')`)
	if err != nil {
		t.Fatal(err)
	}
	count := counters(archive.New(db.Office))[notify.Feedback]
	for name, c := range map[string]struct {
		now  time.Time
		want int
	}{"on the day": {now, 0}, "the day after": {now.Add(24 * time.Hour), 1}} {
		if n, err := count(ctx, c.now); n != c.want || err != nil {
			t.Errorf("%s: %d, %v, want %d", name, n, err, c.want)
		}
	}
	if _, err := db.Office.Exec(ctx, "update expected_replies set chased_on = '2026-03-18'"); err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int]int{2: 0, 9: 1} {
		if n, err := count(ctx, now.AddDate(0, 0, days)); n != want || err != nil {
			t.Errorf("%d days later, asked for the day after: %d, %v, want %d", days, n, err, want)
		}
	}
}

// A call that was promised about a report which is restricted to people is reminded of
// like any other, until somebody says what became of it.
func TestPromisedCallsAreRemindedWhoeverMaySeeThem(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), testdb.New(t)
	due := time.Date(2026, 3, 17, 22, 15, 0, 0, time.UTC)
	_, err := db.Owner.Exec(ctx, `
		insert into staff (id, login, display_name, role, recipient, sealed_identity, created_at)
			values ('00000000-0000-0000-0000-000000000001', 'a.b', 'A', 'agent', 'age1pq1x', '\x6167652d656e6372797074696f6e2e6f72672f76310a', now());
		insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, status, restricted_from)
			values ('00000000-0000-0000-0000-000000000002', 'ABCDEFGH', sha256('x'), '2026-03-01', 'web', 2, '2026-03-02', 'in_triage', 'plateau'),
			('00000000-0000-0000-0000-000000000003', 'ABCDEFGK', sha256('y'), '2026-03-01', 'web', 2, '2026-03-02', 'in_triage', null);
		insert into report_grants (report_id, team_id, epoch, body) values
			('00000000-0000-0000-0000-000000000002', 'member:00000000-0000-0000-0000-000000000001', 1, '\x6167652d656e6372797074696f6e2e6f72672f76310a'),
			('00000000-0000-0000-0000-000000000003', 'plateau', 1, '\x6167652d656e6372797074696f6e2e6f72672f76310a')`)
	if err != nil {
		t.Fatal(err)
	}
	for _, report := range []string{"00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000003"} {
		_, err := db.Owner.Exec(ctx, `insert into callbacks (id, report_id, assignee, due_at, created_by, created_at)
			values (gen_random_uuid(), $1, '00000000-0000-0000-0000-000000000001', $2, '00000000-0000-0000-0000-000000000001', '2026-03-17')`, report, due)
		if err != nil {
			t.Fatal(err)
		}
	}
	count := counters(archive.New(db.Office))[notify.CallBacks]
	expect := func(name string, at time.Time, want int) {
		t.Helper()
		if n, err := count(ctx, at); n != want || err != nil {
			t.Errorf("%s: %d, %v, want %d", name, n, err, want)
		}
	}
	expect("before its time", due.Add(-time.Second), 0)
	expect("one restricted, one not", due, 2)
	if _, err := db.Owner.Exec(ctx, "update callbacks set outcome = 'done', settled_by = created_by, settled_at = due_at where report_id = '00000000-0000-0000-0000-000000000002'"); err != nil {
		t.Fatal(err)
	}
	expect("the restricted one is made", due, 1)
	if _, err := db.Owner.Exec(ctx, "update reports set status = 'purged'"); err != nil {
		t.Fatal(err)
	}
	expect("the report is gone", due, 0)
}
