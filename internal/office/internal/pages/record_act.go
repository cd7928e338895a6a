package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
)

// The page on which something is added to a record: one form, drawn from the table of
// its kind.
type recordActPage struct {
	Frame
	Heading  string
	Lead     string // a line under the heading
	Back     string
	BackText string
	Action   string
	Again    string // where a log-in in between leads
	Entry    string
	Replaces string
	Version  int
	Brings   bool // a file
	Fields   []recordField
	Members  []choice // of the unit; nil where nobody is chosen
	Asked    string   // of them
	BadWho   string
	Safe     *safeContact // in front of every call
	Problems []problem
	Notice   string
	Button   string
}

// A filling is what is typed into a form of the unit.
type filling struct {
	kind     followup.Kind
	given    url.Values
	entry    uuid.UUID
	replaces *uuid.UUID
	said     followup.Said
	faults   []followup.Fault
	who      uuid.UUID
	badWho   string
	brought  brought
}

// actKinds are the kinds that a page of their own adds, by the word of the address.
var actKinds = map[string]followup.Kind{
	"ouverture": followup.Opening, "contact": followup.Contact, "rendez-vous": followup.Appointment, "plan": followup.Plan, "bilan": followup.Review,
	"document": followup.Document, "orientation": followup.Orientation, "referent": followup.Handover, "cloture": followup.Closing, "reprise": followup.Reopening, "partage": followup.Share, "signalement": followup.Report,
}

func actPath(kind followup.Kind) string {
	for path, k := range actKinds {
		if k == kind {
			return path
		}
	}
	return ""
}

func (s *Server) askEntry(c echo.Context, v *visit) error {
	f, kind, err := s.actFile(c, v)
	if err != nil {
		return err
	}
	fill := filling{kind: kind, given: url.Values{}, entry: report.NewID(), who: f.row.Lead}
	now := s.Now().In(s.paris)
	switch {
	case kind == followup.Contact || kind == followup.Review:
		fill.given.Set(said+"day", now.Format(time.DateOnly))
		fill.given.Set(said+"hour", now.Format("15:04"))
	case kind == followup.Report:
		fill.given = s.proposeReport(f.opening())
	case kind == followup.Plan:
		fill.given.Set(said+"state", followup.ToDo)
	case kind == followup.Appointment:
		fill.who = v.ID
	}
	if old, ok := f.replaceable(kind, c.QueryParam("remplace")); ok {
		fill.given, fill.replaces = asGiven(old.entry.Said), &old.row.ID
	}
	sc := screen{Status: http.StatusOK}
	if kept, ok := returned(c, v); ok {
		fill.take(kept)
		sc.Notice = s.voice.T("office.close.kept")
	}
	return s.showEntry(c, v, f, fill, sc)
}

// actFile finds the record and what is to be added to it. A record that does not open
// takes nothing.
func (s *Server) actFile(c echo.Context, v *visit) (*recordFile, followup.Kind, error) {
	kind, known := actKinds[c.Param("acte")]
	if !known {
		return nil, "", errNoRecord
	}
	f, err := s.recordOf(c, v)
	if err == nil && (f.broken || kind == followup.Share && f.row.Referral == nil || kind == followup.Report && !reportable(f)) {
		err = errNoRecord
	}
	return f, kind, err
}

// replaceable finds the entry that a form corrects. The opening is always corrected.
func (f *recordFile) replaceable(kind followup.Kind, id string) (recordEntry, bool) {
	if kind == followup.Opening {
		return f.find(f.row.Opening)
	}
	parsed, err := uuid.Parse(id)
	if err != nil || kind != followup.Plan {
		return recordEntry{}, false
	}
	e, ok := f.find(parsed)
	return e, ok && e.entry.Kind == kind && !e.replaced
}

// corrects reports whether an entry of a kind may take the place of another.
func corrects(kind followup.Kind) bool { return kind == followup.Opening || kind == followup.Plan }

