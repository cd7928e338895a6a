package pages

import (
	"slices"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A panel is what can be decided now: the step that a report most often waits for
// stands in sight, the others are folded away.
type panel struct {
	Working    bool   // this member holds the report open
	HeldBy     string // another has it open, until
	Until      string
	Claimable  bool
	Answered   bool // and the reporter answered what it waits for
	Closable   bool
	Reads      bool   // this member's role reads, and decides nothing
	Closed     string // the qualification it was closed under
	Found      string // what it was found to be, before
	Waits      string // for another person, in words
	Sealed     string // the urgency it came with, where a coordinator set another
	Restricted bool
	Next       *deedLink
	Relay      string // the sheet for an emergency service, while somebody is in danger now
	Others     []deedLink
	Links      []linkedReport
	Typed      closing
	Choices    []choice
}

// A deedLink leads to the page of a decision.
type deedLink struct {
	Address string
	Text    string
	Key     string // that presses it
}

// A linkedReport is one that belongs to this one.
type linkedReport struct{ Address, Reference, Text string }

func (s *Server) panel(v *visit, r *archive.Report, opened *report.Report, parts []archive.Part, typed closing) panel {
	now := s.Now()
	held := r.HeldBy(now)
	p := panel{Typed: typed, Restricted: r.Restricted != nil}
	p.Working = held != nil && *held == v.ID
	if held != nil && !p.Working && r.LeaseName != nil {
		p.HeldBy, p.Until = *r.LeaseName, s.clock(*r.LeaseUntil)
	}
	may := func(a triage.Action) bool { return triage.May(v.person(), a, r.Object(now)) == nil }
	p.Claimable = may(triage.Claim) && !p.Working
	p.Answered = r.Status == triage.AwaitingInformation && r.Replied
	p.Closable = opened != nil && r.Status == triage.InTriage && may(triage.Shut)
	if r.Qualification != nil {
		found := s.voice.T("office.qualification." + string(*r.Qualification))
		if r.Status == triage.Closed {
			p.Closed = found
		} else {
			p.Found = found
		}
	}
	p.Reads = !v.Role.May(triage.Claim)
	if r.SealedUrgency != nil {
		p.Sealed = s.voice.T("urgency." + itoa(int(*r.SealedUrgency)))
	}
	p.Waits = s.waitsFor(v, r)
	if opened != nil {
		s.offerDeeds(&p, v, r, linked(opened, parts))
		p.Links = s.linkedReports(opened, parts)
	}
	if typed.Version == 0 {
		p.Typed.Version = r.Version
	}
	for _, q := range triage.ClosingAlone() {
		key := "office.qualification." + string(q)
		p.Choices = append(p.Choices, choice{string(q), s.voice.T(key), s.voice.T(key + ".hint"), string(q) == typed.Qualification})
	}
	return p
}

// waitsFor says whose agreement a proposal waits for.
func (s *Server) waitsFor(v *visit, r *archive.Report) string {
	switch {
	case r.ProposedBy == nil || r.ProposedName == nil:
		return ""
	case r.Status == triage.AwaitingValidation && *r.ProposedBy == v.ID:
		return s.voice.T("office.waits.validation.mine")
	case r.Status == triage.AwaitingValidation:
		return s.voice.T("office.waits.validation", "Who", *r.ProposedName)
	case r.Status == triage.Qualified && *r.ProposedBy == v.ID:
		return s.voice.T("office.waits.malicious.mine")
	case r.Status == triage.Qualified:
		return s.voice.T("office.waits.malicious", "Who", *r.ProposedName)
	}
	return ""
}

// offerDeeds lists what this member may decide on the report as it stands.
func (s *Server) offerDeeds(p *panel, v *visit, r *archive.Report, links []link) {
	object := r.Object(s.Now())
	if word := leavingWord(v.person(), r, object); word != "" {
		p.Next = &deedLink{Address: "/dossiers/" + r.ID.String() + "/transmission", Text: s.voice.T("office.deed." + word)}
	}
	for _, d := range deeds {
		if triage.May(v.person(), d.action, object) != nil || !d.fits(r) || d.act == "unlink" && len(links) == 0 ||
			d.act == "hand_over" && v.Role.May(triage.Reassign) || d.act == "give_back" && r.Assignee == nil {
			continue
		}
		to := deedLink{Address: "/dossiers/" + r.ID.String() + "/decision/" + d.path, Text: s.voice.T("office.deed." + d.act)}
		// What is not taken up yet waits for that, and so it does after an answer.
		if p.Next == nil && slices.Contains(next(r), d.act) && (p.Working || !p.Claimable || r.Status != triage.InTriage) {
			p.Next = &to
			continue
		}
		if len(p.Others) < 9 {
			to.Key = itoa(len(p.Others) + 1)
		}
		p.Others = append(p.Others, to)
	}
	if p.Next != nil && r.Status != triage.InTriage {
		p.Claimable = p.Claimable && r.Assignee == nil // to claim what is qualified is no next step
	}
}

// linkedReports lists what the report belongs to: of the same child, and what it was
// merged with.
func (s *Server) linkedReports(opened *report.Report, parts []archive.Part) (all []linkedReport) {
	add := func(l link) {
		all = append(all, linkedReport{"/dossiers/" + l.Other.String(), l.Reference, s.voice.T("office.link." + l.Relation)})
	}
	for _, l := range merged(opened, parts) {
		l.Reference = seal.FormatReference(l.Reference)
		add(l)
	}
	for _, l := range linked(opened, parts) {
		add(l)
	}
	return all
}
