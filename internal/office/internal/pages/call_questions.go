package pages

import (
	"slices"
	"strings"

	"recueil/internal/office/internal/call"
	"recueil/internal/readout"
	"recueil/internal/report"
	"recueil/internal/territory"
)

// A callSection is a part of the call's form.
type callSection struct {
	Key, ID   string
	Number    int // in the index of the form
	Heading   string
	Folded    bool
	Open      bool // something behind the fold was answered, or refused
	Filled    int  // answers in it
	Questions []callQuestion
	Groups    []callGroup
}

// A callGroup is a repeated part of a section.
type callGroup struct {
	Name, Heading string
	Items         []callItem
	Add           string // label of the button that our script shows; "" when it is full
}

type callItem struct {
	Name, Heading   string // "children.2"
	First, Last     string // of the numbers in its names, for the script that makes one more
	Questions, More []callQuestion
	Open            bool
}

// A callQuestion is one field as a listener sees it.
type callQuestion struct {
	Name, ID    string
	Kind        report.Kind
	Label, Hint string
	Error       string
	Options     []callOption
	Listed      bool // options to choose from in a list
	Value       string
	Parts       []string // of a date
	Rows        int
	Announced   int
	InputMode   string
	RevealWhen  string
	Counts      string // of a commune's proposals, in words
	Short       bool   // beside others in one line
	Answered    bool
}

type callOption struct {
	Value, ID, Label string
	Chosen           bool
	Urgent           bool // it alone makes the call urgent
}

// Part returns day, month or year of a date.
func (q callQuestion) Part(i int) string {
	if i < len(q.Parts) {
		return q.Parts[i]
	}
	return ""
}

// DateWrong holds where the fault is in day, month or year: all of the question is
// marked on this page.
func (q callQuestion) DateWrong() bool { return q.Error != "" }

// Describedby names what explains a field to a screen reader.
func (q callQuestion) Describedby() string {
	var ids []string
	if q.Error != "" {
		ids = append(ids, q.ID+"-erreur")
	}
	if q.Hint != "" {
		ids = append(ids, q.ID+"-aide")
	}
	return strings.Join(ids, " ")
}

// An asking builds the questions of one call: its values come from what was typed, or
// from the draft.
type asking struct {
	s      *Server
	values func(name string) []string
	errors map[string]string
	counts func(group string) int
}

// behind says which items of a group stand behind a fold of the item.
var behind = map[string]bool{
	"children.N.last_name": true, "children.N.birth_date": true, "children.N.relation_to_first": true, "children.N.living_place": true,
	"children.N.school": true, "children.N.grade": true, "children.N.particulars": true, "suspects.N.age_guess": true,
}

// narrow are the fields that stand side by side.
var narrow = map[string]bool{
	"children.N.first_name": true, "children.N.age": true, "children.N.sex": true, "place.commune": true, "place.department": true,
	"contact.value": true, "contact.safe_hours": true, "contact.alias": true, "reporter.profile": true, "contact.channel": true,
	"suspects.N.relation": true, "suspects.N.name": true, "parents.N.relation": true, "parents.N.name": true, "parents.N.phone": true,
}

// revealed mirrors in the browser what the server drops when it is sent.
var revealed = map[string]string{
	"done.measure_kind":                "done.steps=judge_measure",
	"professional.parents_informed_on": "professional.parents_informed=yes",
	"contact.value":                    "contact.channel= contact.channel=phone contact.channel=sms contact.channel=email",
	"contact.safe_hours":               "contact.channel= contact.channel=phone contact.channel=sms contact.channel=email",
	"contact.may_leave_message":        "contact.channel= contact.channel=phone contact.channel=sms contact.channel=email",
	"contact.alias":                    "contact.channel= contact.channel=phone contact.channel=sms contact.channel=email",
}

func (a asking) sections() []callSection {
	var all []callSection
	for i, section := range call.Sections() {
		c := callSection{Key: section.Key, ID: "s-" + section.Key, Number: i + 1, Heading: a.s.voice.T("office.phone.section." + section.Key), Folded: section.Folded}
		groups := map[string][]report.Field{}
		var order []string
		for _, f := range section.Fields() {
			if f.Group == "" {
				if f.Name != "done.earlier_reference" { // it stands where calls are looked up
					c.Questions = append(c.Questions, a.question(f, -1))
				}
				continue
			}
			if groups[f.Group] == nil {
				order = append(order, f.Group)
			}
			groups[f.Group] = append(groups[f.Group], f)
		}
		for _, name := range order {
			c.Groups = append(c.Groups, a.group(name, groups[name]))
		}
		c.count()
		all = append(all, c)
	}
	return all
}

