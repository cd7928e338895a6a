package referral

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"recueil/internal/report"
	"recueil/internal/secret"
)

// A Section is a part of a report that is given or left out as one.
type Section string

// The sections that one chooses from.
const (
	Situation    Section = "situation"
	Exploitation Section = "exploitation"
	Children     Section = "children"
	ChildNames   Section = "child_names"
	Place        Section = "place"
	Suspects     Section = "suspects"
	Parents      Section = "parents"
	Done         Section = "done"
	Profile      Section = "profile"
)

// Sections lists them in the order of the screen.
func Sections() []Section {
	return []Section{Situation, Exploitation, Children, ChildNames, Place, Suspects, Parents, Done, Profile}
}

// sections says where an answer belongs. What stands nowhere says who the reporter is
// or how to reach him, and is in no masked referral: his work, his contact, the hour at
// which he may be called, an earlier reference. A new question stands nowhere at first.
var sections = map[string]Section{
	"danger_now": Situation, "short.story": Situation, "situation": Situation, "urgency_signs": Situation, "signs": Situation, "reporter.last_seen_on": Situation,
	"exploitation.forms": Exploitation, "exploitation.contact_made_through": Exploitation, "exploitation.handles": Exploitation, "exploitation.venue": Exploitation,
	"exploitation.moved_between_departments": Exploitation, "exploitation.threats_or_debts": Exploitation, "exploitation.account_still_active": Exploitation,
	"exploitation.known_to_child_welfare": Exploitation,
	"children.N.first_name":               ChildNames, "children.N.last_name": ChildNames, "children": Children,
	"place": Place, "short.where": Place,
	"suspects": Suspects, "short.who": Suspects,
	"parents":       Parents,
	"place.address": Parents, // of a child that lives with them
	"done.steps":    Done, "done.measure_kind": Done, "done.detail": Done,
	"reporter.profile": Profile, "reporter.knowledge": Profile,
}

// SectionOf returns the section of a question by its name in the list; "" for what a
// masked referral never holds.
func SectionOf(name string) Section {
	for at := name; ; {
		if s, known := sections[at]; known {
			return s
		}
		dot := strings.LastIndexByte(at, '.')
		if dot < 0 {
			return ""
		}
		at = at[:dot]
	}
}

// Withheld lists the sections that a masked referral of this report cannot hold,
// because they would say who wrote it: the names of a child that writes for himself,
// the parents when one of them does.
func Withheld(r *report.Report) []Section {
	switch r.Reporter.Profile {
	case report.ProfileSelf:
		return []Section{ChildNames, Profile}
	case report.ProfileParent:
		return []Section{Parents}
	}
	return nil
}

// Read reports whether an answer is a text that a person reads again before it is
// given: one that may hold anything, and not the answer to a short question.
func Read(f report.Field) bool {
	return f.Kind == report.LongText || f.Kind == report.Text && f.Max >= 300
}

// A Choice is what somebody gives of a report.
type Choice struct {
	Sections []Section
	Texts    map[string]string // by the name of an answer; one that is missing is left out
}

// Mask makes the report of a masked referral. It has the referral's id, no reference
// and no key, nor the rules that fired: some are for a child that writes for himself.
// removed counts the answers that were left out.
func Mask(r *report.Report, id uuid.UUID, c Choice) (masked *report.Report, removed int, err error) {
	withheld := Withheld(r)
	masked = &report.Report{ID: id, Short: r.Short, Language: r.Language, ReceivedAt: r.ReceivedAt, Urgency: r.Urgency}
	r.Walk(func(f report.Field, name string, values []string) {
		section := SectionOf(f.Name)
		kept := section != "" && slices.Contains(c.Sections, section) && !slices.Contains(withheld, section)
		if kept && Read(f) {
			text := strings.TrimSpace(c.Texts[name])
			values, kept = []string{text}, text != ""
		}
		if !kept {
			removed++
			return
		}
		if refused := masked.Set(name, values); refused != nil && err == nil {
			err = refused
		}
	})
	for _, mark := range r.Marks {
		if masked.Get(mark.Field) != nil {
			masked.Marks = append(masked.Marks, mark)
		}
	}
	return masked, removed, err
}

// Whole makes the report of a whole referral: all of it but the case key.
func Whole(r *report.Report) *report.Report {
	whole := *r
	whole.CaseKey = secret.Key{}
	return &whole
}
