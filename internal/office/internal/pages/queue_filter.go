package pages

import (
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

// A filterPanel is the form that combines what the queue may be narrowed by.
type filterPanel struct {
	Others      []filterLink // views that are asked for less often
	Active      []filterLink // what narrows it now, each leading to the view without it
	Boxes       []boxGroup
	Selects     []selectField
	From, Until string
	Query       string // the view, to be kept under a name
	View        typedView
	Saved       []savedView
}

// A boxGroup is a question of which several answers may be ticked.
type boxGroup struct {
	Legend string
	Boxes  []box
}

type box struct {
	Name, Value, Text string
	Checked           bool
}

// A selectField is a question of which one answer is chosen.
type selectField struct {
	Name, Label, Any string
	Options          []choice
}

// panelOf fills the form with a filter.
func (s *Server) panelOf(c echo.Context, v *visit, f archive.Filter) (filterPanel, error) {
	q := s.query(f)
	whose, err := s.whose(c, v, f)
	if err != nil {
		return filterPanel{}, err
	}
	p := filterPanel{From: q.Get("du"), Until: q.Get("au")}
	boxes := func(name string, values []string, text func(string) string) {
		group := boxGroup{Legend: s.voice.T("office.filter.by." + name)}
		for _, value := range values {
			group.Boxes = append(group.Boxes, box{name, value, text(value), slices.Contains(q[name], value)})
		}
		p.Boxes = append(p.Boxes, group)
	}
	boxes("etat", texts(filterStates), func(v string) string { return s.voice.T("office.status." + v) })
	boxes("nature", texts(filterQualifications), func(v string) string { return s.voice.T("office.qualification." + v) })
	boxes("urgence", []string{"0", "1", "2", "3"}, func(v string) string { return s.voice.T("urgency." + v) })
	p.Boxes = append(p.Boxes, boxGroup{s.voice.T("office.filter.by.autre"), []box{
		{"retard", "1", s.voice.T("office.filter.en-retard"), f.Overdue}, {"reponses", "1", s.voice.T("office.filter.unseen"), f.Unseen}}})
	pick := func(name string, options []choice) {
		p.Selects = append(p.Selects, selectField{name, s.voice.T("office.filter.by." + name), s.voice.T("office.filter.any." + name), options})
	}
	words := func(name string, values ...string) (options []choice) {
		for _, value := range values {
			options = append(options, choice{Value: value, Text: s.voice.T("office.filter." + name + "." + value), Checked: q.Get(name) == value})
		}
		return options
	}
	pick("suivi", append(words("suivi", "aucun", "moi", "equipe"), whose...))
	pick("canal", words("canal", string(report.Web), string(report.Phone), string(report.Unit)))
	pick("dep", s.departmentChoices(v, f))
	pick("voie", words("voie", "principale", "a-verifier"))
	if s.presetOf(f) == "" {
		p.Active = s.activeFilters(f, p)
	}
	return p, nil
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}

// whose lists the colleagues whose reports one may look at.
func (s *Server) whose(c echo.Context, v *visit, f archive.Filter) (options []choice, err error) {
	colleagues, err := s.Archive.Colleagues(c.Request().Context(), v.keys.Teams())
	if err != nil {
		return nil, err
	}
	known := f.Assigned != archive.SomebodyS
	for _, person := range colleagues {
		chosen := f.Assigned == archive.SomebodyS && f.Person == person.ID
		known = known || chosen
		options = append(options, choice{Value: person.ID.String(), Text: person.Name, Checked: chosen})
	}
	if !known { // who left the team may still have reports
		options = append(options, choice{Value: f.Person.String(), Text: s.voice.T("office.filter.suivi.former"), Checked: true})
	}
	return options, nil
}

// activeFilters says each thing that narrows a view, with the address of the view
// without it.
func (s *Server) activeFilters(f archive.Filter, p filterPanel) (active []filterLink) {
	q := s.query(f)
	add := func(name, value, text string) {
		rest := url.Values{}
		for key, values := range q {
			rest[key] = slices.Clone(values)
		}
		rest[name] = slices.DeleteFunc(rest[name], func(one string) bool { return one == value })
		active = append(active, filterLink{Address: s.queueAddress(s.parseFilter(rest), archive.Position{}), Text: text})
	}
	for _, group := range p.Boxes {
		for _, one := range group.Boxes {
			if one.Checked && one.Value == "1" && one.Name != "urgence" {
				add(one.Name, one.Value, one.Text)
			} else if one.Checked {
				add(one.Name, one.Value, s.voice.T("office.filter.on", "Name", group.Legend, "Value", one.Text))
			}
		}
	}
	for _, field := range p.Selects {
		for _, one := range field.Options {
			if one.Checked {
				add(field.Name, one.Value, s.voice.T("office.filter.on", "Name", field.Label, "Value", one.Text))
			}
		}
	}
	if !f.From.IsZero() {
		add("du", q.Get("du"), s.voice.T("office.filter.from", "Day", s.dayOf(q.Get("du"))))
	}
	if !f.Until.IsZero() {
		add("au", q.Get("au"), s.voice.T("office.filter.until", "Day", s.dayOf(q.Get("au"))))
	}
	return active
}

// dayOf writes a date of an address as one says it.
func (s *Server) dayOf(text string) string {
	at := s.parseDay(text, 0)
	return s.voice.T("office.filter.day", "Day", at.Day(), "Month", s.voice.T("month."+itoa(int(at.Month()))), "Year", at.Year())
}
