package pages

import (
	"github.com/google/uuid"

	"recueil/internal/office/internal/followup"
)

// alteredOf says what the rows of a record tell otherwise than what was sealed. What was
// sealed is what counts, and what the page shows.
func (s *Server) alteredOf(f *recordFile) []string {
	var told []string
	for _, one := range []struct {
		altered bool
		what    string
	}{
		{f.openingMoved(), "opening"},
		{f.misled, "referral"},
		{f.restated, "status"},
		{f.reappointed, "appointment"},
	} {
		if one.altered {
			s.Log.Warn("a record was altered from outside", "record", f.row.ID, "what", one.what)
			told = append(told, s.voice.T("office.record.altered."+one.what))
		}
	}
	return told
}

// standAsSealed lets a record, and each of its appointments, be in the state that its
// sealed entries say: whoever writes the database could otherwise let a child, or a visit,
// drop out of the unit's day. Where an entry that could have said more does not open, the
// row is believed, and the timeline tells of that entry.
func (f *recordFile) standAsSealed() {
	if f.broken {
		return
	}
	status, unsure, ends := followup.Open, false, map[uuid.UUID]string{}
	lost := false // an entry that may have ended an appointment
	for _, e := range f.entries {
		switch {
		case e.damaged:
			unsure, lost = true, true
		case e.entry.Kind == followup.Closing:
			status, unsure = followup.Closed, false
		case e.entry.Kind == followup.Reopening:
			status, unsure = followup.Open, false
		case e.entry.Kind == followup.Outcome && e.entry.About != nil:
			ends[*e.entry.About] = e.entry.Said.Get("status")
		}
	}
	if !unsure && status != f.row.Status {
		f.restated, f.row.Status = true, status
	}
	for i := range f.appointments {
		p := &f.appointments[i]
		end, ended := ends[p.ID]
		if !ended {
			end = followup.Planned
		}
		if (ended || !lost) && end != p.Status {
			f.reappointed, p.Status = true, end
		}
	}
}
