package pages

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/readout"
	"recueil/internal/report"
)

// A leftText is what somebody typed for a form that cannot be sent any more, or what
// somebody else sent in its place.
type leftText struct{ Label, Text string }

// leftTexts lists what was typed for a referral: the reason, and each text that was
// written again.
func (s *Server) leftTexts(form url.Values) []leftText {
	var left []leftText
	put := func(label, text string) {
		if strings.TrimSpace(text) != "" {
			left = append(left, leftText{label, plainLines(text)})
		}
	}
	put(s.voice.T("office.refer.reason"), form.Get("reason"))
	if form.Get("extent") == "whole" { // what it gives is what came
		return left
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		field, is := strings.CutPrefix(name, "text.")
		label := s.voice.T("office.pass.left")
		if f, known := report.Lookup(field); known {
			label = readout.Label(s.voice, f)
		}
		if is {
			put(label, form.Get(name))
		}
	}
	return left
}

// passTooLate answers who passes something on that the unit may not get any more: the
// report as it is, beside what he typed.
func (s *Server) passTooLate(c echo.Context, v *visit, form url.Values) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	return s.showReport(c, v, id, screen{Status: http.StatusConflict, Written: s.leftTexts(form), Notice: s.voice.T("office.error.not_passable.text")})
}

// passedBefore answers who decides of an addition what was decided meanwhile. The same
// again is a second tap; anything else is shown beside what the unit has.
func (s *Server) passedBefore(c echo.Context, v *visit, p *passable, form url.Values) error {
	t, keep := p.typedPass(form), form.Get("keep") != ""
	if p.done == nil { // two who keep it
		return s.afterPass(c, v, p)
	}
	entry, known := p.entryGiven()
	given, _ := s.given(p.passing(t, keep))
	same := p.done.Author == v.ID && known && entry.Text == given.Text && slices.Equal(entry.Files, idsOf(given.Files))
	if !keep && (!p.to.Masked || same) {
		return s.afterPass(c, v, p)
	}
	sc := screen{Status: http.StatusConflict, Notice: s.voice.T("office.pass.twice", "Who", p.done.AuthorName, "When", s.when(p.done.DecidedAt))}
	if entry.Text != "" {
		sc.Written = append(sc.Written, leftText{s.voice.T("office.pass.theirs", "Who", p.done.AuthorName), entry.Text})
	}
	sc.Written = append(sc.Written, s.leftTexts(form)...)
	return s.showReport(c, v, p.row.ID, sc)
}

// entryGiven is what the case says that the unit was given of an addition.
func (p *passable) entryGiven() (passedOn, bool) {
	places := casefile.Places(p.parts)
	for i, part := range p.parts {
		var e passedOn
		if part.Kind == archive.ReferralPart && openPart(p.opened, places[i], part.Body, &e) == nil && e.Referral == p.to.ID && e.Addition == p.of.row.ID && !e.Kept {
			return e, true
		}
	}
	return passedOn{}, false
}
