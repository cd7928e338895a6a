package pages

import (
	"mime"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/preview"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/web"
)

// A recordFilePage is one file of a record: what can be seen of it, and the original.
type recordFilePage struct {
	shownFile
	BackText string
}

// recordFileOf finds the file of an address among those that the entries of its record
// list.
func (s *Server) recordFileOf(c echo.Context, v *visit) (*recordFile, *heldFile, error) {
	f, err := s.recordOf(c, v)
	if err != nil {
		return nil, nil, err
	}
	id, err := uuid.Parse(c.Param("fichier"))
	if err != nil {
		return nil, nil, errNoRecord
	}
	for _, e := range f.entries {
		if e.entry.File == nil || e.entry.File.ID != id {
			continue
		}
		held := &heldFile{listed: *e.entry.File, owner: f.row.ID, key: seal.PartKey(f.key.Key, seal.AttachmentKind, id), kind: preview.Other}
		ctx := c.Request().Context()
		if held.row, err = s.Archive.RecordFile(ctx, f.row.ID, id); err == nil {
			err = held.glance(ctx)
		}
		if err != nil {
			if asDamaged(err) == err {
				return nil, nil, err
			}
			s.Log.Warn("a file of a record is damaged", "record", f.row.ID, "file", id, "err", err)
			held.broken = true
		}
		return f, held, nil
	}
	return nil, nil, errNoRecord
}

// openRecordFile finds the file of an address for who wants to see, hear or keep it. One
// that is frozen is there for nobody.
func (s *Server) openRecordFile(c echo.Context, v *visit) (*recordFile, *heldFile, error) {
	f, held, err := s.recordFileOf(c, v)
	if err == nil && held.frozen() {
		err = errFrozen
	}
	return f, held, err
}

// fileLine is the line of the trail that a look at a file leaves.
func (s *Server) fileLine(c echo.Context, v *visit, f *recordFile, file report.ID, action string) error {
	return s.Trail.Append(c.Request().Context(), audit.Event{At: s.Now(), Actor: v.ID, Action: action, Object: "record", ID: f.row.ID.String(), Detail: file.String()})
}

// recordFileView is a file as the pages of its record show it.
func (s *Server) recordFileView(f *recordFile, listed report.Attachment, kind preview.Kind) file {
	shown := file{ID: listed.ID.String(), Name: plainName(listed.Name), Size: s.size(listed.Size), Whole: listed.SHA256, Address: recordAddress(f.row.ID) + "/fichiers/" + listed.ID.String()}
	if shown.Name == "" {
		shown.Name = s.voice.T("office.file.nameless")
	}
	if by, frozen := f.frozen[listed.ID]; frozen {
		shown.Frozen = s.voice.T("office.file.frozen", "When", s.when(by.FrozenAt), "Who", by.FrozenName)
	}
	if name, known := kindNames[kind]; known {
		shown.Kind = s.voice.T("office.file.kind." + name)
	}
	shown.Digest = shown.Whole[:min(12, len(shown.Whole))]
	return shown
}

// showRecordFile shows what can be seen of a file. Who put it there knew what it is: it
// is covered by no reason.
func (s *Server) showRecordFile(c echo.Context, v *visit) error {
	f, held, err := s.openRecordFile(c, v)
	if err != nil {
		return err
	}
	if err := s.fileLine(c, v, f, held.listed.ID, "record.file_open"); err != nil {
		return err
	}
	page := recordFilePage{BackText: f.opening().Get("label")}
	page.Frame, page.Report = s.frame(c, s.voice.T("office.file.shown.title")), recordAddress(f.row.ID)
	page.File, page.PDF, page.Damaged = s.recordFileView(f, held.listed, held.kind), held.kind == preview.PDF, held.broken
	page.File.Saves = !held.broken
	if err := s.fillShown(c, held, &page.shownFile); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "record_file", page)
}

func (s *Server) recordFilePicture(c echo.Context, v *visit) error {
	f, held, err := s.openRecordFile(c, v)
	if err != nil {
		return err
	}
	if err := s.fileLine(c, v, f, held.listed.ID, "record.file_open"); err != nil {
		return err
	}
	return s.sendPicture(c, held)
}

func (s *Server) recordFileSound(c echo.Context, v *visit) error {
	f, held, err := s.openRecordFile(c, v)
	if err != nil {
		return err
	}
	if !held.kind.Sound() {
		return web.ErrNotFound
	}
	// A player asks for a sound many times, from any place: all of them are the one look
	// that its page wrote down.
	lately, err := s.lately(c, audit.Query{Actor: v.ID, Action: "record.file_open", Object: f.row.ID.String()})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(lately, func(line audit.Line) bool { return line.Detail == held.listed.ID.String() }) {
		if err := s.fileLine(c, v, f, held.listed.ID, "record.file_open"); err != nil {
			return err
		}
	}
	return s.sendOriginal(c, held, string(held.kind))
}

// saveRecordFile sends the original, byte for byte. Each request stands in the trail.
func (s *Server) saveRecordFile(c echo.Context, v *visit) error {
	f, held, err := s.openRecordFile(c, v)
	if err != nil {
		return err
	}
	if held.broken {
		return errDamaged
	}
	if err := s.fileLine(c, v, f, held.listed.ID, "record.file_download"); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": saveName(held.listed.Name, held.kind)}))
	return s.sendOriginal(c, held, "application/octet-stream")
}
