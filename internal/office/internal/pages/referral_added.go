package pages

import (
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/referral"
)

// A givenAddition is what was added to a referred report, as the unit reads it.
type givenAddition struct {
	Entry talk // itself, alone
	Files []file
	New   bool
	Who   string // of the platform, that passed it on
	When  string // and when
}

// openPassed opens what was passed on with a referral, the newest first, and says what it
// changes in how the reporter may be reached. One that does not open, or that the
// platform did not pass on, is shown as damaged.
func (s *Server) openPassed(c echo.Context, v *visit, of givenBody, rows []archive.PassedAddition) (list []givenAddition, later []laterLine, err error) {
	for _, row := range slices.Backward(rows) {
		g := givenAddition{New: row.SeenAt == nil, Who: row.AuthorName, When: s.when(row.DecidedAt)}
		shown := entry{ID: "a-" + row.ID.String(), At: g.When, Damaged: true, Text: s.voice.T("office.referral.letter.damaged")}
		if opened, failed := s.openAddition(v, of.body, row); failed == nil {
			shown = s.passedEntry(of.body, row, opened)
			later = append(later, s.later([]addition{{body: opened.Report, at: opened.At}})...)
			if g.Files, err = s.givenFiles(c, of.row, opened.Files); err != nil {
				return nil, nil, err
			}
		}
		g.Entry.Entries = []entry{shown}
		list = append(list, g)
	}
	return list, later, nil
}

func (s *Server) openAddition(v *visit, body *referral.Body, row archive.PassedAddition) (*referral.Addition, error) {
	identity, held := v.keys.Identity(row.TeamID, *row.Epoch)
	if !held {
		return nil, archive.ErrNotFound
	}
	opened, err := referral.OpenAddition(identity, body, row.ID, row.Body)
	if err != nil {
		s.Log.Warn("an addition to a referral does not open", "referral", row.ReferralID, "addition", row.ID, "err", err)
	}
	return opened, err
}

// passedEntry shows an addition as the platform shows it: of a masked referral, what was
// written in its place.
func (s *Server) passedEntry(body *referral.Body, row archive.PassedAddition, opened *referral.Addition) entry {
	a := addition{row: archive.Addition{ID: row.ID, SeenAt: row.SeenAt}, at: opened.At, body: opened.Report}
	if opened.Report != nil {
		return s.additionEntry(body.Report, a, nil)
	}
	return entry{ID: "a-" + row.ID.String(), At: s.when(opened.At), New: row.SeenAt == nil, Text: opened.Text}
}

// seePassed writes down that the unit reads what it was passed on, the first time.
func (s *Server) seePassed(c echo.Context, v *visit, rows []archive.PassedAddition) error {
	var unseen []uuid.UUID
	for _, row := range rows {
		if row.SeenAt != nil {
			continue
		}
		unseen = append(unseen, row.ID)
		line := audit.Event{At: s.Now(), Actor: v.ID, Action: "referral.read_addition", Object: "referral", ID: row.ReferralID.String(), Detail: row.AdditionID.String(), Seen: row.Body}
		if err := s.Trail.Append(c.Request().Context(), line); err != nil {
			return err
		}
	}
	if unseen == nil {
		return nil
	}
	return s.Archive.SeePassed(c.Request().Context(), unseen, s.Now())
}

// unseenOf counts what was added to a referral and that nobody of the unit has opened. A
// count that cannot be read leaves the page of its record as it is.
func (s *Server) unseenOf(c echo.Context, v *visit, id uuid.UUID) int {
	unseen, err := s.Archive.UnseenPassed(c.Request().Context(), s.unitIDs(v))
	if err != nil {
		s.Log.Warn("what was passed on to the unit was not counted", "err", err)
	}
	return unseen[id]
}
