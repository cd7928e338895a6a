package pages

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/seal"
)

// A forgottenPage shows what stands still: nobody did anything to it for longer than
// its state may take, whoever it is assigned to.
type forgottenPage struct {
	Frame
	Heading string
	Count   string
	Rows    []handRow
	More    bool
	ToPass  []handRow // a unit has them, and something was added that it does not know of
}

// A handRow is a report in a list of what somebody answers for.
type handRow struct {
	Row
	Reference string
	State     string
	Still     string // how long nobody did anything
	Chosen    bool   // to be passed on
}

func (s *Server) forgotten(c echo.Context, v *visit) error {
	ctx := c.Request().Context()
	found, all, err := s.Archive.Forgotten(ctx, v.keys.Teams(), s.Now())
	if err != nil {
		return err
	}
	waiting, err := s.Archive.Unpassed(ctx, v.keys.Teams())
	if err != nil {
		return err
	}
	if err := s.sawList(ctx, v, "oublies", len(found)+len(waiting)); err != nil {
		return err
	}
	rows, toPass := s.quietRows(ctx, v, found), s.quietRows(ctx, v, waiting)
	title := s.voice.T("office.forgotten.title")
	return s.render(c, http.StatusOK, "forgotten", forgottenPage{Frame: s.frame(c, title), Heading: title,
		Count: s.many(all), Rows: rows, More: all > len(found), ToPass: toPass})
}

// quietRows opens the bodies of what waits for longer than it may.
func (s *Server) quietRows(ctx context.Context, v *visit, found []archive.Quiet) []handRow {
	reports := make([]archive.Report, len(found))
	for i := range found {
		reports[i] = found[i].Report
	}
	rows := s.handRows(ctx, v, reports)
	for i := range rows {
		rows[i].Still = s.duration(s.Now().Sub(found[i].Since))
	}
	return rows
}

// handRows opens the bodies of a list.
func (s *Server) handRows(ctx context.Context, v *visit, reports []archive.Report) []handRow {
	rows := make([]handRow, len(reports))
	for i, row := range s.openRows(ctx, v, reports) {
		rows[i] = handRow{Row: row, Reference: seal.FormatReference(reports[i].Reference), State: s.voice.T("office.status." + string(reports[i].Status))}
	}
	return rows
}
