package pages

import (
	"slices"
	"strings"

	"recueil/internal/report"
)

// mostDangers is how many dangers a reason names; the headline and the answers name all.
const mostDangers = 3

// reason says why a rule fired on a report. Several rules of the table join conditions
// by "or"; whoever reads at night shall see what is true, and not the rule.
func (s *Server) reason(r *report.Report, rule report.RuleID) string {
	var told []string
	say := func(holds bool, key string) {
		if holds {
			told = append(told, s.voice.T(key))
		}
	}
	self, suicidal := r.Reporter.Profile == report.ProfileSelf, tells(r, "suicidal_thoughts")
	switch rule {
	case "U0-1":
		say(r.DangerNow == report.Yes, "office.reason.danger_now")
		say(r.Short, "office.reason.short")
	case "U0-2":
		say(tells(r, "dangerous_person_present"), "office.situation.urgency_signs.dangerous_person_present")
		say(tells(r, "weapon_or_death_threat"), "office.situation.urgency_signs.weapon_or_death_threat")
	case "U0-3":
		say(tells(r, "suicidal_act"), "office.situation.urgency_signs.suicidal_act")
		say(suicidal && self, "office.reason.suicidal.self")
	case "U1-1":
		say(tells(r, "recent_sexual_violence"), "office.situation.urgency_signs.recent_sexual_violence")
		say(!tells(r, "recent_sexual_violence"), "office.reason.access")
	case "U1-6":
		say(slices.Contains(r.Exploitation.Forms, report.ExploitationFormSextortion), "office.reason.sextortion")
		say(r.Exploitation.ThreatsOrDebts == report.Yes, "office.reason.threats")
	case "U1-7":
		say(r.DangerNow == report.Unknown && self, "office.reason.unsure")
		say(suicidal && !self, "office.reason.suicidal.other")
	case "U2-1":
		dangers, _ := report.Lookup("situation.dangers")
		for _, d := range r.Situation.Dangers {
			key := "situation.dangers." + string(d)
			if slices.Contains(dangers.Codes[:8], string(d)) && len(told) < mostDangers {
				told = append(told, s.voice.First("office.situation."+key, "code."+key))
			}
		}
		say(len(r.Signs) > 0 || len(r.Exploitation.Forms) > 0 || tells(r, "someone_gains_from_me"), "office.situation.situation.young_ticks.someone_gains_from_me")
		say(self, "office.reason.self")
		say(tells(r, "runaway_now") || tells(r, "runaway"), "office.reason.runaway")
		say(tells(r, "recent_worsening"), "office.situation.urgency_signs.recent_worsening")
	}
	if told == nil {
		return upperFirst(s.voice.T("rule." + string(rule)))
	}
	return strings.Join(told, " · ")
}

// tells reports whether one of the questions on what happens was answered with a code.
func tells(r *report.Report, code string) bool {
	return slices.Contains(r.UrgencySigns, report.UrgencySign(code)) || slices.Contains(r.Situation.YoungTicks, report.YoungTick(code)) ||
		slices.Contains(r.Situation.Dangers, report.Danger(code))
}
