package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/call"
	"recueil/internal/postgres"
	"recueil/internal/readout"
	"recueil/internal/report"
)

// A callPage is the one page on which a call is written down.
type callPage struct {
	Frame
	Address  string // of the call; its form is posted there
	Revision int
	Page     string
	Sections []callSection
	Live     callLive
	Lookup   callQuestion
	Matches  []callMatch
	Searched bool // a reference was given
	Same     string
	Callback promiseForm
	Relays   []relayLine
	Outcomes []callOutcome
	Notice   string
	Other    []fact // what another page saved, where that differs
	Problems []problem
	MaxNote  int
	New      bool // nothing is saved yet
	Take     bool // the listener sees to it himself

	Urgencies []int // all there are: the script shows the one that holds
}

// A callLive is what is told beside the form while it is filled in.
type callLive struct {
	Urgency int      `json:"urgency"`
	Word    string   `json:"word"`
	Why     []string `json:"why"`
	Saved   string   `json:"saved"` // when, in words; "" before the first time
}

// A promiseForm is a call-back as a form shows it.
type promiseForm struct {
	Day, Time, Note string
	Bad             string // of the time
	BadNote         string
	Kept            bool // it came back with who had to log in again
	ID, Who         string
	MaxNote         int
	Soon            []soonButton
}

// A soonButton fills in a time that is so many minutes ahead.
type soonButton struct {
	Minutes int
	Text    string
}

func (s *Server) emptyPromise() promiseForm {
	f := promiseForm{MaxNote: maxCallNote}
	for _, minutes := range []int{15, 30, 60, 120} {
		f.Soon = append(f.Soon, soonButton{minutes, s.voice.T("office.phone.callback.in", "T", s.duration(time.Duration(minutes)*time.Minute))})
	}
	return f
}

// newCall shows an empty form. Nothing is stored before something was written.
func (s *Server) newCall(c echo.Context, v *visit) error {
	if !s.takesCalls(v) {
		return errNoCallKey
	}
	h := &heldCall{draft: call.Draft{ID: report.NewID()}}
	return s.showCall(c, v, callScreen{status: http.StatusOK, held: h})
}

// takesCalls reports whether a member holds the key that calls are sealed to.
func (s *Server) takesCalls(v *visit) bool {
	to := s.Desk.Trust.File().Receiving()
	_, ok := v.keys.Identity(to.TeamID, to.Number)
	return ok
}

// call shows a draft again. One that was sent has become a report.
func (s *Server) call(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	h, err := s.loadCall(c, v, id)
	if errors.Is(err, archive.ErrNotFound) {
		return s.afterCall(c, v, id, err)
	}
	switch {
	case err != nil:
		return err
	case h.SentAt != nil && h.Author == v.ID:
		return c.Redirect(http.StatusSeeOther, callAddress(id)+"/recu")
	case h.SentAt != nil:
		return c.Redirect(http.StatusSeeOther, "/dossiers/"+h.draft.Receipt.Report.String())
	case h.Author != v.ID:
		return errOtherCall
	}
	if err := s.Trail.Append(c.Request().Context(), s.callLine(v, "call.open", id, h.Body)); err != nil {
		return err
	}
	return s.showCall(c, v, callScreen{status: http.StatusOK, held: h})
}

// afterCall leads from a call that is over to the report it became, or joined.
func (s *Server) afterCall(c echo.Context, v *visit, id report.ID, otherwise error) error {
	id, err := s.became(c.Request().Context(), v, id)
	if err != nil {
		return otherwise
	}
	return c.Redirect(http.StatusSeeOther, "/dossiers/"+id.String())
}

// became is the report that a call became, or joined. The error is archive.ErrNotFound
// when there is none.
func (s *Server) became(ctx context.Context, v *visit, id report.ID) (report.ID, error) {
	if _, err := s.Archive.Get(ctx, id, v.keys.Teams()); !errors.Is(err, archive.ErrNotFound) {
		return id, err
	}
	return s.Archive.Joined(ctx, id, v.keys.Teams())
}

func callAddress(id report.ID) string { return "/appels/" + id.String() }

