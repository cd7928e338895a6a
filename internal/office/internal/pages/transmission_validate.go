package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/web"
)

// A stepping is one step of a proposal about to be taken: the move of the report, the
// entry that says so, and what else belongs to it.
type stepping struct {
	of     *sent
	to     triage.Status // empty: the report stays where it is
	step   advance
	action string
	once   uuid.UUID // where it came with the page: a double tap is one
	also   func(tx pgx.Tx) error
}

// takeStep takes it whole or not at all. What the database could not take is told on
// the page, with what was typed.
func (s *Server) takeStep(c echo.Context, v *visit, l *leaving, typed after, t stepping) error {
	t.step.Of = t.of.part.ID
	part := casefile.Of(l.opened).NewAs(idOf(t.once.String()), archive.TransmissionPart, &t.step)
	line := audit.Event{Action: t.action, Object: "report", ID: l.row.ID.String(), Detail: t.of.what.Kind}
	also := t.also
	if also == nil {
		also = func(pgx.Tx) error { return nil }
	}
	err := s.record(c, v, part, line, func(tx pgx.Tx) error {
		if t.to != "" {
			step := archive.Step{Report: l.row.ID, Version: typed.Version, From: l.row.Status, To: t.to, By: v.ID, At: s.Now()}
			if t.to == triage.Qualified {
				step.Qualification = l.row.Qualification
			}
			if err := archive.Move(c.Request().Context(), tx, step); err != nil {
				return err
			}
		}
		return also(tx)
	})
	switch {
	case t.once != uuid.Nil && errors.Is(err, archive.ErrPartID):
		return goTo(c, l.address()+"/transmission")
	case isConcurrent(err):
		return s.stepAgain(c, v, http.StatusConflict, s.voice.T("office.sent.conflict"), typed)
	case errors.Is(err, postgres.ErrUnavailable):
		s.Log.Warn("a step of a transmission was not kept", "report", l.row.ID, "err", err)
		return s.stepAgain(c, v, http.StatusServiceUnavailable, s.voice.T("office.sent.unavailable"), typed)
	case err != nil:
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, l.address()+"/transmission")
}

// stepAgain shows the page as the report is now, with what was typed: sending again is
// a choice.
func (s *Server) stepAgain(c echo.Context, v *visit, status int, notice string, typed after, problems ...problem) error {
	l, err := s.leaving(c, v)
	if err != nil {
		return err
	}
	typed.Version = l.row.Version
	return s.showTransmission(c, v, l, transmissionPage{Notice: notice, Typed: typed, Problems: problems}, status)
}

// stepOf reads a form about the latest proposal of a report, which is to stand in one
// of some states.
func (s *Server) stepOf(c echo.Context, v *visit, states ...triage.Status) (*leaving, *sent, after, error) {
	l, err := s.leaving(c, v)
	if err != nil {
		return nil, nil, after{}, err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return nil, nil, after{}, err
	}
	typed := readAfter(form)
	t := l.last()
	if t == nil || !slices.ContainsFunc(l.sent, func(one *sent) bool { return one.part.ID.String() == c.Param("envoi") }) {
		return nil, nil, typed, errNotSent
	}
	if t.part.ID.String() != c.Param("envoi") {
		return nil, nil, typed, errStepOver // another proposal came after it
	}
	for _, state := range states {
		if l.row.Status == state {
			return l, t, typed, nil
		}
	}
	return nil, nil, typed, errStepOver
}

var errStepOver = &web.Problem{Status: http.StatusConflict, Key: "office.error.sent_over"}

// stepMissed answers a step that could not be taken. Where the report stands elsewhere by
// now, what was typed stands above it: no form of the page is for it any more.
func (s *Server) stepMissed(c echo.Context, v *visit, typed after, err error) error {
	kept := s.written(typed)
	if !errors.Is(err, errStepOver) || kept == "" {
		return err
	}
	return s.overtaken(c, v, errStepOver, kept)
}

// overtaken shows the transmission of a report as it is now, and what was typed before.
func (s *Server) overtaken(c echo.Context, v *visit, why *web.Problem, kept string) error {
	l, err := s.leaving(c, v)
	if err != nil {
		return err
	}
	return s.showTransmission(c, v, l, transmissionPage{Notice: s.voice.T(why.Key + ".text"), Kept: kept}, why.Status)
}

