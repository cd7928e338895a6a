package pages

import (
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// carryDeed does what was decided, and returns where it leads.
func (s *Server) carryDeed(c echo.Context, at *decided) (address string, err error) {
	address = "/dossiers/" + at.found.ID.String()
	switch at.act {
	case "hand_over", "reassign":
		return address, s.handTo(c, at)
	case "urgency":
		return address, s.setUrgency(c, at)
	case "link", "unlink", "merge":
		return address, s.linkReports(c, at)
	case "restrict":
		return s.restrict(c, at)
	case "lift":
		return address, s.lift(c, at)
	}
	return address, s.moveBy(c, at)
}

// destinations says where a deed that moves a report leads to.
var destinations = map[string]triage.Status{
	"qualify": triage.Qualified, "shut": triage.Closed, "confirm_malicious": triage.Closed, "wait": triage.AwaitingInformation, "resume": triage.InTriage,
	"give_back": triage.Received, "reopen": triage.Reopened,
}

// moveBy moves the report along the table, with the reason.
func (s *Server) moveBy(c echo.Context, at *decided) error {
	step := archive.Step{Report: at.found.ID, Version: at.typed.Version, From: at.found.Status, To: destinations[at.act],
		Release: at.act == "give_back" || at.act == "reopen"}
	d := decision{Act: at.act, Reason: at.typed.Reason}
	if at.found.Qualification != nil {
		d.Qualification = *at.found.Qualification
	}
	if at.act == "qualify" {
		d.Qualification = triage.Qualification(at.typed.Choice)
		step.Qualification = &d.Qualification
	}
	return s.take(c, at.v, step, at.why(&d), at.line("report."+at.act, string(d.Qualification)))
}

// why is the part that tells of the decision.
func (at *decided) why(d *decision) archive.NewPart {
	return casefile.Of(at.opened).New(archive.DecisionPart, d)
}

// line is the one of the trail: what was done, and never why.
func (at *decided) line(action, detail string) audit.Event {
	return audit.Event{Action: action, Object: "report", ID: at.found.ID.String(), Detail: detail}
}

func (s *Server) handTo(c echo.Context, at *decided) error {
	colleagues, err := s.whoMayHave(c, at)
	if err != nil {
		return err
	}
	to, _ := uuid.Parse(at.typed.Choice)
	for _, colleague := range colleagues {
		if colleague.ID != to || !colleague.Role.May(triage.Claim) {
			continue
		}
		d := decision{Act: at.act, Reason: at.typed.Reason, People: []named{{colleague.ID, colleague.DisplayName}}}
		return s.record(c, at.v, at.why(&d), at.line("report."+at.act, to.String()), func(tx pgx.Tx) error {
			return archive.Assign(c.Request().Context(), tx, archive.Handover{Report: at.found.ID, Version: at.typed.Version, To: to})
		})
	}
	return &unclear{problem: problem{"choice-0", s.voice.T("office.decide.choose.person")}}
}

// setUrgency lets another urgency count than the one that was sealed. Only what a
// coordinator seals here confirms it: the column alone is anybody's who writes the
// database.
func (s *Server) setUrgency(c echo.Context, at *decided) error {
	n, _ := strconv.Atoi(at.typed.Choice)
	now := report.Urgency(n)
	d := decision{Act: at.act, Reason: at.typed.Reason, Urgency: &now}
	return s.record(c, at.v, at.why(&d), at.line("report.urgency", at.typed.Choice), func(tx pgx.Tx) error {
		return archive.SetUrgency(c.Request().Context(), tx, archive.Urgency{Report: at.found.ID, Version: at.typed.Version, By: at.v.ID,
			Now: now, Due: now.Due(at.opened.ReceivedAt)})
	})
}

// confirmedUrgency is the urgency that the sealed parts of a report tell: its own, or
// what a coordinator decided last.
func confirmedUrgency(opened *report.Report, parts []archive.Part) report.Urgency {
	now := opened.Urgency
	places := casefile.Places(parts)
	for i, part := range parts {
		var d decision
		if part.Kind == archive.DecisionPart && openPart(opened, places[i], part.Body, &d) == nil && d.Urgency != nil {
			now = *d.Urgency
		}
	}
	return now
}