// mayReplace holds what an entry says that it corrects against the record: it has to be
// one of the same kind there that nobody corrected yet. There is one opening at a time.
func (f *recordFile) mayReplace(entry followup.Entry) error {
	if entry.Replaces == nil {
		if entry.Kind == followup.Opening {
			return archive.ErrReplaced
		}
		return nil
	}
	old, known := f.find(*entry.Replaces)
	same := old.entry.Kind == entry.Kind || entry.Kind == followup.Opening && old.damaged && old.row.ID == f.row.Opening
	if !known || !corrects(entry.Kind) || !same || old.replaced {
		return archive.ErrReplaced
	}
	return nil
}

// take reads a form.
func (fill *filling) take(form url.Values) {
	fill.given = form
	if id, err := uuid.Parse(form.Get("entry")); err == nil && id != uuid.Nil {
		fill.entry = id
	}
	if id, err := uuid.Parse(form.Get("replaces")); err == nil && corrects(fill.kind) {
		fill.replaces = &id
	}
	fill.who, _ = uuid.Parse(form.Get("who"))
	fill.said, fill.faults = followup.Check(followup.Fields(fill.kind), func(name string) []string { return form[said+name] })
}

func (s *Server) doEntry(c echo.Context, v *visit) error {
	f, kind, err := s.actFile(c, v)
	if err != nil {
		return err
	}
	form, came, err := s.readEntry(c, f, kind)
	if err != nil {
		return err
	}
	defer s.drop(c, came)
	fill := filling{kind: kind, entry: report.NewID(), brought: came}
	fill.take(form)
	act := recordAct{id: fill.entry, entry: followup.Entry{Kind: kind, Replaces: fill.replaces, Said: fill.said}}
	if err := s.complete(c, v, f, &fill, &act); err != nil {
		return err
	}
	if fill.faults != nil || fill.badWho != "" {
		return s.showEntry(c, v, f, fill, screen{Status: http.StatusUnprocessableEntity})
	}
	switch kind {
	case followup.Share:
		err = s.share(c, v, f, act)
	case followup.Report:
		err = s.reportRecord(c, v, f, act)
	default:
		err = s.addEntry(c, v, f.row.ID, act)
	}
	switch {
	case errors.Is(err, archive.ErrOverlap):
		fill.faults = append(fill.faults, followup.Fault{Field: "hour", What: "overlap"})
		return s.showEntry(c, v, f, fill, screen{Status: http.StatusUnprocessableEntity})
	case errors.Is(err, archive.ErrReplaced), errors.Is(err, errRecordMoved), isConcurrent(err):
		return s.conflict(c, v, fill, err)
	case err != nil:
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, recordAddress(f.row.ID)+"#suivi")
}

// conflict shows a form again beside what somebody else did meanwhile: sending it once
// more is then a choice.
func (s *Server) conflict(c echo.Context, v *visit, fill filling, err error) error {
	f, again := s.recordOf(c, v)
	if again != nil {
		return again
	}
	sc := screen{Status: http.StatusConflict, Notice: s.voice.T("office.record.conflict")}
	if errors.Is(err, errRecordMoved) {
		sc.Notice = s.voice.T("office.record.conflict." + f.row.Status)
		if fill.kind == followup.Closing && f.row.Status == followup.Open {
			sc.Notice = s.voice.T("office.record.conflict.planned")
		}
	}
	fill.entry = report.NewID()
	if fill.replaces != nil {
		if old, known := f.find(*fill.replaces); !known || old.entry.Kind != fill.kind && !old.damaged {
			fill.replaces = nil // nothing that this could correct
		}
	}
	if fill.kind == followup.Opening && fill.replaces == nil {
		fill.replaces = &f.row.Opening
	}
	if fill.replaces != nil {
		for _, e := range f.entries {
			if sameID(e.entry.Replaces, fill.replaces) {
				fill.replaces = &e.row.ID
				sc.Notice = s.voice.T("office.record.conflict.replaced", "Who", e.row.AuthorName, "When", s.when(e.row.CreatedAt))
			}
		}
	}
	return s.showEntry(c, v, f, fill, sc)
}

