package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/followup"
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
	if c.QueryParam("fait") != "" {
		notice = s.voice.T("office.record.team.done")
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
	if from == to || !slices.ContainsFunc(members, func(m archive.Colleague) bool { return m.ID == to }) {
		return s.showTeam(c, unit, screen{Status: http.StatusUnprocessableEntity, Problems: []problem{{"to-" + form.Get("from"), s.voice.T("office.record.fault.who")}}})
	}
	records, err := s.Archive.LedBy(ctx, unit.ID, from)
	if err != nil {
		return err
	}
	for _, id := range records {
		act := recordAct{id: report.NewID(), entry: followup.Entry{Kind: followup.Handover}, lead: &to}
		if err := s.addEntry(c, v, id, act); err != nil && !errors.Is(err, errRecordMoved) { // closed meanwhile, or damaged
			return err
		}
	}
	return goTo(c, "/suivi/equipe?"+url.Values{"fait": {"1"}}.Encode())
}
