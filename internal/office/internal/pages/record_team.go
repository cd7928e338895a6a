package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/report"
	"recueil/internal/trust"
	"recueil/internal/web"
)

// Who carries what, and the hand-over of all that somebody leads.
type recordTeamPage struct {
	Frame
	Tabs     []recordTab
	Heading  string
	Loads    []loadRow
	Members  []choice
	Problems []problem
	Notice   string
}

type loadRow struct {
	ID, Name         string
	Open, Late, Week int
	Gone             bool
}

func (s *Server) unitTeam(c echo.Context, v *visit, unit trust.Team) error {
	notice := ""
	if n, err := strconv.Atoi(c.QueryParam("fait")); err == nil {
		members, err := s.Archive.Colleagues(c.Request().Context(), []string{unit.ID})
		if err != nil {
			return err
		}
		to, _ := uuid.Parse(c.QueryParam("a"))
		if at := slices.IndexFunc(members, func(m archive.Colleague) bool { return m.ID == to }); at >= 0 {
			notice = s.voice.T("office.record.team.done", "Count", n, "Who", members[at].Name)
		}
		if left, err := strconv.Atoi(c.QueryParam("reste")); err == nil && left > 0 {
			notice += " " + s.voice.T("office.record.team.left", "Count", left)
		}
	}
	return s.showTeam(c, unit, screen{Status: http.StatusOK, Notice: notice})
}

func (s *Server) showTeam(c echo.Context, unit trust.Team, sc screen) error {
	loads, err := s.Archive.UnitLoads(c.Request().Context(), unit.ID, s.Now())
	if err != nil {
		return err
	}
	title := s.voice.T("office.record.team")
	page := recordTeamPage{Frame: s.frame(c, title), Tabs: s.unitTabs("team"), Heading: title, Notice: sc.Notice, Problems: sc.Problems}
	for _, l := range loads {
		page.Loads = append(page.Loads, loadRow{ID: l.ID.String(), Name: l.Name, Open: l.Open, Late: l.Late, Week: l.Week, Gone: !l.Member})
		if l.Member {
			page.Members = append(page.Members, choice{Value: l.ID.String(), Text: l.Name})
		}
	}
	page.Error = len(sc.Problems) > 0
	return s.render(c, sc.Status, "record_team", page)
}

// handOverAll gives all that one member leads to another, each record with an entry that
// says so.
func (s *Server) handOverAll(c echo.Context, v *visit, unit trust.Team) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	from, _ := uuid.Parse(form.Get("from"))
	to, _ := uuid.Parse(form.Get("to"))
	ctx := c.Request().Context()
	members, err := s.Archive.Colleagues(ctx, []string{unit.ID})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(members, func(m archive.Colleague) bool { return m.ID == to })
	if from == to || at < 0 {
		return s.showTeam(c, unit, screen{Status: http.StatusUnprocessableEntity, Problems: []problem{{"to-" + form.Get("from"), s.voice.T("office.record.fault.who")}}})
	}
	records, err := s.Archive.LedBy(ctx, unit.ID, from)
	if err != nil {
		return err
	}
	given, left := 0, 0
	for _, id := range records {
		err := s.addEntry(c, v, id, recordAct{id: report.NewID(), entry: handover(members[at], nil), lead: &to})
		switch {
		case errors.Is(err, errRecordMoved): // closed meanwhile, or damaged
			left++
		case err != nil:
			return err
		default:
			given++
		}
	}
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.hand_over_all", Object: "staff", ID: from.String(), Detail: strconv.Itoa(given) + " " + to.String()}
	if given == 0 { // a second tap is told what the first did
		given, err = s.handedOver(c, line)
	} else {
		err = s.Trail.Append(ctx, line)
	}
	if err != nil {
		return err
	}
	done := url.Values{"fait": {strconv.Itoa(given)}, "a": {to.String()}}
	if left > 0 {
		done.Set("reste", strconv.Itoa(left))
	}
	return goTo(c, "/suivi/equipe?"+done.Encode())
}

// handedOver is how many records a member gave the same colleague just now.
func (s *Server) handedOver(c echo.Context, again audit.Event) (int, error) {
	lately, err := s.lately(c, audit.Query{Actor: again.Actor, Action: again.Action, Object: again.ID})
	_, to, _ := strings.Cut(again.Detail, " ")
	for _, line := range lately {
		if n, who, _ := strings.Cut(line.Detail, " "); who == to {
			return strconv.Atoi(n)
		}
	}
	return 0, err
}
