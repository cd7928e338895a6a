package pages

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/referral"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/web"
)

// Sheets of information, chosen and read before one is sent to the mailbox of whoever
// gave the alert. A unit sends nothing else there: what it wants to say it says itself.
type recordSheetsPage struct {
	Frame
	Back     string
	BackText string
	Address  string
	Sheets   []recordTab
	Chosen   *sheetChosen
	Why      string // there is no mailbox to send to
	Share    string // whom to ask then
	Stop     bool   // the reporter asked not to be contacted
	Entry    string
	Notice   string
	Problems []problem
}

// A sheetChosen is a sheet as it will be read.
type sheetChosen struct {
	ID, Title, Text, Lang string
	Young                 bool
}

// Bad returns what is wrong with a field, or "".
func (p recordSheetsPage) Bad(field string) string { return textOf(p.Problems, field) }

// A recordMailbox is where the reporter of a referred situation reads.
type recordMailbox struct {
	referral archive.Referral
	report   *report.Report // nil: the unit has no way there
	stop     bool           // he asked not to be contacted
	why      string         // a key of the catalogue
}

// mailboxOf finds the mailbox that a record's referral leads to. Only a whole one carries
// the key that messages are sealed under.
func (s *Server) mailboxOf(c echo.Context, v *visit, f *recordFile) (recordMailbox, error) {
	if f.row.Referral == nil {
		return recordMailbox{why: "direct"}, nil
	}
	ctx := c.Request().Context()
	referred, err := s.Archive.Referral(ctx, *f.row.Referral, s.unitIDs(v))
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return recordMailbox{why: "gone"}, nil
	case err != nil:
		return recordMailbox{}, err
	case referred.Status != archive.Accepted:
		return recordMailbox{referral: referred, why: "gone"}, nil
	case referred.Masked:
		return recordMailbox{referral: referred, why: "masked"}, nil
	}
	body, err := s.openReferral(v, &referred)
	if err != nil || body.Report.ReplyKey.IsZero() || body.Report.ID != referred.ReportID {
		return recordMailbox{referral: referred, why: "damaged"}, nil
	}
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "referral.open", Object: "referral", ID: referred.ID.String(), Seen: referred.Body}
	if err := s.Trail.Append(ctx, line); err != nil {
		return recordMailbox{}, err
	}
	stop, err := s.wantsNoContact(c, v, referred, body)
	return recordMailbox{referral: referred, report: body.Report, stop: stop}, err
}

// wantsNoContact reports whether the reporter asked not to be contacted: in the report, or
// in what he added since and the platform passed on. His last word counts.
func (s *Server) wantsNoContact(c echo.Context, v *visit, referred archive.Referral, body *referral.Body) (bool, error) {
	stop := body.Report.Contact.Channel == report.ContactChannelNone
	rows, err := s.Archive.PassedTo(c.Request().Context(), referred.ID, s.unitIDs(v))
	if err != nil {
		return false, err
	}
	var last time.Time
	for _, row := range rows {
		added, err := s.openAddition(v, body, row)
		if err != nil || added.Report == nil || added.At.Before(last) {
			continue
		}
		if no, said := refusesContact(added.Report); said {
			last, stop = added.At, no
		}
	}
	return stop, nil
}

// refusesContact is what an addition says of being contacted: one that was written with
// the code has a wish of its own; a report that was sent once more, or a call that was
// joined to it, says it as any report does.
func refusesContact(r *report.Report) (no, said bool) {
	if r.Added != nil {
		return r.Added.Wish == report.WishNoContact, r.Added.Wish != ""
	}
	return r.Contact.Channel == report.ContactChannelNone, r.Contact.Channel != ""
}

// sheetsFile finds the record of a request that opens, and its mailbox.
func (s *Server) sheetsFile(c echo.Context, v *visit) (*recordFile, recordMailbox, error) {
	f, err := s.recordOf(c, v)
	if err == nil && f.broken {
		err = errNoRecord
	}
	if err != nil {
		return nil, recordMailbox{}, err
	}
	to, err := s.mailboxOf(c, v, f)
	return f, to, err
}

func (s *Server) askSheet(c echo.Context, v *visit) error {
	f, to, err := s.sheetsFile(c, v)
	if err != nil {
		return err
	}
	page := recordSheetsPage{Entry: report.NewID().String()}
	page.Chosen = s.sheet(to, c.QueryParam("fiche"))
	return s.showSheets(c, f, to, http.StatusOK, page)
}

