package intake

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// send takes the draft, seals it and shows the receipt once it is durable. The page
// carries the sealed draft, so that this works while the database is away, and
// when the draft ran out while its writer was still looking at it.
func (s *Server) send(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	v, err := s.load(c)
	withoutRow := false
	if lost(err) || errors.Is(err, postgres.ErrUnavailable) {
		kept, ok := s.carried(c, form)
		if !ok {
			if lost(err) {
				return gone(err)
			}
			return err
		}
		v, withoutRow = kept, !errors.Is(err, postgres.ErrUnavailable)
	} else if err != nil {
		return err
	}
	if v.Sent != nil {
		return s.sendAgain(c, v, form)
	}
	if !v.Answers.Sendable() {
		return s.showCheck(c, v, http.StatusUnprocessableEntity, s.voice(&v.draft).T("problem.nothing_to_send"))
	}
	outcome, err := s.submit(c.Request().Context(), v, false)
	if err != nil {
		return err
	}
	if withoutRow && outcome == inbox.AlreadyStored {
		return gone(nil) // sent long ago: its receipt is not shown for ever
	}
	return s.acknowledge(c, v, outcome)
}

// acknowledge leads to the receipt, or shows it at once when no database can keep it.
func (s *Server) acknowledge(c echo.Context, v *visit, outcome inbox.Outcome) error {
	setCookie(c, v.token)
	if outcome == inbox.Spooled {
		return s.showReceipt(c, v)
	}
	return goTo(c, "/r")
}

// submit seals what a visit holds and makes it durable, together with the tombstone
// that takes the draft's place. After it, the visit is that tombstone.
func (s *Server) submit(ctx context.Context, v *visit, short bool) (inbox.Outcome, error) {
	r, code, err := s.reportOf(v, short)
	if err != nil {
		return 0, err
	}
	e, err := seal.Report(&r, code, s.Trust.File().Receiving(), envelope.Main)
	if err != nil {
		return 0, err
	}
	bases := map[int]string{}
	for _, number := range v.Visited {
		at, _ := stepAt(number)
		bases[number] = v.base(at)
	}
	v.Sent = &sent{At: s.Now(), Tag: e.Tag[:], Short: short, Now: r.Urgency, Bases: bases}
	v.Answers, v.CaseKey, v.Asked = report.Answers{}, nil, nil
	v.revision = -1
	tombstone, err := s.write(v)
	if err != nil {
		return 0, err
	}
	return s.Receiver.Accept(ctx, inbox.Delivery{Envelope: e, Tombstone: &tombstone})
}

// reportOf makes the report of a draft: pruned, weighed, marked.
func (s *Server) reportOf(v *visit, short bool) (report.Report, seal.Code, error) {
	code, err := v.code()
	if err != nil {
		return report.Report{}, code, err
	}
	caseKey, err := secret.FromBytes(v.CaseKey)
	if err != nil {
		return report.Report{}, code, err
	}
	r := report.Report{ID: v.ID, Reference: v.Reference, Door: v.Door, Short: short, Channel: report.Web, Language: s.voice(&v.draft).Lang,
		ReceivedAt: s.Now().UTC().Truncate(1000), CaseKey: caseKey, ReplyKey: code.ReplyKey(), Answers: v.Answers.Clone()}
	told := r.Answers.Short
	r.Prune(v.Door)
	if short {
		r.Answers.Short = told
	} else {
		r.Answers.Short = report.ShortForm{}
	}
	if r.Reporter.Profile == "" {
		r.Reporter.Profile = report.ProfileUndisclosed
	}
	r.Marks = r.Check(r.ReceivedAt)
	r.Urgency, r.Rules = report.Assess(&r)
	return r, code, nil
}

// sendAgain answers the check page of something that was sent already: the same
// text leads to the same receipt, changed text becomes an addition first.
func (s *Server) sendAgain(c echo.Context, v *visit, form url.Values) error {
	kept, ok := s.carried(c, form)
	if !ok {
		return goTo(c, "/r")
	}
	r, _, err := s.reportOf(kept, false)
	if err != nil {
		return err
	}
	if tag := seal.Tag(&r.Answers, r.ReplyKey); string(tag[:]) == string(v.Sent.Tag) {
		return goTo(c, "/r")
	}
	return s.add(c, v, &r)
}

// addAfterSending takes a page of the form that was filled in once more after
// sending. Nobody who typed something finds it thrown away.
func (s *Server) addAfterSending(c echo.Context, v *visit, at step, form url.Values) error {
	trial := visit{draft: draft{Door: v.Door}, token: v.token}
	s.apply(&trial, at, form)
	if v.Sent.Bases[at.number] == trial.base(at) {
		return goTo(c, "/r")
	}
	code, err := v.code()
	if err != nil {
		return err
	}
	r := report.Report{ID: v.ID, Door: v.Door, Channel: report.Web, ReceivedAt: s.Now().UTC(), ReplyKey: code.ReplyKey(), Answers: trial.Answers}
	return s.add(c, v, &r)
}

func (s *Server) add(c echo.Context, v *visit, r *report.Report) error {
	e, err := seal.Addition(r, report.NewID(), s.Trust.File().Receiving())
	if err != nil {
		return err
	}
	v.Sent.Added = true
	v.revision = -1
	tombstone, err := s.write(v)
	if err != nil {
		return err
	}
	if _, err := s.Receiver.Accept(c.Request().Context(), inbox.Delivery{Envelope: e, Tombstone: &tombstone}); err != nil {
		return err
	}
	return goTo(c, "/r")
}
