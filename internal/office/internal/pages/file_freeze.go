package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// askFreeze says what follows before a file is kept from everybody.
func (s *Server) askFreeze(c echo.Context, v *visit) error {
	f, err := s.openedFile(c, v)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "file_freeze", s.filePage(c, v, f, s.voice.T("office.file.freeze.title")))
}

func (s *Server) freeze(c echo.Context, v *visit) error {
	f, err := s.openedFile(c, v)
	if err != nil {
		return err
	}
	if f.row == nil {
		return errDamaged // there is nothing to freeze
	}
	if err := f.row.Freeze(c.Request().Context(), s.Trail, s.fileEvent(v, f, "attachment.freeze")); err != nil {
		return err
	}
	s.Viewer.Forget(f.listed.ID)
	return c.Redirect(http.StatusSeeOther, "/dossiers/"+f.report.ID.String()+"#pieces")
}