// A callScreen is how a call is shown: what is stored, and over it what was typed.
type callScreen struct {
	status   int
	held     *heldCall
	typed    *typedCall
	notice   string
	other    bool // another page saved something else: both are shown
	problems []problem
}

func (s *Server) showCall(c echo.Context, v *visit, sc callScreen) error {
	draft := &sc.held.draft
	title := s.voice.T("office.phone.title")
	page := callPage{Frame: s.frame(c, title), Address: callAddress(draft.ID), Revision: sc.held.Revision, Page: newPage(), Notice: sc.notice,
		Problems: sc.problems, MaxNote: maxCallNote, New: sc.held.Revision == 0, Urgencies: []int{0, 1, 2, 3}}
	page.Error = len(sc.problems) > 0
	a := asking{s: s, values: draft.Answers.Get, counts: draft.Answers.GroupLen}
	shown := *draft
	if sc.typed != nil {
		page.Take = sc.typed.take
		shown.Answers, shown.Callback, shown.Same = sc.typed.answers, sc.typed.promise, sc.typed.same
		a = asking{s, sc.typed.values, sc.typed.refused, shown.Answers.GroupLen}
		page.Problems = append(page.Problems, sc.typed.problems()...)
		page.Error = len(page.Problems) > 0
	}
	if sc.other {
		page.Other = s.callDifferences(&draft.Answers, &shown.Answers)
	}
	page.Sections, page.Live = a.sections(), s.callLive(&shown, sc.held.SavedAt)
	reference, _ := report.Lookup("done.earlier_reference")
	page.Lookup = a.question(reference, -1)
	page.Callback = s.promiseForm(shown.Callback, sc.typed)
	page.Relays, page.Outcomes = s.relayLines(draft.Relays), s.callOutcomes()
	var err error
	if page.Matches, page.Searched, err = s.callMatches(c, v, &shown); err != nil {
		return err
	}
	if shown.Same != (report.ID{}) {
		page.Same = shown.Same.String()
	}
	return s.render(c, sc.status, "call", page)
}

// values are what a page typed, for the page that shows it once more.
func (t *typedCall) values(name string) []string {
	if t.refused[name] == "" {
		return t.answers.Get(name)
	}
	return t.form[name]
}

func (t *typedCall) problems() (problems []problem) {
	for _, section := range call.Sections() {
		for _, f := range section.Fields() {
			for n := range max(1, report.GroupLimit(f.Group)) {
				name := call.NameAt(f, n)
				if text := t.refused[name]; text != "" {
					problems = append(problems, problem{strings.ReplaceAll(name, ".", "-"), text})
				}
			}
		}
	}
	for _, name := range []string{"callback_time", "callback_note"} {
		if text := t.refused[name]; text != "" {
			problems = append(problems, problem{name, text})
		}
	}
	return problems
}

// callLive weighs a call as it stands by the rules of every report.
func (s *Server) callLive(d *call.Draft, saved time.Time) callLive {
	r := d.Report(s.Now(), s.voice.Lang)
	live := callLive{Urgency: int(r.Urgency), Word: s.voice.T("urgency." + itoa(int(r.Urgency))), Why: []string{}}
	for _, rule := range r.Rules {
		if strings.HasPrefix(string(rule), "U"+itoa(int(r.Urgency))) {
			live.Why = append(live.Why, s.reason(&r, rule))
		}
	}
	if !saved.IsZero() {
		live.Saved = s.voice.T("office.phone.saved", "Time", s.clock(saved))
	}
	return live
}

// callDifferences lists what is stored and was typed differently here.
func (s *Server) callDifferences(stored, typed *report.Answers) []fact {
	var other []fact
	seen := map[string]bool{}
	compare := func(f report.Field, name string, _ []string) {
		given := stored.Get(name)
		if !seen[name] && !slices.Equal(given, typed.Get(name)) {
			other = append(other, fact{readout.Label(s.voice, f), strings.Join(readout.Values(s.voice, f, given), ", "), false})
		}
		seen[name] = true
	}
	stored.Walk(compare)
	typed.Walk(compare)
	return other
}

