package pages

import (
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/triage"
)

// afterProblems checks a day and a reference that a recipient gave.
func (s *Server) afterProblems(t after) (day time.Time, problems []problem) {
	day, err := time.Parse(time.DateOnly, t.On)
	if err != nil || day.After(s.today()) || day.Before(s.today().AddDate(-10, 0, 0)) {
		problems = append(problems, problem{"on", s.voice.T("office.sent.on.wrong")})
	}
	if !utf8.ValidString(t.Reference) || utf8.RuneCountInString(t.Reference) > 100 {
		problems = append(problems, problem{"reference", s.voice.T("office.directory.long", "N", 100)})
	}
	return day, append(problems, s.wordsProblems(t.Words, false)...)
}

// acknowledge notes that the recipient has the file. From the day he received it runs
// the time that the law gives him for an evaluation.
func (s *Server) acknowledge(c echo.Context, v *visit) error {
	l, t, typed, err := s.stepOf(c, v, triage.Transmitted)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	day, problems := s.afterProblems(typed)
	if problems != nil {
		return s.stepAgain(c, v, http.StatusUnprocessableEntity, "", typed, problems...)
	}
	ctx := c.Request().Context()
	return s.takeStep(c, v, l, typed, stepping{of: t, to: triage.Acknowledged, action: "transmission.acknowledge",
		step: advance{Step: stepAcknowledged, On: typed.On, Reference: typed.Reference, Words: typed.Words},
		also: func(tx pgx.Tx) error {
			if err := archive.EndReplies(ctx, tx, l.row.ID, s.today()); err != nil {
				return err
			}
			return archive.ExpectReply(ctx, tx, archive.ExpectedReply{PartID: t.part.ID, ReportID: l.row.ID, Kind: archive.Feedback,
				DueOn: transmission.EvaluatedBy(transmission.UnderTwo(l.opened), day)})
		}})
}

// comesBack notes that the file came back: a wrong address, another territory. The
// report is qualified again, and can be prepared for somebody else.
func (s *Server) comesBack(c echo.Context, v *visit) error {
	l, t, typed, err := s.stepOf(c, v, triage.Transmitted)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	if problems := s.wordsProblems(typed.Words, true); problems != nil {
		return s.stepAgain(c, v, http.StatusUnprocessableEntity, "", typed, problems...)
	}
	return s.takeStep(c, v, l, typed, stepping{of: t, to: triage.Qualified, action: "transmission.return",
		step: advance{Step: stepReturned, Words: typed.Words},
		also: func(tx pgx.Tx) error {
			return archive.EndReplies(c.Request().Context(), tx, l.row.ID, s.today())
		}})
}

// feedback notes what became of the file.
func (s *Server) feedback(c echo.Context, v *visit) error {
	l, t, typed, err := s.stepOf(c, v, triage.Acknowledged)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	_, problems := s.afterProblems(typed)
	for _, code := range typed.Outcomes {
		if !outcomeKnown(code) {
			problems = append(problems, problem{"outcome-0", s.voice.T("office.sent.outcome.choose")})
		}
	}
	if len(typed.Outcomes) == 0 {
		problems = append(problems, problem{"outcome-0", s.voice.T("office.sent.outcome.choose")})
	}
	if problems != nil {
		return s.stepAgain(c, v, http.StatusUnprocessableEntity, "", typed, problems...)
	}
	return s.takeStep(c, v, l, typed, stepping{of: t, to: triage.FeedbackReceived, action: "transmission.feedback",
		step: advance{Step: stepFeedback, On: typed.On, Outcomes: typed.Outcomes, Words: typed.Words},
		also: func(tx pgx.Tx) error {
			return archive.EndReplies(c.Request().Context(), tx, l.row.ID, s.today())
		}})
}

// chase notes that somebody asked the recipient for what is waited for.
func (s *Server) chase(c echo.Context, v *visit) error {
	l, t, typed, err := s.stepOf(c, v, triage.Transmitted, triage.Acknowledged)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	if problems := s.wordsProblems(typed.Words, false); problems != nil {
		return s.stepAgain(c, v, http.StatusUnprocessableEntity, "", typed, problems...)
	}
	today := s.today()
	return s.takeStep(c, v, l, typed, stepping{of: t, action: "transmission.chase", once: typed.Once,
		step: advance{Step: stepChased, On: dateOf(&today), Words: typed.Words},
		also: func(tx pgx.Tx) error { return archive.ChaseReply(c.Request().Context(), tx, l.row.ID, today) }})
}

// finish closes a report whose file was received, with or without word of what became
// of it.
func (s *Server) finish(c echo.Context, v *visit) error {
	l, _, typed, err := s.stepOf(c, v, triage.Acknowledged, triage.FeedbackReceived)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	if problems := s.wordsProblems(typed.Words, true); problems != nil {
		return s.stepAgain(c, v, http.StatusUnprocessableEntity, "", typed, problems...)
	}
	if l.row.Qualification == nil {
		return errUnfit
	}
	ctx := c.Request().Context()
	part := casefile.Of(l.opened).New(archive.DecisionPart, &decision{Qualification: *l.row.Qualification, Reason: typed.Words})
	line := audit.Event{Action: "report.close", Object: "report", ID: l.row.ID.String(), Detail: string(*l.row.Qualification)}
	err = s.record(c, v, part, line, func(tx pgx.Tx) error {
		step := archive.Step{Report: l.row.ID, Version: typed.Version, From: l.row.Status, To: triage.Closed, By: v.ID, At: s.Now()}
		if err := archive.Move(ctx, tx, step); err != nil {
			return err
		}
		return archive.EndReplies(ctx, tx, l.row.ID, s.today())
	})
	if isConcurrent(err) {
		return s.stepAgain(c, v, http.StatusConflict, s.voice.T("office.sent.conflict"), typed)
	}
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, l.address())
}