func (c *callSection) count() {
	see := func(questions []callQuestion) (open bool) {
		for _, q := range questions {
			if q.Answered {
				c.Filled++
			}
			open = open || q.Answered || q.Error != ""
		}
		return open
	}
	c.Open = see(c.Questions)
	for g := range c.Groups {
		for i := range c.Groups[g].Items {
			item := &c.Groups[g].Items[i]
			item.Open = see(item.More)
			c.Open = see(item.Questions) || item.Open || c.Open
		}
	}
}

func (a asking) group(name string, fields []report.Field) callGroup {
	g := callGroup{Name: name, Heading: a.s.voice.T("office.group." + name)}
	count := max(1, a.counts(name))
	if count < report.GroupLimit(name) {
		g.Add = a.s.voice.T("office.phone.add." + name)
	}
	for n := range count {
		item := callItem{Name: name + "." + itoa(n), Heading: g.Heading + " " + itoa(n+1)}
		for _, f := range fields {
			switch {
			case f.Name == "children.N.relation_to_first" && n == 0:
			case behind[f.Name]:
				item.More = append(item.More, a.question(f, n))
			default:
				item.Questions = append(item.Questions, a.question(f, n))
			}
		}
		g.Items = append(g.Items, item)
	}
	return g
}

func (a asking) question(f report.Field, n int) callQuestion {
	name := call.NameAt(f, n)
	voice := a.s.voice
	q := callQuestion{Name: name, ID: strings.ReplaceAll(name, ".", "-"), Kind: f.Kind, Error: a.errors[name],
		Label: voice.First("office.phone.field."+f.Name, "label."+f.Name, "field."+f.Name), Hint: voice.First("office.phone.field." + f.Name + ".hint"),
		RevealWhen: revealed[f.Name], Short: narrow[f.Name]}
	given := a.values(name)
	q.Answered = strings.Join(given, "") != ""
	switch f.Kind {
	case report.Radio, report.Select, report.Multi, report.DateOrPeriodKind:
		q.Options = a.options(f, q.ID, given)
		q.Listed = f.Kind == report.Select || narrow[f.Name] && f.Kind == report.Radio
		if f.Kind == report.DateOrPeriodKind && len(given) == 1 && !slices.Contains(f.Codes, given[0]) {
			q.Parts = report.Date(given[0]).Parts()
		} else if len(given) > 2 {
			q.Parts = given[len(given)-3:]
		}
		return q
	case report.DateParts:
		q.Parts = given
		return q
	case report.LongText:
		q.Rows, q.Announced = 3, report.AnnouncedLongText
		if f.Name == "situation.facts" {
			q.Rows = 6
		}
	case report.PhoneNumber:
		q.InputMode = "tel"
	case report.Email:
		q.InputMode = "email"
	case report.CommuneKind:
		given = given[:min(1, len(given))]
		q.Counts = a.s.communeCounts()
	}
	q.Value = strings.Join(given, " ")
	return q
}

func (a asking) options(f report.Field, id string, given []string) []callOption {
	var options []callOption
	add := func(code, label string) {
		options = append(options, callOption{code, id + "-" + code, label, slices.Contains(given, code), f.Name == "urgency_signs" && urgentAlone[code]})
	}
	if f.Name == "place.department" {
		for _, code := range []string{"unknown", "abroad"} {
			add(code, a.word(f, code))
		}
		for _, d := range territory.Departments() {
			add(d.Code, d.Name+" ("+d.Code+")")
		}
		return options
	}
	for _, code := range f.Codes {
		add(code, a.word(f, code))
	}
	return options
}

// urgentAlone are the signs that make a call urgent by themselves, whatever else is told.
var urgentAlone = map[string]bool{"dangerous_person_present": true, "weapon_or_death_threat": true, "suicidal_act": true}

// word says a code as a listener notes it: where the published words are the
// reporter's own ("Je ne sais pas"), the office has others.
func (a asking) word(f report.Field, code string) string {
	key := f.Name + "." + code
	if word := a.s.voice.First("office.phone.code."+key, "code."+key, "office.phone.code."+code); word != "" {
		return word
	}
	return strings.Join(readout.Values(a.s.voice, f, []string{code}), "")
}

// mostCommunes is how many communes are proposed while a name is typed.
const mostCommunes = 8

// communeCounts says in words how many proposals there are, for a screen reader.
func (s *Server) communeCounts() string {
	counts := []string{s.voice.T("page.where.no_commune")}
	for n := 1; n <= mostCommunes; n++ {
		counts = append(counts, s.voice.T("page.where.communes_found", "Count", n))
	}
	return strings.Join(counts, "|")
}
