package pages

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
)

type reportPage struct {
	Frame
	Row
	Reference string
	Status    string
	Received  string
	Past      bool   // it is no alarm any more
	Arrived   string // how urgent it was, in words
	Brief     brief
	Sections  []section
	Talk      talk
	Composer  composer
	Notes     notePane
	Callbacks callbackCard
	Present   string // who else has the report open
	Live      string
	Arrivals  string
	Files     []file
	FileCount int // of the report and of what was added
	Unread    int // files stored beside it that nothing lists
	Timeline  []event
	Panel     panel
	Referrals referralPane
	Leaving   *sentLink
	Notice    string
	Written   []leftText // typed for a form that cannot be sent any more
	Problems  []problem
	MaxReason int
}

// Bad returns what is wrong with a field of the form, or "".
func (p reportPage) Bad(field string) string {
	for _, problem := range p.Problems {
		if problem.Field == field {
			return problem.Text
		}
	}
	return ""
}

type choice struct {
	Value, Text, Hint string
	Checked           bool
}

// A problem is said at the top and leads to its field.
type problem struct{ Field, Text string }

func parseID(text string) (report.ID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return id, archive.ErrNotFound
	}
	return id, nil
}

func (s *Server) report(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	if typed, ok := returned(c, v); ok {
		return s.showReport(c, v, id, s.screenOf(typed))
	}
	return s.showReport(c, v, id, screen{Status: http.StatusOK})
}

// A screen is how a report is shown: what was typed into its forms, and what is said
// of it.
type screen struct {
	Status   int
	Closing  closing
	Message  composing
	Named    []segment // of the message
	Note     noting
	Callback promiseForm
	Written  []leftText   // of a form that cannot be sent any more
	Since    []recordLine // what somebody else wrote in the place of it
	Notice   string
	Problems []problem
}

// screenOf shows again what was kept over a log-in.
func (s *Server) screenOf(kept url.Values) screen {
	sc := screen{Status: http.StatusOK, Notice: s.voice.T("office.close.kept")}
	switch {
	case kept.Has("callback"):
		sc.Callback = s.promiseReturned(kept)
	case kept.Get("note") != "":
		sc.Note = readNoting(kept)
	case kept.Get("text") != "":
		sc.Message = readComposing(kept)
	default:
		sc.Closing = readClosing(kept)
	}
	return sc
}

// showReport draws a report as it is now.
func (s *Server) showReport(c echo.Context, v *visit, id report.ID, sc screen) error {
	ctx := c.Request().Context()
	// Before anything is read: what comes in between is announced.
	snapshot, err := s.Archive.Snapshot(ctx)
	if err != nil {
		return err
	}
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	if err := s.sawReport(c, v, &found); err != nil {
		return err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		s.Log.Warn("a report does not open", "report", id, "err", err)
	}
	reference, received := seal.FormatReference(found.Reference), found.ReceivedAt
	if opened != nil {
		reference, received = seal.FormatReference(opened.Reference), opened.ReceivedAt
	}
	page := reportPage{Frame: s.frame(c, s.voice.T("office.report.title", "Reference", reference)), Row: s.row(v, &found, opened),
		Reference: reference, Status: s.voice.T("office.status." + string(found.Status)), Received: s.when(received),
		Notice: sc.Notice, Written: sc.Written, Problems: sc.Problems, MaxReason: maxReason,
		Live: streamAddress(streamPath, snapshot, id), Arrivals: streamAddress("/file/arrivees", snapshot, id)}
	page.Error = len(sc.Problems) > 0
	page.Past = slices.Contains([]triage.Status{triage.Closed, triage.Merged, triage.Archived}, found.Status)
	page.Arrived = s.voice.T("urgency." + itoa(int(found.Urgency)))
	page.runClock(s, found.Status)
	parts, err := s.Archive.Parts(ctx, id)
	if err != nil {
		return err
	}
	page.Panel = s.panel(v, &found, opened, parts, sc.Closing)
	if opened != nil && confirmedUrgency(opened, parts) != found.Urgency {
		page.Altered = s.join(page.Altered, s.voice.T("office.altered.urgency"))
	}
	additions, err := s.additions(c, v, &found)
	if err != nil {
		return err
	}
	if opened != nil {
		page.Brief = s.brief(opened)
		page.Brief.Calling.Later = s.later(additions)
		page.Sections = s.sections(opened, page.Brief.whole)
	}
	if page.Talk, err = s.talk(c, &found, opened, additions); err != nil {
		return err
	}
	all, err := s.files(c, v, &found, opened, additions)
	if err != nil {
		return err
	}
	page.Files, page.FileCount, page.Unread = s.fileList(v, id, all.own), len(all.own), all.unread
	for i, held := range all.added {
		page.Talk.attach(additions[i].row.ID, s.fileList(v, id, held))
		page.FileCount += len(held)
	}
	page.Composer = s.composer(v, &found, opened, len(page.Talk.Entries)-len(additions), page.Panel.HeldBy, sc)
	if page.Referrals, err = s.referralPane(c, v, shownReport{&found, opened, parts, additions}); err != nil {
		return err
	}
	page.Timeline = s.timeline(&found, opened, page.Talk, parts, s.referralEvents(page.Referrals)...)
	if page.Callbacks, err = s.callbackCard(c, v, &found, opened, parts); err != nil {
		return err
	}
	if slices.ContainsFunc(page.Callbacks.Rows, func(row callbackRow) bool { return row.Altered }) {
		page.Altered = s.join(page.Altered, s.voice.T("office.altered.callback"))
	}
	// With somebody in danger now, to call the police comes before everything else.
	if page.Callbacks.May && found.Urgency == 0 && slices.Contains(triage.Open(), found.Status) {
		page.Panel.Relay, page.Callbacks.Relay = page.Callbacks.Relay, ""
	}
	if sc.Callback.Open() {
		page.Callbacks.take(sc.Callback)
	}
	if page.Notes, err = s.notes(c, v, &found, opened, parts, sc.Note); err != nil {
		return err
	}
	page.Leaving = s.sentLink(v, &found, parts)
	others, err := s.Archive.Attend(ctx, id, v.ID, false, s.Now())
	if err != nil {
		return err
	}
	page.Present = s.present(others)
	if err := s.see(c, v, &found, additions); err != nil {
		return err
	}
	return s.render(c, sc.Status, "report", page)
}

