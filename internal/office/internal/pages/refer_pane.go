package pages

import (
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// A shownReport is one that a page shows, with what staff wrote on it. opened is nil
// when it does not open.
type shownReport struct {
	row    *archive.Report
	opened *report.Report
	parts  []archive.Part

	additions []addition
}

// given lists what the entries of the case say of its referrals. One that does not open
// is told by the timeline.
func (of shownReport) given() map[uuid.UUID]referred {
	given := map[uuid.UUID]referred{}
	places := casefile.Places(of.parts)
	for i, part := range of.parts {
		var r referred
		if part.Kind == archive.ReferralPart && openPart(of.opened, places[i], part.Body, &r) == nil {
			given[r.Referral] = r
		}
	}
	return given
}

// links are the keys by which the letters about referrals are known.
func links(given map[uuid.UUID]referred) map[uuid.UUID]secret.Key {
	links := map[uuid.UUID]secret.Key{}
	for id, r := range given {
		if link, err := secret.FromBytes(r.Link); err == nil {
			links[id] = link
		}
	}
	return links
}

// A referral as the report shows it: where it stands, and what the unit answered.
type referralRow struct {
	ID       string
	Unit     string
	Masked   bool
	State    string
	Class    string
	When     string
	Who      string
	Letters  []letterRow
	Withdraw string // the address to withdraw it at; empty: it was answered
	Passed   int    // what was added and given to the unit
	ToPass   []passLine
	Kept     []passLine
}

type letterRow struct {
	Text    string
	When    string
	Who     string
	Damaged bool
}

// A referralPane is what the report's page says of referrals.
type referralPane struct {
	Address string // of the form; empty: nothing can be referred now
	Rows    []referralRow
	letters []readLetter
	all     []archive.Referral
}

// referralPane reads what was referred of a report. Whether the member may see the
// report was asked before.
func (s *Server) referralPane(c echo.Context, v *visit, of shownReport) (referralPane, error) {
	var pane referralPane
	var err error
	r := of.row
	ctx := c.Request().Context()
	if pane.all, err = s.Archive.ReferralsOf(ctx, r.ID); err != nil {
		return pane, err
	}
	var decided []archive.PassedAddition
	if len(pane.all) > 0 {
		if decided, err = s.Archive.PassedOf(ctx, r.ID); err != nil {
			return pane, err
		}
		letters, err := s.Archive.LettersOf(ctx, r.ID, v.keys.Teams())
		if err != nil {
			return pane, err
		}
		pane.letters = s.openLetters(v, letters, links(of.given()))
	}
	refers := v.Role.May(triage.Refer)
	if of.opened != nil && refers && len(s.Desk.Trust.File().Units()) > 0 && triage.May(triage.Person{ID: v.ID, Role: v.Role}, triage.Refer, r.Object(s.Now())) == nil {
		pane.Address = "/dossiers/" + r.ID.String() + "/demande"
	}
	for _, f := range slices.Backward(pane.all) {
		row := s.referralRow(f, f.ProposedAt, f.ProposedName)
		if f.Status == archive.Proposed && refers {
			row.Withdraw = "/dossiers/" + r.ID.String() + "/demandes/" + f.ID.String() + "/retrait"
		}
		if refers && of.opened != nil {
			row.ToPass, row.Kept = s.toPass(of, f, decided)
		}
		for _, d := range decided {
			if d.ReferralID == f.ID && d.Body != nil {
				row.Passed++
			}
		}
		for _, l := range pane.letters {
			if l.ReferralID == f.ID {
				row.Letters = append(row.Letters, letterRow{l.Text, s.when(l.SentAt), l.AuthorName, l.Damaged})
			}
		}
		pane.Rows = append(pane.Rows, row)
	}
	return pane, nil
}
