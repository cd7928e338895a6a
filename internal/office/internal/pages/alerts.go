package pages

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/notify"
)

// The page "Alertes": whom the house tells that something waits, and whether it
// reaches them.
type alertsPage struct {
	Frame
	Done      string // said at the top after an act
	Failed    string // of a test
	Stuck     string // what holds, and cannot leave from here
	Stale     string // who saved meanwhile
	Problems  []problem
	Media     []mediumState
	Version   int
	Steps     []stepRow
	Address   string // of the reminders
	Reminders []reminderRow
	Hours     []choice
	Languages []choice
	Changed   string
	Contacts  []contactRow
	Sent      []noticeRow
}

// Bad returns what is wrong with a field of the form, or "".
func (p alertsPage) Bad(field string) string { return textOf(p.Problems, field) }

// A mediumState says whether this office can send by a medium.
type mediumState struct {
	Name  string
	Ready bool
	Text  string
}

// A stepRow is one step of the ladder as it is typed.
type stepRow struct {
	N       int
	Heading string
	After   string
	Address string
	From    string
	Until   string
	Words   [3]string // what is wrong with minutes, address, hours
}

type reminderRow struct {
	Name  string
	Text  string
	Paces []choice
}

type contactRow struct {
	Address string
	Medium  string
	Ready   bool
}

type noticeRow struct {
	When    string
	Time    string // for machines
	What    string
	Address string
	State   string
	Class   string // of its badge
	Why     string
}

const recentNotices = 30

func (s *Server) alerts(c echo.Context, _ *visit) error {
	set, err := s.Notices.Settings(c.Request().Context())
	if err != nil {
		return err
	}
	page := alertsPage{}
	switch did := c.QueryParam("fait"); {
	case did == "enregistre":
		page.Done = s.voice.T("office.alerts.saved")
		if len(s.stuck(set)) > 0 {
			page.Done = ""
			page.Stuck = s.voice.T("office.alerts.saved.stuck")
		}
	case did == "essai":
		page.Done = s.voice.T("office.alerts.tested")
	case failureForm.MatchString(did):
		page.Failed = s.voice.T("office.alerts.test_failed", "Why", s.why(did))
	}
	return s.showAlerts(c, http.StatusOK, page, typedAlertsOf(set), set)
}

// showAlerts draws the page: the form as it was typed, and what holds.
func (s *Server) showAlerts(c echo.Context, status int, page alertsPage, typed typedAlerts, holds notify.Settings) error {
	sent, err := s.Notices.Recent(c.Request().Context(), recentNotices)
	if err != nil {
		return err
	}
	page.Frame = s.frame(c, s.voice.T("office.alerts.title"))
	page.Error = len(page.Problems) > 0
	page.Media = []mediumState{s.mediumState(notify.Email), s.mediumState(notify.Webhook)}
	page.Version, page.Address = typed.Version, typed.Address
	for i, step := range typed.rows() {
		step.N, step.Heading = i+1, s.voice.T("office.alerts.step", "N", i+1)
		for j, field := range []string{"after", "address", "from"} {
			step.Words[j] = page.Bad(fmt.Sprintf("%s-%d", field, i+1))
		}
		page.Steps = append(page.Steps, step)
	}
	for _, kind := range s.Notices.Reminded() {
		row := reminderRow{Name: "pace-" + string(kind), Text: s.voice.T("office.alerts.kind." + string(kind))}
		for _, pace := range notify.Paces() {
			row.Paces = append(row.Paces, choice{Value: string(pace), Text: s.voice.T("office.alerts.pace." + paceName(pace)), Checked: pace == typed.Pace[kind]})
		}
		page.Reminders = append(page.Reminders, row)
	}
	for hour := range 24 {
		page.Hours = append(page.Hours, choice{Value: itoa(hour), Text: s.voice.T("when.time.sharp", "Hour", hour), Checked: hour == typed.Hour})
	}
	for _, lang := range s.Notices.Languages() {
		if in := s.spoken[lang]; in != nil {
			page.Languages = append(page.Languages, choice{Value: lang, Text: in.voice.Name, Checked: lang == typed.Language})
		}
	}
	if holds.ChangedAt != nil && holds.ChangedByName != nil {
		page.Changed = s.voice.T("office.alerts.changed", "When", s.when(*holds.ChangedAt), "Who", *holds.ChangedByName)
	}
	for _, contact := range holds.Contacts() {
		page.Contacts = append(page.Contacts, contactRow{contact.Address, s.voice.T("office.alerts.medium." + string(contact.Medium)), s.Notices.Can(contact.Medium)})
	}
	if stuck := s.stuck(holds); len(stuck) > 0 { // nobody shall count on it
		page.Stuck = strings.TrimSpace(page.Stuck + " " + s.voice.T("office.alerts.stuck", "Where", strings.Join(stuck, ", ")))
	}
	for _, notice := range sent {
		page.Sent = append(page.Sent, s.noticeRow(notice))
	}
	return s.render(c, status, "alerts", page)
}

