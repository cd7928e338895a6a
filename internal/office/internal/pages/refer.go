package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/referral"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/trust"
	"recueil/internal/web"
)

// A referPage asks what of a report is given to which unit.
type referPage struct {
	Frame
	Report    string // its address
	Reference string
	ID        string // of the referral: a double tap is one
	Version   int
	Situation string
	Units     []choice
	Extents   []choice
	Wish      string // whether the reporter wants to be called
	Branch    []answer
	Parts     []referPart
	Files     []choice
	Added     []addedPart // what was added since the report came
	Lost      int         // of those, which do not open and stay
	Reason    string
	Reread    bool
	Notice    string
	Problems  []problem
	MaxReason int
}

// Bad returns what is wrong with a field of the page, or "".
func (p referPage) Bad(field string) string { return textOf(p.Problems, field) }

// A referPart is a section of the report that one gives or leaves out.
type referPart struct {
	choice
	Withheld bool // it would say who wrote it
	Rows     []answer
	Texts    []referText
}

// A referText is a free text, beside what is given in its place.
type referText struct {
	ID, Name string // of the field
	Label    string
	Lang     string
	Source   []segment
	Given    string
	Lines    int // of the box it is written in
	Bad      string
}

// A referring is what is typed on the page.
type referring struct {
	ID      uuid.UUID
	Version int
	Unit    string
	Masked  bool
	Choice  referral.Choice
	Files   []string
	Added   []string // the additions that stood on the page
	Reason  string
	Reread  bool
}

func readReferring(form url.Values) referring {
	id, err := uuid.Parse(form.Get("referral"))
	if err != nil || id == uuid.Nil {
		id = report.NewID()
	}
	version, _ := strconv.ParseInt(form.Get("version"), 10, 32)
	t := referring{ID: id, Version: int(version), Unit: form.Get("unit"), Masked: form.Get("extent") != "whole", Files: form["file"], Added: addedIDs(form),
		Reason: plainLines(form.Get("reason")), Reread: form.Get("reread") != "", Choice: referral.Choice{Texts: map[string]string{}}}
	for _, section := range form["part"] {
		t.Choice.Sections = append(t.Choice.Sections, referral.Section(section))
	}
	for name, values := range form {
		if field, is := strings.CutPrefix(name, "text."); is {
			t.Choice.Texts[field] = plainLines(values[0])
		}
	}
	return t
}

func plainLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// usual is what the page proposes: all but what says much of the reporter's own
// surroundings.
func usual(r *report.Report) []referral.Section {
	return slices.DeleteFunc(referral.Sections(), func(section referral.Section) bool {
		return section == referral.Parents || section == referral.Profile || slices.Contains(referral.Withheld(r), section)
	})
}

// A referable is a report that may be referred, as its page needs it.
type referable struct {
	row    *archive.Report
	opened *report.Report
	files  []*heldFile
	added  []added
}

var errNotReferable = &web.Problem{Status: http.StatusConflict, Key: "office.error.not_referable"}

// referable opens the report of a request. One in a state that nothing is referred
// from, or that does not open, is errNotReferable.
func (s *Server) referable(c echo.Context, v *visit) (*referable, error) {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return nil, err
	}
	found, err := s.Archive.Get(c.Request().Context(), id, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	var state *triage.NotNow
	switch err := triage.May(triage.Person{ID: v.ID, Role: v.Role}, triage.Refer, found.Object(s.Now())); {
	case errors.As(err, &state):
		return nil, errNotReferable
	case err != nil:
		return nil, err
	}
	if !s.ofTeam(&found) {
		return nil, errNotReferable
	}
	if err := s.sawReport(c, v, &found); err != nil {
		return nil, err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		s.Log.Warn("a report does not open", "report", id, "err", err)
		return nil, errNotReferable
	}
	additions, err := s.additions(c, v, &found)
	if err != nil {
		return nil, err
	}
	all, err := s.files(c, v, &found, opened, additions)
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(all.own, func(f *heldFile) bool { return f.broken || f.frozen() })
	return &referable{&found, opened, own, withFiles(additions, all)}, nil
}

func (s *Server) askRefer(c echo.Context, v *visit) error {
	of, err := s.referable(c, v)
	if err != nil {
		return err
	}
	t := referring{ID: report.NewID(), Version: of.row.Version, Masked: true, Choice: referral.Choice{Sections: usual(of.opened), Texts: map[string]string{}}}
	known := s.notGiven(of.opened, t.Choice)
	of.opened.Walk(func(f report.Field, name string, values []string) {
		if referral.Read(f) && referral.SectionOf(f.Name) != "" {
			t.Choice.Texts[name] = known.hidden(values[0])
		}
	})
	for _, a := range of.added {
		t.Choice.Texts[textName(a.row.ID)] = s.proposed(of.opened, a, t.Choice)
	}
	notice := ""
	if kept, ok := returned(c, v); ok {
		t, notice = readReferring(kept), s.voice.T("office.close.kept")
	}
	return s.showRefer(c, of, http.StatusOK, t, notice)
}

