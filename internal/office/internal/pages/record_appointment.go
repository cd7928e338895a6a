package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
	"recueil/internal/web"
)

// appointmentOf finds the appointment of an address among those of its record.
func (s *Server) appointmentOf(c echo.Context, v *visit) (*recordFile, archive.Appointment, error) {
	f, err := s.recordOf(c, v)
	if err != nil {
		return nil, archive.Appointment{}, err
	}
	id, err := uuid.Parse(c.Param("rdv"))
	for _, p := range f.appointments {
		if err == nil && p.ID == id && !f.broken {
			return f, p, nil
		}
	}
	return nil, archive.Appointment{}, errNoRecord
}

// askOutcome asks what became of an appointment.
func (s *Server) askOutcome(c echo.Context, v *visit) error {
	f, p, err := s.appointmentOf(c, v)
	if err != nil {
		return err
	}
	fill := filling{kind: followup.Outcome, given: url.Values{}, entry: report.NewID()}
	sc := screen{Status: http.StatusOK}
	if kept, ok := returned(c, v); ok {
		fill.take(kept)
		sc.Notice = s.voice.T("office.close.kept")
	}
	if p.Status != followup.Planned {
		sc.Notice = s.voice.T("office.record.conflict.outcome", "Status", s.recordCode("outcome", "status", p.Status))
	}
	return s.showOutcome(c, v, f, p, fill, sc)
}

func (s *Server) doOutcome(c echo.Context, v *visit) error {
	f, p, err := s.appointmentOf(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	fill := filling{kind: followup.Outcome, entry: report.NewID()}
	fill.take(form)
	fill.replaces = nil
	act := recordAct{id: fill.entry, entry: followup.Entry{Kind: followup.Outcome, About: &p.ID, Said: fill.said}, ended: &p.ID, how: fill.said.Get("status")}
	if how := fill.said.Get("status"); p.StartsAt.After(s.Now()) && (how == followup.Done || how == followup.NoShow) {
		fill.faults = append(fill.faults, followup.Fault{Field: "status", What: "early"})
	}
	if fill.faults != nil {
		return s.showOutcome(c, v, f, p, fill, screen{Status: http.StatusUnprocessableEntity})
	}
	err = s.addEntry(c, v, f.row.ID, act)
	if errors.Is(err, archive.ErrReplaced) || errors.Is(err, errRecordMoved) || isConcurrent(err) {
		if f, p, err = s.appointmentOf(c, v); err != nil {
			return err
		}
		notice := s.voice.T("office.record.conflict.outcome", "Status", s.recordCode("outcome", "status", p.Status))
		return s.showOutcome(c, v, f, p, fill, screen{Status: http.StatusConflict, Notice: notice})
	}
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, recordAddress(f.row.ID)+"#suivi")
}

func (s *Server) showOutcome(c echo.Context, v *visit, f *recordFile, p archive.Appointment, fill filling, sc screen) error {
	if err := s.sawRecord(c, v, f); err != nil {
		return err
	}
	title := s.voice.T("office.record.act.outcome")
	page := recordActPage{Frame: s.frame(c, title), Heading: title, Lead: s.when(p.StartsAt) + " · " + p.AssigneeName, Back: recordAddress(f.row.ID), BackText: f.opening().Get("label"),
		Action: recordAddress(f.row.ID) + "/rendez-vous/" + p.ID.String(), Entry: fill.entry.String(), Notice: sc.Notice, Button: s.voice.T("office.record.save"),
		Fields: s.recordFields("outcome", followup.Fields(followup.Outcome), fill.given, fill.faults)}
	page.Again = page.Action
	page.Problems = recordProblems(page.Fields)
	page.Error = len(page.Problems) > 0
	return s.render(c, sc.Status, "record_act", page)
}

// appointmentFile gives an appointment to a calendar elsewhere: the time, and nothing
// that says whose it is.
func (s *Server) appointmentFile(c echo.Context, v *visit) error {
	f, p, err := s.appointmentOf(c, v)
	if err != nil {
		return err
	}
	if err := s.sawRecord(c, v, f); err != nil {
		return err
	}
	const stamp = "20060102T150405Z"
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Recueil//FR", "BEGIN:VEVENT", "UID:" + p.ID.String(),
		"DTSTAMP:" + s.Now().UTC().Format(stamp), "DTSTART:" + p.StartsAt.UTC().Format(stamp), "DTEND:" + p.EndsAt.UTC().Format(stamp),
		"SUMMARY:" + s.voice.T("office.record.ics"), "CLASS:PRIVATE", "END:VEVENT", "END:VCALENDAR", ""}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="rendez-vous.ics"`)
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", []byte(strings.Join(lines, "\r\n")))
}

// span writes when an appointment begins and ends: 14 h 30 – 15 h 15.
func (s *Server) span(from, to time.Time) string {
	return s.voice.T("office.record.span", "From", s.clock(from), "To", s.clock(to))
}
