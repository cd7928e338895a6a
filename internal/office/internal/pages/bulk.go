package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/web"
)

// A bulk is what is typed to close several reports of the lane.
type bulk struct {
	Ticked []report.ID
	Reason string
	Bad    string // what is wrong with the reason
}

// mostBulk is how many may be closed in one act.
const mostBulk = 500

// toLane is where the address of the form leads by itself.
func (s *Server) toLane(c echo.Context, _ *visit) error {
	return c.Redirect(http.StatusSeeOther, "/file?vue=a-verifier")
}

// closeBulk closes what is ticked as out of scope. Each report is opened for it, gets
// the reason sealed among its own parts and a line in the trail of its own; one that
// somebody else has taken up, or that grew meanwhile, stays as it is, and the page says
// so with the reason kept.
func (s *Server) closeBulk(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := bulk{Ticked: readTicks(form["dossier"]), Reason: strings.ReplaceAll(form.Get("reason"), "\r\n", "\n")}
	view, _ := url.ParseQuery(form.Get("vue")) // what is none shows the lane
	if !view.Has("voie") {
		view.Set("vue", "a-verifier")
	}
	problems := s.problemsOfBulk(&typed)
	if problems != nil {
		return s.showQueue(c, v, view, queueScreen{Status: http.StatusUnprocessableEntity, Bulk: typed, Problems: problems})
	}
	ctx := c.Request().Context()
	id := uuid.New()
	if err := s.Archive.BeginBulk(ctx, id, v.ID, s.Now()); err != nil {
		return err
	}
	var left []report.ID
	for _, one := range typed.Ticked {
		err := s.closeOneOf(c, v, id, one, typed.Reason)
		if errors.Is(err, archive.ErrNotFound) || isConcurrent(err) || errors.Is(err, errNotInBulk) {
			left = append(left, one)
			continue
		}
		if err != nil {
			return err
		}
	}
	if len(left) > 0 {
		typed.Ticked = left
		problems := []problem{{"contenu", s.voice.T("office.lane.left", "Count", len(left))}}
		return s.showQueue(c, v, view, queueScreen{Status: http.StatusConflict, Bulk: typed, Problems: problems})
	}
	return goTo(c, "/file?vue=a-verifier")
}

func (s *Server) problemsOfBulk(typed *bulk) (problems []problem) {
	switch n := len(typed.Ticked); {
	case n == 0:
		problems = append(problems, problem{"contenu", s.voice.T("office.lane.nothing")})
	case n > mostBulk:
		problems = append(problems, problem{"contenu", s.voice.T("office.lane.most", "N", mostBulk)})
	}
	if typed.Bad = s.refused(typed.Reason, reasonRule.or("office.lane.why")); typed.Bad != "" {
		problems = append(problems, problem{"reason", typed.Bad})
	}
	return problems
}

var errNotInBulk = errors.New("the report is not one to close among several")

func (s *Server) closeOneOf(c echo.Context, v *visit, lot uuid.UUID, id report.ID, reason string) error {
	ctx := c.Request().Context()
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	if found.Status == triage.Closed {
		return nil // sent twice, or somebody was quicker: it is as was wished
	}
	if !closesInBulk(&found, v, s.Now()) {
		return errNotInBulk
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		s.Log.Warn("a report does not open", "report", id, "err", err)
		return errNotInBulk // its reason could be sealed under no key of it
	}
	qualification := triage.OutOfScope
	step := archive.Step{Report: id, Version: found.Version, From: found.Status, Qualification: &qualification, By: v.ID, At: s.Now()}
	line := audit.Event{Action: "report.close_bulk", Object: "report", ID: id.String(), Detail: string(qualification)}
	return s.record(c, v, casefile.Of(opened).New(archive.DecisionPart, &decision{Qualification: qualification, Reason: reason}), line, func(tx pgx.Tx) error {
		return archive.CloseInBulk(ctx, tx, lot, step)
	})
}

// undoBulk takes back what was closed at once: each report that nobody touched since is
// reopened by a move of its own, so that one that changes meanwhile keeps no other closed.
func (s *Server) undoBulk(c echo.Context, v *visit) error {
	lot, err := uuid.Parse(c.Param("lot"))
	if err != nil {
		return archive.ErrNotFound
	}
	ctx := c.Request().Context()
	all, err := s.Archive.Bulked(ctx, lot, v.keys.Teams(), s.Now())
	if err != nil {
		return err
	}
	for _, one := range all {
		err := s.reopenOneOf(c, v, one)
		if err != nil && !errors.Is(err, archive.ErrNotFound) && !isConcurrent(err) && !errors.Is(err, errNotInBulk) {
			return err
		}
	}
	if len(all) > 0 {
		if err := s.Archive.EndBulk(ctx, lot, v.ID, s.Now()); err != nil {
			return err
		}
	}
	return c.Redirect(http.StatusSeeOther, "/file?vue=a-verifier")
}

// reopenOneOf reopens a report as it was left, with a part that its timeline tells.
func (s *Server) reopenOneOf(c echo.Context, v *visit, one archive.Bulked) error {
	found, err := s.Archive.Get(c.Request().Context(), one.Report, v.keys.Teams())
	if err != nil {
		return err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		s.Log.Warn("a report does not open", "report", one.Report, "err", err)
		return errNotInBulk
	}
	step := archive.Step{Report: one.Report, Version: one.Version, From: triage.Closed, To: triage.Reopened}
	line := audit.Event{Action: "report.reopen_bulk", Object: "report", ID: one.Report.String(), Detail: string(triage.Reopened)}
	return s.take(c, v, step, casefile.Of(opened).New(archive.DecisionPart, &decision{Act: "reopen"}), line)
}