func (s *Server) showRefer(c echo.Context, of *referable, status int, t referring, notice string, problems ...problem) error {
	r := of.opened
	reference := seal.FormatReference(r.Reference)
	page := referPage{Frame: s.frame(c, s.voice.T("office.refer.title", "Reference", reference)), Report: "/dossiers/" + of.row.ID.String(), Reference: reference,
		ID: t.ID.String(), Version: t.Version, Wish: s.value("exploitation.wants_follow_up_call", r), Branch: s.branch(r), Reason: t.Reason, Reread: t.Reread,
		Notice: notice, Problems: problems, MaxReason: maxReason}
	page.Situation, _ = s.situation(r)
	page.Error = len(problems) > 0
	var err error
	if page.Units, err = s.unitChoices(c.Request().Context(), t.Unit); err != nil {
		return err
	}
	for _, extent := range []string{"masked", "whole"} {
		key, hint := "office.refer.extent."+extent, "office.refer.extent."+extent+".hint"
		if extent == "whole" && len(of.added) > 0 {
			hint += ".added"
		}
		page.Extents = append(page.Extents, choice{extent, s.voice.T(key), s.voice.T(hint), (extent == "masked") == t.Masked})
	}
	for _, a := range of.added {
		part := s.addedPart(r, a, t, problems)
		page.Added = append(page.Added, part)
		if part.Damaged {
			page.Lost++
		}
	}
	page.Parts = s.referParts(r, t, problems)
	for _, f := range of.files {
		page.Files = append(page.Files, s.fileChoice(f, t.Files))
	}
	return s.render(c, status, "refer", page)
}

// unitChoices lists the units; one without a member says so.
func (s *Server) unitChoices(ctx context.Context, chosen string) ([]choice, error) {
	var choices []choice
	units := s.Desk.Trust.File().Units()
	for _, unit := range units {
		members, err := s.unitMembers(ctx, unit.ID)
		if err != nil {
			return nil, err
		}
		hint := s.voice.T("office.refer.unit.members", "Count", members)
		if members == 0 {
			hint = s.voice.T("office.refer.unit.nobody")
		}
		choices = append(choices, choice{unit.ID, unit.Name, hint, unit.ID == chosen || len(units) == 1 && members > 0})
	}
	return choices, nil
}

func (s *Server) unitMembers(ctx context.Context, unit string) (int, error) {
	epoch, err := s.seals(unit)
	if err != nil {
		return 0, err
	}
	return s.Desk.CountHolders(ctx, epoch.TeamID, epoch.Number)
}

// branch is what was told of exploitation, in words.
func (s *Server) branch(r *report.Report) []answer {
	var rows []answer
	r.Walk(func(f report.Field, name string, given []string) {
		if strings.HasPrefix(f.Name, "exploitation.") && f.Name != "exploitation.wants_follow_up_call" || f.Name == "signs" {
			rows = append(rows, s.answer(r, f, name, given))
		}
	})
	return rows
}

// referParts lists what the report holds, section by section.
func (s *Server) referParts(r *report.Report, t referring, problems []problem) []referPart {
	var parts []referPart
	known := s.notGiven(r, t.Choice)
	for _, section := range referral.Sections() {
		key := "office.refer.part." + string(section)
		part := referPart{choice: choice{string(section), s.voice.T(key), s.voice.First(key + ".hint"), slices.Contains(t.Choice.Sections, section)},
			Withheld: slices.Contains(referral.Withheld(r), section)}
		r.Walk(func(f report.Field, name string, given []string) {
			if referral.SectionOf(f.Name) != section {
				return
			}
			a := s.answer(r, f, name, given)
			if !referral.Read(f) {
				part.Rows = append(part.Rows, a)
				return
			}
			field := "text." + name
			segments, _ := known.marked(given[0])
			part.Texts = append(part.Texts, referText{ID: textID(name), Name: field, Label: a.Label, Lang: s.writtenIn(r), Source: segments,
				Given: t.Choice.Texts[name], Lines: lines(f), Bad: textOf(problems, textID(name))})
		})
		if len(part.Rows)+len(part.Texts) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

func lines(f report.Field) int {
	if f.Kind == report.LongText {
		return 7
	}
	return 2
}

func textID(name string) string { return "t-" + strings.ReplaceAll(name, ".", "-") }

// problemsOfReferring holds what was typed against the report.
func (s *Server) problemsOfReferring(of *referable, t referring) []problem {
	var problems []problem
	refuse := func(field, key string, data ...any) {
		problems = append(problems, problem{field, s.voice.T(key, data...)})
	}
	if !slices.ContainsFunc(s.Desk.Trust.File().Units(), func(unit trust.Team) bool { return unit.ID == t.Unit }) {
		refuse("unit-0", "office.refer.unit.choose")
	}
	if t.Masked && len(t.Choice.Sections) == 0 {
		refuse("part-0", "office.refer.part.none")
	}
	problems = append(problems, s.problemsOfText("reason", t.Reason, reasonRule.or("office.refer.reason.missing"))...)
	if t.Masked {
		problems = append(problems, s.leaks(of.opened, t)...)
		for _, a := range of.added {
			if a.body != nil {
				problems = append(problems, s.addedLeaks(of.opened, a, t)...)
			}
		}
		if !t.Reread {
			refuse("reread", "office.refer.reread.missing")
		}
	}
	return problems
}