func (s *Server) promiseForm(p call.Promise, typed *typedCall) promiseForm {
	f := s.emptyPromise()
	f.Note = p.Note
	if !p.Due.IsZero() {
		f.Day, f.Time = p.Due.In(s.paris).Format(time.DateOnly), p.Due.In(s.paris).Format("15:04")
	}
	if typed != nil {
		f.Bad, f.BadNote = typed.refused["callback_time"], typed.refused["callback_note"]
		if f.Bad != "" {
			f.Day, f.Time = typed.form.Get("callback_day"), typed.form.Get("callback_time")
		}
		if f.BadNote != "" {
			f.Note = typed.form.Get("callback_note")
		}
	}
	return f
}

// A savedCall tells our script what became of what it sent.
type savedCall struct {
	callLive
	Action     string        `json:"action"` // where the call is posted from now on
	Revision   int           `json:"revision"`
	Department string        `json:"department"` // that a commune told
	Problems   []problemLine `json:"problems"`
}

type problemLine struct {
	Field string `json:"field"`
	Text  string `json:"text"`
}

// saveCall keeps what was typed so far.
func (s *Server) saveCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	typed, err := s.readCall(c)
	if err != nil {
		return err
	}
	h, err := s.keepCall(c, v, id, typed)
	quiet := c.Request().Header.Get("X-Recueil-Autosave") != ""
	switch {
	case quiet && (errors.Is(err, archive.ErrConcurrent) || errors.Is(err, errCallSent) || errors.Is(err, errOtherCall) || unopened(err)):
		return c.NoContent(http.StatusConflict)
	case err != nil:
		return s.callRefused(c, v, id, typed, h, err)
	case quiet:
		saved := savedCall{callLive: s.callLive(&h.draft, h.SavedAt), Action: callAddress(h.draft.ID), Revision: h.Revision,
			Department: h.draft.Answers.Place.Department, Problems: []problemLine{}}
		for _, p := range typed.problems() {
			saved.Problems = append(saved.Problems, problemLine(p))
		}
		return c.JSON(http.StatusOK, saved)
	case len(typed.refused) > 0:
		return s.showCall(c, v, callScreen{status: http.StatusUnprocessableEntity, held: h, typed: typed})
	}
	place := ""
	if typed.form.Get("lookup") != "" {
		place = "#done-earlier_reference"
	}
	if typed.form.Get("relay") != "" {
		return goTo(c, callAddress(h.draft.ID)+"/relais")
	}
	return goTo(c, callAddress(h.draft.ID)+place)
}

// callRefused shows what was typed once more, when it could not be kept as it is.
func (s *Server) callRefused(c echo.Context, v *visit, id report.ID, typed *typedCall, h *heldCall, err error) error {
	switch {
	case errors.Is(err, archive.ErrConcurrent) && h != nil:
		return s.showCall(c, v, callScreen{status: http.StatusConflict, held: h, typed: typed, other: true, notice: s.voice.T("office.phone.conflict")})
	case errors.Is(err, errCallSent):
		// The page goes on: what it adds joins the report that the call became.
		again := &heldCall{draft: call.Draft{ID: report.NewID()}}
		typed.same = h.draft.Receipt.Report
		return s.showCall(c, v, callScreen{status: http.StatusConflict, held: again, typed: typed, notice: s.voice.T("office.phone.sent_elsewhere")})
	case errors.Is(err, errOtherCall):
		// A colleague goes on with the call: what was typed here becomes one of its own.
		again := &heldCall{draft: call.Draft{ID: report.NewID()}}
		return s.showCall(c, v, callScreen{status: http.StatusConflict, held: again, typed: typed, notice: s.voice.T("office.phone.taken_elsewhere")})
	case unopened(err) && s.takesCalls(v):
		// What lies there does not open any more: what stands on the page begins anew.
		again := &heldCall{draft: call.Draft{ID: report.NewID()}}
		return s.showCall(c, v, callScreen{status: http.StatusConflict, held: again, typed: typed, notice: s.voice.T("office.phone.damaged_meanwhile")})
	case errors.Is(err, postgres.ErrUnavailable):
		kept := &heldCall{draft: call.Draft{ID: id}}
		kept.Revision = typed.revision
		return s.showCall(c, v, callScreen{status: http.StatusServiceUnavailable, held: kept, typed: typed, notice: s.voice.T("office.phone.away")})
	}
	return err
}
