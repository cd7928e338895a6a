package intake

import (
	"crypto/hmac"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/web"
)

// A stepPage shows a sheet: one step, or all of them.
type stepPage struct {
	Frame
	Action  string // where the sheet is served
	Whole   bool
	Heading string
	Hint    string
	Place   int // "Étape 4 sur 8"; 0 off the path
	Total   int
	Dots    []string // state of each step, for the picture beside the words
	Door    string   // door and profile, should the draft be gone on return
	Base    string   // what the page's answers were when it was shown
	Back    bool     // came from the check page, goes back to it
	View    string   // the other view of the form that is offered: viewWhole, viewSteps or none
	Parts   []Part
	Errors  []Fault
	Leave   string  // words of the button that leaves what is asked about as it is
	Notice  string  // why the page is shown again
	Again   string  // the same, for the switch
	Other   []Saved // what another tab saved meanwhile
}

// A Part is the questions of one step: those asked first, the offered ones folded
// behind them, and the repeated ones item by item.
type Part struct {
	Key       string // names the step in the templates
	Number    int
	ID        string
	Heading   string
	Hint      string
	Prominent []Question
	Folded    []Question
	Groups    []Group
	Attached  *Attached // on the step of the files
}

// FoldOpen reports whether one of the folded questions wants to be seen.
func (p Part) FoldOpen() bool { return slices.ContainsFunc(p.Folded, Question.isSeen) }

// Saved is one answer as another tab saved it.
type Saved struct{ Label, Value string }

func (s *Server) step(c echo.Context) error {
	at, ok := sheetAt(c.Param("number"))
	if !ok {
		return web.ErrNotFound
	}
	v, err := s.load(c)
	if lost(err) {
		return gone(err)
	}
	if err != nil {
		return err
	}
	if v.Sent != nil {
		return c.Redirect(http.StatusSeeOther, "/r")
	}
	if fromHistory(c) && v.begun() {
		return s.showResume(c, v, "")
	}
	if again, waits := v.again(c, at.Address()); waits {
		return s.showSheet(c, v, at.sent(again.Typed), again.Status, again.shown())
	}
	if !at.isOn(&v.draft) {
		return c.Redirect(http.StatusSeeOther, v.next())
	}
	return s.showSheet(c, v, at, http.StatusOK, shown{back: c.QueryParam("m") != ""})
}

// gone is the neutral page for an address whose draft no longer is.
func gone(err error) error { return &web.Problem{Status: http.StatusGone, Key: "page.gone", Err: err} }

// shown is what a step page shows beside the stored answers.
type shown struct {
	typed  url.Values // nil: what is stored
	errors map[string]string
	leave  string
	notice string
	other  []Saved
	back   bool
	base   string // empty: of what is stored
	alarm  bool   // show whom to call before anything else
}

// showSheet shows a sheet. What was typed came from the steps of at; a whole sheet
// may by now have others beside them.
func (s *Server) showSheet(c echo.Context, v *visit, at sheet, status int, with shown) error {
	if !at.whole && at.steps[0] == filesStep() {
		return s.showFiles(c, v, status, with)
	}
	voice := s.voice(&v.draft)
	all := v.sheet(at)
	page := stepPage{Frame: s.frame(c, voice, ""), Action: all.Address(), Whole: all.whole,
		Door: string(v.Door) + ":" + string(v.Answers.Reporter.Profile), Base: v.base(all), Back: with.back,
		Leave: with.leave, Notice: with.notice, Other: with.other}
	page.FormPage, page.Form, page.Keeps = true, formID, keeps(c, status, with.typed)
	if with.base != "" {
		page.Base = with.base
	}
	for _, shows := range all.steps {
		a := asker{voice: voice, about: s.about, door: v.Door, values: v.Answers.Get, errors: with.errors, fresh: !slices.Contains(v.Visited, shows.number), whole: all.whole}
		if with.typed != nil && slices.Contains(at.steps, shows) {
			a.values, a.fresh = typed(with.typed), false
		}
		part := a.part(shows, &v.Answers, with.typed)
		if shows == filesStep() {
			attached := s.attached(voice, v.Files)
			part.Attached = &attached
		}
		page.Parts = append(page.Parts, part)
	}
	page.Place, page.Total = v.place(all)
	for i := 1; page.Place > 0 && i <= page.Total; i++ {
		page.Dots = append(page.Dots, map[bool]string{i < page.Place: "is-done", i == page.Place: "is-here"}[true])
	}
	switch first := page.Parts[0]; {
	case all.whole:
		page.Title, page.Heading, page.Hint = voice.T("page.professional.whole.title"), voice.T("page.professional.whole.heading"), voice.T("page.professional.whole.hint")
	case page.Place > 0:
		page.Title, page.Heading, page.Hint = voice.T("page.layout.step", "N", page.Place, "Total", page.Total), first.Heading, first.Hint
	default:
		page.Title, page.Heading, page.Hint = voice.T("page."+first.Key+".title"), first.Heading, first.Hint
	}
	if v.Door == report.Professional {
		page.View = map[bool]string{true: viewSteps, false: viewWhole}[all.whole]
	}
	page.Errors = faults(page.Parts...)
	page.Error = len(page.Errors) > 0
	switch {
	case page.Other != nil:
		page.Again = againConflict
	case page.Error:
		page.Again = againAsked
	}
	return s.render(c, voice, status, "step", page)
}

