package intake

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

type shortPage struct {
	Frame
	Token     string
	Questions []Question
	Errors    []Fault
	Notice    string
	Reading   string
}

// shortForm is the one page for somebody in danger: one POST, no draft. A door
// chosen before gives its wording.
func (s *Server) shortForm(c echo.Context) error {
	d := &draft{}
	if v, err := s.load(c); err == nil && v.Sent == nil {
		d = &v.draft
	}
	return s.showShort(c, d, http.StatusOK, shown{})
}

func (s *Server) showShort(c echo.Context, d *draft, status int, with shown) error {
	voice := s.voice(d)
	page := shortPage{Frame: s.frame(voice, voice.T("page.short.title")), Token: with.typed.Get("_token"), Notice: with.notice, Reading: s.reading(voice)}
	page.FormPage = true
	if _, err := s.signer.Open(page.Token); err != nil {
		page.Token = s.signer.Issue(s.Now())
	}
	a := asker{voice, report.Young, typed(with.typed), with.errors} // typed text is kept off every device
	for _, f := range shortFields() {
		page.Questions = append(page.Questions, a.question(f, -1))
	}
	page.Errors, _ = faults(stepPage{Prominent: page.Questions})
	if with.notice != "" && len(page.Errors) == 0 && status == http.StatusUnprocessableEntity {
		page.Errors = []Fault{{page.Questions[0].ID, with.notice}}
		page.Notice = ""
	}
	page.Error = len(page.Errors) > 0
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
// taps are one report; it never asks the database anything before storing.
func (s *Server) sendShort(c echo.Context) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	token, err := s.signer.Open(form.Get("_token"))
	v, answers, refused := s.shortVisit(c, form, token.IDs)
	voice := s.voice(&v.draft)
	switch {
	case err != nil:
		return s.showShort(c, &v.draft, http.StatusUnprocessableEntity, shown{typed: form, notice: voice.T("error.forged_form.text")})
	case len(refused) > 0:
		return s.showShort(c, &v.draft, http.StatusUnprocessableEntity, shown{typed: form, errors: refused})
	case !(&report.Answers{Short: answers.Short}).Sendable():
		return s.showShort(c, &v.draft, http.StatusUnprocessableEntity, shown{typed: form, notice: voice.T("problem.short_empty")})
	}
	outcome, err := s.submit(c.Request().Context(), v, true)
	if err != nil {
		return err
	}
	return s.acknowledge(c, v, outcome)
}

// shortVisit makes the visit of a short form. What a draft already holds goes
// along: somebody who told half of it and then fled to this page told that half.
func (s *Server) shortVisit(c echo.Context, form url.Values, ids secret.Key) (*visit, *report.Answers, map[string]string) {
	code := seal.CodeFromSeed(ids)
	caseKey := secret.New()
	v := &visit{token: ids.Derive("recueil short form cookie"), draft: draft{Version: draftVersion, ID: idFrom(ids), Reference: seal.ReferenceFromSeed(ids),
		Code: code.Reveal(), CaseKey: caseKey.Bytes()}}
	if _, err := c.Cookie(cookieName); err == nil {
		if before, err := s.load(c); err == nil && before.Sent == nil {
			v.Door, v.Answers, v.token = before.Door, before.Answers, before.token
		}
	}
	refused := map[string]string{}
	for _, f := range shortFields() {
		if err := v.Answers.Set(f.Name, form[f.Name]); err != nil {
			kind := err.(*report.FieldError).Kind
			refused[f.Name] = s.voice(&v.draft).T("problem."+kind, "Max", f.Max)
		}
	}
	return v, &v.Answers, refused
}

// idFrom makes a report's id of a form token's seed.
func idFrom(ids secret.Key) report.ID {
	derived := ids.Derive("recueil report id")
	id := report.ID(derived.Bytes()[:16])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // a random UUID
	return id
}
