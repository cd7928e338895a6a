package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// askRecord asks what opens a record of a contact that comes straight to the unit: a name
// and consent are enough, the rest is asked when there is time.
func (s *Server) askRecord(c echo.Context, v *visit) error {
	unit, ok := s.unit(v)
	if !ok {
		return errRole
	}
	fill, sc := filling{kind: followup.Opening, given: url.Values{}, entry: report.NewID(), who: v.ID}, screen{Status: http.StatusOK}
	fill.given.Set(said+"origin", "phone")
	if kept, ok := returned(c, v); ok {
		fill.take(kept)
		sc.Notice = s.voice.T("office.close.kept")
	}
	return s.showOpening(c, unit.ID, fill, sc)
}

func (s *Server) showOpening(c echo.Context, unit string, fill filling, sc screen) error {
	title := s.voice.T("office.record.new")
	page := recordActPage{Frame: s.frame(c, title), Heading: title, Lead: s.voice.T("office.record.new.hint"), Back: "/suivi", BackText: s.voice.T("office.record.queue"),
		Action: "/suivi/nouveau", Again: "/suivi/nouveau", Entry: fill.entry.String(), Fields: s.recordFields("opening", followup.Fields(followup.Opening), fill.given, fill.faults), Notice: sc.Notice,
		Asked: s.voice.T("office.record.who.lead"), BadWho: fill.badWho, Button: s.voice.T("office.record.new.button")}
	var err error
	if page.Members, err = s.membersToChoose(c, unit, fill.who); err != nil {
		return err
	}
	page.Problems = recordProblems(page.Fields)
	if page.BadWho != "" {
		page.Problems = append(page.Problems, problem{"who", page.BadWho})
	}
	page.Error = len(page.Problems) > 0
	return s.render(c, sc.Status, "record_act", page)
}

func (s *Server) makeRecord(c echo.Context, v *visit) error {
	unit, ok := s.unit(v)
	if !ok {
		return errRole
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	fill := filling{kind: followup.Opening, entry: report.NewID()}
	fill.take(form)
	ctx := c.Request().Context()
	members, err := s.Archive.Colleagues(ctx, []string{unit.ID})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m archive.Colleague) bool { return m.ID == fill.who }) {
		fill.badWho = s.voice.T("office.record.fault.who")
	}
	if fill.faults != nil || fill.badWho != "" {
		return s.showOpening(c, unit.ID, fill, screen{Status: http.StatusUnprocessableEntity})
	}
	if err := s.beginRecord(c, v, unit.ID, &fill); err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, recordAddress(fill.entry))
}

// beginRecord opens a record under the id of its page, so that a double tap opens one.
// Other words from the same page, and an id that is another's, open another.
func (s *Server) beginRecord(c echo.Context, v *visit, unit string, fill *filling) error {
	ctx := c.Request().Context()
	for range tries {
		f, err := s.openFile(c, v, fill.entry)
		switch {
		case err == nil && f.beganWith(v, fill.said):
			return nil
		case err == nil:
			fill.entry = report.NewID()
		case !errors.Is(err, errNoRecord):
			return err
		}
		err = s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
			return s.storeRecord(ctx, tx, v, opened{record: fill.entry, unit: unit, lead: fill.who, said: fill.said})
		})
		if !isConcurrent(err) {
			return err
		}
		if _, err := s.Archive.Record(ctx, fill.entry, []string{unit}); errors.Is(err, archive.ErrNoRecord) {
			fill.entry = report.NewID() // of a record of another team
		}
	}
	return archive.ErrConcurrent
}

// beganWith reports whether a member opened the record with these words.
func (f *recordFile) beganWith(v *visit, said followup.Said) bool {
	if len(f.entries) == 0 {
		return false
	}
	first := f.entries[0]
	return first.row.Author == v.ID && first.entry.Same(&followup.Entry{Kind: followup.Opening, Said: said})
}

// opened is a record about to be opened.
type opened struct {
	record   uuid.UUID
	unit     string
	lead     uuid.UUID
	referral *uuid.UUID
	said     followup.Said
}

// storeRecord makes the key of a record, seals it to the unit, and writes the first
// entry.
func (s *Server) storeRecord(ctx context.Context, tx pgx.Tx, v *visit, o opened) ([]audit.Event, error) {
	to, _ := s.Desk.Trust.File().Current(o.unit)
	own, holds := holder(v, o.unit, to.Number)
	if !holds {
		return nil, errRole
	}
	key := casefile.Case{ID: o.record, Key: secret.New()}
	from := uuid.Nil // it came straight to the unit
	if o.referral != nil {
		from = *o.referral
	}
	body, err := followup.SealKey(own, to, followup.RecordKey{Record: o.record, Referral: &from, Key: key.Key})
	if err != nil {
		return nil, err
	}
	first := archive.RecordEntry{ID: report.NewID()}
	first.Body, err = key.Seal(casefile.Place{Part: first.ID, Kind: recordPart, Sequence: 1}, &followup.Entry{Kind: followup.Opening, Said: o.said})
	if err != nil {
		return nil, err
	}
	now := s.Now()
	err = archive.OpenRecord(ctx, tx, archive.NewRecord{ID: o.record, TeamID: o.unit, Epoch: to.Number, Body: body, Referral: o.referral, Lead: o.lead, By: v.ID, At: now, Opening: first})
	return []audit.Event{{At: now, Actor: v.ID, Action: "record.begin", Object: "record", ID: o.record.String(), Seen: body}}, err
}
