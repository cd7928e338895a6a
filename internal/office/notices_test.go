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
	count := counters(archive.New(db.Office), nil)[notify.Feedback]
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
