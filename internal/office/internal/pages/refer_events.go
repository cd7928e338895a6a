package pages

import (
	"errors"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/report"
)

// referredEvent tells that something of the report was given to a unit, and why.
func (s *Server) referredEvent(opened *report.Report, part archive.Part, at casefile.Place, e event) (event, error) {
	e.Class, e.Text = "is-decision", s.voice.T("office.event.referred.damaged")
	var r referred
	err := openPart(opened, at, part.Body, &r)
	if errors.Is(err, casefile.ErrFormat) {
		return s.passedEvent(opened, part, at, e)
	}
	if err == nil {
		key := "office.event.referred.whole"
		if r.Masked {
			key = "office.event.referred.masked"
		}
		e.Text, e.Reason = s.voice.T(key, "Unit", s.teamName(r.Unit)), r.Reason
	}
	return e, err
}

// passedEvent tells that something that was added went to the unit, or stayed.
func (s *Server) passedEvent(opened *report.Report, part archive.Part, at casefile.Place, e event) (event, error) {
	var p passedOn
	err := openPart(opened, at, part.Body, &p)
	if err == nil {
		key := "office.event.passed"
		if p.Kept {
			key = "office.event.passed.kept"
		}
		e.Text, e.Reason = s.voice.T(key, "Unit", s.teamName(p.Unit)), p.Text
	}
	return e, err
}

// referralEvents tells what became of the referrals of a report, and what the unit
// wrote of them.
func (s *Server) referralEvents(pane referralPane) []event {
	var events []event
	explained := map[string]bool{}
	for _, l := range pane.letters {
		unit := ""
		for _, f := range pane.all {
			if f.ID == l.ReferralID {
				unit = s.teamName(f.ToTeam)
			}
		}
		explained[l.ReferralID.String()+l.Kind] = true
		events = append(events, event{at: l.SentAt, Author: l.AuthorName, Text: s.voice.T("office.event.referral."+l.Kind, "Unit", unit), Reason: l.Text, Damaged: l.Damaged})
	}
	for _, f := range pane.all {
		if f.AnsweredAt == nil || explained[f.ID.String()+string(f.Status)] {
			continue
		}
		e := event{at: *f.AnsweredAt, Text: s.voice.T("office.event.referral."+string(f.Status), "Unit", s.teamName(f.ToTeam))}
		if f.AnsweredName != nil {
			e.Author = *f.AnsweredName
		}
		events = append(events, e)
	}
	return events
}
