package intake

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

type beforePage struct {
	Frame
	Next string
}

// before answers the question that decides whether anything is written at all: who
// will know?
func (s *Server) before(c echo.Context) error {
	voice, next := s.adult, "/"
	if v, err := s.load(c); err == nil && v.Sent == nil {
		voice, next = s.voice(&v.draft), v.next()
	} else if err != nil && !lost(err) {
		return err
	}
	return s.render(c, voice, http.StatusOK, "before", beforePage{s.frame(voice, voice.T("page.before.title")), next})
}
