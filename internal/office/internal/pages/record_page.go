package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/followup"
)

// A record: how to reach the child safely, what comes next, and one timeline.
type recordPage struct {
	Frame
	Address  string
	Heading  string
	Detail   string
	Broken   bool
	Altered  []string // what the rows tell otherwise than what was sealed
	Closed   bool
	Status   string
	Lead     string
	LeadGone bool
	Mine     bool
	Opened   string
	Next     string // empty: nothing is planned
	Late     bool
	Referral string // the address of what was referred
	Added    int    // to it, that nobody of the unit has opened
	Reported []reportedLine
	Safe     *safeContact
	Facts    []fact
	Planned  []plannedLine
	Steps    []stepLine
	Review   string
	LateTurn bool // the review is overdue
	Lines    []recordLine
	Acts     []recordTab
	First    *recordTab // the act that most come for
	Opinions []recordTab
}

// A plannedLine is an appointment that is to come, or was.
type plannedLine struct {
	When, Who, Why string
	Late           bool
	Outcome        string // the address of the form that says what became of it
	File           string // for a calendar elsewhere
}

// A stepLine is a step of the plan as it stands.
type stepLine struct {
	Step, Owner, Due, State string
	Late, Over              bool
	Change                  string
}

// A safeContact stands in front of every call.
type safeContact struct {
	Alias, Phone, Hours, Voicemail, Never string
	Unknown                               bool // nothing was said: ask before calling
}

func (s *Server) safeContact(opening followup.Said) *safeContact {
	c := &safeContact{Alias: opening.Get("alias"), Phone: opening.Get("phone"), Hours: opening.Get("hours"), Never: opening.Get("never")}
	switch opening.Get("voicemail") {
	case "none":
		c.Voicemail = s.voice.T("office.record.safe.voicemail.none")
	case "neutral":
		c.Voicemail = s.voice.T("office.record.safe.voicemail", "Text", firstOf(opening.Get("voicemail_text"), s.voice.T("office.record.safe.voicemail.text")))
	}
	c.Unknown = *c == (safeContact{})
	return c
}

func (s *Server) showRecord(c echo.Context, v *visit) error {
	f, err := s.recordOf(c, v)
	if err != nil {
		return err
	}
	if err := s.sawRecord(c, v, f); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "record", s.recordPage(c, v, f))
}

func (s *Server) recordPage(c echo.Context, v *visit, f *recordFile) recordPage {
	opening, now := f.opening(), s.Now()
	page := recordPage{Address: recordAddress(f.row.ID), Heading: firstOf(opening.Get("label"), s.voice.T("office.record.broken.label")), Broken: f.broken,
		Closed: f.row.Status == followup.Closed, Status: s.voice.T("office.record.status." + f.row.Status), Lead: f.row.LeadName, LeadGone: f.row.LeadGone,
		Mine: f.row.Lead == v.ID, Opened: s.when(f.row.OpenedAt)}
	page.Frame = s.frame(c, s.voice.T("office.record.title")) // the browser keeps titles: no name stands there
	if f.row.Referral != nil {
		page.Referral = "/demandes/" + f.row.Referral.String()
		page.Added = s.unseenOf(c, v, *f.row.Referral)
	}
	if next := f.next(s.paris); next != nil {
		page.Next, page.Late = s.when(*next), next.Before(now)
	}
	if f.broken {
		return page
	}
	page.Detail = s.recordDetail(opening)
	page.Altered = s.alteredOf(f)
	page.Safe = s.safeContact(opening)
	page.Facts = s.openingFacts(opening)
	page.Planned = s.plannedLines(f)
	page.Steps = s.stepLines(f)
	if reviews := f.current(followup.Review); len(reviews) > 0 && !page.Closed {
		if next, ok := reviews[len(reviews)-1].entry.Said.Day("next", s.paris); ok {
			page.Review, page.LateTurn = s.fullDay(next), next.Before(now)
		}
	}
	page.Lines = s.recordLines(v, f)
	page.Reported = s.reported(c, v, f)
	for _, kind := range []followup.Kind{followup.Contact, followup.Appointment, followup.Plan, followup.Review, followup.Orientation, followup.Document, followup.Handover, followup.Share, followup.Report, followup.Closing, followup.Reopening} {
		if followup.Allowed(kind, f.row.Status) && (kind != followup.Share || f.row.Referral != nil) && (kind != followup.Report || reportable(f)) {
			page.Acts = append(page.Acts, recordTab{Address: page.Address + "/ajouter/" + actPath(kind), Text: s.voice.T("office.record.act." + string(kind))})
		}
	}
	if f.row.Referral != nil && !page.Closed {
		page.Acts = append(page.Acts, recordTab{Address: page.Address + "/fiches", Text: s.voice.T("office.record.sheets")})
	}
	page.First, page.Acts = &page.Acts[0], page.Acts[1:]
	if !page.Closed {
		if len(s.professions(v, f.row.TeamID)) > 0 {
			page.Opinions = []recordTab{{Address: page.Address + "/avis", Text: s.voice.T("office.record.act.opinion")}}
		}
	}
	return page
}

