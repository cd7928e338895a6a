package pages

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/report"
	"recueil/internal/web"
)

// acceptReferral takes a situation over: a record begins in the same transaction.
func (s *Server) acceptReferral(c echo.Context, v *visit) error {
	f, err := s.ofUnit(c, v)
	if err != nil {
		return err
	}
	if f.Status != archive.Proposed {
		return s.referralAnswered(c, v, "")
	}
	body, err := s.openReferral(v, &f)
	if err != nil {
		return s.showReferral(c, v, referralScreen{Status: http.StatusConflict, Notice: s.voice.T("office.referral.damaged")})
	}
	to, err := s.seals(f.ToTeam)
	if err != nil {
		return err
	}
	ctx, now := c.Request().Context(), s.Now()
	opening := recordOpening{Record: report.NewID(), Team: to, Referral: uuid.NullUUID{UUID: f.ID, Valid: true}, Report: body.Report, At: now}
	err = s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		if err := archive.AnswerReferral(ctx, tx, archive.ReferralStep{ID: f.ID, From: archive.Proposed, To: archive.Accepted, By: v.ID, At: now}); err != nil {
			return nil, err
		}
		lines := []audit.Event{{At: now, Actor: v.ID, Action: "referral.accept", Object: "referral", ID: f.ID.String(), Detail: f.ToTeam}}
		more, err := s.openRecord(ctx, tx, v, opening)
		return append(lines, more...), err
	})
	if errors.Is(err, archive.ErrAnswered) {
		return s.referralAnswered(c, v, "")
	}
	if err != nil {
		return err
	}
	return goTo(c, "/suivi/"+opening.Record.String())
}

// refuseReferral and returnReferral say why, in words that the platform alone reads.
func (s *Server) refuseReferral(c echo.Context, v *visit) error {
	return s.answerReferral(c, v, archive.ReferralStep{From: archive.Proposed, To: archive.Refused}, "referral.refuse")
}

func (s *Server) returnReferral(c echo.Context, v *visit) error {
	return s.answerReferral(c, v, archive.ReferralStep{From: archive.Accepted, To: archive.ReferredBack}, "referral.return")
}

func (s *Server) answerReferral(c echo.Context, v *visit, step archive.ReferralStep, action string) error {
	f, err := s.ofUnit(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	reason := plainLines(form.Get("reason"))
	if f.Status != step.From {
		return s.referralAnswered(c, v, reason)
	}
	step.ID = f.ID
	var why letter
	if body, err := s.openReferral(v, &f); err == nil { // else the step is all that can be said
		if problems := s.problemsOfText("reason", reason, reasonRule); problems != nil {
			return s.showReferral(c, v, referralScreen{Status: http.StatusUnprocessableEntity, Typed: reason, Problems: problems})
		}
		why = letter{Referral: f.ID, Link: body.Link, From: f.ToTeam, To: f.FromTeam, Text: reason}
	}
	err = s.stepReferral(c, v, step, why, action)
	if errors.Is(err, archive.ErrAnswered) {
		return s.referralAnswered(c, v, reason)
	}
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/demandes")
}

// stepReferral takes a step with the letter that explains it, where there is one, and
// the line in the trail.
func (s *Server) stepReferral(c echo.Context, v *visit, step archive.ReferralStep, why letter, action string) error {
	ctx := c.Request().Context()
	step.By, step.At, why.Kind = v.ID, s.Now(), string(step.To)
	return s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		if err := archive.AnswerReferral(ctx, tx, step); err != nil {
			return nil, err
		}
		line := audit.Event{At: step.At, Actor: v.ID, Action: action, Object: "referral", ID: step.ID.String()}
		if why.Text == "" {
			return []audit.Event{line}, nil
		}
		var err error
		line.Seen, err = s.writeLetter(ctx, tx, v, why)
		return []audit.Event{line}, err
	})
}

// referralAnswered shows a referral that somebody answered meanwhile, with what was
// typed.
func (s *Server) referralAnswered(c echo.Context, v *visit, typed string) error {
	return s.showReferral(c, v, referralScreen{Status: http.StatusConflict, Typed: typed, Notice: s.voice.T("office.referral.answered")})
}

// withdrawReferral takes back what no unit has answered yet.
func (s *Server) withdrawReferral(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	found, err := s.Archive.Get(c.Request().Context(), id, v.keys.Teams())
	if err != nil {
		return err
	}
	f, err := s.referralOf(c, found.ID)
	if err != nil {
		return err
	}
	err = s.stepReferral(c, v, archive.ReferralStep{ID: f.ID, From: archive.Proposed, To: archive.Withdrawn}, letter{}, "referral.withdraw")
	if errors.Is(err, archive.ErrAnswered) {
		return s.showReport(c, v, id, screen{Status: http.StatusConflict, Notice: s.voice.T("office.referral.answered")})
	}
	if err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+id.String()+"#confie")
}
