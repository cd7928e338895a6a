package pages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/followup"
	"recueil/internal/trust"
)

// The appointments of a week or a month, one's own or everybody's.
type recordCalendarPage struct {
	Frame
	Tabs    []recordTab
	Heading string
	Period  string
	Month   bool
	Views   []recordTab
	Before  string
	Today   string
	After   string
	Days    []calendarDay
	Count   int
	More    string // not all are shown
}

type calendarDay struct {
	Date    string // 2026-03-17
	Name    string
	Number  int
	Today   bool
	Outside bool // of the month
	Items   []calendarItem
}

type calendarItem struct {
	When, Who, Label, Address, Status string
	Class                             string // planned, done, cancelled, no_show, late
}

// A calendarView is which part of the calendar is looked at.
type calendarView struct {
	from  time.Time // a day, in Paris
	month bool
	all   bool
}

func (cv calendarView) address() string {
	query := url.Values{"du": {cv.from.Format(time.DateOnly)}}
	if cv.month {
		query.Set("vue", "mois")
	}
	if cv.all {
		query.Set("qui", "tous")
	}
	return "/suivi/rendez-vous?" + query.Encode()
}

func (s *Server) calendarView(c echo.Context) calendarView {
	now := s.Now().In(s.paris)
	cv := calendarView{month: c.QueryParam("vue") == "mois", all: c.QueryParam("qui") == "tous", from: now}
	if asked, err := time.ParseInLocation(time.DateOnly, c.QueryParam("du"), s.paris); err == nil && asked.Year() > 2000 && asked.Year() < 2200 {
		cv.from = asked
	}
	return cv.settled()
}

// settled begins on the Monday of the week, or on the first of the month.
func (cv calendarView) settled() calendarView {
	y, m, d := cv.from.Date()
	if cv.month {
		cv.from = time.Date(y, m, 1, 0, 0, 0, 0, cv.from.Location())
		return cv
	}
	cv.from = time.Date(y, m, d-(int(cv.from.Weekday())+6)%7, 0, 0, 0, 0, cv.from.Location())
	return cv
}

// moved is the view some weeks or months further.
func (cv calendarView) moved(by int) calendarView {
	if cv.month {
		cv.from = cv.from.AddDate(0, by, 0)
	} else {
		cv.from = cv.from.AddDate(0, 0, 7*by)
	}
	return cv
}

// span is what is shown: whole weeks.
func (cv calendarView) span() (from, to time.Time) {
	if !cv.month {
		return cv.from, cv.from.AddDate(0, 0, 7)
	}
	week := calendarView{from: cv.from}.settled()
	last := calendarView{from: cv.from.AddDate(0, 1, -1)}.settled()
	return week.from, last.from.AddDate(0, 0, 7)
}

func (s *Server) calendar(c echo.Context, v *visit, unit trust.Team) error {
	view := s.calendarView(c)
	from, to := view.span()
	span := archive.Span{From: from, To: to, Assignee: v.ID}
	if view.all {
		span.Assignee = uuid.Nil
	}
	rows, err := s.Archive.Calendar(c.Request().Context(), []string{unit.ID}, span)
	if err != nil {
		return err
	}
	more := ""
	if len(rows) > archive.MostCalendar {
		rows = rows[:archive.MostCalendar]
		more = s.voice.T("office.record.calendar.more", "N", len(rows), "Day", s.fullDay(rows[len(rows)-1].StartsAt))
	}
	if err := s.sawList(c.Request().Context(), v, "rendez-vous", len(rows)); err != nil {
		return err
	}
	title := s.voice.T("office.record.calendar")
	page := recordCalendarPage{Frame: s.frame(c, title), Tabs: s.unitTabs("calendar"), Heading: title, Month: view.month, Count: len(rows), More: more,
		Before: view.moved(-1).address(), After: view.moved(1).address(), Period: s.period(view)}
	page.Title = title + ", " + page.Period
	today := view
	today.from = s.Now().In(s.paris)
	page.Today = today.settled().address()
	for _, o := range []struct {
		name       string
		month, all bool
	}{{"week", false, view.all}, {"month", true, view.all}, {"mine", view.month, false}, {"everybody", view.month, true}} {
		other := calendarView{from: view.from, month: o.month, all: o.all}.settled()
		current := o.name == "week" && !view.month || o.name == "month" && view.month || o.name == "mine" && !view.all || o.name == "everybody" && view.all
		page.Views = append(page.Views, recordTab{other.address(), s.voice.T("office.record.calendar." + o.name), current})
	}
	page.Days = s.calendarDays(v, view, rows)
	return s.render(c, http.StatusOK, "record_calendar", page)
}

func (s *Server) period(view calendarView) string {
	at := view.from
	month := s.voice.T("month." + itoa(int(at.Month())))
	if view.month {
		return upperFirst(s.voice.T("office.record.calendar.period.month", "Month", month, "Year", at.Year()))
	}
	return s.voice.T("office.record.calendar.period.week", "Day", at.Day(), "Month", month, "Year", at.Year())
}

func (s *Server) calendarDays(v *visit, view calendarView, rows []archive.CalendarRow) []calendarDay {
	from, to := view.span()
	today := s.Now().In(s.paris).Format(time.DateOnly)
	var days []calendarDay
	index := map[string]int{}
	for at := from; at.Before(to); at = at.AddDate(0, 0, 1) {
		date := at.Format(time.DateOnly)
		index[date] = len(days)
		days = append(days, calendarDay{Date: date, Name: s.voice.T("weekday." + itoa(int(at.Weekday()))), Number: at.Day(), Today: date == today, Outside: view.month && at.Month() != view.from.Month()})
	}
	labels := map[uuid.UUID]string{}
	for _, row := range rows {
		record := row.Appointment.RecordID
		if _, known := labels[record]; !known {
			opening, err := s.openingOf(v, &row.Listed)
			if err != nil {
				s.Log.Warn("a record does not open", "record", record, "err", err)
			}
			labels[record] = firstOf(opening.Get("label"), s.voice.T("office.record.broken.label"))
		}
		item := calendarItem{When: s.span(row.StartsAt, row.EndsAt), Who: row.AssigneeName, Label: labels[record], Address: recordAddress(record), Class: row.Appointment.Status,
			Status: s.recordCode("outcome", "status", row.Appointment.Status)}
		if !s.asPlanned(v, &row) {
			item.Class, item.Status = "late", s.voice.T("office.record.moved")
		} else if row.Appointment.Status == followup.Planned && row.EndsAt.Before(s.Now()) {
			item.Class, item.Status = "late", s.voice.T("office.record.late")
		}
		if i, ok := index[row.StartsAt.In(s.paris).Format(time.DateOnly)]; ok {
			days[i].Items = append(days[i].Items, item)
		}
	}
	return days
}

// asPlanned reports whether an appointment stands at the time that was sealed. Who can
// write the database could send somebody another day.
func (s *Server) asPlanned(v *visit, row *archive.CalendarRow) bool {
	key, err := s.recordKey(v, &row.Record)
	if err != nil {
		return true // the record does not open, which its name says
	}
	var e followup.Entry
	err = key.Open(casefile.Place{Part: row.Appointment.ID, Kind: recordPart, Sequence: row.PlannedSequence}, row.PlannedBody, &e)
	at, timed := e.Said.At(s.paris)
	if err == nil && e.Kind == followup.Appointment && timed && at.Equal(row.StartsAt) {
		return true
	}
	s.Log.Warn("an appointment was moved from outside", "record", row.Record.ID, "appointment", row.Appointment.ID, "err", err)
	return false
}