// written is what somebody typed of a step, and a page cannot know by itself.
func (s *Server) written(t after) string {
	var lines []string
	for _, code := range t.Outcomes {
		if outcomeKnown(code) {
			lines = append(lines, s.voice.T("office.sent.outcome."+code))
		}
	}
	for _, text := range []string{t.Reference, t.Words} {
		if strings.TrimSpace(text) != "" && readable(text) {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// validate lets a proposal leave. Who agrees is another person than who prepared it;
// the entry of the recipient, and the key, are the ones that were proposed.
func (s *Server) validate(c echo.Context, v *visit) error {
	l, t, typed, err := s.stepOf(c, v, triage.AwaitingValidation)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	if t.part.Author == v.ID {
		return s.stepAgain(c, v, http.StatusForbidden, s.voice.T("office.sent.validate.other"), typed)
	}
	to, err := s.Archive.Recipient(c.Request().Context(), t.what.Recipient)
	if err != nil {
		return err
	}
	notice := s.unfit(v, t, &to)
	if notice == "" && t.what.Pieces != nil {
		if err := s.hold(c, v, l); err != nil {
			return err
		}
		_, notice = s.entriesOf(c, l, t)
	}
	if notice != "" {
		return s.stepAgain(c, v, http.StatusConflict, notice, typed)
	}
	today := s.today()
	return s.takeStep(c, v, l, typed, stepping{of: t, to: triage.Transmitted, action: "transmission.validate",
		step: advance{Step: stepValidated, On: dateOf(&today)},
		also: func(tx pgx.Tx) error {
			qualification := ""
			if l.row.Qualification != nil {
				qualification = string(*l.row.Qualification)
			}
			return archive.ExpectReply(c.Request().Context(), tx, archive.ExpectedReply{PartID: t.part.ID, ReportID: l.row.ID, Kind: archive.Acknowledgement,
				DueOn: transmission.AcknowledgedBy(qualification, today)})
		}})
}

// unfit says why a proposal cannot go to its recipient as the directory has him now.
func (s *Server) unfit(v *visit, t *sent, to *archive.Recipient) string {
	switch how := s.standing(v, to); {
	case how != verified:
		return s.voice.T("office.directory.state." + string(how) + ".text")
	case to.AgeKey != t.what.AgeKey || to.Kind != t.what.Kind || to.Name != t.what.Name || to.Collectivity != t.what.Collectivity:
		return s.voice.T("office.sent.recipient_changed")
	}
	return ""
}

// refuseSending gives a proposal back to who prepared it.
func (s *Server) refuseSending(c echo.Context, v *visit) error {
	l, t, typed, err := s.stepOf(c, v, triage.AwaitingValidation)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	if problems := s.wordsProblems(typed.Words, true); problems != nil {
		return s.stepAgain(c, v, http.StatusUnprocessableEntity, "", typed, problems...)
	}
	return s.takeStep(c, v, l, typed, stepping{of: t, to: triage.Qualified, action: "transmission.refuse", step: advance{Step: stepRefused, Words: typed.Words}})
}

// withdrawSending takes a proposal back before anybody agreed to it: whoever prepared it
// saw that something is missing, or too much. It stays on the case, and can be taken up
// again.
func (s *Server) withdrawSending(c echo.Context, v *visit) error {
	l, t, typed, err := s.stepOf(c, v, triage.AwaitingValidation)
	if err != nil {
		return s.stepMissed(c, v, typed, err)
	}
	if t.part.Author != v.ID || triage.May(v.person(), triage.Withdraw, l.row.Object(s.Now())) != nil {
		return s.stepAgain(c, v, http.StatusForbidden, s.voice.T("office.sent.withdraw.other"), typed)
	}
	if problems := s.wordsProblems(typed.Words, true); problems != nil {
		return s.stepAgain(c, v, http.StatusUnprocessableEntity, "", typed, problems...)
	}
	return s.takeStep(c, v, l, typed, stepping{of: t, to: triage.Qualified, action: "transmission.withdraw", step: advance{Step: stepWithdrawn, Words: typed.Words}})
}

func (s *Server) wordsProblems(text string, needed bool) []problem {
	switch {
	case needed && strings.TrimSpace(text) == "":
		return []problem{{"reason", s.voice.T("office.sent.words.missing")}}
	case !readable(text) || utf8.RuneCountInString(text) > maxReason:
		return []problem{{"reason", s.voice.T("office.directory.long", "N", maxReason)}}
	}
	return nil
}

// An after is what is typed about a file that left.
type after struct {
	Version   int
	On        string
	Reference string
	Outcomes  []string
	Words     string
	Once      uuid.UUID
}

func readAfter(form url.Values) after {
	a := readPreparing(form)
	return after{a.Version, form.Get("on"), strings.Join(strings.Fields(form.Get("reference")), " "), form["outcome"], strings.ReplaceAll(form.Get("reason"), "\r\n", "\n"), idOf(form.Get("once"))}
}
