package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
	"recueil/internal/trust"
	"recueil/internal/web"
)

// An opinion, for who is of its profession.
type recordOpinionPage struct {
	Frame
	Heading string
	Back    string
	At      string
	Author  string
	Text    string
	Damaged bool
}

// professions lists those of a unit whose keys the member holds.
func (s *Server) professions(v *visit, unit string) []trust.Team {
	var own []trust.Team
	for _, team := range s.Desk.Trust.File().Professions(unit) {
		if len(v.keys.Epochs(team.ID)) > 0 {
			own = append(own, team)
		}
	}
	return own
}

// opinion shows one opinion. To who does not hold the key of its profession it is not
// there.
func (s *Server) opinion(c echo.Context, v *visit) error {
	f, err := s.recordOf(c, v)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("avis"))
	if err != nil {
		return errNoRecord
	}
	for _, o := range f.opinions {
		key, holds := holder(v, o.TeamID, o.Epoch)
		if o.ID != id || !holds {
			continue
		}
		line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.opinion_open", Object: "record", ID: f.row.ID.String(), Seen: o.Body}
		if err := s.Trail.Append(c.Request().Context(), line); err != nil {
			return err
		}
		title := s.voice.T("office.record.opinion.of", "Team", s.teamName(o.TeamID))
		page := recordOpinionPage{Frame: s.frame(c, title), Heading: title, Back: recordAddress(f.row.ID), At: s.when(o.CreatedAt), Author: o.AuthorName}
		opened, err := followup.OpenOpinion(key, o.ID, f.row.ID, o.Body)
		if err != nil || opened.Author != o.Author {
			s.Log.Warn("an opinion does not open", "record", f.row.ID, "opinion", o.ID, "err", err)
			page.Damaged = true
		} else {
			page.At, page.Text = s.when(opened.At), opened.Text
		}
		return s.render(c, http.StatusOK, "record_opinion", page)
	}
	// Somebody who follows an address that is not his leaves a line.
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.opinion_refused", Object: "record", ID: f.row.ID.String()}
	if err := s.Trail.Append(c.Request().Context(), line); err != nil {
		return err
	}
	return errNoRecord
}

// opinionForm finds the record and the profession that the member may write for.
func (s *Server) opinionForm(c echo.Context, v *visit) (*recordFile, trust.Team, error) {
	f, err := s.recordOf(c, v)
	if err != nil {
		return nil, trust.Team{}, err
	}
	own := s.professions(v, f.row.TeamID)
	if len(own) == 0 || f.broken {
		return nil, trust.Team{}, errRole
	}
	return f, own[0], s.sawRecord(c, v, f)
}

func (s *Server) askOpinion(c echo.Context, v *visit) error {
	f, team, err := s.opinionForm(c, v)
	if err != nil {
		return err
	}
	fill, sc := filling{given: url.Values{}, entry: report.NewID()}, screen{Status: http.StatusOK}
	if kept, ok := returned(c, v); ok {
		fill.given, sc.Notice = kept, s.voice.T("office.close.kept")
	}
	return s.showOpinionForm(c, f, team, fill, sc)
}

func (s *Server) showOpinionForm(c echo.Context, f *recordFile, team trust.Team, fill filling, sc screen) error {
	title := s.voice.T("office.record.act.opinion")
	page := recordActPage{Frame: s.frame(c, title), Heading: title, Lead: s.voice.T("office.record.act.opinion.hint", "Team", team.Name),
		Back: recordAddress(f.row.ID), BackText: f.opening().Get("label"), Action: recordAddress(f.row.ID) + "/avis", Entry: fill.entry.String(),
		Fields: s.recordFields("opinion", followup.OpinionFields, fill.given, fill.faults), Notice: sc.Notice, Button: s.voice.T("office.record.save")}
	page.Again = page.Action
	page.Problems = recordProblems(page.Fields)
	page.Error = len(page.Problems) > 0
	return s.render(c, sc.Status, "record_act", page)
}

func (s *Server) writeOpinion(c echo.Context, v *visit) error {
	f, team, err := s.opinionForm(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	fill := filling{entry: report.NewID()}
	fill.take(form)
	fill.said, fill.faults = followup.Check(followup.OpinionFields, func(name string) []string { return form[said+name] })
	if fill.faults != nil {
		return s.showOpinionForm(c, f, team, fill, screen{Status: http.StatusUnprocessableEntity})
	}
	err = s.storeOpinion(c, v, f, team, fill)
	if isConcurrent(err) { // a second tap that overtook the first, or an id that is another's
		if f, team, err = s.opinionForm(c, v); err != nil {
			return err
		}
		if !f.holdsOpinion(v, fill) {
			fill.entry = report.NewID()
		}
		err = s.storeOpinion(c, v, f, team, fill)
	}
	if errors.Is(err, errRecordMoved) {
		return s.showOpinionForm(c, f, team, fill, screen{Status: http.StatusConflict, Notice: s.voice.T("office.record.conflict.closed")})
	}
	if err != nil {
		return err
	}
	return s.added(c, v, f)
}

// holdsOpinion reports whether an opinion is on the record already: its author sent it
// twice.
func (f *recordFile) holdsOpinion(v *visit, fill filling) bool {
	for _, stored := range f.opinions {
		if stored.ID != fill.entry || stored.Author != v.ID {
			continue
		}
		if key, ok := holder(v, stored.TeamID, stored.Epoch); ok {
			before, err := followup.OpenOpinion(key, stored.ID, f.row.ID, stored.Body)
			return err == nil && before.Text == fill.said.Get("note")
		}
	}
	return false
}

func (s *Server) storeOpinion(c echo.Context, v *visit, f *recordFile, team trust.Team, fill filling) error {
	if f.holdsOpinion(v, fill) {
		return nil
	}
	if f.row.Status == followup.Closed {
		return errRecordMoved
	}
	if slices.ContainsFunc(f.opinions, func(o archive.Opinion) bool { return o.ID == fill.entry }) {
		fill.entry = report.NewID()
	}
	to, _ := s.Desk.Trust.File().Current(team.ID)
	key, holds := holder(v, team.ID, to.Number)
	if !holds {
		return errRole
	}
	now := s.Now()
	body, err := followup.Opinion{ID: fill.entry, Record: f.row.ID, Author: v.ID, At: now.UTC(), Text: fill.said.Get("note")}.Seal(key, to)
	if err != nil {
		return err
	}
	o := archive.Opinion{ID: fill.entry, RecordID: f.row.ID, TeamID: team.ID, Epoch: to.Number, Author: v.ID, Body: body, CreatedAt: now}
	line := audit.Event{At: now, Actor: v.ID, Action: "record.opinion", Object: "record", ID: f.row.ID.String(), Seen: body}
	ctx := c.Request().Context()
	return s.Trail.Within(ctx, line, func(tx pgx.Tx) error { return archive.AppendOpinion(ctx, tx, o) })
}
