package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// A sentView is one proposal as its page shows it.
type sentView struct {
	Address  string
	Once     string // of asking again: a double tap is one
	Name     string
	At       string
	By       string
	State    string
	Steps    []event
	File     *transmission.File // the content, as its machine form says it
	Identity string
	Digests  []fact
	Sealed   bool   // there is a key, and it goes sealed
	Hand     bool   // it went to a recipient without a key
	Left     bool   // a coordinator agreed
	Validate bool   // this member may agree to it, or refuse
	Waits    string // why he may not, in words
	Withdraw bool   // it is this member's, and nobody agreed yet
	Again    string // where what was prepared can be taken up again
	Answer   bool   // acknowledgement, return
	Feedback bool
	Finish   bool
	Pieces   []sentPiece
	Redacted int // passages taken out
	Omitted  int // answers left out
}

func (s *Server) sentView(v *visit, l *leaving, t *sent, last bool) sentView {
	view := sentView{Address: l.address() + "/envois/" + t.part.ID.String(), Once: report.NewID().String(), Name: t.what.Name, At: s.when(t.part.CreatedAt), By: t.part.AuthorName,
		Left: t.did(stepValidated) != nil, Redacted: len(t.what.Redactions), Omitted: len(t.what.Omitted)}
	view.Sealed, view.Hand = t.what.AgeKey != "", t.what.AgeKey == ""
	for _, step := range t.steps {
		view.Steps = append(view.Steps, event{At: s.when(step.part.CreatedAt), Text: s.voice.T("office.sent.event." + string(step.Step)), Author: step.part.AuthorName, Reason: s.stepWords(step.advance)})
	}
	view.State = s.voice.T("office.sent.state.waiting")
	if len(t.steps) > 0 {
		view.State = s.voice.T("office.sent.event." + string(t.steps[len(t.steps)-1].Step))
	}
	var f transmission.File
	if json.Unmarshal(t.what.JSON, &f) == nil {
		view.File = &f
		view.Identity = s.voice.T("office.sent.pdf.identity." + string(f.Identity))
	}
	view.Digests = []fact{{Label: "PDF", Value: digest(t.what.PDF)}, {Label: "JSON", Value: digest(t.what.JSON)}}
	for _, p := range t.what.Pieces {
		view.Pieces = append(view.Pieces, s.sentPiece(v, l, p))
	}
	if !last {
		return view
	}
	switch l.row.Status {
	case triage.AwaitingValidation:
		switch {
		case t.did(stepRefused) != nil || view.Left:
		case !v.Role.May(triage.Validate):
			view.Withdraw = t.part.Author == v.ID && v.Role.May(triage.Withdraw)
			view.Waits = s.voice.T("office.sent.validate.coordinator")
		case t.part.Author == v.ID:
			view.Withdraw = v.Role.May(triage.Withdraw)
			view.Waits = s.voice.T("office.sent.validate.other")
		default:
			view.Validate = true
		}
	case triage.Qualified:
		if v.Role.May(triage.Propose) && l.row.Qualification != nil && l.row.Qualification.Leaves() {
			view.Again = l.address() + "/transmission/" + t.what.Recipient.String() + "?reprise=" + t.part.ID.String()
		}
	case triage.Transmitted:
		view.Answer = v.Role.May(triage.Follow)
	case triage.Acknowledged:
		view.Feedback, view.Finish = v.Role.May(triage.Follow), v.Role.May(triage.Shut)
	case triage.FeedbackReceived:
		view.Finish = v.Role.May(triage.Shut)
	}
	return view
}

// A sentPiece is an original that goes along, as the page of a proposal shows it.
type sentPiece struct {
	File   file
	Barred string // why it cannot leave any more
}

func (s *Server) sentPiece(v *visit, l *leaving, p piece) sentPiece {
	f := l.pieceOf(p)
	if f == nil {
		return sentPiece{File: file{Name: p.File, Size: s.size(p.Size), Whole: p.SHA256, Digest: p.SHA256[:min(12, len(p.SHA256))]}, Barred: s.barOf(nil)}
	}
	return sentPiece{s.file(v, l.row.ID, f), s.barOf(f)}
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
