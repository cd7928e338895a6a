package pages

import (
	"context"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/envelope"
	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// A reportedLine is what the unit made of a record that came straight to it: a report
// in the platform's queue. Of that it sees where it stands.
type reportedLine struct {
	When, Who string
	Masked    bool
	State     string
	Class     string
}

// reportable says whether a record may be reported: what was referred is with the
// platform already.
func reportable(f *recordFile) bool { return f.row.Referral == nil && !f.broken }

// proposeReport begins the form with what the opening knows.
func (s *Server) proposeReport(opening followup.Said) url.Values {
	given := url.Values{}
	given.Set(said+"extent", "masked")
	given.Set(said+"note", opening.Get("situation"))
	return given
}

// whoIsMasked are the words of a record that a masked report does not give.
func whoIsMasked(opening followup.Said) vocabulary {
	known := newVocabulary()
	for _, field := range []string{"label", "partner", "alias", "phone"} {
		known.add(opening.Get(field))
	}
	return known
}

// faultsOfReport finds them in what is typed.
func faultsOfReport(opening, told followup.Said) (faults []followup.Fault) {
	if told.Get("extent") != "masked" {
		return nil
	}
	known := whoIsMasked(opening)
	for _, field := range []string{"child_now", "note"} {
		if _, found := known.marked(told.Get(field)); len(found) > 0 {
			faults = append(faults, followup.Fault{Field: field, What: "names"})
		}
	}
	return faults
}

// unitReport is what is reported of a record: what was typed, and what the opening says
// of age and place; whole, how the child may safely be reached too.
func (s *Server) unitReport(v *visit, f *recordFile, told followup.Said) (report.Report, error) {
	opening, r := f.opening(), report.Report{ID: report.NewID(), Door: report.Professional, Channel: report.Unit, Language: s.voice.Lang, ReceivedAt: s.Now().UTC().Truncate(1000)}
	note := told.Get("note")
	set := map[string]string{"reporter.profile": string(report.ProfileProfessional), "professional.organisation": s.teamName(f.row.TeamID), "professional.name": v.DisplayName,
		"danger_now": told.Get("danger"), "place.department": opening.Get("department"), "place.child_now": told.Get("child_now"), "children.0.age": opening.Get("age")}
	if told.Get("extent") == "whole" {
		set["contact.value"], set["contact.alias"], set["contact.safe_hours"] = opening.Get("phone"), opening.Get("alias"), opening.Get("hours")
		if set["contact.value"] != "" {
			set["contact.channel"] = string(report.ContactChannelPhone)
		}
		set["contact.may_leave_message"] = map[string]string{"neutral": string(report.Yes), "none": string(report.No)}[opening.Get("voicemail")]
		if never := opening.Get("never"); never != "" {
			note += "\n\n" + s.voice.T("office.record.report.never", "Text", never)
		}
	}
	set["situation.facts"] = note
	for name, value := range set {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		if err := r.Set(name, []string{value}); err != nil {
			return r, err
		}
	}
	r.Marks = r.Check(r.ReceivedAt)
	r.Urgency, r.Rules = report.Assess(&r)
	return r, nil
}

// reportRecord puts a report into the platform's queue, sealed to its key, and keeps in
// the record what was said: both, or neither.
func (s *Server) reportRecord(c echo.Context, v *visit, f *recordFile, act recordAct) error {
	r, err := s.unitReport(v, f, act.entry.Said)
	if err != nil {
		return err
	}
	code := seal.NewCode() // nobody gets it: the unit and the platform talk to each other
	r.Reference, r.CaseKey, r.ReplyKey = seal.NewReference(), secret.New(), code.ReplyKey()
	sealed, err := seal.Report(&r, code, s.Desk.Trust.File().Receiving(), envelope.Main)
	if err != nil {
		return err
	}
	row := archive.UnitReport{RecordID: f.row.ID, Masked: act.entry.Said.Get("extent") == "masked", Author: v.ID}
	act.also = func(ctx context.Context, tx pgx.Tx) (audit.Event, error) {
		line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.report", Object: "report", ID: r.ID.String(), Detail: f.row.ID.String(), Seen: sealed.Body}
		return line, archive.SendUnitReport(ctx, tx, &sealed, row)
	}
	return s.addEntry(c, v, f.row.ID, act)
}

// reported lists what became of the reports of a record.
func (s *Server) reported(c echo.Context, v *visit, f *recordFile) []reportedLine {
	if !reportable(f) {
		return nil
	}
	all, err := s.Archive.ReportsOfRecord(c.Request().Context(), f.row.ID, s.unitIDs(v))
	if err != nil {
		s.Log.Warn("what was reported of a record was not read", "record", f.row.ID, "err", err)
	}
	var lines []reportedLine
	for _, u := range all {
		state, class := "underway", "is-warning"
		switch u.Status {
		case triage.Received:
			state = "received"
		case triage.Closed, triage.Archived, triage.Purged:
			state, class = "closed", "is-done"
		case triage.Merged:
			state, class = "merged", "is-done"
		}
		lines = append(lines, reportedLine{s.when(u.SentAt), u.AuthorName, u.Masked, s.voice.T("office.record.reported." + state), class})
	}
	return lines
}
