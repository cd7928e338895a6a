package pages

import (
	"errors"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/report"
)

// callEvent tells of a call that was made to an emergency service, promised to
// somebody, or made as it was promised.
func (s *Server) callEvent(opened *report.Report, part archive.Part, at casefile.Place, e event) (event, error) {
	e.Text = s.voice.T("office.phone.event")
	var (
		relay relayed
		p     promised
		done  settled
	)
	for _, entry := range []casefile.Entry{&relay, &p, &done} {
		err := openPart(opened, at, part.Body, entry)
		if errors.Is(err, casefile.ErrFormat) {
			continue
		}
		if err != nil {
			return e, err
		}
		switch entry {
		case casefile.Entry(&relay):
			e.Text, e.Reason = s.voice.T("office.phone.event.relay", "Service", relay.Service, "When", s.when(relay.At)), relay.Note
		case casefile.Entry(&p):
			e.Text, e.Reason = s.voice.T("office.phone.event.promise", "When", s.when(p.Due)), p.Note
		default:
			e.Text, e.Reason = s.voice.T("office.phone.event."+string(done.Outcome)), done.Note
		}
		return e, nil
	}
	return e, casefile.ErrFormat
}
