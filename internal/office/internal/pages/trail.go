package pages

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
)

// The audit trail, for auditors: names of people and codes, never a word of a report.
type trailPage struct {
	Frame
	Filter   trailFilter
	People   []choice
	Actions  []choice
	Problems []problem
	Rows     []trailRow
	Older    string // address of the next page
	Newest   string // of the first one, when this is not it
	Export   string
}

// Bad returns what is wrong with a filter, or "".
func (p trailPage) Bad(field string) string { return textOf(p.Problems, field) }

// A trailFilter is what an address asks for: ids, codes and days.
type trailFilter struct {
	Actor  string
	Action string
	Object string
	From   string
	Until  string
}

type trailRow struct {
	Seq    int64
	At     string
	Time   string // for machines
	Who    string
	What   string
	On     string
	ID     string // of what it was done to, to be looked for
	Detail string
}

const trailLines = 50

var objectForm = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// readTrailFilter reads the filters of an address. Days are those of Paris; the last
// one counts whole.
func (s *Server) readTrailFilter(from url.Values) (trailFilter, audit.Query, []problem) {
	f := trailFilter{from.Get("qui"), from.Get("quoi"), from.Get("objet"), from.Get("du"), from.Get("au")}
	var q audit.Query
	var problems []problem
	refuse := func(field, key string) { problems = append(problems, problem{field, s.voice.T(key)}) }
	if f.Actor != "" {
		id, err := uuid.Parse(f.Actor)
		if err != nil {
			refuse("qui", "office.trail.who.unknown")
		}
		q.Actor = id
	}
	if q.Action = f.Action; f.Action != "" && !actionForm.MatchString(f.Action) {
		refuse("quoi", "office.trail.what.unknown")
	}
	if q.Object = f.Object; f.Object != "" && !objectForm.MatchString(f.Object) {
		refuse("objet", "office.trail.object.form")
	}
	day := func(field string, text *string, add int) time.Time {
		if *text == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(time.DateOnly, *text, s.paris)
		if err != nil {
			refuse(field, "office.trail.day.form")
			*text = "" // a field of dates cannot show anything else
			return time.Time{}
		}
		return t.AddDate(0, 0, add)
	}
	q.From, q.Until = day("du", &f.From, 0), day("au", &f.Until, 1)
	if !q.From.IsZero() && !q.Until.IsZero() && !q.From.Before(q.Until) {
		refuse("au", "office.trail.day.order")
	}
	q.Before, _ = strconv.ParseInt(from.Get("avant"), 10, 64)
	q.Before = max(q.Before, 0)
	return f, q, problems
}

var actionForm = regexp.MustCompile(`^[a-z_.]{1,64}$`)

func (f trailFilter) address(path string, before int64) string {
	query := url.Values{}
	for name, value := range map[string]string{"qui": f.Actor, "quoi": f.Action, "objet": f.Object, "du": f.From, "au": f.Until} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if before > 0 {
		query.Set("avant", strconv.FormatInt(before, 10))
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

func (s *Server) trail(c echo.Context, _ *visit) error {
	ctx := c.Request().Context()
	filter, query, problems := s.readTrailFilter(c.QueryParams())
	page := trailPage{Filter: filter, Problems: problems}
	page.Frame = s.frame(c, s.voice.T("office.trail.title"))
	page.Error = problems != nil
	if err := s.trailChoices(c, &page); err != nil {
		return err
	}
	if problems != nil {
		return s.render(c, http.StatusUnprocessableEntity, "trail", page)
	}
	found, more, err := s.Trail.Read(ctx, query, trailLines)
	if err != nil {
		return err
	}
	for _, line := range found {
		page.Rows = append(page.Rows, s.trailRow(line))
	}
	if more {
		page.Older = filter.address("/journal", found[len(found)-1].Seq)
	}
	if query.Before > 0 {
		page.Newest = filter.address("/journal", 0)
	}
	page.Export = filter.address("/journal/export", 0)
	return s.render(c, http.StatusOK, "trail", page)
}

// trailChoices lists the people and the actions that can be chosen.
func (s *Server) trailChoices(c echo.Context, page *trailPage) error {
	people, err := s.Desk.People(c.Request().Context())
	if err != nil {
		return err
	}
	for _, p := range people {
		page.People = append(page.People, choice{Value: p.ID.String(), Text: p.DisplayName + " (" + p.Login + ")", Checked: p.ID.String() == page.Filter.Actor})
	}
	actions, err := s.Trail.Actions(c.Request().Context())
	if err != nil {
		return err
	}
	for _, action := range actions {
		page.Actions = append(page.Actions, choice{Value: action, Text: s.actionWords(action), Checked: action == page.Filter.Action})
	}
	return nil
}

// actionWords says what was done; an action of a later version stands as its code.
func (s *Server) actionWords(action string) string {
	if words := s.voice.First("office.trail.action." + action); words != "" {
		return words
	}
	return action
}

// detailWords says more of what was done; what has no words stands as its code.
func (s *Server) detailWords(l audit.Line) string {
	if words := s.voice.First("office.trail.detail."+l.Detail, "office.role."+l.Detail); words != "" {
		return words
	}
	if n, err := strconv.Atoi(l.Detail); err == nil && l.Action == "queue.open" {
		return s.voice.T("office.trail.rows", "Count", n)
	}
	// A second factor that was not taken: why, and which.
	if why, which, ok := strings.Cut(l.Detail, "."); ok && strings.HasPrefix(why, "factor_") {
		if what := s.voice.First("office.trail.detail." + which); what != "" {
			return s.voice.T("office.trail.refused."+why, "What", what)
		}
	}
	return l.Detail
}

func (s *Server) trailRow(l audit.Line) trailRow {
	row := trailRow{Seq: l.Seq, Time: l.At.UTC().Format("2006-01-02T15:04:05Z"), At: s.moment(l.At), Who: l.ActorName, What: s.actionWords(l.Action), ID: l.ObjectID}
	row.Detail = s.detailWords(l)
	if row.Who == "" && l.Actor != nil {
		row.Who = l.Actor.String()
	}
	row.On = l.ObjectName
	if row.On == "" {
		if row.On = s.voice.First("office.trail.object." + l.ObjectType); row.On == "" {
			row.On = l.ObjectType
		}
	}
	return row
}

// moment writes a time of the trail to the second, in Paris.
func (s *Server) moment(t time.Time) string { return t.In(s.paris).Format("02/01/2006 15:04:05") }
