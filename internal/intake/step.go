package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/postgres"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/web"
)

type stepPage struct {
	Frame
	Step      step
	Heading   string
	Hint      string
	Place     int // "Étape 4 sur 8"; 0 off the path
	Total     int
	Dots      []string // state of each step, for the picture beside the words
	Door      string   // door and profile, should the draft be gone on return
	Base      string   // what the page's answers were when it was shown
	Back      bool     // came from the check page, goes back to it
	Previous  string
	Prominent []Question
	Folded    []Question
	FoldOpen  bool
	Groups    []Group
	Errors    []Fault
	Skippable bool    // what is asked about can be left as it is
	Notice    string  // why the page is shown again
	Other     []Saved // what another tab saved meanwhile
}

// Key names the page in the templates.
func (p stepPage) Key() string { return p.Step.key }

// A Fault is a line of the error summary; its link reaches the field.
type Fault struct{ ID, Text string }

// Saved is one answer as another tab saved it.
type Saved struct{ Label, Value string }

func (s *Server) step(c echo.Context) error {
	at, ok := stepAt(atoi(c.Param("number")))
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
	if fromHistory(c) && len(v.Visited) > 0 {
		return s.showResume(c, v, "")
	}
	return s.showStep(c, v, at, http.StatusOK, shown{back: c.QueryParam("m") != ""})
}

// gone is the neutral page for an address whose draft no longer is.
func gone(err error) error { return &web.Problem{Status: http.StatusGone, Key: "page.gone", Err: err} }

// shown is what a step page shows beside the stored answers.
type shown struct {
	typed     url.Values // nil: what is stored
	errors    map[string]string
	skippable bool
	notice    string
	other     []Saved
	back      bool
}

func (s *Server) showStep(c echo.Context, v *visit, at step, status int, with shown) error {
	voice := s.voice(&v.draft)
	page := stepPage{Frame: s.frame(voice, ""), Step: at, Heading: voice.T("page." + at.key + ".heading"), Hint: voice.First("page." + at.key + ".hint"),
		Door: string(v.Door) + ":" + string(v.Answers.Reporter.Profile), Base: v.base(at), Back: with.back, Previous: v.beforeStep(at),
		Skippable: with.skippable, Notice: with.notice, Other: with.other}
	page.FormPage = true
	if with.back {
		page.Previous = "/v"
	}
	if page.Place, page.Total = v.place(at); page.Place > 0 {
		page.Title = voice.T("page.layout.step", "N", page.Place, "Total", page.Total)
		for i := 1; i <= page.Total; i++ {
			page.Dots = append(page.Dots, map[bool]string{i < page.Place: "is-done", i == page.Place: "is-here"}[true])
		}
	} else {
		page.Title = voice.T("page." + at.key + ".title")
	}
	a := asker{voice, v.Door, stored(&v.Answers), with.errors}
	if with.typed != nil {
		a.values = typed(with.typed)
	}
	page.Prominent, page.Folded, page.Groups = a.page(at.fields(v.Door), &v.Answers)
	page.Errors, page.FoldOpen = faults(page)
	page.Error = len(page.Errors) > 0
	return s.render(c, voice, status, "step", page)
}

// faults lists the errors in the order of the page.
func faults(p stepPage) (list []Fault, folded bool) {
	collect := func(questions []Question) (found bool) {
		for _, q := range questions {
			if q.Error != "" {
				list, found = append(list, Fault{q.focus(), q.Error}), true
			}
		}
		return found
	}
	collect(p.Prominent)
	folded = collect(p.Folded)
	for _, g := range p.Groups {
		for _, item := range g.Items {
			collect(item.Prominent)
			collect(item.Folded)
		}
	}
	return list, folded
}

// focus is the element a link of the error summary goes to.
func (q Question) focus() string {
	switch {
	case q.Kind == report.DateParts:
		return q.ID + "-jour"
	case len(q.Options) > 0 && !q.Long:
		return q.Options[0].ID
	}
	return q.ID
}

func stored(a *report.Answers) values { return a.Get }

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

// fromForm gathers the inputs of one field: a date has three.
func fromForm(form url.Values, name string) []string {
	given := append([]string(nil), form[name]...)
	day, month, year := form.Get(name+".day"), form.Get(name+".month"), form.Get(name+".year")
	if form.Has(name+".day") || form.Has(name+".month") || form.Has(name+".year") {
		if len(given) > 1 {
			given = given[:1]
		}
		given = append(given, day, month, year)
	}
	return given
}

