package pages

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/call"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A callMatch is a report that a caller's earlier reference may mean.
type callMatch struct {
	ID        string
	Address   string
	Reference string
	Situation string
	Detail    string
	Received  string
	Status    string
	Checked   bool
}

// callMatches lists the reports of the reference that the caller gave, and the one the
// call was said to be about. References are not unique: all are shown, and a listener
// decides.
func (s *Server) callMatches(c echo.Context, v *visit, d *call.Draft) (matches []callMatch, searched bool, err error) {
	if v == nil {
		return nil, false, nil // the database is away
	}
	found, searched, err := s.byReference(c, v, d.Answers.Done.EarlierReference)
	if err != nil {
		return nil, searched, err
	}
	if d.Same != uuid.Nil && !slices.ContainsFunc(found, func(r archive.Report) bool { return r.ID == d.Same }) {
		same, err := s.Archive.Get(c.Request().Context(), d.Same, v.keys.Teams())
		switch {
		case err == nil:
			found = append(found, same)
		case errors.Is(err, archive.ErrNotFound):
			d.Same = uuid.Nil // it is there for him no more, and nothing says that it ever was
		}
	}
	if len(found) > 0 {
		if err := s.sawList(c.Request().Context(), v, "reference", len(found)); err != nil {
			return nil, searched, err
		}
	}
	for i := range found {
		matches = append(matches, s.callMatch(v, &found[i], d.Same))
	}
	return matches, searched, nil
}

func (s *Server) byReference(c echo.Context, v *visit, typed string) (found []archive.Report, searched bool, err error) {
	if strings.TrimSpace(typed) == "" {
		return nil, false, nil
	}
	reference, ok := seal.ParseReference(typed)
	if !ok {
		return nil, true, nil
	}
	found, err = s.Archive.ByReference(c.Request().Context(), reference, archive.View{Teams: v.keys.Teams(), Me: v.ID, Now: s.Now()})
	return found, true, err
}

func (s *Server) callMatch(v *visit, found *archive.Report, same report.ID) callMatch {
	opened, err := s.unseal(v, found)
	if err != nil {
		s.Log.Warn("a report does not open", "report", found.ID, "err", err)
	}
	row := s.row(v, found, opened)
	return callMatch{ID: row.ID, Address: row.Address, Reference: seal.FormatReference(found.Reference), Situation: row.Situation, Detail: s.join(row.Detail, row.Where),
		Received: s.when(row.ReceivedAt), Status: s.voice.T("office.status." + string(found.Status)), Checked: found.ID == same}
}
