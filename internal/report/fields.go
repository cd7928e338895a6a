package report

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// A Kind is the shape of a question.
type Kind string

// The kinds. Text has a limit of its own; LongText is MaxLongText for all.
const (
	Radio            Kind = "radio"
	Multi            Kind = "multi"
	Select           Kind = "select"
	Text             Kind = "text"
	LongText         Kind = "long_text"
	PhoneNumber      Kind = "phone"
	Email            Kind = "email"
	DateParts        Kind = "date"
	DateOrPeriodKind Kind = "date_or_period"
	CommuneKind      Kind = "commune"
)

// Asked says how a question is put at one door.
type Asked int

// From not shown at all to asked as required. Required is a word to the reader:
// every one but the profile can be left unanswered.
const (
	Never Asked = iota
	Offered
	Prominent
	Required
)

// Lengths in code points.
const (
	AnnouncedLongText = 10_000
	MaxLongText       = 50_000
	maxShortValue     = 200 // phone, e-mail, part of a date
)

// A Field is one question of the list.
type Field struct {
	Name  string // with N for the number of a repeated item
	Kind  Kind
	Max   int // code points, for texts
	Page  string
	Codes []string
	Asked map[Door]Asked
	Group string // "children" for children.N.age; empty outside repeated items
	path  []int  // in Answers; -1 stands for the number of the item
	rule  string // for the validator
}

// groupLimits says how many items each repeated group takes.
var groupLimits = map[string]int{"children": 10, "parents": 4, "suspects": 5, "exploitation.handles": 10}

// GroupLimit returns how many items of a repeated group there may be.
func GroupLimit(group string) int { return groupLimits[group] }

type levels [3]Asked // young, relative, professional

