package audit_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/audit"
	"recueil/internal/testing/testdb"
)

// trail writes ten lines as the office does and returns the stream of their heads.
func trail(t *testing.T, db *testdb.DB) string {
	t.Helper()
	var heads bytes.Buffer
	writer := audit.Trail{Pool: db.Office, Log: slog.New(slog.NewTextHandler(&heads, nil))}
	for n := range 10 {
		event := audit.Event{At: time.Date(2026, 3, 1, 2, n, 0, 123456789, time.UTC), Action: "report.open", Object: "report", ID: uuid.NewString(), Detail: "é"}
		if n%2 == 0 {
			event.Actor, event.Seen = uuid.New(), []byte{byte(n)}
		}
		if err := writer.Append(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	return heads.String()
}

func TestVerifyFindsWhatWasDoneToTheTrail(t *testing.T) {
	for name, c := range map[string]struct {
		harm  string
		chain []audit.Finding // from the chain alone
		heads []audit.Finding // with the stream of heads
	}{
		"nothing": {harm: "select 1"},
		"a line changed": {
			harm:  "update audit_events set detail = 'e' where seq = 4",
			chain: []audit.Finding{{4, audit.Changed}}, heads: []audit.Finding{{4, audit.Changed}},
		},
		"the actor taken off a line": {
			harm:  "update audit_events set actor = null where seq = 3",
			chain: []audit.Finding{{3, audit.Changed}}, heads: []audit.Finding{{3, audit.Changed}},
		},
		"a line deleted": {
			harm:  "delete from audit_events where seq = 5",
			chain: []audit.Finding{{5, audit.Missing}}, heads: []audit.Finding{{5, audit.Missing}},
		},
		"two lines swapped": {
			harm:  "update audit_events set seq = -seq where seq in (6, 7); update audit_events set seq = 13 + seq where seq < 0",
			chain: []audit.Finding{{6, audit.Changed}, {7, audit.Changed}, {8, audit.Changed}}, heads: []audit.Finding{{6, audit.Changed}, {7, audit.Changed}, {8, audit.Changed}},
		},
		"lines cut off at the end": {
			harm:  "delete from audit_events where seq > 8",
			chain: []audit.Finding{{9, audit.Missing}, {10, audit.Missing}}, heads: []audit.Finding{{9, audit.Missing}, {10, audit.Missing}},
		},
		"lines cut off at the end, and the head set back": {
			harm: `delete from audit_events where seq > 8;
				update audit_head set seq = 8, head = (select head from audit_events where seq = 8)`,
			heads: []audit.Finding{{9, audit.Missing}, {10, audit.Missing}},
		},
		"the chain recomputed from a line on": {
			harm: `create temporary table kept as select * from audit_events where seq >= 9 order by seq;
				delete from audit_events where seq >= 9;
				update audit_head set seq = 8, head = (select head from audit_events where seq = 8);
				select audit_append(at, actor, action, object_type, object_id, digest, 'other') from kept`,
			heads: []audit.Finding{{9, audit.Recomputed}, {10, audit.Recomputed}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := testdb.New(t)
			heads := trail(t, db)
			if _, err := db.Owner.Exec(t.Context(), c.harm); err != nil {
				t.Fatal(err)
			}
			for with, want := range map[string][]audit.Finding{"": c.chain, heads: c.heads} {
				got, err := audit.Verify(t.Context(), db.Owner, strings.NewReader(with))
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got.Findings, want) {
					t.Errorf("with %d bytes of heads: found %v, want %v", len(with), got.Findings, want)
				}
			}
		})
	}
}

// What the office writes after the trail was set back takes the numbers of the lines that
// are gone: its log then holds two heads of each, in whatever order it was put together.
func TestTrailThatWasSetBackAndWentOnIsFound(t *testing.T) {
	db := testdb.New(t)
	before := trail(t, db)
	_, err := db.Owner.Exec(t.Context(), `delete from audit_events where seq > 8;
		update audit_head set seq = 8, head = (select head from audit_events where seq = 8)`)
	if err != nil {
		t.Fatal(err)
	}
	after := trail(t, db)
	want := []audit.Finding{{9, audit.Recomputed}, {10, audit.Recomputed}}
	for name, heads := range map[string]string{"in order": before + after, "the other way": after + before, "each twice": before + before + after + after} {
		got, err := audit.Verify(t.Context(), db.Owner, strings.NewReader(heads))
		if err != nil || !slices.Equal(got.Findings, want) {
			t.Errorf("%s: found %v, %v, want %v", name, got.Findings, err, want)
		}
	}
}
