package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
)

// askRecordFreeze says what follows before a file of a record is kept from everybody.
// Whoever keeps the record may do so: an image that must not exist is to be seen by as
// few as can be.
func (s *Server) askRecordFreeze(c echo.Context, v *visit) error {
	f, held, err := s.recordFileOf(c, v)
	if err != nil {
		return err
	}
	page := recordFilePage{BackText: f.opening().Get("label")}
	page.Frame, page.Report = s.frame(c, s.voice.T("office.file.freeze.title")), recordAddress(f.row.ID)
	page.File = s.recordFileView(f, held.listed, held.kind)
	return s.render(c, http.StatusOK, "record_freeze", page)
}

func (s *Server) freezeRecordFile(c echo.Context, v *visit) error {
	f, held, err := s.recordFileOf(c, v)
	if err != nil {
		return err
	}
	if held.row == nil {
		return errDamaged // there is nothing to freeze
	}
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.file_freeze", Object: "record", ID: f.row.ID.String(), Detail: held.listed.ID.String()}
	if err := held.row.Freeze(c.Request().Context(), s.Trail, line); err != nil {
		return err
	}
	s.Viewer.Forget(held.listed.ID)
	return goTo(c, recordAddress(f.row.ID)+"#histoire")
}
