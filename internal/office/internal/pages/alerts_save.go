package pages

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/notify"
	"recueil/internal/office/internal/triage"
	"recueil/internal/web"
)

func (s *Server) mayAlert(v *visit) bool { return v.Role.May(triage.Alert) && s.receives(v) }

// typedAlerts is the form as it was typed, whether it makes sense or not.
type typedAlerts struct {
	Version  int
	Steps    []stepRow // up to the last that says something
	Address  string
	Pace     map[notify.Kind]notify.Pace
	Hour     int
	Language string
}

// rows are the steps and room for more: the form works without a script, so there is
// always an empty one until there are enough.
func (t typedAlerts) rows() []stepRow {
	rows := slices.Clone(t.Steps)
	for spare := 0; len(rows) < notify.MostSteps && (spare < 1 || len(rows) < 3); spare++ {
		after := "5"
		if len(rows) == 0 {
			after = strconv.Itoa(notify.FirstAfter)
		}
		rows = append(rows, stepRow{After: after})
	}
	return rows
}

// defaultHour is when daily reminders go unless somebody chose another hour.
const defaultHour = 8

func typedAlertsOf(s notify.Settings) typedAlerts {
	typed := typedAlerts{Version: s.Version, Address: s.Reminders.Address, Pace: s.Reminders.Pace, Hour: s.Reminders.Hour, Language: s.Language}
	if s.Reminders.Pace == nil { // nobody has set them yet
		typed.Hour = defaultHour
		typed.Pace = map[notify.Kind]notify.Pace{notify.Unopened: notify.Hourly, notify.Overdue: notify.Hourly, notify.Answers: notify.Daily,
			notify.CallBacks: notify.Hourly, notify.Feedback: notify.Daily}
	}
	for _, step := range s.Steps {
		typed.Steps = append(typed.Steps, stepRow{After: strconv.Itoa(step.After), Address: step.Address, From: step.From, Until: step.Until})
	}
	return typed
}

func (s *Server) readAlerts(form url.Values) typedAlerts {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	typed := typedAlerts{Address: get("address"), Pace: map[notify.Kind]notify.Pace{}, Language: get("language")}
	version, _ := strconv.ParseInt(get("version"), 10, 32) // what is none is nobody's
	typed.Version = int(version)
	typed.Hour, _ = strconv.Atoi(get("hour"))
	for i := 1; i <= notify.MostSteps; i++ {
		row := stepRow{After: get(fmt.Sprintf("after-%d", i)), Address: get(fmt.Sprintf("address-%d", i)), From: get(fmt.Sprintf("from-%d", i)), Until: get(fmt.Sprintf("until-%d", i))}
		if row.Address != "" { // an emptied address takes its step away
			typed.Steps = append(typed.Steps, row)
		}
	}
	for _, kind := range s.Notices.Reminded() {
		if pace := notify.Pace(get("pace-" + string(kind))); slices.Contains(notify.Paces(), pace) {
			typed.Pace[kind] = pace
		}
	}
	return typed
}

// settingsOf makes settings of what was typed, or says what is wrong with it.
func (s *Server) settingsOf(typed typedAlerts) (notify.Settings, []problem) {
	var problems []problem
	refuse := func(field, key string, words ...any) {
		problems = append(problems, problem{field, s.voice.T(key, words...)})
	}
	set := notify.Settings{Version: typed.Version, Language: typed.Language}
	for i, row := range typed.Steps {
		step := notify.Step{Address: row.Address, From: row.From, Until: row.Until}
		step.After, _ = strconv.Atoi(row.After) // what is none is no minute
		if step.After < 1 || step.After > notify.MostAfter {
			refuse(fmt.Sprintf("after-%d", i+1), "office.alerts.after.wrong", "N", i+1, "Most", notify.MostAfter)
		}
		var err error
		if step.Medium, step.Address, err = notify.ParseContact(row.Address, s.Notices.Hosts); err != nil {
			refuse(fmt.Sprintf("address-%d", i+1), contactKey(err), "Where", s.voice.T("office.alerts.step", "N", i+1))
		}
		if step.CheckHours() != nil {
			refuse(fmt.Sprintf("from-%d", i+1), "office.alerts.hours.wrong", "N", i+1)
		}
		set.Steps = append(set.Steps, step)
	}
	set.Reminders = notify.Reminders{Pace: typed.Pace, Hour: typed.Hour}
	if typed.Address != "" {
		var err error
		if set.Reminders.Medium, set.Reminders.Address, err = notify.ParseContact(typed.Address, s.Notices.Hosts); err != nil {
			refuse("address", contactKey(err), "Where", s.voice.T("office.alerts.team"))
		}
	}
	if typed.Hour < 0 || typed.Hour > 23 {
		refuse("hour", "office.alerts.hour.wrong")
	}
	if !slices.Contains(s.Notices.Languages(), typed.Language) {
		refuse("language", "office.alerts.language.wrong")
	}
	return set, problems
}

func contactKey(err error) string {
	switch {
	case errors.Is(err, notify.ErrHost):
		return "office.alerts.address.host"
	case errors.Is(err, notify.ErrSecrets):
		return "office.alerts.address.secret"
	}
	return "office.alerts.address.wrong"
}

func (s *Server) saveAlerts(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	typed := s.readAlerts(form)
	set, problems := s.settingsOf(typed)
	if problems == nil {
		if err = s.Notices.Save(ctx, v.ID, set); err == nil {
			return goTo(c, "/alertes?fait=enregistre")
		}
		if !errors.Is(err, notify.ErrStale) {
			return err
		}
	}
	holds, readErr := s.Notices.Settings(ctx)
	if readErr != nil {
		return readErr
	}
	if problems != nil {
		return s.showAlerts(c, http.StatusUnprocessableEntity, alertsPage{Problems: problems}, typed, holds)
	}
	// Saved by somebody else meanwhile: what was typed stays, beside what holds; to save
	// it once more is to decide for it.
	typed.Version = holds.Version
	return s.showAlerts(c, http.StatusConflict, alertsPage{Stale: s.said(holds)}, typed, holds)
}

// said tells what holds, in one line for each address.
func (s *Server) said(holds notify.Settings) string {
	var parts []string
	for _, step := range holds.Steps {
		parts = append(parts, s.voice.T("office.alerts.holds.step", "Address", step.Address, "Count", step.After))
	}
	if holds.Reminders.Address != "" {
		parts = append(parts, s.voice.T("office.alerts.holds.reminders", "Address", holds.Reminders.Address))
	}
	if parts == nil {
		return s.voice.T("office.alerts.holds.nobody")
	}
	return strings.Join(parts, "\n")
}

var failureForm = regexp.MustCompile(`^[a-z]{1,20}(\.[0-9]{3})?$`)

// testAlerts sends a test to one of the addresses that hold, and to no other.
func (s *Server) testAlerts(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	set, err := s.Notices.Settings(ctx)
	if err != nil {
		return err
	}
	for _, contact := range set.Contacts() {
		if contact.Address != form.Get("to") {
			continue
		}
		failure, err := s.Notices.Try(ctx, v.ID, contact.Medium, contact.Address)
		switch {
		case err != nil:
			return err
		case failure != nil:
			return goTo(c, "/alertes?fait="+failure.Code)
		}
		return goTo(c, "/alertes?fait=essai")
	}
	return goTo(c, "/alertes")
}
