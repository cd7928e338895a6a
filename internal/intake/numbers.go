package intake

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/internal/web"
)

type numbersPage struct {
	Frame
	Young    bool
	First    []Call // for the young: what can be done without speaking
	Numbers  []Call
	Others   []Call
	Reading  string // when what is written now is read; empty: at once
	Verified string // when the numbers were last compared with their sources
	Next     string // where the form goes on; empty for a visitor without one
}

// A Call is one number as its card shows it.
type Call struct {
	Number     string
	Href       string
	SMS, Link  bool
	Name, What string
	Facts      string
}

// numbers shows whom to reach at once, and the short form. It needs no draft and
// no database: it is the page for the worst moment.
func (s *Server) numbers(c echo.Context) error {
	d, next := &draft{reads: s.language(c)}, ""
	if v := s.peek(c); v != nil {
		d = &v.draft
		if v.Door != "" {
			next = v.next()
		}
	}
	voice := s.voice(d)
	page := numbersPage{Frame: s.frame(c, voice, voice.T("page.numbers.title")), Young: d.Door == report.Young, Reading: s.reading(voice), Next: next}
	emergency := territory.EmergencyNumbers(string(d.Door))
	for _, n := range emergency {
		page.Verified = max(page.Verified, n.VerifiedOn)
	}
	page.Verified = dayInWords(voice, page.Verified)
	if page.Young && len(emergency) > 0 {
		page.First, emergency = calls(voice, emergency[:1]), emergency[1:]
	}
	page.Numbers, page.Others = calls(voice, emergency), calls(voice, territory.OtherNumbers())
	return s.render(c, voice, http.StatusOK, "numbers", page)
}

func calls(voice *web.Voice, numbers []territory.Number) []Call {
	list := make([]Call, 0, len(numbers))
	for _, n := range numbers {
		call := Call{Number: spaced(n.Number), SMS: n.SMS, Link: n.Kind == "link", Href: "tel:" + n.Number,
			Name: voice.T("number." + n.ID), What: voice.T("number." + n.ID + ".for")}
		switch {
		case call.SMS:
			call.Href = "sms:" + n.Number
		case call.Link:
			call.Href = n.URL
		}
		var facts []string
		for _, fact := range n.Facts() {
			facts = append(facts, voice.T("number.fact."+fact))
		}
		call.Facts = strings.Join(facts, ", ")
		list = append(list, call)
	}
	return list
}

// spaced writes a long number as it is printed and dialled: 116 000.
func spaced(number string) string {
	if len(number) == 6 && strings.Trim(number, "0123456789") == "" {
		return number[:3] + "\u00a0" + number[3:]
	}
	return number
}

// dayInWords writes "2026-11-23" as "23 novembre 2026", or as the language does.
func dayInWords(voice *web.Voice, date string) string {
	t, ok := report.Date(date).Time()
	if !ok {
		return date
	}
	return voice.T("when.day", "Day", t.Day(), "Month", voice.T("month."+itoa(int(t.Month()))), "Year", t.Year())
}
