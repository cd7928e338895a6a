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
	Altered     bool // the database says another time, or somebody else
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
	names, err := s.colleagues(ctx, v, found)
	if err != nil {
		return card, err
	}
	sealed := promisesOf(opened, parts)
	for i := range rows {
		row := s.callbackRow(v, &rows[i], sealed, names)
		row.Altered = row.Altered && opened != nil
		card.Rows = append(card.Rows, row)
	}
	if card.May {
		card.Who = names
	}
	return card, nil
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

// promisesOf opens what was promised about a report, by the id of the promise.
func promisesOf(opened *report.Report, parts []archive.Part) map[uuid.UUID]promised {
	sealed := map[uuid.UUID]promised{}
	places := casefile.Places(parts)
	for i, part := range parts {
		var p promised
		if part.Kind == archive.CallPart && openPart(opened, places[i], part.Body, &p) == nil {
			sealed[p.ID] = p
		}
	}
	return sealed
}

// colleagues lists who may make a call about a report: where it is restricted, those who
// are named. To the others it does not exist, and they would find no call to make.
func (s *Server) colleagues(ctx context.Context, v *visit, about *archive.Report) (who []choice, err error) {
	found, err := s.Archive.Colleagues(ctx, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	if about.Restricted != nil {
		names, err := s.Archive.NamedOn(ctx, about.ID)
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(one archive.Colleague) bool { return !slices.Contains(names, one.ID) })
	}
	for _, one := range found {
		who = append(who, choice{Value: one.ID.String(), Text: one.Name, Checked: one.ID == v.ID})
	}
	return who, nil
}

// callbackRow tells of a promised call. When it is to be made, and by whom, are what was
// sealed: by the columns alone, whoever writes the database could have it never made.
func (s *Server) callbackRow(v *visit, one *archive.Callback, sealed map[uuid.UUID]promised, names []choice) callbackRow {
	now := s.Now()
	p, known := sealed[one.ID]
	altered := !known || !p.Due.Equal(one.DueAt) || p.Assignee != one.Assignee
	if !known {
		p.Due, p.Assignee = one.DueAt, one.Assignee
	}
	row := callbackRow{ID: one.ID.String(), Address: "/rappels/" + one.ID.String(), Report: "/dossiers/" + one.ReportID.String(), When: s.when(p.Due),
		Due: p.Due, Who: one.AssigneeName, Mine: p.Assignee == v.ID, Note: p.Note, Altered: altered}
	if i := slices.IndexFunc(names, func(n choice) bool { return n.Value == p.Assignee.String() }); i >= 0 && altered {
		row.Who = names[i].Text
	}
	switch {
	case one.Outcome != nil:
		row.Settled = s.voice.T("office.phone.callback." + string(*one.Outcome))
	case !p.Due.After(now):
		row.Now = true
		if late := now.Sub(p.Due); late >= time.Minute {
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
	found, err := s.Archive.Get(ctx, id, v.keys.Teams())
	if err != nil {
		return err
	}
	who, err := s.colleagues(ctx, v, &found)
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
