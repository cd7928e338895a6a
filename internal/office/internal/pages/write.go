package pages

import (
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
)

// write stores what a member adds to a case together with its line in the trail,
// which keeps the digest of the sealed part.
func (s *Server) write(c echo.Context, v *visit, part archive.NewPart, line audit.Event) error {
	return s.record(c, v, part, line, func(pgx.Tx) error { return nil })
}

// take moves a report, with the part that says why and the line in the trail: all of
// them, or none.
func (s *Server) take(c echo.Context, v *visit, step archive.Step, why archive.NewPart, line audit.Event) error {
	step.By, step.At = v.ID, s.Now()
	return s.record(c, v, why, line, func(tx pgx.Tx) error { return archive.Move(c.Request().Context(), tx, step) })
}

// record does an act, stores the part that belongs to it, and writes its line.
func (s *Server) record(c echo.Context, v *visit, part archive.NewPart, line audit.Event, act func(pgx.Tx) error) error {
	return s.recordAll(c, v, act, writing{part, line})
}

// A writing is a part of a case with its line in the trail.
type writing struct {
	part archive.NewPart
	line audit.Event
}

// recordAll is record for an act that more than one part tells of.
func (s *Server) recordAll(c echo.Context, v *visit, act func(pgx.Tx) error, all ...writing) error {
	ctx, now := c.Request().Context(), s.Now()
	return s.Trail.Record(ctx, func(tx pgx.Tx) (lines []audit.Event, err error) {
		if err := act(tx); err != nil {
			return nil, err
		}
		for _, w := range all {
			w.part.Author, w.part.At, w.line.Actor, w.line.At = v.ID, now, v.ID, now
			if w.line.Seen, err = archive.AppendPart(ctx, tx, w.part); err != nil {
				return nil, err
			}
			lines = append(lines, w.line)
		}
		return lines, nil
	})
}
