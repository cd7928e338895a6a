package pages

import (
	"context"

	"recueil/internal/office/internal/scan"
)

// scanned is what a clamd says of a file, in words: advice beside the file, which is
// shown and saved whatever it is. Nothing is kept of it: tomorrow's clamd knows more.
type scanned struct {
	Done   string // nothing was found
	Threat string // and here something was
	Name   string // which clamd gives to it
	Not    string // it was not scanned, though it should have been
}

// scan has the clamd that the operator named look through a file that somebody gave a
// reason to look at. Whatever keeps it from that takes nothing away.
func (s *Server) scan(ctx context.Context, f *heldFile) (scanned, error) {
	if s.Scanner == nil {
		return scanned{}, nil
	}
	content, pieces, err := f.open(ctx)
	if err != nil {
		return scanned{}, err
	}
	defer pieces.Close()
	original := newOriginal(content, f.listed.SHA256)
	result, err := s.Scanner.File(ctx, original)
	if original.err != nil {
		return scanned{}, asDamaged(original.err)
	}
	switch result.Verdict {
	case scan.NothingFound:
		return scanned{Done: s.voice.T("office.scan.nothing")}, nil
	case scan.ThreatFound:
		s.Log.Warn("clamd finds a threat in a file", "of", f.owner, "file", f.listed.ID, "threat", result.Threat)
		return scanned{Threat: s.voice.T("office.scan.threat"), Name: result.Threat}, nil
	}
	s.Log.Warn("a file was not scanned", "of", f.owner, "file", f.listed.ID, "err", err)
	return scanned{Not: s.voice.T("office.scan.not")}, nil
}
