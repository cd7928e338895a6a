package pages

import (
	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

// A passLine is an addition that waits for somebody to decide whether the unit gets it.
type passLine struct {
	When    string
	Anchor  string // where it stands on the page
	Address string
	Direct  bool // it goes as it came: one press
}

// ofTeam reports whether a report is a team's. One that is restricted to people goes to
// no unit: its answer would be for all.
func (s *Server) ofTeam(r *archive.Report) bool {
	_, known := s.Desk.Trust.File().Team(r.TeamID)
	return known
}

// toPass lists what was added since the referrals of a report that a unit still has, and
// of that what somebody kept, to think again.
func (s *Server) toPass(of shownReport, f archive.Referral, decided []archive.PassedAddition) (waits, kept []passLine) {
	if f.Status != archive.Proposed && f.Status != archive.Accepted || !s.ofTeam(of.row) {
		return nil, nil
	}
	known, given := map[report.ID]bool{}, map[report.ID]bool{}
	for _, d := range decided {
		if d.ReferralID == f.ID {
			known[d.AdditionID], given[d.AdditionID] = true, given[d.AdditionID] || d.Body != nil
		}
	}
	for _, a := range of.additions {
		line := passLine{When: s.when(a.at), Anchor: "#a-" + a.row.ID.String(), Direct: !f.Masked && a.body != nil,
			Address: "/dossiers/" + of.row.ID.String() + "/demandes/" + f.ID.String() + "/ajouts/" + a.row.ID.String()}
		switch {
		case given[a.row.ID]:
		case known[a.row.ID]:
			kept = append(kept, line)
		default:
			waits = append(waits, line)
		}
	}
	return waits, kept
}
