package intake

import (
	"encoding/base64"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/web"
)

type checkPage struct {
	Frame
	Sections []Section
	Sendable bool
	Guard    Guard
	Draft    string   // the sealed draft, so that sending works while the database is away
	More     string   // a young person may tell more first: where
	Word     Question // may be chosen, to be asked beside the code
	Copied   string   // when the copy that can be printed was made, in words; empty: none is offered
	Tell     string   // where to tell something, when there is nothing to send
	Place    int
	Total    int
	Notice   string
}

// A Section is one page's answers.
type Section struct {
	Heading string
	Change  string
	Rows    []Row
}

// A Row is one answer in words.
type Row struct {
	Label  string
	Values []string
	Long   bool
	Change string
}

func (s *Server) check(c echo.Context) error {
	v, err := s.load(c)
	if lost(err) {
		return gone(err)
	}
	if err != nil {
		return err
	}
	if v.Sent != nil {
		return c.Redirect(http.StatusSeeOther, "/r")
	}
	if v.Door == "" {
		return c.Redirect(http.StatusSeeOther, v.next())
	}
	if fromHistory(c) {
		return s.showResume(c, v, "")
	}
	if c.QueryParam("plus") != "" {
		return s.tellMore(c)
	}
	return s.showCheck(c, v, http.StatusOK, "")
}

// tellMore opens the rest of the form to a young person who wants it.
func (s *Server) tellMore(c echo.Context) error {
	v, err := s.change(c, func(v *visit) error { v.Extras = true; return nil })
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, v.next())
}

func (s *Server) showCheck(c echo.Context, v *visit, status int, notice string) error {
	voice := s.voice(&v.draft)
	if err := s.keepFiles(c.Request().Context(), v); err != nil {
		s.Log.Warn("the files of a check page live no longer than before", "report", v.ID, "err", err)
	}
	shown := *v
	shown.SealedAt, shown.Copied = s.Now(), v.revision // what the page carries is as old as the page
	sealed, err := shown.seal()
	if err != nil {
		return err
	}
	answers := v.complete()
	page := checkPage{Frame: s.frame(c, voice, voice.T("page.check.title")), Sendable: answers.Sendable(), Draft: base64.RawURLEncoding.EncodeToString(sealed),
		Sections: s.sections(v), Tell: v.change(stepOf("tell")), Notice: notice, Guard: guard(s.signer.IssueFor(v.ID[:], s.Now()))}
	page.FormPage, page.Error = true, status == http.StatusUnprocessableEntity
	if page.Sendable {
		page.Form, page.Keeps = formID, keeps(c, status, nil)
	}
	page.Word = Question{Name: "word", ID: "word", Kind: report.Text, Label: voice.T("page.check.word"), Hint: voice.T("page.check.word.hint"), Autocomplete: "off", Value: v.Word}
	if v.Door == report.Professional {
		page.Copied = s.moment(voice, s.Now())
	}
	if v.Door == report.Young && !v.Extras {
		page.More = "/v?plus=1"
	}
	page.Place, page.Total = v.pages(), v.pages()
	web.AllowWorker(c)
	return s.render(c, voice, status, "check", page)
}

// sections puts every answer that will be sent into words, page by page.
func (s *Server) sections(v *visit) []Section {
	voice := s.voice(&v.draft)
	answers := v.Answers.Clone()
	answers.Prune(v.Door)
	var sections []Section
	for _, at := range v.path() {
		section := Section{Heading: voice.T("page." + at.key + ".heading"), Change: v.change(at)}
		for f, n := range at.answers(v.Door, &answers) {
			if answers.At(f, n) == nil {
				continue
			}
			label, values := s.answerInWords(voice, &answers, f, n)
			section.Rows = append(section.Rows, Row{label, values, f.Kind == report.LongText, v.changeAnswer(at, f, n)})
		}
		if at == filesStep() {
			section.Rows = s.filesRow(v, at)
		}
		sections = append(sections, section)
	}
	return sections
}

// carried opens the sealed draft that the check page carries, unless it is older
// than a draft may grow.
func (s *Server) carried(c echo.Context, form url.Values) (*visit, bool) {
	token, err := cookieToken(c)
	if err != nil {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(form.Get("_draft"))
	if err != nil {
		return nil, false
	}
	v, err := open(token, sealed, 0)
	if err != nil || v.Sent != nil || s.Now().Sub(v.SealedAt) > v.life() {
		return nil, false
	}
	v.reads = s.language(c)
	return v, true
}
