package intake

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
)

// reachAddress is where the reporter says how he wants to be reached, or that he does not.
const reachAddress = "/b/2"

type reachPage struct {
	Frame
	Carried   string
	Questions []Question
	Errors    []Fault
	Notice    string
	Leave     bool
}

// Ways to be reached that the page offers. The first two are a [report.Wish]; the
// third brings a number or an address and asks for nothing.
const otherWay = "other_way"

var wishes = []string{string(report.WishCallBack), otherWay, string(report.WishNoContact)}

// channels are the ways in which a number or an address may be meant.
var channels = []report.ContactChannel{report.ContactChannelPhone, report.ContactChannelSms, report.ContactChannelEmail}

// reach asks how the reporter wants to be reached.
func (s *Server) reach(c echo.Context) error {
	v, err := s.loadBox(c)
	switch {
	case errors.Is(err, errNoCookie):
		return gone(err)
	case lost(err):
		return s.boxOver(c)
	case err != nil:
		return err
	case v.Code == "":
		return c.Redirect(http.StatusSeeOther, codeAddress)
	case fromHistory(c):
		return s.showBoxResume(c, v)
	}
	s.slide(c, v)
	if v.Again != nil && v.Again.At == reachAddress && c.QueryParam(againQuery) != "" {
		return s.showReach(c, v, v.Again.Status, *v.Again)
	}
	if n := atoi(c.QueryParam("w")); v.Typed["wish"] == "" && n >= 1 && n <= len(wishes) {
		shown := *v
		shown.Typed = map[string]string{"wish": wishes[n-1]}
		for name, typed := range v.Typed {
			shown.Typed[name] = typed
		}
		v = &shown
	}
	return s.showReach(c, v, http.StatusOK, boxAgain{})
}

func (s *Server) showReach(c echo.Context, v *boxVisit, status int, with boxAgain) error {
	voice := s.boxVoice(v)
	page := reachPage{Frame: s.frame(c, voice, voice.T("page.reach.title")), Notice: with.Notice, Leave: with.Leave}
	page.FormPage, page.Form, page.Keeps = true, formID, keeps(c, status, nil)
	wish := Question{Name: "wish", ID: "wish", Kind: report.Radio, Label: voice.T("page.reach.wish"), Error: with.Errors["wish"]}
	for _, code := range wishes {
		wish.Options = append(wish.Options, Option{Value: code, ID: "wish-" + code, Label: voice.T("page.reach.wish." + code), Hint: voice.First("page.reach.wish." + code + ".hint"), Chosen: v.Typed["wish"] == code})
	}
	const reachable = "wish=" + string(report.WishCallBack) + " wish=" + otherWay
	channel := Question{Name: "contact.channel", ID: "contact-channel", Kind: report.Radio, Label: voice.T("page.reach.channel"), Error: with.Errors["contact.channel"], RevealWhen: reachable}
	for _, code := range channels {
		channel.Options = append(channel.Options, Option{Value: string(code), ID: "contact-channel-" + string(code), Label: voice.T("code.contact.channel." + string(code)), Chosen: v.Typed["contact.channel"] == string(code)})
	}
	text := func(name string) Question {
		q := Question{Name: name, ID: idOf(name), Kind: report.Text, Label: voice.T("field." + name), Hint: voice.First("page.reach." + name + ".hint"),
			Value: v.Typed[name], Error: with.Errors[name], Autocomplete: "off", RevealWhen: reachable}
		q.Fault = tooLong(voice, q, report.MaxAddedContact)
		return q
	}
	page.Questions = []Question{wish, channel, text("contact.value"), text("contact.safe_hours")}
	page.Errors = faults(Part{Prominent: page.Questions})
	page.Error = len(page.Errors) > 0
	var err error
	if page.Carried, err = s.carry(v, nil); err != nil {
		return err
	}
	return s.render(c, voice, status, "reach", page)
}

// sendReach takes what the reporter says of being reached. It stands beside what he
// said before: a later word replaces no earlier one.
func (s *Server) sendReach(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	page, v, err := s.boxOfPage(c, form)
	if err != nil {
		return s.boxLost(c, form, page, err)
	}
	voice := s.boxVoice(v)
	again := boxAgain{At: reachAddress, Status: http.StatusUnprocessableEntity}
	switch {
	case switched(form):
		return s.leadBackToBox(c, v, form, reachAddress, boxAgain{})
	case page == nil:
		again.Notice = voice.T("error.forged_form.text")
		return s.leadBackToBox(c, v, form, reachAddress, again)
	}
	given := map[string]string{}
	for _, name := range reachInputs {
		given[name] = strings.TrimSpace(typedInBox(form, name))
	}
	again.Errors, again.Leave = s.reachProblems(v, given, form.Get("_skip") != "")
	if len(again.Errors) > 0 {
		return s.leadBackToBox(c, v, form, reachAddress, again)
	}
	return s.addFromBox(c, v, page, form, reachInput, reached(given))
}

// reachProblems says what is missing or cannot be meant. The latter is asked about
// once, and sent as it is when the reporter says so.
func (s *Server) reachProblems(v *boxVisit, given map[string]string, asIs bool) (problems map[string]string, leave bool) {
	voice := s.boxVoice(v)
	if !slices.Contains(wishes, given["wish"]) {
		return map[string]string{"wish": voice.T("problem.reach_wish")}, false
	}
	if given["wish"] == string(report.WishNoContact) {
		return nil, false
	}
	problems = map[string]string{}
	if given["wish"] == otherWay && given["contact.value"] == "" {
		problems["contact.value"] = voice.T("mark.no_contact")
		return problems, false
	}
	if channel := report.ContactChannel(given["contact.channel"]); channel != "" && !slices.Contains(channels, channel) {
		problems["contact.channel"] = voice.T("problem.unknown_code")
		return problems, false
	}
	var trial report.Answers
	for _, name := range reachInputs[1:] {
		var refused *report.FieldError
		if given[name] != "" && errors.As(trial.Set(name, []string{given[name]}), &refused) {
			problems[name] = voice.T("problem."+refused.Kind, "Max", report.MaxAddedContact)
		}
	}
	if len(problems) > 0 || asIs || given["contact.value"] == "" {
		return problems, false
	}
	for _, mark := range trial.Check(s.Now()) {
		problems[mark.Field], leave = voice.T("mark."+mark.Kind), true
	}
	return problems, leave
}

// reached is what is sealed of the answers: of those that the wish leaves shown.
func reached(given map[string]string) report.Added {
	if given["wish"] == string(report.WishNoContact) {
		return report.Added{Wish: report.WishNoContact}
	}
	added := report.Added{Contact: given["contact.value"], Channel: report.ContactChannel(given["contact.channel"]), Hours: given["contact.safe_hours"]}
	if given["wish"] == string(report.WishCallBack) {
		added.Wish = report.WishCallBack
	}
	return added
}
