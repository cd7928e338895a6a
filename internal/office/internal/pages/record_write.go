package pages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
)

// errRecordMoved says that the record is in another state than the act wants.
var errRecordMoved = errors.New("the record is in another state")

// errRecordFull says that it takes no entry more, but those that end it.
var errRecordFull = fmt.Errorf("%w: it is full", errRecordMoved)

// A recordAct is an entry on its way into a record, with what it moves there.
type recordAct struct {
	id     uuid.UUID // made with the page: a double tap is one entry
	entry  followup.Entry
	lead   *uuid.UUID
	status *string
	plan   *archive.Appointment // to be planned
	ended  *uuid.UUID           // an appointment that is over
	how    string               // it went
	file   *archive.StoredFile  // that came in with a document
	also   func(context.Context, pgx.Tx) (audit.Event, error)
}

// tries is how often an entry looks for a place of its own before it gives up.
const tries = 20

// addEntry stores an entry, its effects on the row and its line in the trail: all of
// them, or none. Two that are written at once both find a place.
func (s *Server) addEntry(c echo.Context, v *visit, id uuid.UUID, act recordAct) error {
	for range tries {
		f, err := s.openFile(c, v, id)
		switch {
		case err != nil:
			return err
		case f.holds(v.ID, act):
			return nil
		case !f.takes(act.entry.Kind):
			return errRecordFull
		case f.broken || !followup.Allowed(act.entry.Kind, f.row.Status), act.entry.Kind == followup.Closing && f.expects():
			return errRecordMoved
		}
		if act.ended != nil && !f.stillPlanned(*act.ended) {
			return archive.ErrReplaced
		}
		if _, taken := f.find(act.id); taken {
			act.rename(report.NewID())
		}
		if err := f.mayReplace(act.entry); err != nil {
			return err
		}
		err = s.addTo(c, v, f, act)
		if errors.Is(err, archive.ErrOverlap) || errors.Is(err, archive.ErrReplaced) {
			// Two taps at once: the first is in the way of the second.
			if again, opened := s.openFile(c, v, id); opened == nil && again.holds(v.ID, act) {
				return nil
			}
		}
		if !errors.Is(err, archive.ErrConcurrent) {
			return err
		}
	}
	return archive.ErrConcurrent
}

// takes reports whether an entry of a kind still has a place. What ends an appointment or
// the record, or gives it another lead, has some more: a full record is closed all the same.
func (f *recordFile) takes(kind followup.Kind) bool {
	most := archive.MostEntries
	if kind == followup.Closing || kind == followup.Outcome || kind == followup.Handover {
		most += archive.LastEntries
	}
	return len(f.entries) < most
}

// holds reports whether an act is in the record already: its author sent it twice.
func (f *recordFile) holds(author uuid.UUID, act recordAct) bool {
	stored, ok := f.find(act.id)
	return ok && stored.row.Author == author && stored.entry.Same(&act.entry)
}

// rename gives an act another id: its own was taken by what was sent from the same page
// before, in other words.
func (act *recordAct) rename(id uuid.UUID) {
	act.id = id
	if act.plan != nil {
		plan := *act.plan
		plan.ID, act.plan, act.entry.About = id, &plan, &id
	}
}

func (s *Server) addTo(c echo.Context, v *visit, f *recordFile, act recordAct) error {
	ctx, now := c.Request().Context(), s.Now()
	row := archive.RecordEntry{ID: act.id, Sequence: f.nextSequence(), Author: v.ID, Replaces: act.entry.Replaces, CreatedAt: now}
	var err error
	row.Body, err = f.key.Seal(casefile.Place{Part: row.ID, Kind: recordPart, Sequence: row.Sequence}, &act.entry)
	if err != nil {
		return err
	}
	change := archive.RecordChange{Record: f.row.ID, Version: f.row.Version, At: now, Lead: act.lead, Status: act.status, NextAt: f.after(act, s.paris)}
	if change.Status == nil { // the row stands again as its entries say
		change.Status = &f.row.Status
	}
	if act.entry.Kind == followup.Opening {
		change.Opening = &row.ID
	}
	line := audit.Event{At: now, Actor: v.ID, Action: "record.write", Object: "record", ID: f.row.ID.String(), Seen: row.Body}
	switch act.entry.Kind {
	case followup.Closing:
		line.Action = "record.close"
	case followup.Reopening:
		line.Action = "record.reopen"
	case followup.Handover:
		line.Action = "record.hand_over"
		if act.lead != nil {
			line.Detail = act.lead.String()
		}
	}
	if act.file != nil {
		line.Action, line.Detail = "record.file_add", act.file.ID.String()
	}
	return s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		if act.plan != nil {
			if err := archive.PlanAppointment(ctx, tx, *act.plan); err != nil {
				return nil, err
			}
		}
		if act.ended != nil {
			if err := archive.EndAppointment(ctx, tx, f.row.ID, *act.ended, act.how); err != nil {
				return nil, err
			}
		}
		if act.file != nil {
			if err := archive.FinishRecordFile(ctx, tx, *act.file); err != nil {
				return nil, err
			}
		}
		if err := archive.AppendEntry(ctx, tx, f.row.ID, row); err != nil {
			return nil, err
		}
		if err := archive.ChangeRecord(ctx, tx, change); err != nil {
			return nil, err
		}
		if act.also != nil {
			also, err := act.also(ctx, tx)
			return []audit.Event{line, also}, err
		}
		return []audit.Event{line}, nil
	})
}

func (f *recordFile) stillPlanned(id uuid.UUID) bool {
	return slices.ContainsFunc(f.appointments, func(p archive.Appointment) bool { return p.ID == id && p.Status == followup.Planned })
}

// expects reports whether an appointment is still planned.
func (f *recordFile) expects() bool {
	return slices.ContainsFunc(f.appointments, func(p archive.Appointment) bool { return p.Status == followup.Planned })
}

// after is what comes next once an act is done.
func (f *recordFile) after(act recordAct, paris *time.Location) *time.Time {
	later := *f
	later.entries = append(slices.Clone(f.entries), recordEntry{entry: act.entry})
	later.appointments = slices.Clone(f.appointments)
	for i := range later.entries {
		if act.entry.Replaces != nil && later.entries[i].row.ID == *act.entry.Replaces {
			later.entries[i].replaced = true
		}
	}
	for i := range later.appointments {
		if act.ended != nil && later.appointments[i].ID == *act.ended {
			later.appointments[i].Status = act.how
		}
	}
	if act.plan != nil {
		later.appointments = append(later.appointments, archive.Appointment{StartsAt: act.plan.StartsAt, Status: followup.Planned})
	}
	if act.status != nil {
		later.row.Status = *act.status
	}
	return later.next(paris)
}
