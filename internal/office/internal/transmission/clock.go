package transmission

import (
	"time"

	"recueil/internal/report"
)

// How long one waits. The law fixes one figure: a cell has its evaluation made within
// three months of receiving the concern (CASF, D226-2-4, II), and in less time when
// the child is under two. It gives no figure for those; one month is the choice of
// this house, as are the days for an acknowledgement.
const (
	evaluationMonths      = 3
	evaluationMonthsSmall = 1
	acknowledgementDays   = 7
	urgentDays            = 1
)

// AcknowledgedBy is the day by which a file sent on a day is acknowledged, or asked
// after.
func AcknowledgedBy(qualification string, sent time.Time) time.Time {
	if qualification == "concern_urgent" || qualification == "first_responders" {
		return sent.AddDate(0, 0, urgentDays)
	}
	return sent.AddDate(0, 0, acknowledgementDays)
}

// EvaluatedBy is the day by which one hears what became of a file that was received
// on a day.
func EvaluatedBy(underTwo bool, received time.Time) time.Time {
	if underTwo {
		return months(received, evaluationMonthsSmall)
	}
	return months(received, evaluationMonths)
}

// months adds months as people do: from 30 November, three are 28 February.
func months(day time.Time, n int) time.Time {
	later := day.AddDate(0, n, 0)
	if later.Day() != day.Day() {
		later = later.AddDate(0, 0, -later.Day())
	}
	return later
}

// UnderTwo reports whether a child of the report is, or is said to be, under two.
func UnderTwo(r *report.Report) bool {
	for _, child := range r.Children {
		if years, known := child.Years(r.ReceivedAt); known && years < 2 || child.Age == report.AgeUnder1 {
			return true
		}
	}
	for _, sign := range r.UrgencySigns {
		if sign == report.UrgencySignUnder2Years {
			return true
		}
	}
	return false
}

// Outcomes are what a recipient may have made of a file, in the order of a procedure.
// Several may hold. They are what cells and prosecutors answer with; docs/transmission.md
// says what each means and where it stands in the law.
func Outcomes() []string {
	return []string{"evaluation_opened", "already_followed", "child_welfare_help", "judge_seized", "judicial_assistance", "placement",
		"prosecutor_seized", "inquiry_opened", "passed_elsewhere", "no_further_action"}
}
