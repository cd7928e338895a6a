package pages

import (
	"slices"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
)

// A sentLink leads from a report to what is about to leave of it, or left.
type sentLink struct {
	Address string
	Text    string
	Next    bool // it is the next step of this member
}

// sentLink is where this member goes from a report, or nil when nothing is to be seen.
func (s *Server) sentLink(v *visit, r *archive.Report, parts []archive.Part) *sentLink {
	link := &sentLink{Address: "/dossiers/" + r.ID.String() + "/transmission", Text: s.voice.T("office.sent.link.see")}
	proposed := slices.ContainsFunc(parts, func(p archive.Part) bool { return p.Kind == archive.TransmissionPart })
	switch {
	case r.Status == triage.Qualified && r.Qualification != nil && r.Qualification.Leaves() && v.Role.May(triage.Propose):
		link.Text, link.Next = s.voice.T("office.sent.link"), true
	case r.Status == triage.AwaitingValidation && proposed && v.Role.May(triage.Validate):
		link.Text, link.Next = s.voice.T("office.sent.link.validate"), true
	case !proposed:
		return nil
	}
	return link
}