// typed returns what was just sent, as it was sent, but for bytes that are no text.
func typed(form url.Values) values {
	return func(name string) []string {
		given := fromForm(form, name)
		for i := range given {
			given[i] = strings.ToValidUTF8(given[i], "\uFFFD")
		}
		return given
	}
}

// errShow ends a change of the draft without saving: the page is shown again.
var errShow = errors.New("the page is shown again")

// answerStep takes the answers of one page. What is refused is shown with its
// reason and everything typed; the rest is saved all the same.
func (s *Server) answerStep(c echo.Context) error {
	at, ok := sheetAt(c.Param("number"))
	if !ok {
		return web.ErrNotFound
	}
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	again := shown{typed: form, back: form.Get("_back") != ""}
	form, at = withoutRemoved(form), at.sent(form)
	v, err := s.change(c, func(v *visit) error {
		again.other, again.leave = nil, ""
		if v.Sent != nil {
			return errShow
		}
		if v.Door == "" { // begun by the short form, it has no questions
			return inbox.ErrNoDraft
		}
		v.forgetAgain(at.Address())
		if base := form.Get("_base"); base != "" && !hmac.Equal([]byte(base), []byte(v.base(at))) {
			if again.other = s.differences(v, at, form); again.other != nil {
				return errShow
			}
		}
		if switched(form) {
			err := s.keepTyped(v, at, form, &again)
			s.keepRefused(v, at, form, again)
			return err
		}
		again.errors = s.apply(v, at, form)
		v.Language = v.reads
		asked := slices.Clone(v.Asked)
		s.askOnce(v, at, form, &again)
		if !s.keepRefused(v, at, form, again) && byScript(c) {
			v.Asked = asked // the script asks only where to go; the browser then comes for the page itself
		}
		again.alarm = len(again.errors) == 0 && !leaves(form) && v.alarms(at)
		return nil
	})
	switch {
	case lost(err):
		return s.startOver(c, at, form, again, err)
	case errors.Is(err, postgres.ErrUnavailable), errors.Is(err, inbox.ErrConflict):
		kept := s.visitOf(c, form)
		again.notice, again.base = s.voice(&kept.draft).T("error.unavailable.text"), form.Get("_base")
		return s.showSheet(c, kept, at, http.StatusServiceUnavailable, again)
	case errors.Is(err, errShow) && v.Sent != nil:
		return s.addAfterSending(c, v, at, form)
	case errors.Is(err, errShow):
		again.notice = s.voice(&v.draft).T("page.conflict.text")
		return s.leadBack(c, v, at, http.StatusConflict, again)
	case err != nil:
		return err
	case len(again.errors) > 0:
		if v.waits(at.Address()) {
			return goTo(c, onceMore(at.here(again.back)))
		}
		again.typed = form
		return s.showSheet(c, v, at, http.StatusUnprocessableEntity, again)
	}
	if again.alarm {
		return goTo(c, "/d")
	}
	return goTo(c, s.following(v, at, form))
}

