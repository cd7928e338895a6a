package pages

import (
	"context"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
)

// confirmUrgencies marks the rows whose urgency is said to be a coordinator's and that no
// sealed decision confirms: whoever writes the database could let a report sink by all
// the columns of such a decision. Only those rows are looked at, and there are few.
func (s *Server) confirmUrgencies(ctx context.Context, found []archive.Report, rows []Row) {
	var ids []report.ID
	for i := range found {
		if found[i].SealedUrgency != nil && rows[i].opened != nil {
			ids = append(ids, found[i].ID)
		}
	}
	if ids == nil {
		return
	}
	decisions, err := s.Archive.PartsOf(ctx, ids, archive.DecisionPart)
	if err != nil { // what cannot be confirmed is marked
		s.Log.Warn("decisions on urgencies were not read", "err", err)
	}
	for i := range found {
		if r := &found[i]; r.SealedUrgency != nil && rows[i].opened != nil && confirmedUrgency(rows[i].opened, decisions[r.ID]) != r.Urgency {
			s.Log.Warn("the urgency of a report is confirmed by no decision", "report", r.ID)
			rows[i].Altered = s.join(rows[i].Altered, s.voice.T("office.altered.urgency"))
		}
	}
}
