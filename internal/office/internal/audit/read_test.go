package audit_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/audit"
	"recueil/internal/testing/testdb"
)

var morning = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func TestReadingChoosesLines(t *testing.T) {
	db := testdb.New(t)
	trail := audit.Trail{Pool: db.Office, Log: slog.New(slog.DiscardHandler)}
	one, two := uuid.New(), uuid.New()
	for n := range 12 {
		event := audit.Event{At: morning.Add(time.Duration(n) * time.Hour), Actor: one, Action: "report.open", Object: "report", ID: "r1"}
		if n%3 == 0 {
			event.Actor, event.Action, event.ID = two, "login", two.String()
			event.Object = "staff"
		}
		if err := trail.Append(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		query audit.Query
		want  []int64
		more  bool
	}{
		"the newest":  {audit.Query{}, []int64{12, 11, 10, 9, 8}, true},
		"then older":  {audit.Query{Before: 8}, []int64{7, 6, 5, 4, 3}, true},
		"to the end":  {audit.Query{Before: 3}, []int64{2, 1}, false},
		"by actor":    {audit.Query{Actor: two}, []int64{10, 7, 4, 1}, false},
		"by action":   {audit.Query{Action: "login"}, []int64{10, 7, 4, 1}, false},
		"by object":   {audit.Query{Object: "r1", Before: 6}, []int64{5, 3, 2}, false},
		"by period":   {audit.Query{From: morning.Add(2 * time.Hour), Until: morning.Add(4 * time.Hour)}, []int64{4, 3}, false},
		"all at once": {audit.Query{Actor: one, Action: "report.open", Object: "r1", Until: morning.Add(2 * time.Hour)}, []int64{2}, false},
		"nothing":     {audit.Query{Action: "x"}, nil, false},
	} {
		found, more, err := trail.Read(t.Context(), c.query, 5)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, line := range found {
			got = append(got, line.Seq)
		}
		if !slices.Equal(got, c.want) || more != c.more {
			t.Errorf("%s: %v, more %v; want %v, %v", name, got, more, c.want, c.more)
		}
		got = nil
		if err := trail.Each(t.Context(), c.query, 5, func(l audit.Line) error { got = append(got, l.Seq); return nil }); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s, one by one: %v %v", name, got, err)
		}
	}
	if got, err := trail.Actions(t.Context()); err != nil || !slices.Equal(got, []string{"login", "report.open"}) {
		t.Errorf("the actions are %v %v", got, err)
	}
}

func TestVerifyingInPartsFindsTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		harm string
		want []audit.Finding
	}{
		"nothing":                      {"select 1", nil},
		"a line changed":               {"update audit_events set detail = 'e' where seq = 4", []audit.Finding{{4, audit.Changed}}},
		"the first of a part changed":  {"update audit_events set detail = 'e' where seq = 6", []audit.Finding{{6, audit.Changed}}},
		"the last of a part deleted":   {"delete from audit_events where seq = 5", []audit.Finding{{5, audit.Missing}}},
		"lines cut off at the end":     {"delete from audit_events where seq > 5", []audit.Finding{{6, audit.Missing}, {7, audit.Missing}, {8, audit.Missing}, {9, audit.Missing}, {10, audit.Missing}}},
		"the last of two parts is cut": {"delete from audit_events where seq = 10", []audit.Finding{{10, audit.Missing}}},
	} {
		db := testdb.New(t)
		trail(t, db)
		if _, err := db.Owner.Exec(t.Context(), c.harm); err != nil {
			t.Fatal(err)
		}
		var at audit.Position
		var got []audit.Finding
		for parts := 0; parts == 0 || parts < 5; parts++ {
			part, err := audit.Trail{Pool: db.Office}.VerifyPart(t.Context(), at, 5)
			if err != nil {
				t.Fatal(err)
			}
			got, at = append(got, part.Findings...), part.Last
			if !part.More() {
				break
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", name, got, c.want)
		}
	}
}

func TestANumberPlantedFarAheadEndsVerification(t *testing.T) {
	db := testdb.New(t)
	trail(t, db)
	if _, err := db.Owner.Exec(t.Context(), "update audit_events set seq = 4611686018427387904 where seq = 10"); err != nil {
		t.Fatal(err)
	}
	result, err := audit.Verify(t.Context(), db.Office, nil)
	if err != nil || len(result.Findings) == 0 || result.Findings[0] != (audit.Finding{Seq: 10, Kind: audit.Missing}) {
		t.Errorf("%d findings, %v", len(result.Findings), err)
	}
}
