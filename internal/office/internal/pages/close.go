package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/web"
)

// maxReason is in code points; a reason is a sentence or two.
const maxReason = 4000

// A closing is what is typed to close a report.
type closing struct {
	Version       int
	Qualification string
	Reason        string
}

func readClosing(form url.Values) closing {
	version, _ := strconv.Atoi(form.Get("version"))
	return closing{version, form.Get("qualification"), strings.ReplaceAll(form.Get("reason"), "\r\n", "\n")}
}

func (s *Server) problemsOf(t closing) []problem {
	var problems []problem
	if !slices.Contains(triage.ClosingAlone(), triage.Qualification(t.Qualification)) {
		problems = append(problems, problem{"qualification", s.voice.T("office.close.choose")})
	}
	return append(problems, s.problemsOfText("reason", t.Reason, reasonRule)...)
}

func (s *Server) close(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := readClosing(form)
	if problems := s.problemsOf(typed); problems != nil {
		return s.showReport(c, v, id, screen{Status: http.StatusUnprocessableEntity, Closing: typed, Problems: problems})
	}
	err = s.closeAs(c, v, id, typed)
	var forbidden *triage.ForbiddenMove
	if isConcurrent(err) || errors.As(err, &forbidden) {
		typed.Version = 0 // the page now shows what the other did: sending again is a choice
		return s.showReport(c, v, id, screen{Status: http.StatusConflict, Closing: typed, Notice: s.voice.T("office.close.conflict")})
	}
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/file")
}

func (s *Server) closeAs(c echo.Context, v *visit, id report.ID, t closing) error {
	ctx := c.Request().Context()
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	if held := found.HeldBy(s.Now()); found.Version != t.Version || held != nil && *held != v.ID {
		return archive.ErrConcurrent
	}
	qualification := triage.Qualification(t.Qualification)
	if err := triage.Close(found.Status, qualification); err != nil {
		return err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		return err
	}
	step := archive.Step{Report: id, Version: t.Version, From: found.Status, To: triage.Closed, Qualification: &qualification}
	event := audit.Event{Action: "report.close", Object: "report", ID: id.String(), Detail: t.Qualification}
	return s.take(c, v, step, casefile.Of(opened).New(archive.DecisionPart, &decision{Qualification: qualification, Reason: t.Reason}), event)
}
