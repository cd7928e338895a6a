package pages

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
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

// fromOpening says which answers of a report the opening of a record gives: the last
// ones, how the child may safely be reached, only when the report is whole.
var fromOpening = []struct {
	answer, field string
	whole         bool
	as            func(string) string
}{
	{"place.department", "department", false, nil},
	{"children.0.age", "age", false, ageCode},
	{"contact.value", "phone", true, nil},
	{"contact.alias", "alias", true, nil},
	{"contact.safe_hours", "hours", true, nil},
	{"contact.may_leave_message", "voicemail", true, func(code string) string {
		return map[string]string{"neutral": string(report.Yes), "none": string(report.No)}[code]
	}},
}

// ageCode is an age in years as a report tells it. It has no code from 21 on.
func ageCode(years string) string {
	switch n, err := strconv.Atoi(years); {
	case err != nil || n > 20:
		return years
	case n == 0:
		return string(report.AgeUnder1)
	case n >= 18:
		return string(report.Age18To20)
	default:
		return strconv.Itoa(n)
	}
}

// unitReport is what is reported of a record: what was typed, and what the opening says.
// The unit's form is wider than the report's: what an answer does not take (an older age,
// a long alias) stands in the text instead, so that nothing of it keeps a report back.
func (s *Server) unitReport(v *visit, f *recordFile, told followup.Said) (report.Report, error) {
	opening, r := f.opening(), report.Report{ID: report.NewID(), Door: report.Professional, Channel: report.Unit, Language: s.voice.Lang, ReceivedAt: s.Now().UTC().Truncate(1000)}
	note, whole := told.Get("note"), told.Get("extent") == "whole"
	set := map[string]string{"reporter.profile": string(report.ProfileProfessional), "professional.organisation": s.teamName(f.row.TeamID), "professional.name": v.DisplayName,
		"danger_now": told.Get("danger"), "place.child_now": told.Get("child_now")}
	if whole && opening.Get("phone") != "" {
		set["contact.channel"] = string(report.ContactChannelPhone)
	}
	for _, from := range fromOpening {
		given := strings.TrimSpace(opening.Get(from.field))
		if given == "" || from.whole && !whole {
			continue
		}
		value := given
		if from.as != nil {
			value = from.as(given)
		}
		if r.Set(from.answer, []string{value}) != nil {
			note += "\n\n" + s.voice.T("office.record.report.also", "Label", s.recordLabel(string(followup.Opening), from.field), "Text", given)
		}
	}
	if never := opening.Get("never"); whole && never != "" {
		note += "\n\n" + s.voice.T("office.record.report.never", "Text", never)
	}
	set["situation.facts"] = note
	for name, value := range set {
		if err := r.Set(name, []string{strings.TrimSpace(value)}); err != nil {
			return r, fmt.Errorf("writing the report of a record: %w", err)
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
