package pages

import (
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
)

// justNow is how long an act counts as one with its repetition.
const justNow = 15 * time.Minute

// lately lists what the trail says of the last minutes, the newest first: any server
// knows by it that somebody asks for the same once more.
func (s *Server) lately(c echo.Context, q audit.Query) ([]audit.Line, error) {
	q.From = s.Now().Add(-justNow)
	lines, _, err := s.Trail.Read(c.Request().Context(), q, 100)
	return lines, err
}