// complete checks what the table of fields cannot, and adds what an entry moves in the
// row.
func (s *Server) complete(c echo.Context, v *visit, f *recordFile, fill *filling, act *recordAct) error {
	now := s.Now()
	fault := func(field, what string) { fill.faults = append(fill.faults, followup.Fault{Field: field, What: what}) }
	at, timed := fill.said.At(s.paris)
	switch fill.kind {
	case followup.Contact:
		if timed && at.After(now.Add(15*time.Minute)) {
			fault("day", "future")
		}
	case followup.Review:
		if next, ok := fill.said.Day("next", s.paris); ok && next.Before(now) {
			fault("next", "past")
		}
	case followup.Plan:
		if due, ok := fill.said.Day("due", s.paris); ok && due.Before(now) && fill.said.Get("state") == followup.ToDo {
			fault("due", "past")
		}
	case followup.Appointment:
		if timed && at.Before(now) {
			fault("day", "past")
		}
		minutes, _ := strconv.Atoi(fill.said.Get("minutes"))
		act.plan = &archive.Appointment{ID: act.id, RecordID: f.row.ID, Assignee: fill.who, StartsAt: at, EndsAt: at.Add(time.Duration(max(minutes, 1)) * time.Minute)}
		act.entry.About = &act.id
	case followup.Document:
		if followup.Allowed(fill.kind, f.row.Status) { // of a closed record the file was not taken
			fill.checkDocument(act)
		}
	case followup.Report:
		fill.faults = append(fill.faults, faultsOfReport(f.opening(), fill.said)...)
	case followup.Handover:
		act.lead = &fill.who
	case followup.Closing:
		closed := followup.Closed
		act.status = &closed
	case followup.Reopening:
		open := followup.Open
		act.status = &open
	}
	if fill.kind != followup.Appointment && fill.kind != followup.Handover {
		return nil
	}
	members, err := s.Archive.Colleagues(c.Request().Context(), []string{f.row.TeamID})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m archive.Colleague) bool { return m.ID == fill.who }) {
		fill.badWho = s.voice.T("office.record.fault.who")
	} else if fill.kind == followup.Handover && fill.who == f.row.Lead {
		fill.badWho = s.voice.T("office.record.fault.same_lead")
	}
	return nil
}

// showEntry draws the form of an act.
func (s *Server) showEntry(c echo.Context, v *visit, f *recordFile, fill filling, sc screen) error {
	form := string(fill.kind)
	title := s.voice.T("office.record.act." + form)
	page := recordActPage{Frame: s.frame(c, title), Heading: title, Lead: s.voice.First("office.record.act." + form + ".hint"),
		Back: recordAddress(f.row.ID), BackText: f.opening().Get("label"), Action: recordAddress(f.row.ID) + "/ajouter/" + actPath(fill.kind),
		Entry: fill.entry.String(), Fields: s.recordFields(form, followup.Fields(fill.kind), fill.given, fill.faults), Notice: sc.Notice,
		Button: s.voice.First("office.record.act."+form+".button", "office.record.save")}
	page.Again, page.Brings = page.Action, fill.kind == followup.Document
	if fill.replaces != nil {
		page.Replaces = fill.replaces.String()
	}
	if fill.kind == followup.Contact || fill.kind == followup.Appointment || fill.kind == followup.Reopening {
		page.Safe = s.safeContact(f.opening())
	}
	if fill.kind == followup.Appointment || fill.kind == followup.Handover {
		page.Asked, page.BadWho = s.voice.T("office.record.who."+form), fill.badWho
		var err error
		if page.Members, err = s.membersToChoose(c, f.row.TeamID, fill.who); err != nil {
			return err
		}
	}
	page.Problems = recordProblems(page.Fields)
	if page.BadWho != "" {
		page.Problems = append(page.Problems, problem{"who", page.BadWho})
	}
	page.Error = len(page.Problems) > 0
	return s.render(c, sc.Status, "record_act", page)
}

// membersToChoose lists who may be chosen.
func (s *Server) membersToChoose(c echo.Context, team string, chosen uuid.UUID) ([]choice, error) {
	members, err := s.Archive.Colleagues(c.Request().Context(), []string{team})
	choices := make([]choice, len(members))
	for i, m := range members {
		choices[i] = choice{Value: m.ID.String(), Text: m.Name, Checked: m.ID == chosen}
	}
	return choices, err
}
