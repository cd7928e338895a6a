package pages

import (
	"errors"
	"net/http"
	"net/url"
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
	Since    []recordLine // what another wrote there meanwhile
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
	if err := s.complete(c, f, &fill, &act); err != nil {
		return err
	}
	if f.holds(v.ID, act) { // a second tap is answered like the first, whatever moved meanwhile
		return s.added(c, v, f)
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
	return s.added(c, v, f)
}

// added leads back to the record, where what was sent now stands.
func (s *Server) added(c echo.Context, v *visit, f *recordFile) error {
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, recordAddress(f.row.ID)+"#suivi")
}

// showEntry draws the form of an act.
func (s *Server) showEntry(c echo.Context, v *visit, f *recordFile, fill filling, sc screen) error {
	if err := s.sawRecord(c, v, f); err != nil {
		return err
	}
	form := string(fill.kind)
	title := s.voice.T("office.record.act." + form)
	page := recordActPage{Frame: s.frame(c, title), Heading: title, Lead: s.voice.First("office.record.act." + form + ".hint"),
		Back: recordAddress(f.row.ID), BackText: f.opening().Get("label"), Action: recordAddress(f.row.ID) + "/ajouter/" + actPath(fill.kind),
		Entry: fill.entry.String(), Fields: s.recordFields(form, followup.Fields(fill.kind), fill.given, fill.faults), Notice: sc.Notice, Since: sc.Since,
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
