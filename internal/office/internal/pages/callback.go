package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/web"
)

// A promised is the sealed side of a call-back: what is to be said.
type promised struct {
	ID       uuid.UUID `json:"callback"`
	Due      time.Time `json:"due"`
	Assignee uuid.UUID `json:"assignee"`
	Note     string    `json:"note,omitempty"`
}

// Format names the shape of its JSON.
func (*promised) Format() string { return "recueil.callback/1" }

// A settled is what became of it.
type settled struct {
	ID      uuid.UUID               `json:"callback"`
	Outcome archive.CallbackOutcome `json:"outcome"`
	Note    string                  `json:"note,omitempty"`
}

// Format names the shape of its JSON.
func (*settled) Format() string { return "recueil.callback_outcome/1" }

// storePromise keeps a promised call: its time and who makes it in clear, for the list
// and the reminder, its words in the case.
func (s *Server) storePromise(ctx context.Context, tx pgx.Tx, v *visit, of casefile.Case, p promised) (audit.Event, error) {
	at := s.Now()
	line := audit.Event{At: at, Actor: v.ID, Action: "callback.promise", Object: "report", ID: of.ID.String()}
	err := archive.PromiseCallback(ctx, tx, archive.Callback{ID: p.ID, ReportID: of.ID, Assignee: p.Assignee, DueAt: p.Due, CreatedBy: v.ID, CreatedAt: at})
	if err != nil {
		return line, err
	}
	part := of.New(archive.CallPart, &p)
	part.Author, part.At = v.ID, at
	line.Seen, err = archive.AppendPart(ctx, tx, part)
	return line, err
}

// A callbackCard is what a report shows of the calls promised about it.
type callbackCard struct {
	Address string // where a promise is posted
	Relay   string // where the sheet for an emergency service is
	ID      string // of the promise, made with the page: a double press is one
	May     bool   // this member may promise
	Rows    []callbackRow
	Form    promiseForm
	Who     []choice
}

// A callbackRow is one promised call.
type callbackRow struct {
	ID, Address string
	Report      string // its address
	Situation   string
	Detail      string
	When        string
	Due         time.Time
	Late        string // overdue by
	Now         bool   // its time has come
	Who         string
	Mine        bool
	Settled     string // what became of it, in words
	Note        string
	Calling     *calling
	Damaged     bool
}

// callbackCard lists the promised calls of a report.
func (s *Server) callbackCard(c echo.Context, v *visit, found *archive.Report, opened *report.Report, parts []archive.Part) (callbackCard, error) {
	ctx := c.Request().Context()
	card := callbackCard{Address: "/dossiers/" + found.ID.String() + "/rappels", ID: report.NewID().String(),
		May: opened != nil && v.Role.May(triage.Call), Form: s.emptyPromise(), Relay: "/dossiers/" + found.ID.String() + "/relais"}
	rows, err := s.Archive.CallbacksOf(ctx, found.ID, v.keys.Teams())
	if err != nil {
		return card, err
	}
	notes := callbackNotes(opened, parts)
	for i := range rows {
		row := s.callbackRow(v, &rows[i])
		row.Note = notes[rows[i].ID]
		card.Rows = append(card.Rows, row)
	}
	if card.May {
		card.Who, err = s.colleagues(ctx, v)
	}
	return card, err
}

// Open reports whether something was typed that is still to be sent.
func (f promiseForm) Open() bool { return f.Bad != "" || f.BadNote != "" || f.Kept }

// take shows what was typed, for whom, under the name that makes a double press one.
func (card *callbackCard) take(f promiseForm) {
	card.Form = f
	if _, err := uuid.Parse(f.ID); err == nil {
		card.ID = f.ID
	}
	chosen := func(one choice) bool { return one.Value == f.Who }
	if slices.ContainsFunc(card.Who, chosen) {
		for i := range card.Who {
			card.Who[i].Checked = chosen(card.Who[i])
		}
	}
}

// promiseReturned is what was typed before a session ended.
func (s *Server) promiseReturned(kept url.Values) promiseForm {
	f := s.emptyPromise()
	f.Day, f.Time, f.Note = kept.Get("callback_day"), kept.Get("callback_time"), kept.Get("callback_note")
	f.ID, f.Who, f.Kept = kept.Get("callback"), kept.Get("callback_who"), true
	return f
}

// callbackNotes opens what is to be said, by the id of the promise.
func callbackNotes(opened *report.Report, parts []archive.Part) map[uuid.UUID]string {
	notes := map[uuid.UUID]string{}
	places := casefile.Places(parts)
	for i, part := range parts {
		var p promised
		if part.Kind == archive.CallPart && openPart(opened, places[i], part.Body, &p) == nil {
			notes[p.ID] = p.Note
		}
	}
	return notes
}

func (s *Server) colleagues(ctx context.Context, v *visit) (who []choice, err error) {
	found, err := s.Archive.Colleagues(ctx, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	for _, one := range found {
		who = append(who, choice{Value: one.ID.String(), Text: one.Name, Checked: one.ID == v.ID})
	}
	return who, nil
}

func (s *Server) callbackRow(v *visit, one *archive.Callback) callbackRow {
	now := s.Now()
	row := callbackRow{ID: one.ID.String(), Address: "/rappels/" + one.ID.String(), Report: "/dossiers/" + one.ReportID.String(), When: s.when(one.DueAt),
		Due: one.DueAt, Who: one.AssigneeName, Mine: one.Assignee == v.ID}
	switch {
	case one.Outcome != nil:
		row.Settled = s.voice.T("office.phone.callback." + string(*one.Outcome))
	case !one.DueAt.After(now):
		row.Now = true
		if late := now.Sub(one.DueAt); late >= time.Minute {
			row.Late = s.voice.T("office.row.late", "T", s.duration(late))
		}
	}
	return row
}

// promise takes down that somebody is to be called back about a report.
func (s *Server) promise(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	refused := map[string]string{}
	p := s.readPromise(form, refused)
	if p.Due.IsZero() && refused["callback_time"] == "" {
		refused["callback_time"] = s.voice.T("office.phone.callback.when.none")
	}
	who, err := s.colleagues(ctx, v)
	if err != nil {
		return err
	}
	assignee := form.Get("callback_who")
	if !slices.ContainsFunc(who, func(one choice) bool { return one.Value == assignee }) {
		assignee = v.ID.String()
	}
	if len(refused) > 0 {
		typed := &typedCall{form: form, refused: refused}
		again := s.promiseForm(p, typed)
		again.ID, again.Who = form.Get("callback"), assignee
		return s.showReport(c, v, id, screen{Status: http.StatusUnprocessableEntity, Problems: typed.problems(), Callback: again})
	}
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		return err
	}
	callback, err := uuid.Parse(form.Get("callback"))
	if err != nil {
		callback = report.NewID()
	}
	err = s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		line, err := s.storePromise(ctx, tx, v, casefile.Of(opened), promised{callback, p.Due, uuid.MustParse(assignee), p.Note})
		return []audit.Event{line}, err
	})
	if err != nil && !isConcurrent(err) { // the second press of one promise
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+id.String()+"#rappels")
}