// table is the published list, a line a question.
var table = []struct {
	name   string
	kind   Kind
	max    int
	page   string
	codes  string
	levels levels
}{
	{"danger_now", Radio, 0, "danger", "yes|no|unknown", levels{Required, Required, Required}},
	{"short.where", Text, 500, "short", "", levels{Prominent, Prominent, Prominent}},
	{"short.who", Text, 500, "short", "", levels{Prominent, Prominent, Prominent}},
	{"short.story", LongText, 0, "short", "", levels{Prominent, Prominent, Prominent}},
	{"short.callback", Text, 100, "short", "", levels{Offered, Offered, Offered}},
	{"reporter.profile", Radio, 0, "door and who", "self|young_for_other|parent|sibling|extended_family|friend|neighbour|witness|professional|elected|other|undisclosed", levels{Required, Required, Required}},
	{"reporter.knowledge", Multi, 0, "tell", "seen|heard|child_confided|third_party_confided|professional_finding|social_media_post|rumour", levels{Never, Prominent, Required}},
	{"reporter.last_seen_on", DateOrPeriodKind, 0, "what", "today|this_week|this_month|this_year|earlier|unknown", levels{Offered, Prominent, Required}},
	{"situation.young_ticks", Multi, 0, "tell", "suicidal_thoughts|dangerous_person_present|weapon_or_death_threat|runaway_now|someone_gains_from_me", levels{Prominent, Never, Never}},
	{"situation.story", LongText, 0, "tell", "", levels{Prominent, Never, Never}},
	{"situation.facts", LongText, 0, "tell", "", levels{Never, Prominent, Required}},
	{"situation.child_words", LongText, 0, "tell", "", levels{Never, Prominent, Prominent}},
	{"situation.dangers", Multi, 0, "what", "physical_violence|psychological_violence|sexual_violence|gross_neglect|compromised_upbringing|child_endangering_self|domestic_violence|sexual_exploitation|runaway|wandering|cyberbullying|school_bullying|parental_conflict|abandonment|sectarian_abuse|extortion|dangerous_games|shocking_content|forced_marriage|genital_mutilation|radicalisation|trafficking_other|suicidal_thoughts|other", levels{Offered, Prominent, Prominent}},
	{"situation.frequency", Radio, 0, "what", "once|repeated|constant|unknown", levels{Offered, Prominent, Prominent}},
	{"situation.since", Radio, 0, "what", "this_week|this_month|this_year|longer|unknown", levels{Offered, Prominent, Prominent}},
	{"situation.setting", Multi, 0, "what", "home|other_home|school|institution|public_place|online|other|unknown", levels{Offered, Offered, Offered}},
	{"children.N.first_name", Text, 100, "child", "", levels{Offered, Prominent, Required}},
	{"children.N.last_name", Text, 100, "child", "", levels{Offered, Prominent, Required}},
	{"children.N.birth_date", DateParts, 0, "child", "", levels{Offered, Prominent, Prominent}},
	{"children.N.age", Select, 0, "child", "under_1|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18_20|unknown", levels{Prominent, Prominent, Required}},
	{"children.N.sex", Radio, 0, "child", "female|male|other|unknown", levels{Offered, Offered, Offered}},
	{"children.N.relation_to_first", Select, 0, "child", "sibling|half_sibling|cousin|schoolmate|other", levels{Never, Offered, Offered}},
	{"children.N.school", Text, 200, "child", "", levels{Offered, Offered, Prominent}},
	{"children.N.grade", Text, 50, "child", "", levels{Offered, Offered, Prominent}},
	{"children.N.particulars", Multi, 0, "child", "disability|pregnancy|unaccompanied_minor|not_french_speaking|in_care", levels{Offered, Offered, Offered}},
	{"children.N.living_place", Select, 0, "child", "both_parents|mother|father|alternating|extended_family|foster_family|children_home|boarding|hotel|street_squat|runaway|other|unknown", levels{Offered, Prominent, Prominent}},
	{"parents.N.name", Text, 200, "child", "", levels{Never, Offered, Prominent}},
	{"parents.N.relation", Select, 0, "child", "mother|father|step_parent|guardian|other", levels{Never, Offered, Prominent}},
	{"parents.N.phone", PhoneNumber, 0, "child", "", levels{Never, Offered, Offered}},
	{"parents.N.address", Text, 300, "child", "", levels{Never, Offered, Prominent}},
	{"place.department", Select, 0, "where", "", levels{Required, Required, Required}},
	{"place.commune", CommuneKind, 0, "where", "", levels{Offered, Prominent, Prominent}},
	{"place.address", Text, 300, "where", "", levels{Offered, Prominent, Prominent}},
	{"place.child_now", Text, 300, "where", "", levels{Prominent, Prominent, Prominent}},
	{"suspects.N.relation", Select, 0, "persons", "father|mother|step_parent|sibling|family|partner|schoolmate|responsible_adult|professional|neighbour|online_unknown|unknown", levels{Offered, Offered, Offered}},
	{"suspects.N.name", Text, 200, "persons", "", levels{Offered, Offered, Offered}},
	{"suspects.N.age_guess", Text, 50, "persons", "", levels{Offered, Offered, Offered}},
	{"suspects.N.lives_with_child", Radio, 0, "persons", "yes|no|unknown", levels{Offered, Offered, Offered}},
	{"suspects.N.has_access_now", Radio, 0, "persons", "yes|no|unknown", levels{Offered, Prominent, Prominent}},
	{"urgency_signs", Multi, 0, "urgency", "under_2_years|visible_injury|recent_sexual_violence|suicidal_act|suicidal_thoughts|runaway_now|weapon_or_death_threat|dangerous_person_present|imminent_departure_abroad|recent_worsening|child_alone", levels{Never, Prominent, Prominent}},
	{"done.steps", Multi, 0, "done", "police_complaint|department_cell|school|doctor|judge_measure|helpline_before|none", levels{Never, Offered, Prominent}},
	{"done.measure_kind", Select, 0, "done", "aed|aemo|placement|other|unknown", levels{Never, Offered, Offered}},
	{"done.earlier_reference", Text, 30, "done", "", levels{Never, Offered, Offered}},
	{"done.detail", Text, 2000, "done", "", levels{Never, Offered, Offered}},
	{"signs", Multi, 0, "what", "repeated_runaways|unexplained_money|several_phones|intensive_social_media|luxury_clothes|sexualised_behaviour|neglected_look|bruises_tattoos_self_harm|drugs_alcohol|sexual_health_requests|school_dropout|suicide_attempt_sleep|waiting_cars|allowance_not_collected", levels{Never, Offered, Prominent}},
	{"exploitation.forms", Multi, 0, "exploitation", "meetings_for_money|for_housing_transport_drugs_gifts|sugar_dating|escort_ads|cam|paid_photos_videos|boyfriend_pimp|network|hotel_or_flat|sextortion|other|unknown", levels{Prominent, Prominent, Prominent}},
	{"exploitation.contact_made_through", Select, 0, "exploitation", "acquaintance|social_network|ad|boyfriend|children_home|unknown", levels{Offered, Offered, Prominent}},
	{"exploitation.handles.N.platform", Text, 100, "exploitation", "", levels{Offered, Offered, Offered}},
	{"exploitation.handles.N.handle", Text, 300, "exploitation", "", levels{Offered, Offered, Offered}},
	{"exploitation.venue", Text, 300, "exploitation", "", levels{Offered, Offered, Offered}},
	{"exploitation.moved_between_departments", Radio, 0, "exploitation", "yes|no|unknown", levels{Never, Offered, Offered}},
	{"exploitation.threats_or_debts", Radio, 0, "exploitation", "yes|no|unknown", levels{Offered, Offered, Offered}},
	{"exploitation.account_still_active", Radio, 0, "exploitation", "yes|no|unknown", levels{Offered, Offered, Offered}},
	{"exploitation.known_to_child_welfare", Radio, 0, "exploitation", "yes|no|unknown", levels{Never, Offered, Offered}},
	{"exploitation.wants_follow_up_call", Radio, 0, "exploitation", "yes|no|later", levels{Prominent, Prominent, Prominent}},
	{"professional.name", Text, 200, "professional", "", levels{Never, Never, Required}},
	{"professional.role", Text, 200, "professional", "", levels{Never, Never, Required}},
	{"professional.sector", Select, 0, "professional", "education|health|social_welfare|maternal_child_health|early_childhood|police|justice|sport_leisure|association|other", levels{Never, Never, Required}},
	{"professional.organisation", Text, 200, "professional", "", levels{Never, Never, Required}},
	{"professional.work_phone", PhoneNumber, 0, "professional", "", levels{Never, Never, Required}},
	{"professional.work_email", Email, 0, "professional", "", levels{Never, Never, Required}},
	{"professional.parents_informed", Radio, 0, "professional", "yes|no_against_child_interest|no_other|unknown", levels{Never, Never, Required}},
	{"professional.parents_informed_on", DateParts, 0, "professional", "", levels{Never, Never, Offered}},
	{"professional.documents", Multi, 0, "professional", "medical_certificate|examination|internal_procedure|copy_to_prosecutor", levels{Never, Never, Offered}},
	{"professional.cannot_identify", Text, 500, "professional", "", levels{Never, Never, Offered}},
	{"contact.confidentiality", Radio, 0, "contact", "anonymous|confidential|may_be_passed_on", levels{Prominent, Prominent, Prominent}},
	{"contact.channel", Radio, 0, "contact", "none|phone|sms|email|mailbox", levels{Prominent, Prominent, Prominent}},
	{"contact.value", Text, 200, "contact", "", levels{Offered, Offered, Prominent}},
	{"contact.safe_hours", Text, 200, "contact", "", levels{Prominent, Prominent, Offered}},
	{"contact.may_leave_message", Radio, 0, "contact", "yes|no|unknown", levels{Prominent, Prominent, Offered}},
	{"contact.alias", Text, 100, "contact", "", levels{Offered, Offered, Never}},
	{"contact.shared_device", Radio, 0, "contact", "yes|no|unknown", levels{Prominent, Prominent, Never}},
}