// runClock lets the time left run on also while somebody has the report open: to him it
// matters most.
func (p *reportPage) runClock(s *Server, status triage.Status) {
	left := p.DueAt.Sub(s.Now())
	if p.Clock || p.Urgency == 0 || !slices.Contains(triage.Due(), status) {
		return
	}
	p.Clock = true
	if left > 0 {
		p.Left = s.voice.T("office.row.left", "T", s.duration(left))
	} else {
		p.Late = s.voice.T("office.row.late", "T", s.duration(-left))
	}
}

// see notes that a report, and what was added to it, is before the eyes of somebody
// who answers for it. Who only reads changes nothing.
func (s *Server) see(c echo.Context, v *visit, r *archive.Report, additions []addition) error {
	if v.Role.May(triage.Claim) {
		if err := s.Archive.Opened(c.Request().Context(), r.ID, s.Now()); err != nil {
			return err
		}
	}
	var unseen []report.ID
	for _, a := range additions {
		if a.row.SeenAt == nil {
			unseen = append(unseen, a.row.ID)
		}
	}
	if len(unseen) == 0 || !v.Role.May(triage.Write) {
		return nil
	}
	return s.Archive.Seen(c.Request().Context(), r.ID, unseen, s.Now())
}

// briefLength is how much of what is told stands at the top.
const briefLength = 400

func cut(text string) (string, bool) {
	if utf8.RuneCountInString(text) <= briefLength {
		return text, false
	}
	return string([]rune(text)[:briefLength]) + "…", true
}

// when writes a time as one says it, in the time of Paris.
func (s *Server) when(t time.Time) string {
	at, now := t.In(s.paris), s.Now().In(s.paris)
	switch days := daysBetween(at, now); {
	case days == 0:
		return s.voice.T("when.today", "Time", s.clock(t))
	case days == 1:
		return s.voice.T("office.when.yesterday", "Time", s.clock(t))
	case days > 0 && days < 7:
		return s.voice.T("when.weekday", "Weekday", s.voice.T("weekday."+itoa(int(at.Weekday()))), "Time", s.clock(t))
	case at.Year() != now.Year():
		return s.voice.T("office.when.year", "Day", at.Day(), "Month", s.voice.T("month."+itoa(int(at.Month()))), "Year", at.Year(), "Time", s.clock(t))
	}
	return s.voice.T("when.date", "Day", at.Day(), "Month", s.voice.T("month."+itoa(int(at.Month()))), "Time", s.clock(t))
}

func (s *Server) clock(t time.Time) string {
	at := t.In(s.paris)
	if at.Minute() == 0 {
		return s.voice.T("when.time.sharp", "Hour", at.Hour())
	}
	return s.voice.T("when.time", "Hour", at.Hour(), "Minute", at.Format("04"))
}

func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(to).Sub(day(from)) / (24 * time.Hour))
}

// duration writes 4 min, 3 h 10, 2 j, as the script of the page does later.
func (s *Server) duration(d time.Duration) string {
	minutes := max(0, int(d/time.Minute))
	switch hours := minutes / 60; {
	case hours == 0:
		return s.voice.T("office.duration.minutes", "N", minutes)
	case hours >= 48:
		return s.voice.T("office.duration.days", "N", hours/24)
	case minutes%60 == 0:
		return s.voice.T("office.duration.hours", "N", hours)
	default:
		return s.voice.T("office.duration.hours_minutes", "N", hours, "Minutes", fmt.Sprintf("%02d", minutes%60))
	}
}

func isConcurrent(err error) bool { return errors.Is(err, archive.ErrConcurrent) }
