package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/web"
)

// A decidePage asks for one decision on a report.
type decidePage struct {
	Frame
	Report    string // its address
	Reference string
	Situation string
	State     string
	Assignee  string
	Heading   string
	Follows   []string
	Rules     []why  // that fired when it came; for a qualification
	Legend    string // over the choices
	Choices   []choice
	Name      string // of their fields
	Many      bool
	Asks      bool // for the reference of another report
	Typed     deciding
	Free      bool // the reason may be left out
	Button    string
	Danger    bool
	Action    string
	Barred    string  // it cannot be done now, in words
	Since     []event // what others did meanwhile
	Notice    string
	Problems  []problem
	MaxReason int
}

// Bad returns what is wrong with a field of the form, or "".
func (p decidePage) Bad(field string) string { return textOf(p.Problems, field) }

// A deciding is what is typed on such a page.
type deciding struct {
	Version   int
	Drawn     int64 // when the page was, in milliseconds
	Choice    string
	People    []string
	Reference string
	Other     string // the report that it leads to
	Reason    string
}

func readDeciding(form url.Values) deciding {
	version, _ := strconv.Atoi(form.Get("version"))
	drawn, _ := strconv.ParseInt(form.Get("drawn"), 10, 64)
	return deciding{version, drawn, form.Get("choice"), form["person"], form.Get("reference"), form.Get("other"),
		strings.ReplaceAll(form.Get("reason"), "\r\n", "\n")}
}

// A decided is one decision at hand: who takes it on which report.
type decided struct {
	deed
	v      *visit
	found  archive.Report
	opened *report.Report
	typed  deciding
}

var errUnopened = &web.Problem{Status: http.StatusConflict, Key: "office.error.unopened"}

// decided finds the deed and the report of an address. What a role may never do is
// refused here; what stands in the way at the moment is for the page to say. The page
// tells of the report what its own does, so that opening it leaves the same line.
func (s *Server) decided(c echo.Context, v *visit) (*decided, error) {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return nil, err
	}
	at := &decided{v: v}
	if at.found, err = s.Archive.Get(c.Request().Context(), id, v.keys.Teams()); err != nil {
		return nil, err // also before a deed that is none: who tries leaves a line
	}
	var known bool
	if at.deed, known = deedOf(c.Param("acte")); !known {
		return nil, web.ErrNotFound
	}
	if !v.Role.May(at.action) {
		return nil, errRole
	}
	if err := s.sawReport(c, v, &at.found); err != nil {
		return nil, err
	}
	if at.opened, err = s.unseal(v, &at.found); err != nil {
		s.Log.Warn("a report does not open", "report", id, "err", err)
		return nil, errUnopened
	}
	return at, nil
}

// bar says why it cannot be done now, or nil.
func (s *Server) bar(at *decided) error {
	if err := triage.May(at.v.person(), at.action, at.found.Object(s.Now())); err != nil {
		return err
	}
	if !at.fits(&at.found) {
		return errNotForIt
	}
	return nil
}

var errNotForIt = errors.New("the report is not what this is for")

func (v *visit) person() triage.Person { return triage.Person{ID: v.ID, Role: v.Role} }

func (s *Server) askDecision(c echo.Context, v *visit) error {
	at, err := s.decided(c, v)
	if err != nil {
		return err
	}
	page := decidePage{}
	if kept, ok := returned(c, v); ok {
		at.typed, page.Notice = readDeciding(kept), s.voice.T("office.close.kept")
	} else {
		at.typed.Other, at.typed.Reference = c.QueryParam("autre"), ""
	}
	status := http.StatusOK
	if at.typed.Version != 0 && at.typed.Version != at.found.Version {
		status, page.Notice = http.StatusConflict, s.voice.T("office.decide.conflict")
	}
	return s.showDecision(c, at, status, page)
}

