package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
)

// replaceable finds the entry that a form corrects. The opening is always corrected.
func (f *recordFile) replaceable(kind followup.Kind, id string) (recordEntry, bool) {
	if kind == followup.Opening {
		return f.openingEntry()
	}
	parsed, err := uuid.Parse(id)
	if err != nil || kind != followup.Plan {
		return recordEntry{}, false
	}
	e, ok := f.find(parsed)
	return e, ok && e.entry.Kind == kind && !e.replaced
}

// corrects reports whether an entry of a kind may take the place of another.
func corrects(kind followup.Kind) bool { return kind == followup.Opening || kind == followup.Plan }

// mayReplace holds what an entry says that it corrects against the record: it has to be
// one of the same kind there that nobody corrected yet. There is one opening at a time.
func (f *recordFile) mayReplace(entry followup.Entry) error {
	if entry.Replaces == nil {
		if entry.Kind == followup.Opening {
			return archive.ErrReplaced
		}
		return nil
	}
	old, known := f.find(*entry.Replaces)
	same := old.entry.Kind == entry.Kind || entry.Kind == followup.Opening && old.damaged && old.row.ID == f.row.Opening
	if !known || !corrects(entry.Kind) || !same || old.replaced {
		return archive.ErrReplaced
	}
	return nil
}

// conflict shows a form again beside what somebody else did meanwhile: sending it once
// more is then a choice.
func (s *Server) conflict(c echo.Context, v *visit, fill filling, err error) error {
	f, again := s.recordOf(c, v)
	if again != nil {
		return again
	}
	sc := screen{Status: http.StatusConflict, Notice: s.voice.T("office.record.conflict")}
	switch {
	case errors.Is(err, errRecordFull):
		sc.Notice = s.voice.T("office.record.conflict.full")
	case errors.Is(err, errRecordMoved):
		sc.Notice = s.voice.T("office.record.conflict." + f.row.Status)
		if fill.kind == followup.Closing && f.row.Status == followup.Open {
			sc.Notice = s.voice.T("office.record.conflict.planned")
		}
	}
	fill.entry = report.NewID()
	if fill.replaces != nil {
		if old, known := f.find(*fill.replaces); !known || old.entry.Kind != fill.kind && !old.damaged {
			fill.replaces = nil // nothing that this could correct
		}
	}
	if fill.kind == followup.Opening && fill.replaces == nil {
		if opening, known := f.openingEntry(); known {
			fill.replaces = &opening.row.ID
		}
	}
	if fill.replaces != nil {
		drawn, _ := f.find(*fill.replaces) // what the form was drawn from
		for _, e := range f.entries {
			if sameID(e.entry.Replaces, fill.replaces) {
				fill.replaces = &e.row.ID
				sc.Notice = s.voice.T("office.record.conflict.replaced", "Who", e.row.AuthorName, "When", s.when(e.row.CreatedAt))
				sc.Since = []recordLine{s.changed(drawn, e)}
			}
		}
	}
	return s.showEntry(c, v, f, fill, sc)
}

// complete checks what the table of fields cannot, and adds what an entry moves in the
// row.
func (s *Server) complete(c echo.Context, f *recordFile, fill *filling, act *recordAct) error {
	now := s.Now()
	fault := func(field, what string) { fill.faults = append(fill.faults, followup.Fault{Field: field, What: what}) }
	begins, timed := fill.said.At(s.paris)
	switch fill.kind {
	case followup.Contact:
		if timed && begins.After(now.Add(15*time.Minute)) {
			fault("day", "future")
		}
	case followup.Review:
		if next, ok := fill.said.Day("next", s.paris); ok && next.Before(now) {
			fault("next", "past")
		}
	case followup.Plan:
		if due, ok := fill.said.Day("due", s.paris); ok && due.Before(now) && fill.said.Get("state") == followup.ToDo {
			fault("due", "past")
		}
	case followup.Appointment:
		if timed && begins.Before(now) {
			fault("day", "past")
		}
		minutes, _ := strconv.Atoi(fill.said.Get("minutes"))
		act.plan = &archive.Appointment{ID: act.id, RecordID: f.row.ID, Assignee: fill.who, StartsAt: begins, EndsAt: begins.Add(time.Duration(max(minutes, 1)) * time.Minute)}
		act.entry.About = &act.id
	case followup.Document:
		if followup.Allowed(fill.kind, f.row.Status) { // of a closed record the file was not taken
			fill.checkDocument(act)
		}
	case followup.Report:
		fill.faults = append(fill.faults, faultsOfReport(f.opening(), fill.said)...)
	case followup.Handover:
		act.lead = &fill.who
	case followup.Closing:
		closed := followup.Closed
		act.status = &closed
	case followup.Reopening:
		open := followup.Open
		act.status = &open
	}
	if fill.kind != followup.Appointment && fill.kind != followup.Handover {
		return nil
	}
	members, err := s.Archive.Colleagues(c.Request().Context(), []string{f.row.TeamID})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(members, func(m archive.Colleague) bool { return m.ID == fill.who })
	switch {
	case at < 0:
		fill.badWho = s.voice.T("office.record.fault.who")
		return nil
	case fill.kind == followup.Handover:
		act.entry = handover(members[at], fill.said)
		if fill.who == f.row.Lead {
			fill.badWho = s.voice.T("office.record.fault.same_lead")
		}
	}
	return nil
}

// handover is the entry of a new lead. His name stands in it as it was then: the row
// knows only who leads today.
func handover(to archive.Colleague, said followup.Said) followup.Entry {
	return followup.Entry{Kind: followup.Handover, Said: append(followup.Said{{Field: followup.HandedTo, Values: []string{to.Name}}}, said...)}
}
