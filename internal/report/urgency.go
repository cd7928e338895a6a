package report

import (
	"slices"
	"time"
)

// Urgency says how soon a report must be read: 0 now, 1 within 2 h, 2 within
// 24 h, 3 within 72 h.
type Urgency int

// Due returns when a report received then must have been read.
func (u Urgency) Due(received time.Time) time.Time {
	return received.Add([...]time.Duration{0, 2 * time.Hour, 24 * time.Hour, 72 * time.Hour}[max(0, min(u, 3))])
}

// A RuleID names one line of the table of urgency.
type RuleID string

// A rule fires or not; nothing else decides an urgency.
type rule struct {
	id      RuleID
	urgency Urgency
	when    func(facts) bool
}

// rules is the table of the design, in its order. The lowest urgency wins.
var rules = []rule{
	{"U0-1", 0, func(f facts) bool { return f.r.DangerNow == Yes || f.r.Short }},
	{"U0-2", 0, func(f facts) bool { return f.sign("dangerous_person_present") || f.sign("weapon_or_death_threat") }},
	{"U0-3", 0, func(f facts) bool { return f.sign("suicidal_act") || f.suicidal() && f.self() }},
	{"U0-4", 0, func(f facts) bool { return f.sign("child_alone") && (f.under2() || f.youngerThan(6)) }},
	{"U1-1", 1, func(f facts) bool {
		return f.sign("recent_sexual_violence") || f.danger(DangerSexualViolence) && f.suspectHasAccess()
	}},
	{"U1-2", 1, func(f facts) bool { return f.sign("visible_injury") }},
	{"U1-3", 1, func(f facts) bool { return f.under2() && f.natureOfDanger() }},
	{"U1-4", 1, func(f facts) bool { return f.sign("runaway_now") && f.exploitation() }},
	{"U1-5", 1, func(f facts) bool {
		return f.sign("imminent_departure_abroad") &&
			(f.danger(DangerForcedMarriage) || f.danger(DangerGenitalMutilation) || f.natureOfDanger())
	}},
	{"U1-6", 1, func(f facts) bool {
		return slices.Contains(f.r.Exploitation.Forms, ExploitationFormSextortion) ||
			f.exploitation() && f.r.Exploitation.ThreatsOrDebts == Yes
	}},
	{"U1-7", 1, func(f facts) bool { return f.r.DangerNow == Unknown && f.self() || f.suicidal() && !f.self() }},
	{"U2-1", 2, func(f facts) bool {
		return f.natureOfDanger() || f.exploitation() || f.runaway() || f.self() || f.sign("recent_worsening")
	}},
	{"U3-1", 3, func(facts) bool { return true }},
}

// Assess returns the urgency of a report and the rules that fired. "Everything
// else" fires only when nothing else did.
func Assess(r *Report) (Urgency, []RuleID) {
	f := facts{r}
	urgency := Urgency(3)
	var fired []RuleID
	for _, rule := range rules {
		if rule.id == "U3-1" && fired != nil || !rule.when(f) {
			continue
		}
		fired = append(fired, rule.id)
		urgency = min(urgency, rule.urgency)
	}
	return urgency, fired
}

// RuleIDs lists the rules in the order of the table.
func RuleIDs() []RuleID {
	ids := make([]RuleID, len(rules))
	for i, rule := range rules {
		ids[i] = rule.id
	}
	return ids
}

// facts are what the rules ask of a report. The young tell their signs by their
// ticks, adults by the signs of urgency: the codes are the same words.
type facts struct{ r *Report }

func (f facts) sign(code string) bool {
	return slices.Contains(f.r.UrgencySigns, UrgencySign(code)) || slices.Contains(f.r.Situation.YoungTicks, YoungTick(code))
}

func (f facts) danger(d Danger) bool { return slices.Contains(f.r.Situation.Dangers, d) }

func (f facts) self() bool { return f.r.Reporter.Profile == ProfileSelf }

func (f facts) suicidal() bool {
	return f.sign("suicidal_thoughts") || f.danger(DangerSuicidalThoughts)
}

func (f facts) runaway() bool { return f.sign("runaway_now") || f.danger(DangerRunaway) }

func (f facts) under2() bool { return f.sign("under_2_years") || f.youngerThan(2) }

// natureOfDanger holds for the first eight dangers of the list.
func (f facts) natureOfDanger() bool {
	dangers, _ := Lookup("situation.dangers")
	for _, d := range f.r.Situation.Dangers {
		if slices.Contains(dangers.Codes[:8], string(d)) {
			return true
		}
	}
	return false
}

// exploitation holds for any sign of it, told as a danger, a tick, a sign or a form.
func (f facts) exploitation() bool {
	known := slices.ContainsFunc(f.r.Exploitation.Forms, func(e ExploitationForm) bool { return e != ExploitationFormUnknown })
	return known || len(f.r.Signs) > 0 || f.danger(DangerSexualExploitation) || f.sign("someone_gains_from_me")
}

func (f facts) suspectHasAccess() bool {
	return slices.ContainsFunc(f.r.Suspects, func(s Suspect) bool { return s.HasAccessNow == Yes })
}

// youngerThan holds when any child is, by the age told or by the birth date.
func (f facts) youngerThan(years int) bool {
	return slices.ContainsFunc(f.r.Children, func(c Child) bool {
		age, ok := c.Years(f.r.ReceivedAt)
		return ok && age < years
	})
}

// Years returns a child's age in whole years at that time, from the age told or
// the birth date, and whether either tells one.
func (c Child) Years(at time.Time) (int, bool) {
	switch c.Age {
	case "", AgeUnknown:
		if birth, ok := c.BirthDate.Time(); ok && !birth.After(at) {
			return yearsBetween(birth, at), true
		}
		return 0, false
	case AgeUnder1:
		return 0, true
	case Age18To20:
		return 18, true
	}
	return atoi(string(c.Age)), true
}
