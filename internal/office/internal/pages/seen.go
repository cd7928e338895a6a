package pages

import (
	"context"
	"strconv"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
)

// Whoever is shown words of a report or a record leaves a line in the trail first, on
// whichever page they stand: a list one line with its number of rows, anything more one
// line for the report or the record. What cannot be written down is not shown.

// sawReport writes that a member is shown a report.
func (s *Server) sawReport(c echo.Context, v *visit, found *archive.Report) error {
	return s.Trail.Append(c.Request().Context(), s.reportSeen(v, found))
}

func (s *Server) reportSeen(v *visit, found *archive.Report) audit.Event {
	return audit.Event{At: s.Now(), Actor: v.ID, Action: "report.open", Object: "report", ID: found.ID.String(), Seen: found.Body}
}

// sawRecord writes that a member is shown what stands in a record.
func (s *Server) sawRecord(c echo.Context, v *visit, f *recordFile) error {
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.open", Object: "record", ID: f.row.ID.String(), Seen: f.row.Body}
	return s.Trail.Append(c.Request().Context(), line)
}

// sawList writes that a member is shown a list, and how many rows of it.
func (s *Server) sawList(ctx context.Context, v *visit, list string, rows int) error {
	return s.Trail.Append(ctx, s.listSeen(v, list, rows))
}

func (s *Server) listSeen(v *visit, list string, rows int) audit.Event {
	return audit.Event{At: s.Now(), Actor: v.ID, Action: "queue.open", Object: "queue", ID: list, Detail: strconv.Itoa(rows)}
}
