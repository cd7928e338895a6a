package intake

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recueil/internal/readout"
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
	Fault        string // the same for the summary, where it has to say which question is meant
	Options      []Option
	Value        string   // of one input
	Parts        []string // day, month, year of a date
	Long         bool     // many options: a list to choose from, not cards
	Announced    int      // characters the counter announces
	Accepted     int      // and those that are taken: what it counts to beyond them
	Autocomplete string
	InputMode    string
	Answered     bool
	RevealWhen   string   // "field=code field=code": with JavaScript shown only when one of them holds
	Choices      []Option // of a commune that may be one of several
	Counts       string   // "none|one|two…": how many proposals there are, in words
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

// isSeen holds for a folded question that is shown unfolded: one that was answered
// looks lost otherwise.
func (q Question) isSeen() bool { return q.Error != "" || q.Answered }

// Part returns day, month or year of a date.
func (q Question) Part(i int) string {
	if i < len(q.Parts) {
		return q.Parts[i]
	}
	return ""
}

// Dated reports whether a day was given where a stretch of time may be chosen.
func (q Question) Dated() bool {
	return q.Kind == report.DateOrPeriodKind && strings.Join(q.Parts, "") != ""
}

// DateWrong holds where the fault is in day, month or year.
func (q Question) DateWrong() bool {
	return q.Error != "" && (q.Kind == report.DateParts || q.Dated())
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
	Alone     bool // the page is headed so already
	Stays     bool // a young writer himself, or his friend: whoever follows must not move up into his place
	Prominent []Question
	Folded    []Question
}

// Open reports whether one of the folded questions wants to be seen.
func (i Item) Open() bool { return slices.ContainsFunc(i.Folded, Question.isSeen) }

// values returns what to show in a field: what was just typed, or what is stored.
type values func(name string) []string

// asker builds questions for one visitor.
type asker struct {
	voice  *web.Voice
	about  func(voice *web.Voice, f report.Field, n int) *web.Voice
	door   report.Door
	values values
	errors map[string]string // by name of the answer
	fresh  bool              // the page was not answered before: defaults are chosen
	whole  bool              // all steps stand on one page
}

func (a asker) question(f report.Field, n int) Question {
	name := f.Name
	if n >= 0 {
		name = strings.Replace(name, ".N.", "."+itoa(n)+".", 1)
	}
	heading := itemHeading(a.voice, f, n, report.GroupLimit(f.Group))
	another := "" // a question that is put otherwise of whom a young writer adds
	if about := a.about(a.voice, f, n); about != a.voice {
		a.voice, another = about, "field."+f.Name+".another"
	}
	q := Question{Name: name, ID: idOf(name), Kind: f.Kind, Label: a.voice.First(another, "field."+f.Name), Hint: a.voice.First("field." + f.Name + ".hint"),
		Error: a.errors[name], Autocomplete: a.autocomplete(f), RevealWhen: reveal[f.Name]}
	given := a.values(name)
	leftOut := q.Error != "" && q.Error == a.voice.First("problem.missing."+f.Name, "problem.missing_required")
	switch {
	case q.Error != "" && a.whole:
		problem := q.Error
		if leftOut { // said of a dozen questions, it hides the others
			problem = a.voice.T("page.check.empty")
		}
		q.Fault = a.voice.T("page.professional.whole.error", "Question", heading+readout.Label(a.voice, f), "Problem", problem)
	case leftOut:
		q.Fault = q.Label
	default:
		q.Fault = tooLong(a.voice, q, f.Max)
	}
	q.Answered = strings.Join(given, "") != ""
	if given == nil && a.fresh {
		given = defaults[f.Name][a.door]
	}
	switch f.Kind {
	case report.Radio, report.Select, report.Multi:
		q.Options = a.options(f, q.ID, given)
		q.Long = f.Kind == report.Select
	case report.DateOrPeriodKind:
		q.Options = a.options(f, q.ID, given)
		switch {
		case len(given) == 4:
			q.Parts = given[1:]
		case len(given) == 3:
			q.Parts = given
		case len(given) == 1 && !slices.Contains(f.Codes, given[0]):
			q.Parts = report.Date(given[0]).Parts()
		}
	case report.DateParts:
		q.Parts = given
	case report.LongText:
		q.Announced, q.Accepted = report.AnnouncedLongText, f.Max
	case report.PhoneNumber:
		q.InputMode = "tel"
	case report.Email:
		q.InputMode = "email"
	}
	if len(q.Options) == 0 {
		q.Value = together(f, given)
	}
	if f.Kind == report.CommuneKind {
		a.askCommune(&q)
	}
	return q
}