// Fields lists every question in the order of the published list.
func Fields() []Field { return registry().ordered }

// Lookup finds the question that name asks, whatever its item's number: both
// "children.N.age" and "children.2.age". A number over the limit is not found.
func Lookup(name string) (Field, bool) {
	f, _, err := locate(name)
	return f, err == nil
}

type fieldRegistry struct {
	ordered []Field
	byName  map[string]int
	groups  map[string][]int // where in Answers the items of each group are
}

var registry = sync.OnceValue(func() fieldRegistry {
	r := fieldRegistry{byName: map[string]int{}, groups: map[string][]int{}}
	for group := range groupLimits {
		r.groups[group] = pathOf(group)
	}
	for i, row := range table {
		f := Field{Name: row.name, Kind: row.kind, Max: row.max, Page: row.page, Asked: map[Door]Asked{
			Young: row.levels[0], Relative: row.levels[1], Professional: row.levels[2]}}
		if row.codes != "" {
			f.Codes = strings.Split(row.codes, "|")
		}
		f.Group, _, _ = strings.Cut(row.name, ".N.")
		if f.Group == row.name {
			f.Group = ""
		}
		switch f.Kind {
		case LongText:
			f.Max = MaxLongText
		case PhoneNumber, Email, CommuneKind, DateParts, DateOrPeriodKind:
			f.Max = maxShortValue
		}
		f.path = pathOf(row.name)
		f.rule = ruleOf(f)
		r.ordered = append(r.ordered, f)
		r.byName[row.name] = i
	}
	return r
})