// recordDetail stands beside the name: 14 ans · Rhône.
func (s *Server) recordDetail(opening followup.Said) string {
	age := ""
	if years := opening.Get("age"); years != "" {
		age = s.voice.T("office.record.years", "N", years)
	}
	return s.join(age, s.departmentName(opening.Get("department")))
}

func (s *Server) openingFacts(opening followup.Said) []fact {
	var facts []fact
	for _, f := range followup.Fields(followup.Opening) {
		switch f.Name {
		case "origin", "partner", "consent", "situation":
			if value := s.saidText("opening", f, opening); value != "" {
				facts = append(facts, fact{Label: s.voice.T("office.record.field." + f.Name), Value: value, Wide: f.Type == followup.Text})
			}
		}
	}
	return facts
}

func (s *Server) plannedLines(f *recordFile) []plannedLine {
	why := map[string]followup.Said{}
	for _, e := range f.entries {
		if e.entry.Kind == followup.Appointment && e.entry.About != nil {
			why[e.entry.About.String()] = e.entry.Said
		}
	}
	var lines []plannedLine
	for _, p := range f.appointments {
		if p.Status != followup.Planned {
			continue
		}
		told, address := why[p.ID.String()], recordAddress(f.row.ID)+"/rendez-vous/"+p.ID.String()
		l := plannedLine{When: s.fullDay(p.StartsAt) + ", " + s.span(p.StartsAt, p.EndsAt), Who: p.AssigneeName, Late: p.EndsAt.Before(s.Now()), Outcome: address, File: address + "/ics"}
		if place := told.Get("place"); place != "" {
			l.Why = s.recordCode("appointment", "place", place)
		}
		// Who can write the database could move an appointment; what was sealed does not move.
		if at, ok := told.At(s.paris); !ok || !at.Equal(p.StartsAt) {
			s.Log.Warn("an appointment was moved from outside", "record", f.row.ID, "appointment", p.ID)
			l.Why = s.voice.T("office.record.moved")
		}
		lines = append(lines, l)
	}
	return lines
}

func (s *Server) stepLines(f *recordFile) []stepLine {
	var lines []stepLine
	for _, e := range f.current(followup.Plan) {
		told := e.entry.Said
		l := stepLine{Step: told.Get("step"), Owner: told.Get("owner"), State: s.recordCode("plan", "state", told.Get("state")), Over: told.Get("state") != followup.ToDo}
		if due, ok := told.Day("due", s.paris); ok {
			l.Due, l.Late = s.fullDay(due), !l.Over && due.Before(s.Now())
		}
		if f.row.Status == followup.Open {
			l.Change = recordAddress(f.row.ID) + "/ajouter/plan?remplace=" + e.row.ID.String()
		}
		lines = append(lines, l)
	}
	return lines
}
