package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/internal/web"
)

// A Question is one field as the page shows it.
type Question struct {
	Name         string
	ID           string
	Kind         report.Kind
	Label, Hint  string
	Error        string
	Options      []Option
	Value        string   // of one input
	Parts        []string // day, month, year of a date
	Long         bool     // many options: a list to choose from, not cards
	Announced    int      // characters the counter announces
	Autocomplete string
	InputMode    string
	RevealWhen   string // "field=code field=code": with JavaScript shown only when one of them holds
}

// An Option is one code of a Question.
type Option struct {
	Value, ID   string
	Label, Hint string
	Chosen      bool
}

// Describedby names the elements that explain a field to a screen reader.
func (q Question) Describedby() string {
	var ids []string
	if q.Error != "" {
		ids = append(ids, q.ID+"-erreur")
	}
	if q.Hint != "" {
		ids = append(ids, q.ID+"-aide")
	}
	return strings.Join(ids, " ")
}

// Part returns day, month or year of a date.
func (q Question) Part(i int) string {
	if i < len(q.Parts) {
		return q.Parts[i]
	}
	return ""
}

// A Group is a repeated part of a page.
type Group struct {
	Name  string
	Items []Item
	Full  bool
	Add   string // label of the button
}

// An Item is one of a Group.
type Item struct {
	ID, Name  string // "children-2", "children.2"
	Heading   string
	Prominent []Question
	Folded    []Question
	Open      bool
}

// values returns what to show in a field: what was just typed, or what is stored.
type values func(name string) []string

// asker builds questions for one visitor.
type asker struct {
	voice  *web.Voice
	door   report.Door
	values values
	errors map[string]string // by name of the answer
}

func (a asker) question(f report.Field, n int) Question {
	name := f.Name
	if n >= 0 {
		name = strings.Replace(name, ".N.", "."+itoa(n)+".", 1)
	}
	q := Question{Name: name, ID: idOf(name), Kind: f.Kind, Label: a.voice.T("field." + f.Name), Hint: a.voice.First("field." + f.Name + ".hint"),
		Error: a.errors[name], Autocomplete: a.autocomplete(f), RevealWhen: reveal[f.Name]}
	given := a.values(name)
	switch f.Kind {
	case report.Radio, report.Select, report.Multi:
		q.Options = a.options(f, q.ID, given)
		q.Long = f.Kind == report.Select
	case report.DateOrPeriodKind:
		q.Options = a.options(f, q.ID, given)
		switch {
		case len(given) == 4:
			q.Parts = given[1:]
		case len(given) == 1 && !slices.Contains(f.Codes, given[0]):
			q.Parts = report.Date(given[0]).Parts()
		}
	case report.DateParts:
		q.Parts = given
	case report.LongText:
		q.Announced = report.AnnouncedLongText
	case report.PhoneNumber:
		q.InputMode = "tel"
	case report.Email:
		q.InputMode = "email"
	}
	if len(given) > 0 {
		q.Value = given[0]
	}
	return q
}

func (a asker) options(f report.Field, id string, given []string) []Option {
	if f.Name == "place.department" {
		return a.departments(id, given)
	}
	options := make([]Option, 0, len(f.Codes))
	for _, code := range f.Codes {
		if !offered(f.Name, code, a.door) {
			continue
		}
		key := "code." + f.Name + "." + code
		label := a.voice.First(key, "code."+code)
		if f.Name == "children.N.age" && label == "" {
			label = a.voice.T("code.children.N.age.years", "Count", atoi(code))
		}
		options = append(options, Option{Value: code, ID: id + "-" + code, Label: label, Hint: a.voice.First(key + ".hint"), Chosen: slices.Contains(given, code)})
	}
	return options
}

func (a asker) departments(id string, given []string) []Option {
	var options []Option
	add := func(code, label string) {
		options = append(options, Option{Value: code, ID: id + "-" + code, Label: label, Chosen: slices.Contains(given, code)})
	}
	add("unknown", a.voice.T("code.place.department.unknown"))
	add("abroad", a.voice.T("code.place.department.abroad"))
	for _, d := range territory.Departments() {
		add(d.Code, fmt.Sprintf("%s (%s)", d.Name, d.Code))
	}
	return options
}

