package pages

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// The lane to verify: rows that look alike fold into one, several can be ticked and
// closed together for one reason, and that be taken back. Nothing in it is deleted, and
// folding hides nothing: each row of a fold shows when one asks for it.

// A lanePanel is what can be done to what is to be verified.
type lanePanel struct {
	MayClose bool
	MayUndo  bool
	Query    string // the view, for the form to come back to
	Folded   string // the address of the lane with its folds, when it is unfolded
	Reason   string
	Max      int
	Bad      string
	Recent   []recentBulk
}

type recentBulk struct{ ID, Text string }

// A queueFound is a page of rows as the archive gave it.
type queueFound struct {
	rows     []archive.Report
	alike    [][]report.ID // of the lane: the others that each row stands for
	next     archive.Position
	more     bool
	lane     bool
	unfolded bool
}

// unfold keeps a lane unfolded from page to page.
func (f queueFound) unfold(address string) string {
	if !f.unfolded {
		return address
	}
	return address + "&deplie=1"
}

// readQueue reads a page; of the lane, with its folds.
func (s *Server) readQueue(ctx context.Context, v *visit, view archive.View, unfolded bool) (found queueFound, err error) {
	found.lane = view.Filter.Lane == "to_verify"
	if found.lane && !unfolded {
		folded, next, more, err := s.Archive.Lane(ctx, view)
		for _, one := range folded {
			found.rows, found.alike = append(found.rows, one.Report), append(found.alike, one.Alike)
		}
		found.next, found.more = next, more
		return found, err
	}
	found.unfolded = found.lane
	found.rows, found.next, found.more, err = s.Archive.Queue(ctx, view)
	found.alike = make([][]report.ID, len(found.rows))
	return found, err
}

// A lanePlace is where on the lane somebody looks.
type lanePlace struct {
	found queueFound
	rows  []Row
	query url.Values
}

// lane makes the rows of the lane ones to tick, and says what was closed lately.
func (s *Server) lane(c echo.Context, v *visit, at lanePlace, typed bulk) (*lanePanel, error) {
	if !at.found.lane {
		return nil, nil
	}
	now := s.Now()
	p := &lanePanel{MayClose: v.Role.May(triage.Shut), MayUndo: v.Role.May(triage.Reopen), Query: at.query.Encode(), Reason: typed.Reason, Max: maxReason, Bad: typed.Bad}
	if at.found.unfolded {
		p.Folded = s.queueAddress(s.parseFilter(at.query), archive.Position{})
	}
	for i := range at.found.rows {
		r, row := &at.found.rows[i], &at.rows[i]
		if others := at.found.alike[i]; len(others) > 0 {
			before := r.Position()
			before.DueAt, before.ID = before.DueAt.Add(-time.Microsecond), uuid.Max
			row.Alike, row.Unfold = len(others), s.queueAddress(s.parseFilter(at.query), before)+"&deplie=1"
		}
		if p.MayClose && closesInBulk(r, v, now) {
			row.Ticks = tickOf(append([]report.ID{r.ID}, at.found.alike[i]...))
			row.Ticked = slices.Contains(typed.Ticked, r.ID)
		}
	}
	recent, err := s.Archive.RecentBulks(c.Request().Context(), v.keys.Teams(), now.Add(-archive.BulkUndoTime))
	for _, one := range recent {
		text := s.voice.T("office.lane.closed", "Count", one.Reports, "Who", one.AuthorName, "When", s.when(one.ClosedAt))
		p.Recent = append(p.Recent, recentBulk{one.ID.String(), text})
	}
	return p, err
}

// closesInBulk reports whether a member may close a row of the lane together with
// others: nobody else has taken it up, and nothing was added that nobody has read.
func closesInBulk(r *archive.Report, v *visit, now time.Time) bool {
	return r.Lane == "to_verify" && r.HeldBy(now) == nil && (r.Assignee == nil || *r.Assignee == v.ID) && r.Unseen == 0 &&
		slices.Contains([]triage.Status{triage.Received, triage.InTriage, triage.Reopened}, r.Status)
}

// tickOf writes the reports that one tick stands for; what came meanwhile is not among
// them.
func tickOf(ids []report.ID) string {
	raw := make([]byte, 0, 16*len(ids))
	for _, id := range ids {
		raw = append(raw, id[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// readTicks reads them again, without what is none.
func readTicks(values []string) (ids []report.ID) {
	for _, value := range values {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(value))
		if err != nil || len(raw)%16 != 0 {
			continue
		}
		for part := range slices.Chunk(raw, 16) {
			if id := report.ID(part); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
