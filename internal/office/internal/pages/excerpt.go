package pages

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/facet"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A list shows little of each report, and opening a body takes half a millisecond. So the
// first member to whom a list shows a report leaves an excerpt of it beside the body:
// sealed under a key of the team that the body is sealed to, and bound to that body's own
// bytes. Who changes either of the two has the body opened again, and sees what it says.

// mostMarks is how many implausible values a line counts.
const mostMarks = 99

// excerptOf is what [Server.row] shows of a report, and nothing else: no name, no
// address, no key.
func excerptOf(r *report.Report) report.Report {
	e := report.Report{ID: r.ID, Reference: r.Reference, Short: r.Short, ReceivedAt: r.ReceivedAt, Urgency: r.Urgency,
		Marks: make([]report.Mark, min(len(r.Marks), mostMarks))}
	e.DangerNow, e.UrgencySigns = r.DangerNow, r.UrgencySigns
	e.Situation.YoungTicks, e.Situation.Dangers = r.Situation.YoungTicks, r.Situation.Dangers
	e.Answers.Short = report.ShortForm{Where: beginning(r.Answers.Short.Where), Who: beginning(r.Answers.Short.Who), Story: beginning(r.Answers.Short.Story)}
	e.Reporter.Profile, e.Place.Department = r.Reporter.Profile, r.Place.Department
	for _, child := range r.Children {
		e.Children = append(e.Children, report.Child{Age: child.Age, BirthDate: child.BirthDate})
	}
	return e
}

// beginning keeps of a text what [shorten] needs: one that was cut stays one to cut, also
// when the cut leaves a space at its end.
func beginning(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	return string(runes[:min(len(runes), mostShown+2)])
}

// sealExcerpt seals the excerpt of a report that was opened from its body.
func sealExcerpt(team keyring.Team, r *archive.Report, opened *report.Report) ([]byte, error) {
	excerpt := excerptOf(opened)
	plain, err := excerpt.Encode()
	if err != nil {
		return nil, err
	}
	padded := seal.PadPart(plain)
	defer clear(padded)
	digest := sha256.Sum256(r.Body)
	return team.SealForTeam(keyring.ForExcerpts, padded, r.ID[:], digest[:])
}

// openExcerpt opens it, and holds it to the row as a body would be.
func openExcerpt(v *visit, r *archive.Report) (*report.Report, error) {
	team, held := v.keys.Team(r.TeamID, r.Epoch)
	if !held {
		return nil, fmt.Errorf("opening the excerpt of %s: no key of team %s, epoch %d", r.ID, r.TeamID, r.Epoch)
	}
	plain, err := team.OpenForTeam(keyring.ForExcerpts, r.Excerpt, r.ID[:], r.Digest)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	opened, err := report.Decode(plain)
	if err != nil {
		return nil, err
	}
	return &opened, sealedRow(r).Check(&opened)
}

// keepOpened keeps what lists need of the bodies that a page opened: their excerpts, and
// the tokens by which they are found. No body is opened for that alone.
func (s *Server) keepOpened(v *visit, found []archive.Report, rows []Row) {
	var fresh []archive.Opened
	for i, row := range rows {
		r := &found[i]
		team, held := v.keys.Team(r.TeamID, r.Epoch)
		if row.opened == nil || !held { // damaged, or given to named people
			continue
		}
		o, err := s.opened(team, r, row.opened)
		if err != nil {
			s.Log.Error("an excerpt was not sealed", "report", r.ID, "err", err)
		} else if o != nil {
			fresh = append(fresh, *o)
		}
	}
	if len(fresh) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Archive.KeepOpened(ctx, fresh); err != nil {
		s.Log.Warn("nothing was kept of what was opened", "err", err) // the page shows without
	}
}

// opened is what is to be kept of one report; nil: what is there is right. Tokens that
// somebody changed would keep it out of looks for its département, or fold it under others:
// whoever sees it in a list puts right what the list can tell, all of them by the body, and
// by the excerpt the two of the département.
func (s *Server) opened(team keyring.Team, r *archive.Report, opened *report.Report) (*archive.Opened, error) {
	key, code := team.SearchKey(facetKey), opened.Place.Department
	right := facet.Tokens{Department: facet.Department(key, code), DepartmentTag: facet.DepartmentTag(key, r.ID, code), Likeness: r.Likeness}
	if r.Body != nil {
		right = facet.Of(key, opened)
	}
	tagged := r.DepartmentTag != nil && *r.DepartmentTag == right.DepartmentTag
	if r.Department != facet.Unknown && r.Department != right.Department || r.Likeness != facet.Unknown && r.Likeness != right.Likeness || r.DepartmentTag != nil && !tagged {
		s.Log.Warn("the tokens of a report were changed from outside", "report", r.ID)
	} else if r.Excerpt != nil && r.Department == right.Department && r.Likeness == right.Likeness && tagged {
		return nil, nil
	}
	o := &archive.Opened{Report: r.ID, TeamID: r.TeamID, Epoch: r.Epoch, Tokens: right, Excerpt: r.Excerpt}
	if r.Body == nil {
		return o, nil
	}
	var err error
	o.Excerpt, err = sealExcerpt(team, r, opened)
	return o, err
}
