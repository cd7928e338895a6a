package intake

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/territory"
)

type numbersPage struct {
	Frame
	Young   bool
	Numbers []Call
	Reading string // who reads what is written, and when
	Next    string // where the form goes on; empty for a visitor without one
}

// A Call is one number as its card shows it.
type Call struct {
	Number string
	Href   string
	SMS    bool
	What   string
	Facts  []string
}

// numbers shows whom to reach at once, and the short form. It needs no draft and
// no database: it is the page for the worst moment.
func (s *Server) numbers(c echo.Context) error {
	d, next := &draft{}, ""
	if v, err := s.load(c); err == nil && v.Sent == nil {
		d, next = &v.draft, v.after(stepOf("danger"))
	}
	voice, door := s.voice(d), d.Door
	page := numbersPage{Frame: s.frame(voice, voice.T("page.numbers.title")), Young: door == report.Young,
		Reading: s.reading(voice), Next: next}
	for _, n := range territory.EmergencyNumbers(string(door)) {
		call := Call{Number: n.Number, SMS: n.SMS, Href: "tel:" + n.Number, What: voice.T("number." + n.ID)}
		if n.SMS {
			call.Href = "sms:" + n.Number
		}
		for _, fact := range n.Facts() {
			call.Facts = append(call.Facts, voice.T("number.fact."+fact))
		}
		page.Numbers = append(page.Numbers, call)
	}
	return s.render(c, voice, http.StatusOK, "numbers", page)
}
