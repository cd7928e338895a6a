package pages

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/staff"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/testing/reporttest"
)

// Whatever a line shows of a report, it shows of its excerpt; and an excerpt is all that
// lists keep: no key, no name, no text beyond the line's own.
func TestALineShowsTheSameOfAnExcerpt(t *testing.T) {
	s, v := bare(t), &visit{Session: &staff.Session{}}
	at := time.Date(2026, 3, 17, 2, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := report.Report{ID: report.NewID(), Reference: "ABCD1234", Channel: report.Web, ReceivedAt: at, CaseKey: secret.New(), ReplyKey: secret.New()}
		r.Answers = reporttest.Random(t, rapid.SampledFrom(report.Doors()).Draw(t, "door"))
		if r.Short = rapid.Bool().Draw(t, "short"); r.Short {
			text := rapid.OneOf(reporttest.Text(), rapid.StringMatching(`[a-z ]{70,100}`))
			r.Answers.Short = report.ShortForm{Where: text.Draw(t, "where"), Who: text.Draw(t, "who"), Story: text.Draw(t, "story")}
		}
		r.Marks = r.Check(at)
		r.Urgency, r.Rules = report.Assess(&r)
		row := &archive.Report{ID: r.ID, Reference: r.Reference, ReceivedAt: at, Urgency: r.Urgency, DueAt: r.Urgency.Due(at), Status: "received", Lane: "main"}
		excerpt := excerptOf(&r)
		plain, err := excerpt.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if excerpt, err = report.Decode(plain); err != nil {
			t.Fatal(err)
		}
		whole, short := s.row(v, row, &r), s.row(v, row, &excerpt)
		whole.opened, short.opened = nil, nil
		if whole != short {
			t.Errorf("of the report:  %+v\nof its excerpt: %+v", whole, short)
		}
		if !excerpt.CaseKey.IsZero() || !excerpt.ReplyKey.IsZero() || len(plain) > 8<<10 {
			t.Errorf("an excerpt of %d bytes, with keys: %v", len(plain), !excerpt.CaseKey.IsZero())
		}
	})
}

func TestAnExcerptKeepsNoMore(t *testing.T) {
	r := report.Report{ID: uuid.New(), ReceivedAt: time.Now(), Marks: make([]report.Mark, 1000)}
	const marker = "INTROUVABLE"
	r.Situation.Story, r.Situation.Facts, r.Place.Address, r.Contact.Value = marker, marker, marker, marker
	r.Children = []report.Child{{FirstName: marker, LastName: marker, School: marker}}
	r.Answers.Short.Story = strings.Repeat("x ", 100) + marker
	excerpt := excerptOf(&r)
	plain, err := excerpt.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(plain), marker) || len(plain) > 4<<10 {
		t.Errorf("an excerpt of %d bytes: %.600s", len(plain), plain)
	}
}
