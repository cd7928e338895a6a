package pages

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// A passPage asks whether the unit that has a report gets what was added to it since.
type passPage struct {
	Frame
	Report    string // its address
	Reference string
	Address   string
	Unit      string
	Masked    bool
	Added     addedPart
	Reread    bool
	Notice    string
	Problems  []problem
}

// Bad returns what is wrong with a field of the page, or "".
func (p passPage) Bad(field string) string { return textOf(p.Problems, field) }

// A passedOn is the entry that the decision on an addition leaves on the case.
type passedOn struct {
	Referral uuid.UUID   `json:"referral"`
	Addition report.ID   `json:"addition"`
	Unit     string      `json:"unit"`
	Kept     bool        `json:"kept,omitempty"`
	Text     string      `json:"text,omitempty"` // of a masked referral, as it was given
	Files    []report.ID `json:"files,omitempty"`
}

// Format names the shape of its JSON.
func (*passedOn) Format() string { return "recueil.passed/1" }

var errNotPassable = &web.Problem{Status: http.StatusConflict, Key: "office.error.not_passable"}

// A passable is an addition of a report that a unit has, on the way from a request.
type passable struct {
	row    *archive.Report
	opened *report.Report
	to     archive.Referral
	parts  []archive.Part
	given  referred
	of     added
	done   *archive.PassedAddition // by which the unit has it already
}

func (p *passable) address() string {
	return "/dossiers/" + p.row.ID.String() + "/demandes/" + p.to.ID.String() + "/ajouts/" + p.of.row.ID.String()
}

// passable finds them. What is not there, or not his, is not found; a referral that the
// unit has no more takes nothing.
func (s *Server) passable(c echo.Context, v *visit) (*passable, error) {
	ctx := c.Request().Context()
	id, err := parseID(c.Param("id"))
	if err != nil {
		return nil, err
	}
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	p := &passable{row: &found}
	if p.to, err = s.referralOf(c, id); err != nil {
		return nil, err
	}
	if p.opened, err = s.unseal(v, &found); err != nil {
		return nil, errNotPassable
	}
	if !s.ofTeam(&found) || p.to.Status != archive.Proposed && p.to.Status != archive.Accepted {
		return nil, errNotPassable
	}
	if p.parts, err = s.Archive.Parts(ctx, id); err != nil {
		return nil, err
	}
	p.given = shownReport{row: &found, opened: p.opened, parts: p.parts}.given()[p.to.ID]
	additions, err := s.additions(c, v, &found)
	if err != nil {
		return nil, err
	}
	all, err := s.files(c, v, &found, p.opened, additions)
	if err != nil {
		return nil, err
	}
	for _, a := range withFiles(additions, all) {
		if a.row.ID.String() == c.Param("ajout") {
			p.of = a
			p.done, err = s.passedAlready(c, p)
			return p, err
		}
	}
	return nil, archive.ErrNotFound
}

// referralOf finds the referral of a request among those of its report.
func (s *Server) referralOf(c echo.Context, id report.ID) (archive.Referral, error) {
	all, err := s.Archive.ReferralsOf(c.Request().Context(), id)
	if err != nil {
		return archive.Referral{}, err
	}
	for _, f := range all {
		if f.ID.String() == c.Param("demande") {
			return f, nil
		}
	}
	return archive.Referral{}, archive.ErrNotFound
}

func (s *Server) passedAlready(c echo.Context, p *passable) (*archive.PassedAddition, error) {
	decided, err := s.Archive.PassedOf(c.Request().Context(), p.row.ID)
	for _, d := range decided {
		if d.ReferralID == p.to.ID && d.AdditionID == p.of.row.ID && d.Body != nil {
			return &d, err
		}
	}
	return nil, err
}

// typedPass reads what is typed on the page, as the page of a referral reads it.
func (p *passable) typedPass(form url.Values) referring {
	t := readReferring(form)
	t.ID, t.Masked, t.Choice.Sections = p.to.ID, p.to.Masked, p.given.Sections
	return t
}

