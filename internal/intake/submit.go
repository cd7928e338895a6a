package intake

import (
	"context"
	"crypto/hmac"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// send takes the draft, seals it and shows the receipt once it is durable. The page
// carries the sealed draft, so that this works while the database is away, and
// when the draft ran out while its writer was still looking at it.
func (s *Server) send(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	var w weighing
	if done, err := s.sendCopy(c, form, &w); done {
		return err
	}
	v, err := s.load(c)
	if err != nil {
		kept, ok := s.copyFor(c, form, err)
		switch {
		case ok:
			v = kept
			v.Copied = 0 // whatever is stored by now gives way
		case lost(err):
			return gone(err)
		default:
			return err
		}
	}
	if v.Sent != nil {
		return s.sendAgain(c, v, form)
	}
	if form.Has("word") {
		v.Word = chosenWord(form)
	}
	if switched(form) && v.revision > 0 {
		return s.keepWord(c, form, led(form, "/v"))
	}
	if switched(form) {
		return s.showCheck(c, v, http.StatusOK, "") // no database would have it
	}
	if answers := v.complete(); !answers.Sendable() {
		return s.showCheck(c, v, http.StatusUnprocessableEntity, s.voice(&v.draft).T("problem.nothing_to_send"))
	}
	lane, ask := s.judge(c, v, s.weigh(c, v, form, &w))
	if ask {
		return s.keepWord(c, form, "/q")
	}
	return s.deliver(c, v, lane)
}

// copyFor is the draft that a page carries, where the stored one could not be had. Why is
// all the same: what somebody sends is not lost for a table that does not answer.
func (s *Server) copyFor(c echo.Context, form url.Values, why error) (*visit, bool) {
	kept, ok := s.carried(c, form)
	if ok && !lost(why) && !errors.Is(why, postgres.ErrUnavailable) {
		s.Log.Error("a draft could not be read; the copy on its page counts", "report", kept.ID, "err", why)
		kept.unread = true
	}
	return kept, ok
}

// sendCopy sends what the page carries without asking for the stored draft first, as
// is right for nearly everybody who was not at the page of the files: the receipt takes the place of that very revision,
// and when it is no longer there nothing is stored. Then, and whenever anything else
// is out of the ordinary, done is false and the stored draft decides.
func (s *Server) sendCopy(c echo.Context, form url.Values, w *weighing) (done bool, err error) {
	v, ok := s.carried(c, form)
	if !ok || v.Copied == 0 || v.metFiles() || switched(form) || s.Captcha == CaptchaAlways {
		return false, nil
	}
	a, err := s.assemble(v, nil)
	if err != nil || !a.Sendable() {
		return false, nil
	}
	suspicious := s.weigh(c, v, form, w)
	if suspicious && s.Captcha != CaptchaNever && a.Urgency > neverHeldUp {
		return false, nil
	}
	if form.Has("word") {
		v.Word = chosenWord(form)
	}
	v.revision = v.Copied
	before := *v
	outcome, err := s.submit(c.Request().Context(), v, a, laneOf(suspicious))
	if errors.Is(err, inbox.ErrConflict) || err == nil && outcome != inbox.Stored && outcome != inbox.Spooled {
		return false, nil
	}
	return true, s.delivered(c, &before, v, outcome, err)
}

// chosenWord reads the word to be asked beside the code: any word will do.
func chosenWord(form url.Values) string {
	word := []rune(strings.ToValidUTF8(report.NormaliseText(strings.Join(different(form["word"]), " ")), "\uFFFD"))
	return string(word[:min(len(word), mostOfWord)])
}

// mostOfWord bounds the chosen word that waits in a draft, in code points.
const mostOfWord = 400

// keepWord keeps the chosen word with the draft on the way to another page.
func (s *Server) keepWord(c echo.Context, form url.Values, address string) error {
	if !form.Has("word") {
		return goTo(c, address)
	}
	_, err := s.change(c, func(v *visit) error {
		if v.Sent == nil {
			v.Word = chosenWord(form)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return goTo(c, address)
}

// deliver sends the whole form into a lane, or shows it again when nothing takes it.
func (s *Server) deliver(c echo.Context, v *visit, lane string) error {
	before := *v
	if v.revision > 0 && v.metFiles() && !s.mayBeSent(c, v) {
		s.dropUnlisted(c.Request().Context(), v.ID, v.Files)
	}
	outcome, err := s.assembleAndSubmit(c.Request().Context(), v, nil, lane)
	return s.delivered(c, &before, v, outcome, err)
}

func (s *Server) delivered(c echo.Context, before, v *visit, outcome inbox.Outcome, err error) error {
	if err != nil {
		s.Log.Error("a report was not taken", "report", v.ID, "err", err)
		return s.showCheck(c, before, http.StatusServiceUnavailable, s.voice(&before.draft).T("error.unavailable.text"))
	}
	return s.acknowledge(c, v, outcome, before.revision)
}

// acknowledge leads to the receipt, or shows it at once when no database can keep
// it. The same text sent again finds its receipt only where it still is: what was
// sent long ago, or left by "effacer", is not shown once more. replaced is the
// revision of the draft that was sent, 0 when there was none.
func (s *Server) acknowledge(c echo.Context, v *visit, outcome inbox.Outcome, replaced int) error {
	ctx := c.Request().Context()
	if outcome != inbox.Spooled {
		setCookie(c, v.token)
	}
	switch {
	case outcome == inbox.Spooled:
		sendCookie(c, cookieValue(v.token)+onItsWay)
		return s.showReceipt(c, v)
	case v.unread:
		return s.showReceipt(c, v)
	case outcome == inbox.AlreadyStored && replaced > 0:
		// Its draft was still there: a second tap came first, or the report was
		// delivered from the disk meanwhile.
		v.revision = replaced
		if err := s.save(ctx, v); err != nil && !errors.Is(err, inbox.ErrConflict) {
			return s.showReceipt(c, v)
		}
	case outcome == inbox.AlreadyStored:
		if _, err := s.read(ctx, v.token); err != nil {
			dropCookie(c)
			return gone(err)
		}
	}
	return goTo(c, "/r")
}

func (s *Server) assembleAndSubmit(ctx context.Context, v *visit, told *report.ShortForm, lane string) (inbox.Outcome, error) {
	a, err := s.assemble(v, told)
	if err != nil {
		return 0, err
	}
	return s.submit(ctx, v, a, lane)
}

// submit seals what was assembled of a visit and makes it durable, together with the
// tombstone that takes the draft's place. After it, the visit is that tombstone.
func (s *Server) submit(ctx context.Context, v *visit, a assembled, lane string) (inbox.Outcome, error) {
	r := &a.Report
	e, err := seal.Report(r, a.code, s.Trust.File().Receiving(), lane)
	if err != nil {
		return 0, err
	}
	e.WordTag = seal.WordTag(r.ReplyKey, v.tone(), v.Word)
	v.sealed = attestationOf(&e)
	v.Sent = &sent{At: s.Now(), Tag: e.Tag[:], Now: r.Urgency, Bases: v.visitedBases(), Word: !blank(v.Word),
		Other: v.Answers.Reporter.Profile == report.ProfileYoungForOther}
	if a.told != nil {
		v.Sent.Short, v.Sent.Tag, v.Sent.Form = true, shortTag(a.told, r.ReplyKey), v.form
	}
	for _, file := range v.Files {
		v.Sent.Files = append(v.Sent.Files, file.ID)
	}
	v.Answers, v.Files, v.CaseKey, v.Asked, v.Again, v.Word = report.Answers{}, nil, nil, nil, nil, ""
	if v.Copied == 0 {
		v.revision = -1 // it was just read
	}
	v.Copied = 0
	tombstone, err := s.write(v)
	if err != nil {
		return 0, err
	}
	return s.Receiver.Accept(ctx, inbox.Delivery{Envelope: e, Tombstone: &tombstone})
}

// visitedBases are the bases of all pages that were filled in, by their numbers.
func (v *visit) visitedBases() map[int]string {
	sheets := make([]sheet, len(v.Visited))
	for i, number := range v.Visited {
		at, _ := stepAt(number)
		sheets[i] = sheetOf(at)
	}
	bases := make(map[int]string, len(sheets))
	for i, base := range v.bases(sheets) {
		bases[v.Visited[i]] = base
	}
	return bases
}

// shortTag tells the same short form sent twice from a changed one, whatever a
// draft added to it the first time.
func shortTag(told *report.ShortForm, key secret.Key) []byte {
	tag := seal.Tag(&report.Answers{Short: *told}, key)
	return tag[:]
}

// complete is what would be sent: the answers to the questions that are shown. Who
// left open which profile he has still came in by a door.
func (d *draft) complete() report.Answers {
	a := d.Answers.Clone()
	a.Short = report.ShortForm{}
	a.Prune(d.Door)
	if a.Reporter.Profile == "" {
		a.Reporter.Profile = report.ProfileUndisclosed
		if d.Door == report.Professional {
			a.Reporter.Profile = report.ProfileProfessional
		}
	}
	return a
}

// An assembled report is what a visit sends, with the code that its sender keeps.
type assembled struct {
	report.Report
	code seal.Code
	told *report.ShortForm // what the short form says; nil: the whole form is sent
}

// assemble makes the report of a draft: pruned, weighed, marked.
func (s *Server) assemble(v *visit, told *report.ShortForm) (assembled, error) {
	code, err := v.code()
	if err != nil {
		return assembled{}, err
	}
	r := report.Report{ID: v.ID, Reference: v.Reference, Door: v.Door, Short: told != nil, Channel: report.Web, Language: v.Language,
		ReceivedAt: s.Now().UTC().Truncate(1000), ReplyKey: code.ReplyKey(), Attachments: v.Files, Answers: v.complete()}
	if told != nil {
		r.Answers.Short = *told
	}
	if told != nil || r.Language == "" {
		r.Language = s.voice(&v.draft).Lang
	}
	if v.CaseKey != nil { // an addition comes without
		if r.CaseKey, err = secret.FromBytes(v.CaseKey); err != nil {
			return assembled{}, err
		}
	}
	r.Marks = r.Check(r.ReceivedAt)
	r.Urgency, r.Rules = report.Assess(&r)
	return assembled{r, code, told}, nil
}

// sendAgain answers the check page of something that was sent already: the same
// text leads to the same receipt, changed text becomes an addition first.
func (s *Server) sendAgain(c echo.Context, v *visit, form url.Values) error {
	kept, ok := s.carried(c, form)
	if !ok {
		return goTo(c, "/r")
	}
	r, err := s.assemble(kept, nil)
	if err != nil {
		return err
	}
	r.Attachments = slices.DeleteFunc(slices.Clone(r.Attachments), func(file report.Attachment) bool { return slices.Contains(v.Sent.Files, file.ID) })
	if tag := seal.Tag(&r.Answers, r.ReplyKey); len(r.Attachments) == 0 && (v.Sent.Short || hmac.Equal(tag[:], v.Sent.Tag)) {
		return goTo(c, "/r")
	}
	return s.add(c, v, &r.Report)
}

// addAfterSending takes a page of the form that was filled in once more after
// sending. Nobody who typed something finds it thrown away.
func (s *Server) addAfterSending(c echo.Context, v *visit, at sheet, form url.Values) error {
	trial := *v
	trial.Answers = report.Answers{}
	s.apply(&trial, at, form)
	changed := slices.ContainsFunc(at.steps, func(part step) bool {
		return !hmac.Equal([]byte(v.Sent.Bases[part.number]), []byte(trial.base(sheetOf(part))))
	})
	if !changed {
		return goTo(c, "/r")
	}
	r, err := s.assemble(&trial, nil)
	if err != nil {
		return err
	}
	return s.add(c, v, &r.Report)
}

// add seals what came after the report and keeps the receipt.
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
	outcome, err := s.Receiver.Accept(c.Request().Context(), inbox.Delivery{Envelope: e, Tombstone: &tombstone})
	if err != nil {
		return err
	}
	return s.acknowledge(c, v, outcome, 0)
}
