package report_test

import (
	"slices"
	"testing"
	"time"

	"recueil/internal/report"
)

type answers map[string][]string

// Each rule once with just enough to fire it, and once with a little less.
func TestUrgencyRules(t *testing.T) {
	one := func(values ...string) []string { return values }
	for _, c := range []struct {
		rule  report.RuleID
		fires answers
		not   answers
	}{
		{"U0-1", answers{"danger_now": one("yes")}, answers{"danger_now": one("no")}},
		{"U0-2", answers{"urgency_signs": one("dangerous_person_present")}, answers{"urgency_signs": one("child_alone")}},
		{"U0-2", answers{"situation.young_ticks": one("weapon_or_death_threat")}, answers{"situation.young_ticks": one("runaway_now")}},
		{"U0-3", answers{"urgency_signs": one("suicidal_act")}, answers{"urgency_signs": one("suicidal_thoughts")}},
		{"U0-3", answers{"situation.young_ticks": one("suicidal_thoughts"), "reporter.profile": one("self")},
			answers{"situation.young_ticks": one("suicidal_thoughts"), "reporter.profile": one("young_for_other")}},
		{"U0-4", answers{"urgency_signs": one("child_alone"), "children.0.age": one("5")}, answers{"urgency_signs": one("child_alone"), "children.0.age": one("6")}},
		{"U0-4", answers{"urgency_signs": one("child_alone", "under_2_years")}, answers{"urgency_signs": one("child_alone")}},
		{"U0-4", answers{"urgency_signs": one("child_alone"), "children.0.birth_date": one("2", "6", "2020")},
			answers{"urgency_signs": one("child_alone"), "children.0.birth_date": one("1", "6", "2020")}},
		{"U1-1", answers{"urgency_signs": one("recent_sexual_violence")}, answers{"situation.dangers": one("sexual_violence")}},
		{"U1-1", answers{"situation.dangers": one("sexual_violence"), "suspects.0.has_access_now": one("yes")},
			answers{"situation.dangers": one("sexual_violence"), "suspects.0.has_access_now": one("unknown")}},
		{"U1-2", answers{"urgency_signs": one("visible_injury")}, answers{}},
		{"U1-3", answers{"children.0.age": one("under_1"), "situation.dangers": one("gross_neglect")}, answers{"children.0.age": one("2"), "situation.dangers": one("gross_neglect")}},
		{"U1-3", answers{"urgency_signs": one("under_2_years"), "situation.dangers": one("sexual_exploitation")},
			answers{"urgency_signs": one("under_2_years"), "situation.dangers": one("parental_conflict")}},
		{"U1-4", answers{"urgency_signs": one("runaway_now"), "signs": one("waiting_cars")}, answers{"urgency_signs": one("runaway_now")}},
		{"U1-4", answers{"situation.young_ticks": one("runaway_now", "someone_gains_from_me")}, answers{"situation.young_ticks": one("someone_gains_from_me")}},
		{"U1-5", answers{"urgency_signs": one("imminent_departure_abroad"), "situation.dangers": one("forced_marriage")},
			answers{"urgency_signs": one("imminent_departure_abroad"), "situation.dangers": one("radicalisation")}},
		{"U1-6", answers{"exploitation.forms": one("sextortion")}, answers{"exploitation.forms": one("cam")}},
		{"U1-6", answers{"exploitation.forms": one("cam"), "exploitation.threats_or_debts": one("yes")}, answers{"exploitation.threats_or_debts": one("yes")}},
		{"U1-7", answers{"danger_now": one("unknown"), "reporter.profile": one("self")}, answers{"danger_now": one("unknown"), "reporter.profile": one("parent")}},
		{"U1-7", answers{"situation.dangers": one("suicidal_thoughts"), "reporter.profile": one("parent")}, answers{"reporter.profile": one("parent")}},
		{"U2-1", answers{"situation.dangers": one("runaway")}, answers{"situation.dangers": one("sectarian_abuse")}},
		{"U2-1", answers{"reporter.profile": one("self")}, answers{"reporter.profile": one("friend")}},
		{"U2-1", answers{"urgency_signs": one("recent_worsening")}, answers{"urgency_signs": one("under_2_years")}},
		{"U3-1", answers{"situation.dangers": one("other")}, answers{"situation.dangers": one("domestic_violence")}},
	} {
		for fires, given := range map[bool]answers{true: c.fires, false: c.not} {
			r := report.Report{ReceivedAt: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
			for name, values := range given {
				set(t, &r.Answers, name, values...)
			}
			_, rules := report.Assess(&r)
			if slices.Contains(rules, c.rule) != fires {
				t.Errorf("%s with %v: fired %v", c.rule, given, rules)
			}
		}
	}
}

func TestLowestUrgencyWinsAndEveryRuleIsShown(t *testing.T) {
	r := report.Report{Short: true}
	set(t, &r.Answers, "urgency_signs", "visible_injury")
	set(t, &r.Answers, "situation.dangers", "physical_violence")
	urgency, rules := report.Assess(&r)
	if urgency != 0 || !slices.Equal(rules, []report.RuleID{"U0-1", "U1-2", "U2-1"}) {
		t.Errorf("%d %v", urgency, rules)
	}
}

func TestDueTimes(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for urgency, hours := range map[report.Urgency]int{0: 0, 1: 2, 2: 24, 3: 72} {
		if got := urgency.Due(at); got.Sub(at) != time.Duration(hours)*time.Hour {
			t.Errorf("urgency %d is due at %s", urgency, got)
		}
	}
}