// sheet takes one from the catalogue, in the words of who will read it.
func (s *Server) sheet(to recordMailbox, id string) *sheetChosen {
	if to.report == nil {
		return nil
	}
	for i, own := range s.sheets[s.voice.Lang] {
		if own.ID == id {
			return &sheetChosen{ID: id, Title: own.Title, Text: cannedFor(s.sheets, to.report)[i].to(to.report), Lang: s.writtenIn(to.report), Young: writesYoung(to.report)}
		}
	}
	return nil
}

func (s *Server) showSheets(c echo.Context, f *recordFile, to recordMailbox, status int, page recordSheetsPage) error {
	page.Frame = s.frame(c, s.voice.T("office.record.sheets"))
	page.Back, page.BackText, page.Address = recordAddress(f.row.ID), f.opening().Get("label"), recordAddress(f.row.ID)+"/fiches"
	switch {
	case to.report == nil:
		page.Why = s.voice.T("office.record.sheets.why." + to.why)
	case f.row.Status == followup.Closed:
		page.Why = s.voice.T("office.record.conflict.closed")
	default:
		page.Stop = to.stop
		for _, own := range s.sheets[s.voice.Lang] {
			page.Sheets = append(page.Sheets, recordTab{page.Address + "?fiche=" + own.ID + "#lecture", own.Title, page.Chosen != nil && page.Chosen.ID == own.ID})
		}
	}
	if page.Why != "" {
		page.Chosen = nil
	}
	if page.Why != "" && to.why == "masked" {
		page.Share = page.Back + "/ajouter/" + actPath(followup.Share)
	}
	page.Error = len(page.Problems) > 0
	return s.render(c, status, "record_sheets", page)
}

// sendSheet seals a sheet for the mailbox and keeps in the record that it was sent: both,
// or neither.
func (s *Server) sendSheet(c echo.Context, v *visit) error {
	f, to, err := s.sheetsFile(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	page := recordSheetsPage{Entry: report.NewID().String(), Chosen: s.sheet(to, form.Get("sheet"))}
	if page.Chosen == nil {
		return s.showSheets(c, f, to, http.StatusConflict, page)
	}
	id, err := uuid.Parse(form.Get("entry"))
	if err != nil || id == uuid.Nil {
		id = report.NewID()
	}
	if to.stop && form.Get("anyway") == "" {
		page.Problems = []problem{{"anyway", s.voice.T("office.record.sheets.stop.tick")}}
		return s.showSheets(c, f, to, http.StatusUnprocessableEntity, page)
	}
	act := recordAct{id: id, also: s.sheetMessage(v, to, page.Chosen.Text), entry: followup.Entry{Kind: followup.Orientation,
		Said: followup.Said{{Field: "towards", Values: []string{"documentation"}}, {Field: "service", Values: []string{page.Chosen.Title}}}}}
	err = s.addEntry(c, v, f.row.ID, act)
	if errors.Is(err, errRecordMoved) || isConcurrent(err) {
		if f, to, err = s.sheetsFile(c, v); err != nil {
			return err
		}
		page.Notice = s.voice.T("office.record.conflict")
		return s.showSheets(c, f, to, http.StatusConflict, page)
	}
	if err != nil {
		return err
	}
	return goTo(c, recordAddress(f.row.ID)+"#suivi")
}

// sheetMessage writes a message to the mailbox, in the transaction of the entry that says
// so. It is one of the conversation: the platform reads it there, and who sent it.
func (s *Server) sheetMessage(v *visit, to recordMailbox, text string) func(context.Context, pgx.Tx) (audit.Event, error) {
	return func(ctx context.Context, tx pgx.Tx) (audit.Event, error) {
		m := archive.UnitMessage{Referral: to.referral.ID, Report: to.report.ID, ID: report.NewID(), Author: v.ID, At: s.Now()}
		m.Seal = func(sequence int) ([]byte, error) {
			place := reply.MessagePlace{Report: m.Report, ID: m.ID, Sequence: sequence}
			return reply.SealMessage(to.report.ReplyKey, place, reply.Message{Text: report.NormaliseText(text)})
		}
		sealed, err := archive.AppendUnitMessage(ctx, tx, m)
		return audit.Event{At: m.At, Actor: v.ID, Action: "message.send", Object: "report", ID: m.Report.String(), Seen: sealed, Detail: "sheet"}, err
	}
}
