package pages

import (
	"strings"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// A composer is where staff write to the reporter.
type composer struct {
	Offered bool
	Why     string // it is not, in words; empty: this member does not write at all
	Open    bool   // something is typed, or wrong
	Typed   composing
	Named   []segment // what was typed, with the words that identify somebody marked
	Canned  []cannedChoice
	Sheets  []cannedChoice // of information
	CanHold bool
	Max     int
}

type cannedChoice struct {
	ID, Title, Text string
	Asks, Files     bool
	Chosen          bool
}

func (s *Server) composer(v *visit, r *archive.Report, opened *report.Report, messages int, held string, sc screen) composer {
	c := composer{Typed: sc.Message, Named: sc.Named, Max: maxMessage, CanHold: triage.Move(r.Status, triage.AwaitingInformation) == nil}
	if opened != nil {
		c.Canned = s.choices(s.canned, opened, &c.Typed)
		c.Sheets = s.choices(s.sheets, opened, &c.Typed)
	}
	if c.Typed.ID == (report.ID{}) {
		c.Typed.ID = report.NewID()
	}
	if c.Typed.Version == 0 {
		c.Typed.Version = r.Version
	}
	c.Open = c.Typed.Text != "" || c.Typed.Insert || len(sc.Problems) > 0 && sc.Problems[0].Field == "text"
	switch {
	case !v.Role.May(triage.Write):
	case opened == nil:
		c.Why = s.voice.T("office.message.not.damaged")
	case r.FromUnit:
		c.Why = s.voice.T("office.message.not.unit")
	case held != "":
		c.Why = s.voice.T("office.message.not.held", "Who", held)
	case r.Status == triage.Received, r.Status == triage.Reopened:
		c.Why = s.voice.T("office.message.not.unclaimed")
	case !triage.Answerable(r.Status):
		c.Why = s.voice.T("office.message.not.over")
	case messages >= archive.MostMessages:
		c.Why = s.voice.T("office.message.not.full")
	default:
		c.Offered = true
	}
	return c
}

// choices lists ready texts under their titles for staff, in the words of whoever wrote,
// and puts in the one that is chosen.
func (s *Server) choices(all map[string][]cannedText, opened *report.Report, typed *composing) (choices []cannedChoice) {
	said := cannedFor(all, opened)
	for i, text := range all[s.voice.Lang] {
		choice := cannedChoice{text.ID, text.Title, said[i].to(opened), text.Asks, text.Files, text.ID == typed.Canned}
		if choice.Chosen && typed.Insert {
			typed.put(choice)
		}
		choices = append(choices, choice)
	}
	return choices
}

// put adds a ready text to what is typed.
func (t *composing) put(c cannedChoice) {
	t.Text = strings.TrimRight(t.Text, " \n")
	if t.Text != "" {
		t.Text += "\n\n"
	}
	t.Text += c.Text
	t.Asks, t.Files = t.Asks || c.Asks, t.Files || c.Files
}