// decide takes the decision, or shows again what was typed, beside what is wrong with
// it or what another did meanwhile.
func (s *Server) decide(c echo.Context, v *visit) error {
	at, err := s.decided(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	at.typed = readDeciding(form)
	if at.typed.Version != at.found.Version || s.bar(at) != nil {
		return s.showConflict(c, at)
	}
	if problems := s.problemsOfDeed(at); problems != nil {
		return s.showDecision(c, at, http.StatusUnprocessableEntity, decidePage{Problems: problems})
	}
	address, err := s.carryDeed(c, at)
	var unclear *unclear
	var forbidden *triage.ForbiddenMove
	var unfit *triage.Unfit
	switch {
	case errors.As(err, &unclear):
		return s.showDecision(c, at, http.StatusUnprocessableEntity, decidePage{Problems: []problem{unclear.problem}, Choices: unclear.matches, Name: "other",
			Legend: s.voice.T("office.decide.which")})
	case isConcurrent(err), errors.As(err, &forbidden), errors.As(err, &unfit), errors.Is(err, triage.ErrSamePerson), errors.Is(err, triage.ErrNotProposed):
		again, err := s.decided(c, v)
		if err != nil {
			return err
		}
		again.typed = at.typed
		return s.showConflict(c, again)
	case err != nil:
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, address)
}

// An unclear is the error of a field that only the database could judge.
type unclear struct {
	problem problem
	matches []choice // to choose among
}

func (*unclear) Error() string { return "what was typed does not lead to one thing" }

func (s *Server) problemsOfDeed(at *decided) []problem {
	var problems []problem
	t := at.typed
	switch at.asks {
	case qualification:
		if !triage.Qualification(t.Choice).Known() {
			problems = append(problems, problem{"choice-0", s.voice.T("office.decide.choose.qualification")})
		}
	case urgency:
		if n, err := strconv.Atoi(t.Choice); err != nil || n < 0 || n > 3 || report.Urgency(n) == at.found.Urgency {
			problems = append(problems, problem{"choice-0", s.voice.T("office.decide.choose.urgency")})
		}
	case person:
		if _, err := uuid.Parse(t.Choice); err != nil {
			problems = append(problems, problem{"choice-0", s.voice.T("office.decide.choose.person")})
		}
	case people:
		if len(t.People) == 0 { // who they are is judged once they are looked up
			problems = append(problems, problem{"choice-0", s.voice.T("office.decide.choose.people")})
		}
	case reference:
		if _, err := uuid.Parse(t.Other); err != nil && strings.TrimSpace(t.Reference) == "" {
			problems = append(problems, problem{"reference", s.voice.T("office.decide.choose.reference")})
		}
	}
	rule := reasonRule
	if at.free {
		rule = rule.or("")
	}
	return append(problems, s.problemsOfText("reason", t.Reason, rule)...)
}

// showConflict shows what was typed and what another did, both: sending again is a
// choice, where it can still be made.
func (s *Server) showConflict(c echo.Context, at *decided) error {
	talk := talk{}
	parts, err := s.Archive.Parts(c.Request().Context(), at.found.ID)
	if err != nil {
		return err
	}
	page := decidePage{Notice: s.voice.T("office.decide.conflict")}
	for _, e := range s.timeline(&at.found, at.opened, talk, parts) {
		if e.at.UnixMilli() > at.typed.Drawn && at.typed.Drawn > 0 {
			page.Since = append(page.Since, e)
		}
	}
	at.typed.Version = 0
	return s.showDecision(c, at, http.StatusConflict, page)
}

func (s *Server) showDecision(c echo.Context, at *decided, status int, page decidePage) error {
	key := "office.deed." + at.act
	page.Frame = s.frame(c, s.voice.T(key+".title"))
	page.Error = len(page.Problems) > 0
	page.Heading, page.Button, page.Danger, page.Free = s.voice.T(key+".title"), s.voice.T(key+".button"), at.danger, at.free
	page.Report = "/dossiers/" + at.found.ID.String()
	page.Action = page.Report + "/decision/" + at.path
	page.Reference, page.MaxReason = seal.FormatReference(at.opened.Reference), maxReason
	row := s.row(at.v, &at.found, at.opened)
	page.Situation, page.Assignee = row.Situation, row.Assignee
	page.State = s.stateOf(&at.found)
	for n := 1; s.voice.Has(key + ".follows" + itoa(n)); n++ {
		page.Follows = append(page.Follows, s.voice.T(key+".follows"+itoa(n)))
	}
	if page.Problems == nil {
		if err := s.bar(at); err != nil {
			page.Barred = s.barred(err, row.Holder)
			status = max(status, http.StatusConflict)
		}
	}
	if at.typed.Version == 0 {
		at.typed.Version = at.found.Version
	}
	at.typed.Drawn = s.Now().UnixMilli()
	page.Typed = at.typed
	if err := s.ask(c, at, &page); err != nil {
		return err
	}
	return s.render(c, status, "decide", page)
}

// stateOf says where a report stands and what it was found to be.
func (s *Server) stateOf(r *archive.Report) string {
	state := s.voice.T("office.status." + string(r.Status))
	if r.Qualification != nil {
		state = s.join(state, s.voice.T("office.qualification."+string(*r.Qualification)))
	}
	return state
}

// barred says in words why something cannot be done now.
func (s *Server) barred(err error, holder string) string {
	var state *triage.NotNow
	switch {
	case errors.Is(err, triage.ErrHeld):
		return s.voice.T("office.barred.held", "Who", holder)
	case errors.Is(err, triage.ErrNotAssignee):
		return s.voice.T("office.barred.assignee")
	case errors.Is(err, triage.ErrSamePerson):
		return s.voice.T("office.barred.same")
	case errors.Is(err, triage.ErrNotProposer), errors.Is(err, triage.ErrNotProposed):
		return s.voice.T("office.barred.proposer")
	case errors.As(err, &state) && state.Allowed != nil:
		var allowed string
		for _, status := range state.Allowed {
			allowed = s.join(allowed, s.voice.T("office.status."+string(status)))
		}
		return s.voice.T("office.barred.state", "State", s.voice.T("office.status."+string(state.Status)), "Allowed", allowed)
	}
	return s.voice.T("office.barred.unfit")
}

// ask fills in what the deed wants to know. Nothing is chosen beforehand.
func (s *Server) ask(c echo.Context, at *decided, page *decidePage) error {
	if page.Choices != nil {
		page.Asks = at.asks == reference
		return nil
	}
	page.Name = "choice"
	page.Legend = s.voice.First("office.deed."+at.act+".legend", "office.deed.legend")
	add := func(value, text, hint string) {
		page.Choices = append(page.Choices, choice{value, text, hint, value == at.typed.Choice || slices.Contains(at.typed.People, value)})
	}
	switch at.asks {
	case qualification:
		page.Rules = s.brief(at.opened).Why
		for _, q := range triage.Qualifications() {
			k := "office.qualification." + string(q)
			add(string(q), s.voice.T(k), s.voice.T(k+".hint"))
		}
	case urgency:
		for n := range 4 {
			if report.Urgency(n) != at.found.Urgency {
				add(itoa(n), s.voice.T("urgency."+itoa(n)), "")
			}
		}
	case person, people:
		return s.askPeople(c, at, page, add)
	case reference:
		page.Asks = true
	case otherOne:
		page.Name = "other"
		links, err := s.linksOf(c, at)
		if err != nil {
			return err
		}
		for _, l := range links {
			page.Choices = append(page.Choices, choice{l.Other.String(), l.Reference, "", l.Other.String() == at.typed.Other})
		}
	}
	return nil
}