func (s *Server) askPass(c echo.Context, v *visit) error {
	p, err := s.passable(c, v)
	if err != nil {
		return err
	}
	if p.done != nil {
		return c.Redirect(http.StatusSeeOther, "/dossiers/"+p.row.ID.String()+"#confie")
	}
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "report.open", Object: "report", ID: p.row.ID.String(), Seen: p.of.row.Body}
	if err := s.Trail.Append(c.Request().Context(), line); err != nil {
		return err
	}
	if err := s.see(c, v, p.row, []addition{p.of.addition}); err != nil {
		return err
	}
	t, notice := p.typedPass(url.Values{}), ""
	t.Choice.Texts[textName(p.of.row.ID)] = s.proposed(p.opened, p.of, t.Choice)
	if kept, ok := returned(c, v); ok {
		t, notice = p.typedPass(kept), s.voice.T("office.close.kept")
	}
	return s.showPass(c, p, http.StatusOK, t, notice)
}

func (s *Server) showPass(c echo.Context, p *passable, status int, t referring, notice string, problems ...problem) error {
	reference := seal.FormatReference(p.opened.Reference)
	page := passPage{Frame: s.frame(c, s.voice.T("office.pass.title", "Reference", reference)), Report: "/dossiers/" + p.row.ID.String(), Reference: reference, Address: p.address(),
		Unit: s.teamName(p.to.ToTeam), Masked: p.to.Masked, Added: s.addedPart(p.opened, p.of, t, problems), Reread: t.Reread, Notice: notice, Problems: problems}
	page.Error = len(problems) > 0
	return s.render(c, status, "pass", page)
}

// pass gives the unit an addition, or decides that it stays.
func (s *Server) pass(c echo.Context, v *visit) error {
	p, late := s.passable(c, v)
	if late != nil && !errors.Is(late, errNotPassable) {
		return late
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	if late != nil {
		return s.passTooLate(c, v, form)
	}
	t, keep := p.typedPass(form), form.Get("keep") != ""
	if p.done != nil {
		return s.passedBefore(c, v, p, form)
	}
	if problems := s.problemsOfPassing(p, t); !keep && problems != nil {
		return s.showPass(c, p, http.StatusUnprocessableEntity, t, "", problems...)
	}
	switch err = s.passTo(c, v, p, t, keep); {
	case errors.Is(err, archive.ErrAnswered), errors.Is(err, errNotPassable):
		return s.passTooLate(c, v, form)
	case errors.Is(err, archive.ErrPassed):
		if p, err = s.passable(c, v); err != nil {
			return err
		}
		return s.passedBefore(c, v, p, form)
	case err != nil:
		return err
	}
	return s.afterPass(c, v, p)
}

func (s *Server) afterPass(c echo.Context, v *visit, p *passable) error {
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+p.row.ID.String()+"#confie")
}

// problemsOfPassing holds what a masked referral gives of an addition against it.
func (s *Server) problemsOfPassing(p *passable, t referring) []problem {
	if p.of.body == nil {
		return []problem{{"keep", s.voice.T("office.damaged.addition")}}
	}
	if !p.to.Masked {
		return nil
	}
	problems, field := s.addedLeaks(p.opened, p.of, t), textID(textName(p.of.row.ID))
	switch given, nothing := s.given(p.passing(t, false)); {
	case nothing:
		problems = append(problems, problem{field, s.voice.T("office.pass.nothing")})
	case len(given.Files) < len(t.Files): // frozen since he chose it
		problems = append(problems, problem{field, s.voice.T("office.pass.file_gone")})
	}
	if !t.Reread {
		problems = append(problems, problem{"reread", s.voice.T("office.refer.reread.missing")})
	}
	return problems
}

// passing is the decision on what is typed.
func (p *passable) passing(t referring, keep bool) passing {
	return passing{of: p.opened, row: p.to, added: p.of, text: t.Choice.Texts[textName(p.of.row.ID)], files: t.Files, keep: keep}
}

// passTo stores the decision, its entry on the case and the line in the trail.
func (s *Server) passTo(c echo.Context, v *visit, p *passable, t referring, keep bool) error {
	// The entry on the case says what the unit was given: the row must not make a masked
	// referral whole, nor lead to another team.
	link, err := secret.FromBytes(p.given.Link)
	if !keep && (err != nil || p.given.Masked != p.to.Masked || p.given.Unit != p.to.ToTeam) {
		return errNotPassable
	}
	what := p.passing(t, keep)
	what.link = link
	d, err := s.passed(v, what)
	if err != nil {
		return err
	}
	return s.recordAll(c, v, func(tx pgx.Tx) error { return archive.PassOn(c.Request().Context(), tx, d.row) }, d.writing)
}
