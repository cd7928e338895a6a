package call

import (
	"strconv"
	"sync"

	"recueil/internal/report"
)

// A Section is what stands together on the form, in the order in which a call goes.
type Section struct {
	Key    string
	Folded bool // behind the sections that every call needs
	names  []string
}

// sections name every question once. What the short form asks, the same call tells by
// where the child is, the children, what is said and the number to call.
var sections = []Section{
	{Key: "said", names: []string{"situation.facts", "danger_now", "urgency_signs"}},
	{Key: "child", names: []string{"children.N.first_name", "children.N.age", "children.N.sex", "children.N.last_name", "children.N.birth_date",
		"children.N.relation_to_first", "children.N.living_place", "children.N.school", "children.N.grade", "children.N.particulars"}},
	{Key: "place", names: []string{"place.child_now", "place.commune", "place.department", "place.address"}},
	{Key: "caller", names: []string{"reporter.profile", "contact.channel", "contact.value", "contact.may_leave_message", "contact.safe_hours",
		"contact.alias", "contact.shared_device", "contact.confidentiality"}},
	{Key: "dangers", Folded: true, names: []string{"situation.dangers", "situation.frequency", "situation.since", "situation.setting", "reporter.knowledge",
		"reporter.last_seen_on", "situation.child_words", "situation.young_ticks", "situation.story"}},
	{Key: "adults", Folded: true, names: []string{"suspects.N.relation", "suspects.N.name", "suspects.N.has_access_now", "suspects.N.lives_with_child", "suspects.N.age_guess",
		"parents.N.relation", "parents.N.name", "parents.N.phone", "parents.N.address"}},
	{Key: "done", Folded: true, names: []string{"done.steps", "done.measure_kind", "done.detail", "done.earlier_reference"}},
	{Key: "exploitation", Folded: true, names: []string{"signs", "exploitation.forms", "exploitation.contact_made_through", "exploitation.handles.N.platform", "exploitation.handles.N.handle",
		"exploitation.venue", "exploitation.moved_between_departments", "exploitation.threats_or_debts", "exploitation.account_still_active",
		"exploitation.known_to_child_welfare", "exploitation.wants_follow_up_call"}},
	{Key: "professional", Folded: true, names: []string{"professional.name", "professional.role", "professional.sector", "professional.organisation", "professional.work_phone",
		"professional.work_email", "professional.parents_informed", "professional.parents_informed_on", "professional.documents", "professional.cannot_identify"}},
}

// Sections lists the form's sections.
func Sections() []Section { return sections }

// Fields lists the questions of a section, those of a group once.
func (s Section) Fields() []report.Field { return fields()[s.Key] }

var fields = sync.OnceValue(func() map[string][]report.Field {
	all := map[string][]report.Field{}
	for _, s := range sections {
		for _, name := range s.names {
			if f, ok := report.Lookup(name); ok {
				all[s.Key] = append(all[s.Key], f)
			}
		}
	}
	return all
})

func itoa(n int) string { return strconv.Itoa(n) }
