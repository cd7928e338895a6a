package intake

import (
	"crypto/hmac"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

type shortPage struct {
	Frame
	Guard     Guard
	Door      string // door and profile, should the draft be out of reach on return
	Questions []Question
	Errors    []Fault
	Notice    string
	Again     string // for the switch: that the page found something missing
	Reading   string
}

// shortForm is the one page for somebody in danger: one POST, no draft. A door
// chosen before gives its wording.
func (s *Server) shortForm(c echo.Context) error {
	d := &draft{reads: s.language(c)}
	if v := s.peek(c); v != nil {
		if v.waits(shortAddress) && fromHistory(c) {
			return s.showResume(c, v, "")
		}
		d = &v.draft
	}
	if d.waits(shortAddress) && (c.QueryParam(againQuery) != "" || d.Again.Typed.Has(goInput) && fromOurs(c)) {
		return s.showShort(c, d, d.Again.Status, d.Again.shown())
	}
	return s.showShort(c, d, http.StatusOK, shown{})
}

// shortAddress is where the short form is served.
const shortAddress = "/m"

func (s *Server) showShort(c echo.Context, d *draft, status int, with shown) error {
	if token, err := cookieToken(c); err == nil {
		setCookie(c, token)
	} else if !fromElsewhere(c) {
		sendCookie(c, noDraft)
	}
	voice := s.voice(d)
	page := shortPage{Frame: s.frame(c, voice, voice.T("page.short.title")), Guard: guard(with.typed.Get("_token")),
		Door: string(d.Door) + ":" + string(d.Answers.Reporter.Profile), Notice: with.notice, Reading: s.reading(voice)}
	page.FormPage, page.Form, page.Keeps = true, formID, keeps(c, status, with.typed)
	if _, err := s.signer.Open(page.Guard.Token); err != nil {
		page.Guard.Token = s.signer.Issue(s.Now())
	}
	a := asker{voice: voice, about: s.about, door: report.Young, values: typed(with.typed), errors: with.errors} // typed text is kept off every device
	for _, f := range shortFields() {
		page.Questions = append(page.Questions, a.question(f, -1))
	}
	page.Errors = faults(Part{Prominent: page.Questions})
	if with.notice != "" && len(page.Errors) == 0 && status == http.StatusUnprocessableEntity {
		page.Errors = []Fault{{page.Questions[0].ID, with.notice}}
		page.Notice = ""
	}
	if page.Error = len(page.Errors) > 0; page.Error {
		page.Again = againAsked
	}
	web.AllowWorker(c)
	return s.render(c, voice, status, "short", page)
}

func shortFields() []report.Field {
	var fields []report.Field
	for _, f := range report.Fields() {
		if f.Page == "short" {
			fields = append(fields, f)
		}
	}
	return fields
}

// sendShort takes the short form. Its ids come from the page's token, so that two
// taps are one report; without a draft it asks the database nothing before storing.
func (s *Server) sendShort(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	token, err := s.signer.Open(form.Get("_token"))
	v := s.shortVisit(c, form, token.IDs)
	told, refused := s.toldShortly(v, form)
	again := shown{typed: form, errors: refused}
	voice := s.voice(&v.draft)
	switch {
	case err != nil:
		again.notice = voice.T("error.forged_form.text")
		return s.leadBackToShort(c, v, http.StatusUnprocessableEntity, again)
	case len(refused) > 0:
		return s.leadBackToShort(c, v, http.StatusUnprocessableEntity, again)
	case switched(form) && (form.Get(againInput) == "" || form.Has(goInput)):
		return s.leadBackToShort(c, v, http.StatusOK, again)
	case !(&report.Answers{Short: *told}).Sendable():
		again.notice = voice.T("problem.short_empty")
		return s.leadBackToShort(c, v, http.StatusUnprocessableEntity, again)
	case switched(form):
		return s.leadBackToShort(c, v, http.StatusOK, again)
	case v.Sent != nil:
		return s.sendShortAgain(c, v, told)
	}
	before := *v
	// Suspicious or not, it is taken at once; the lane marks it for staff.
	lane := laneOf(s.suspicious(c, form, s.signer.Open))
	outcome, err := s.assembleAndSubmit(c.Request().Context(), v, told, lane)
	if err != nil {
		s.Log.Error("a report was not taken", "report", v.ID, "err", err)
		again.notice = voice.T("error.unavailable.text")
		return s.showShort(c, &before.draft, http.StatusServiceUnavailable, again)
	}
	if _, err := c.Cookie(cookieName); err != nil && (outcome != inbox.AlreadyStored || s.Now().Sub(token.IssuedAt) < receiptLife) {
		return s.showReceipt(c, v) // a browser that keeps no cookie sees its receipt here or nowhere
	}
	return s.acknowledge(c, v, outcome, before.revision)
}

// sendShortAgain answers a short form that was sent before: a second tap leads to
// the same receipt, changed text becomes an addition first.
func (s *Server) sendShortAgain(c echo.Context, v *visit, told *report.ShortForm) error {
	code, err := v.code()
	if err != nil {
		return err
	}
	if hmac.Equal(shortTag(told, code.ReplyKey()), v.Sent.Tag) {
		return goTo(c, "/r")
	}
	a, err := s.assemble(v, told)
	if err != nil {
		return err
	}
	return s.add(c, v, &a.Report)
}

// shortVisit makes the visit of a short form. What a draft already holds goes
// along: somebody who told half of it and then fled to this page told that half.
// Sent before, it is the receipt.
func (s *Server) shortVisit(c echo.Context, form url.Values, ids secret.Key) *visit {
	v := s.visitOf(c, form)
	code := seal.CodeFromSeed(ids)
	v.ID, v.Reference, v.Code, v.token = idFrom(ids), seal.ReferenceFromSeed(ids), code.Reveal(), ids.Derive("recueil short form cookie")
	token, err := cookieToken(c)
	if err != nil {
		return v
	}
	v.token = token
	before, err := s.load(c)
	switch {
	case err != nil: // none, or out of reach: the form itself is enough
	case before.Sent == nil:
		v.Door, v.Answers, v.Visited, v.Word, v.revision = before.Door, before.Answers, before.Visited, before.Word, before.revision
		// Files open under the draft's ids only; those of a report that waits on a disk
		// stay with it.
		if len(before.Files) > 0 && !s.mayBeSent(c, before) {
			v.form = v.ID
			v.ID, v.Reference, v.Code, v.CaseKey, v.Files = before.ID, before.Reference, before.Code, before.CaseKey, before.Files
		}
	case before.ID == v.ID, before.Sent.Form == v.ID:
		return before
	}
	return v
}

// toldShortly reads the four lines of the form, and why any is refused.
func (s *Server) toldShortly(v *visit, form url.Values) (*report.ShortForm, map[string]string) {
	var told report.Answers
	refused := map[string]string{}
	for _, f := range shortFields() {
		problem := ""
		var err *report.FieldError
		if answeredTwice(form, f.Name) {
			problem = doubled
		} else if errors.As(told.Set(f.Name, form[f.Name]), &err) {
			problem = err.Kind
		}
		if problem != "" {
			refused[f.Name] = s.voice(&v.draft).T("problem."+problem, "Max", f.Max)
		}
	}
	return &told.Short, refused
}

// idFrom makes a report's id of a form token's seed.
func idFrom(ids secret.Key) report.ID {
	derived := ids.Derive("recueil report id")
	id := report.ID(derived.Bytes()[:16])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // a random UUID
	return id
}