// stuck lists the addresses that hold and to which this office cannot send.
func (s *Server) stuck(holds notify.Settings) (addresses []string) {
	for _, contact := range holds.Contacts() {
		if !s.Notices.Can(contact.Medium) {
			addresses = append(addresses, contact.Address)
		}
	}
	return addresses
}

func (s *Server) mediumState(m notify.Medium) mediumState {
	state := mediumState{Name: s.voice.T("office.alerts.medium." + string(m)), Ready: s.Notices.Can(m)}
	key := "office.alerts.unset." + string(m)
	if state.Ready {
		key = "office.alerts.ready"
	}
	state.Text = s.voice.T(key)
	return state
}

func paceName(p notify.Pace) string {
	if p == notify.Never {
		return "never"
	}
	return string(p)
}

// why says why a notice was not sent.
func (s *Server) why(code string) string {
	if len(code) > 7 && code[:7] == "status." {
		return s.voice.T("office.alerts.why.status", "N", code[7:])
	}
	return s.voice.First("office.alerts.why."+code, "office.alerts.why.other")
}

var noticeBadges = map[string]string{"sent": "is-done", "failed": "is-error", "waiting": "is-warning"}

func (s *Server) noticeRow(n notify.Notice) noticeRow {
	row := noticeRow{When: s.when(n.CreatedAt), Time: n.CreatedAt.UTC().Format(time.RFC3339), Address: n.Address,
		What: s.voice.T("office.alerts.kind." + string(n.Kind)), State: s.voice.T("office.alerts.state." + n.State), Class: noticeBadges[n.State]}
	if n.Kind == notify.Alarm {
		row.What = s.voice.T("office.alerts.kind.step", "N", n.Step)
	}
	if n.Failure != nil {
		row.Why = s.voice.T("office.alerts.tries", "Count", max(n.Attempts, 1), "Why", s.why(*n.Failure))
	}
	return row
}

// An alarmNotice tells a coordinator, on the queue, that notices do not arrive.
type alarmNotice struct {
	Text    string
	Failing []string // addresses
}

// alarmNotice is nil when nothing is wrong, and for whoever cannot mend it.
func (s *Server) alarmNotice(v *visit) *alarmNotice {
	if s.Notices == nil || !s.mayAlert(v) {
		return nil
	}
	trouble := s.Notices.Trouble()
	switch {
	case trouble.Untold > 0:
		return &alarmNotice{Text: s.voice.T("office.alerts.untold", "Count", trouble.Untold)}
	case len(trouble.Failing) > 0:
		notice := &alarmNotice{Text: s.voice.T("office.alerts.failing", "Count", len(trouble.Failing))}
		for _, contact := range trouble.Failing {
			notice.Failing = append(notice.Failing, contact.Address)
		}
		slices.Sort(notice.Failing)
		return notice
	}
	return nil
}