// pathOf walks the json tags of Answers along a field's name.
func pathOf(name string) []int {
	var path []int
	at := reflect.TypeFor[Answers]()
	for step := range strings.SplitSeq(name, ".") {
		if step == "N" {
			path, at = append(path, -1), at.Elem()
			continue
		}
		found := false
		for i := range at.NumField() {
			if tag, _, _ := strings.Cut(at.Field(i).Tag.Get("json"), ","); tag == step {
				path, at, found = append(path, i), at.Field(i).Type, true
				break
			}
		}
		if !found {
			panic("report: no place for the answer to " + name) // the contract test meets it first
		}
	}
	return path
}

// locate finds a field by the name of one answer, with the number of its item.
func locate(name string) (Field, int, error) {
	r := registry()
	if i, ok := r.byName[name]; ok {
		return r.ordered[i], -1, nil
	}
	steps := strings.Split(name, ".")
	for at, step := range steps {
		n, err := strconv.Atoi(step)
		if err != nil || n < 0 || strconv.Itoa(n) != step {
			continue
		}
		steps[at] = "N"
		i, ok := r.byName[strings.Join(steps, ".")]
		if !ok {
			break
		}
		if f := r.ordered[i]; n < groupLimits[f.Group] {
			return f, n, nil
		}
		return Field{}, 0, &FieldError{Field: name, Kind: TooMany}
	}
	return Field{}, 0, &FieldError{Field: name, Kind: UnknownField}
}

// named puts an item's number into a field's name.
func (f Field) named(n int) string {
	if f.Group == "" {
		return f.Name
	}
	return strings.Replace(f.Name, ".N.", "."+strconv.Itoa(n)+".", 1)
}

// A FieldError says why one answer was not taken. It never quotes the answer.
type FieldError struct{ Field, Kind string }

// The kinds of FieldError; the catalogue has their words under "problem.".
const (
	UnknownField = "unknown_field"
	UnknownCode  = "unknown_code"
	TooLong      = "too_long"
	TooMany      = "too_many"
	InvalidUTF8  = "invalid_utf8"
)

func (e *FieldError) Error() string { return fmt.Sprintf("the answer to %s: %s", e.Field, e.Kind) }
