package pages

import (
	"slices"
	"strconv"
	"strings"

	"recueil/internal/readout"
	"recueil/internal/report"
)

// A section is what was answered on one page of the form.
type section struct {
	Heading string
	Rows    []answer
}

type answer struct {
	Label  string
	Values []string
	Long   bool
	Lang   string // of a long text, when it is not the page's
	Mark   string // the value is implausible, and kept
	Anchor string // where the brief leads to the whole text
}

// sections lists every answer, page by page and, where there are several children
// or persons, one after the other; but for texts that stand in the brief from the
// first to the last word.
func (s *Server) sections(r *report.Report, inBrief map[string]bool) []section {
	var sections []section
	r.Walk(func(f report.Field, name string, given []string) {
		if inBrief[name] {
			return
		}
		heading := s.heading(r, f, name)
		at := slices.IndexFunc(sections, func(x section) bool { return x.Heading == heading })
		if at < 0 {
			at = len(sections)
			sections = append(sections, section{Heading: heading})
		}
		a := s.answer(r, f, name, given)
		if a.Long {
			a.Anchor = anchor(name)
		}
		sections[at].Rows = append(sections[at].Rows, a)
	})
	return sections
}

func anchor(name string) string { return "r-" + strings.ReplaceAll(name, ".", "-") }

func (s *Server) answer(r *report.Report, f report.Field, name string, given []string) answer {
	a := answer{Label: readout.Label(s.voice, f), Values: s.values(f, given), Long: f.Kind == report.LongText}
	if a.Long {
		a.Lang = s.writtenIn(r)
	}
	for _, m := range r.Marks {
		if m.Field == name {
			a.Mark = s.voice.T("label.mark." + m.Kind)
		}
	}
	return a
}

// values writes an answer in words; a date with the name of its month, where it has
// one, so that nobody takes 4 5 for the fifth of April.
func (s *Server) values(f report.Field, given []string) []string {
	if f.Kind == report.DateParts && len(given) == 3 {
		if month, err := strconv.Atoi(given[1]); err == nil && month >= 1 && month <= 12 {
			given = []string{given[0], s.voice.T("month." + itoa(month)), given[2]}
		}
	}
	return readout.Values(s.voice, f, given)
}

func (s *Server) heading(r *report.Report, f report.Field, name string) string {
	if f.Group == "" {
		return s.voice.T("office.section." + strings.ReplaceAll(f.Page, " ", "_"))
	}
	heading := s.voice.T("office.group." + f.Group)
	if r.GroupLen(f.Group) == 1 {
		return heading
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(name, f.Group+"."), ".")
	n, _ := strconv.Atoi(number)
	return heading + " " + itoa(n+1)
}
