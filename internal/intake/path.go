package intake

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"recueil/internal/report"
)

// A step is one page of questions, at /e/NUMBER. Its number is its address and
// never changes; which steps a visitor sees, and in which order, is his path.
type step struct {
	number int
	key    string // the page column of the published list, and "page.KEY" in the catalogue
}

var steps = []step{
	{1, "danger"}, {2, "tell"}, {3, "child"}, {4, "where"}, {5, "what"}, {6, "persons"}, {7, "urgency"}, {8, "done"},
	{9, "exploitation"}, {10, "professional"}, {11, "attachments"}, {12, "contact"}, {13, "who"},
}

// paths are the steps of each door: danger comes first at every one. The young way
// is short; the pages in extras come in before its last one when more is to be told.
var paths = map[report.Door][]string{
	report.Young:        {"danger", "tell", "where", "exploitation", "contact"},
	report.Relative:     {"danger", "who", "tell", "child", "where", "what", "persons", "urgency", "done", "exploitation", "attachments", "contact"},
	report.Professional: {"danger", "who", "tell", "child", "where", "what", "persons", "urgency", "done", "exploitation", "professional", "attachments", "contact"},
}

var extras = []string{"what", "child", "persons"}

func stepOf(key string) step {
	return steps[slices.IndexFunc(steps, func(s step) bool { return s.key == key })]
}

func stepAt(number int) (step, bool) {
	i := slices.IndexFunc(steps, func(s step) bool { return s.number == number })
	if i < 0 {
		return step{}, false
	}
	return steps[i], true
}

// path lists the steps of a draft, as its answers stand.
func (d *draft) path() []step {
	var path []step
	for _, key := range paths[d.Door] {
		if key == "exploitation" && !d.Answers.OpensExploitation() {
			continue
		}
		if key == "contact" && d.Extras {
			for _, extra := range extras {
				path = append(path, stepOf(extra))
			}
		}
		path = append(path, stepOf(key))
	}
	return path
}

// place returns where a sheet stands on the way, from 1, and how long that is with
// the check page at its end. A step off the path has no place.
func (d *draft) place(at sheet) (int, int) {
	if at.whole {
		return 1, 2
	}
	path := d.path()
	return slices.Index(path, at.steps[0]) + 1, len(path) + 1
}

// pages is how long the way is, with the check page at its end.
func (d *draft) pages() int {
	if d.long() {
		return 2
	}
	return len(d.path()) + 1
}

// after returns the address that follows a sheet: the next step on the path. Whoever
// was at its end before goes back there, by what is still without an answer. After
// the whole form comes what its answers have opened.
func (d *draft) after(at sheet) string {
	path := d.path()
	if at.whole || slices.Contains(d.Visited, path[len(path)-1].number) {
		return d.next()
	}
	if i := slices.Index(path, at.steps[0]); i >= 0 && i+1 < len(path) {
		return path[i+1].Address()
	}
	return d.next()
}

// beforeSheet returns the address before a sheet.
func (d *draft) beforeSheet(at sheet) string {
	path := d.path()
	if i := slices.Index(path, at.steps[0]); i > 0 && !at.whole {
		return path[i-1].Address()
	}
	return "/a"
}

// next returns where a visitor left off: the first step without an answer.
func (d *draft) next() string {
	if d.Door == "" { // begun by the short form alone
		return "/"
	}
	for _, s := range d.path() {
		if !slices.Contains(d.Visited, s.number) {
			return d.address(s)
		}
	}
	return "/v"
}

// Address is where the step is served.
func (s step) Address() string { return "/e/" + itoa(s.number) }

// Change is the step as the check page opens it: it leads back there.
func (s step) Change() string { return s.Address() + "?m=1" }

// asks reports whether the step puts a question at a door, for the item of that
// number where the question is one of a group. The young tell their age where they
// tell the place: it is one of the few things that decide how fast somebody must come.
func (s step) asks(f report.Field, n int, d report.Door) bool {
	switch {
	case f.Asked[d] == report.Never:
		return false
	case f.Name == "reporter.profile":
		return s.key == "who"
	case f.Name == "children.N.age" && d == report.Young && n == 0:
		return s.key == "where"
	case f.Name == "children.N.relation_to_first" && n == 0:
		return false
	}
	return f.Page == s.key
}

// fields lists the questions of a step at a door, those of a group once, with N in
// their names.
func (s step) fields(d report.Door) []report.Field { return stepFields()[stepAtDoor{s, d}] }

type stepAtDoor struct {
	step step
	door report.Door
}

// stepFields is put together once: a page asks for its list several times, sending
// for those of all pages.
var stepFields = sync.OnceValue(func() map[stepAtDoor][]report.Field {
	lists := map[stepAtDoor][]report.Field{}
	for _, s := range steps {
		for _, d := range report.Doors() {
			var fields []report.Field
			for _, f := range report.Fields() {
				if s.asks(f, 0, d) || f.Group != "" && s.asks(f, 1, d) {
					fields = append(fields, f)
				}
			}
			lists[stepAtDoor{s, d}] = slices.Clip(fields)
		}
	}
	return lists
})

// answers goes through the questions of a step, the items of a group one after the
// other and at least its first; outside groups the number is -1.
func (s step) answers(d report.Door, a *report.Answers) iter.Seq2[report.Field, int] {
	return func(yield func(report.Field, int) bool) {
		fields := s.fields(d)
		for len(fields) > 0 {
			group := fields[0].Group
			alike := 1
			for group != "" && alike < len(fields) && fields[alike].Group == group {
				alike++
			}
			if group == "" {
				if !yield(fields[0], -1) {
					return
				}
			} else {
				for n := range max(1, a.GroupLen(group)) {
					for _, f := range fields[:alike] {
						if s.asks(f, n, d) && !yield(f, n) {
							return
						}
					}
				}
			}
			fields = fields[alike:]
		}
	}
}

// nameAt is the name of an answer: the field's, with the item's number for N.
func nameAt(f report.Field, n int) string {
	return strings.Replace(f.Name, ".N.", "."+itoa(n)+".", 1)
}