// errShow ends a change of the draft without saving: the page is shown again.
var errShow = errors.New("the page is shown again")

// answerStep takes the answers of one page. What is refused is shown with its
// reason and everything typed; the rest is saved all the same.
func (s *Server) answerStep(c echo.Context) error {
	at, ok := stepAt(atoi(c.Param("number")))
	if !ok {
		return web.ErrNotFound
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	again := shown{typed: form, back: form.Get("_back") != ""}
	var v *visit
	ask := false
	v, err = s.change(c, func(v *visit) error {
		if v.Sent != nil {
			return errShow
		}
		if base := form.Get("_base"); base != "" && base != v.base(at) {
			if again.other = s.differences(v, at, form); again.other != nil {
				return errShow
			}
		}
		again.errors = s.apply(v, at, form)
		ask = s.askOnce(v, at, form, &again)
		return nil
	})
	switch {
	case lost(err):
		return s.startOver(c, at, form, again, err)
	case errors.Is(err, postgres.ErrUnavailable):
		kept := visitOf(form)
		again.notice = s.voice(&kept.draft).T("error.unavailable.text")
		return s.showStep(c, kept, at, http.StatusServiceUnavailable, again)
	case errors.Is(err, errShow) && v.Sent != nil:
		return s.addAfterSending(c, v, at, form)
	case errors.Is(err, errShow):
		again.notice = s.voice(&v.draft).T("page.conflict.text")
		return s.showStep(c, v, at, http.StatusConflict, again)
	case err != nil:
		return err
	case len(again.errors) > 0 || ask:
		return s.showStep(c, v, at, http.StatusUnprocessableEntity, again)
	}
	return goTo(c, s.following(v, at, form))
}

// following is the page after a good answer.
func (s *Server) following(v *visit, at step, form url.Values) string {
	switch {
	case form.Get("_add") != "":
		return at.Address() + "#" + idOf(form.Get("_add")) + "-" + itoa(v.Answers.GroupLen(form.Get("_add"))-1)
	case form.Get("_remove") != "":
		return at.Address()
	case at.key == "danger" && v.Answers.DangerNow == report.Yes:
		return "/d"
	case form.Get("_back") != "":
		return v.next()
	}
	return v.after(at)
}

// startOver goes on without the draft, which is gone: a new one begins, and the
// page comes back with what was typed on it.
func (s *Server) startOver(c echo.Context, at step, form url.Values, again shown, why error) error {
	v := visitOf(form)
	if v.Door == "" {
		return gone(why)
	}
	if err := s.save(c.Request().Context(), v); err != nil && !errors.Is(err, postgres.ErrUnavailable) {
		return err
	}
	setCookie(c, v.token)
	key := "error.expired_draft.text"
	switch {
	case errors.Is(why, reply.ErrForged):
		key = "error.forged_draft.text"
	case errors.Is(why, errOtherVersion):
		key = "error.other_version.text"
	}
	again.notice = s.voice(&v.draft).T(key)
	return s.showStep(c, v, at, http.StatusGone, again)
}

// visitOf begins a visit from what a form page carries for this case.
func visitOf(form url.Values) *visit {
	door, profile, _ := strings.Cut(form.Get("_door"), ":")
	v := newVisit("")
	if _, known := paths[report.Door(door)]; known {
		v.Door = report.Door(door)
	}
	if v.Answers.Set("reporter.profile", []string{profile}) != nil || profile == "" {
		v.Answers.Reporter.Profile = report.ProfileUndisclosed
	}
	return v
}

// base is a keyed hash of a page's stored answers: it tells whether another tab
// changed them since the page was shown.
func (v *visit) base(at step) string { return v.baseOf(at, &v.Answers) }

func (v *visit) baseOf(at step, a *report.Answers) string {
	key := v.token.Derive("recueil page base")
	mac := hmac.New(sha256.New, key.Bytes())
	for _, f := range at.fields(v.Door) {
		for n := range max(1, groupLen(a, f)) {
			// Strings always marshal.
			_ = json.NewEncoder(mac).Encode(a.Get(nameAt(f, n)))
		}
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}

func groupLen(a *report.Answers, f report.Field) int {
	if f.Group == "" {
		return 0
	}
	return a.GroupLen(f.Group)
}

func nameAt(f report.Field, n int) string {
	return strings.Replace(f.Name, ".N.", "."+itoa(n)+".", 1)
}