// keepRefused keeps a page with errors for the GET that shows it, and says whether it did.
func (s *Server) keepRefused(v *visit, at sheet, form url.Values, with shown) bool {
	if len(with.errors) == 0 {
		return true
	}
	with.typed, with.base = form, v.base(v.sheet(at))
	return v.keepAgain(at.Address(), http.StatusUnprocessableEntity, with)
}

// alarms reports whether an answer leads to whom to call: each time on its own page,
// on a whole sheet once, with the rest that was typed beside it saved already.
func (v *visit) alarms(at sheet) bool {
	danger, _ := report.Lookup("danger_now")
	if v.Answers.DangerNow != report.Yes || !at.asks(danger, -1, v.Door) {
		return false
	}
	if at.whole {
		if slices.Contains(v.Asked, alarmed) {
			return false
		}
		v.Asked = append(v.Asked, alarmed)
	}
	return true
}

// alarmed says among what was asked about that the numbers were shown.
const alarmed = "danger_now numbers"

// keepTyped takes what was typed before the language is switched: nothing counts as
// answered by that, and what the page asked about it asks about still.
func (s *Server) keepTyped(v *visit, at sheet, form url.Values, again *shown) error {
	if form.Get(againInput) == againConflict {
		if again.other = s.differences(v, at, form); again.other != nil {
			return errShow
		}
	}
	visited := v.Visited
	again.errors = s.apply(v, at, form)
	v.Visited = visited
	if form.Get(againInput) == againAsked && !form.Has(goInput) {
		asked := v.Asked
		v.Asked = nil
		s.askOnce(v, at, form, again)
		v.Asked = asked
	}
	return nil
}

// following is the page after a good answer.
func (s *Server) following(v *visit, at sheet, form url.Values) string {
	back := form.Get("_back") != ""
	here := at.here(back)
	group := form.Get("_add")
	switch {
	case report.GroupLimit(group) > 0:
		return here + "#" + idOf(group) + "-" + itoa(v.Answers.GroupLen(group)-1)
	case form.Get("_remove") != "":
		return here + placeOfRemoved(form, &v.Answers)
	case switched(form):
		return led(form, here)
	case form.Get(viewInput) == viewBack && back:
		return "/v"
	case form.Get(viewInput) == viewBack:
		return v.beforeSheet(v.sheet(at))
	case form.Get(viewInput) == viewNumbers:
		return "/d"
	case form.Get(viewInput) == viewFiles:
		return filesStep().Address()
	case form.Get(viewInput) == viewWhole && len(at.steps) > 0:
		return v.address(at.steps[0])
	case back, leaves(form):
		return v.next()
	}
	return v.after(at)
}

// startOver goes on without the draft, which is gone: a new one begins, and the
// page comes back with what was typed on it.
func (s *Server) startOver(c echo.Context, at sheet, form url.Values, again shown, why error) error {
	v := s.visitOf(c, form)
	if v.Door == "" || at.whole && !at.isOn(&v.draft) {
		return gone(why)
	}
	v.Long = at.whole
	key := "error.forged_draft.text"
	switch {
	case errors.Is(why, inbox.ErrNoDraft):
		key = "error.expired_draft.text"
	case errors.Is(why, errOtherVersion):
		key = "error.other_version.text"
	}
	again.notice = s.voice(&v.draft).T(key)
	// A browser that keeps no cookies would not find the text again by a GET.
	kept := !errors.Is(why, errNoCookie) && v.keepAgain(at.Address(), http.StatusGone, again)
	if kept || !byScript(c) {
		err := s.save(c.Request().Context(), v)
		if err != nil && !errors.Is(err, postgres.ErrUnavailable) {
			return err
		}
		setCookie(c, v.token)
		if kept && err == nil {
			return goTo(c, onceMore(at.here(again.back)))
		}
	}
	return s.showSheet(c, v, at, http.StatusGone, again)
}

// visitOf begins a visit from what a form page carries for this case.
func (s *Server) visitOf(c echo.Context, form url.Values) *visit {
	door, profile, _ := strings.Cut(form.Get("_door"), ":")
	v := newVisit("")
	v.reads = s.language(c)
	if _, known := paths[report.Door(door)]; known {
		v.Door = report.Door(door)
	}
	if slices.Contains(profiles[v.Door], report.Profile(profile)) {
		v.Answers.Reporter.Profile = report.Profile(profile)
	}
	return v
}