// together shows every text that came for one input: none is thrown away.
func together(f report.Field, given []string) string {
	if f.Kind == report.CommuneKind {
		given = given[:min(1, len(given))] // its code follows its label
	}
	separator := " "
	if f.Kind == report.LongText {
		separator = "\n"
	}
	return strings.Join(different(given), separator)
}

// defaults are chosen on a page that is shown for the first time. Nothing that the
// visitor did not see is ever answered for him.
var defaults = map[string]map[report.Door][]string{
	"contact.confidentiality": {
		report.Young:        {string(report.ConfidentialityAnonymous)},
		report.Relative:     {string(report.ConfidentialityAnonymous)},
		report.Professional: {string(report.ConfidentialityMayBePassedOn)},
	},
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

// part sorts the questions of a step: those asked first, the offered ones folded
// behind them, groups item by item. typed is what was just sent, if anything was.
func (a asker) part(at step, answers *report.Answers, typed url.Values) Part {
	p := Part{Key: at.key, Number: at.number, ID: at.Anchor(), Heading: a.voice.T("page." + at.key + ".heading"), Hint: a.voice.First("page." + at.key + ".hint")}
	alone, byGroup, order := []report.Field{}, map[string][]report.Field{}, []string{}
	for _, f := range at.fields(a.door) {
		if f.Group == "" || at.key == "where" { // where the young tell one child's age
			alone = append(alone, f)
			continue
		}
		if byGroup[f.Group] == nil {
			order = append(order, f.Group)
		}
		byGroup[f.Group] = append(byGroup[f.Group], f)
	}
	p.Prominent, p.Folded = a.sorted(at, alone, 0)
	for _, name := range order {
		p.Groups = append(p.Groups, a.group(at, name, byGroup[name], max(1, answers.GroupLen(name), items(typed, name))))
	}
	return p
}

// sorted folds the questions that are only offered, unless all are, or unless an
// answer beside them makes them the next thing to tell.
func (a asker) sorted(at step, fields []report.Field, n int) (prominent, folded []Question) {
	offersOnly := !slices.ContainsFunc(fields, func(f report.Field) bool { return f.Asked[a.door] > report.Offered })
	for _, f := range fields {
		number := n
		if f.Group == "" {
			number = -1
		}
		switch {
		case !at.asks(f, n, a.door):
		case f.Asked[a.door] == report.Offered && !offersOnly && reveal[f.Name] == "":
			folded = append(folded, a.question(f, number))
		default:
			prominent = append(prominent, a.question(f, number))
		}
	}
	return prominent, folded
}

// groupWords names the texts of each repeated group.
var groupWords = map[string]struct{ item, add string }{
	"children":             {"page.child.item", "button.add_child"},
	"parents":              {"page.child.parent", "button.add_parent"},
	"suspects":             {"page.persons.item", "button.add_person"},
	"exploitation.handles": {"page.exploitation.account", "button.add_account"},
}

func (a asker) group(at step, name string, fields []report.Field, count int) Group {
	g := Group{Name: name, Full: count >= report.GroupLimit(name), Add: a.voice.T(groupWords[name].add)}
	for n := range count {
		item := Item{ID: idOf(name) + "-" + itoa(n), Name: name + "." + itoa(n), Heading: itemName(a.voice, name, n)}
		item.Alone = count == 1 && item.Heading == a.voice.T("page."+at.key+".heading")
		item.Stays = a.door == report.Young && name == "children" && n == 0
		item.Prominent, item.Folded = a.sorted(at, fields, n)
		g.Items = append(g.Items, item)
	}
	return g
}

// itemName is what an item is called by. The first child of a young writer is himself,
// or his friend.
func itemName(voice *web.Voice, group string, n int) string {
	if group == "children" && n == 0 {
		return voice.T("page.child.first")
	}
	return voice.T(groupWords[group].item, "N", n+1)
}

// itemHeading goes before the label of an answer on a page that lists several items'.
func itemHeading(voice *web.Voice, f report.Field, n, count int) string {
	if f.Group == "" || count < 2 {
		return ""
	}
	return itemName(voice, f.Group, n) + " · "
}

// answerInWords is one answer as it is read again: its label and its values.
func (s *Server) answerInWords(voice *web.Voice, a *report.Answers, f report.Field, n int) (string, []string) {
	about := s.about(voice, f, n)
	return itemHeading(voice, f, n, groupLen(a, f)) + readout.Label(about, f), readout.Values(about, f, a.At(f, n))
}

// groupLen counts a question's items; outside groups there are none.
func groupLen(a *report.Answers, f report.Field) int {
	if f.Group == "" {
		return 0
	}
	return a.GroupLen(f.Group)
}

// idOf makes an element's id of a field's name.
func idOf(name string) string { return strings.ReplaceAll(name, ".", "-") }

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