// profiles are those each door offers: the door already says part of it.
var profiles = map[report.Door][]report.Profile{
	report.Young: {report.ProfileSelf, report.ProfileYoungForOther},
	report.Relative: {report.ProfileParent, report.ProfileSibling, report.ProfileExtendedFamily, report.ProfileFriend, report.ProfileNeighbour,
		report.ProfileWitness, report.ProfileOther, report.ProfileUndisclosed},
	report.Professional: {report.ProfileProfessional, report.ProfileElected},
}

func offered(name, code string, d report.Door) bool {
	return name != "reporter.profile" || slices.Contains(profiles[d], report.Profile(code))
}

// autocomplete keeps typed text out of what a browser restores and remembers: on
// everything of the young way, on every narrative and on what tells of others.
// Adults' own contact fields keep the tokens that help them (RGAA 11.13).
func (a asker) autocomplete(f report.Field) string {
	if a.door == report.Young {
		return "off"
	}
	if token, own := ownFields[f.Name]; own {
		return token
	}
	return "off"
}

var ownFields = map[string]string{
	"professional.name": "name", "professional.role": "organization-title", "professional.organisation": "organization",
	"professional.work_phone": "work tel", "professional.work_email": "work email",
}

// reveal mirrors, for the browser, what the server decides on its own.
var reveal = map[string]string{
	"done.measure_kind":                "done.steps=judge_measure",
	"done.earlier_reference":           "done.steps=helpline_before",
	"professional.parents_informed_on": "professional.parents_informed=yes",
	"contact.value":                    "contact.channel=phone contact.channel=sms contact.channel=email",
	"contact.safe_hours":               "contact.channel=phone contact.channel=sms contact.channel=email",
	"contact.may_leave_message":        "contact.channel=phone contact.channel=sms contact.channel=email",
	"contact.alias":                    "contact.channel=phone contact.channel=sms contact.channel=email",
}

// page sorts the questions of a step: those asked first, the offered ones folded
// behind them, groups item by item.
func (a asker) page(fields []report.Field, answers *report.Answers) (prominent, folded []Question, groups []Group) {
	byGroup := map[string][]report.Field{}
	var order []string
	for _, f := range fields {
		if f.Group != "" && f.Name != "children.N.age" || f.Group != "" && a.door != report.Young {
			if byGroup[f.Group] == nil {
				order = append(order, f.Group)
			}
			byGroup[f.Group] = append(byGroup[f.Group], f)
			continue
		}
		n := -1
		if f.Group != "" {
			n = 0 // the young way asks for one child's age
		}
		q := a.question(f, n)
		if f.Asked[a.door] == report.Offered {
			folded = append(folded, q)
		} else {
			prominent = append(prominent, q)
		}
	}
	if len(prominent) == 0 { // a page of offers shows them
		prominent, folded = folded, nil
	}
	for _, name := range order {
		groups = append(groups, a.group(name, byGroup[name], answers))
	}
	return prominent, folded, groups
}

// groupWords names the texts of each repeated group.
var groupWords = map[string]struct{ item, add string }{
	"children":             {"page.child.item", "button.add_child"},
	"parents":              {"page.child.parent", "button.add_parent"},
	"suspects":             {"page.persons.item", "button.add_person"},
	"exploitation.handles": {"page.exploitation.account", "button.add_account"},
}

func (a asker) group(name string, fields []report.Field, answers *report.Answers) Group {
	count := max(1, answers.GroupLen(name))
	g := Group{Name: name, Full: count >= report.GroupLimit(name), Add: a.voice.T(groupWords[name].add)}
	for n := range count {
		item := Item{ID: idOf(name) + "-" + itoa(n), Name: name + "." + itoa(n), Heading: a.voice.T(groupWords[name].item, "N", n+1)}
		for _, f := range fields {
			if strings.HasSuffix(f.Name, ".relation_to_first") && n == 0 {
				continue
			}
			q := a.question(f, n)
			if f.Asked[a.door] == report.Offered {
				item.Folded = append(item.Folded, q)
				item.Open = item.Open || q.Error != ""
			} else {
				item.Prominent = append(item.Prominent, q)
			}
		}
		if len(item.Prominent) == 0 {
			item.Prominent, item.Folded = item.Folded, nil
		}
		g.Items = append(g.Items, item)
	}
	return g
}

// idOf makes an element's id of a field's name.
func idOf(name string) string { return strings.ReplaceAll(name, ".", "-") }

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
