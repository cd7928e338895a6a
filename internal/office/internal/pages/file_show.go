package pages

import (
	"context"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"recueil/internal/office/internal/preview"
	"recueil/internal/web"
)

// A shownFile is what can be seen or heard of a file without harm, and what it says
// of itself.
type shownFile struct {
	filePage
	Picture       string // its address
	Width, Height int
	Sound         string
	Text          string
	More          bool // the text goes on in the original
	PDF           bool
	Large         bool // more than is decoded
	Facts         []fact
	Scan          scanned
	Damaged       bool
}

// textBytes is how much of a text is shown.
const textBytes = 64 << 10

// lookAt finds the file that a request names, and lets through who gave a reason to
// look at it.
func (s *Server) lookAt(page func(echo.Context, *visit, *openedFile) error) func(echo.Context, *visit) error {
	return func(c echo.Context, v *visit) error {
		f, err := s.openedFile(c, v)
		if err != nil {
			return err
		}
		if f.frozen() {
			return errFrozen
		}
		ok, err := s.revealed(c, v, f)
		if err != nil {
			return err
		}
		if !ok {
			return c.Redirect(http.StatusSeeOther, fileAddress(f.report.ID, f.listed.ID))
		}
		return page(c, v, f)
	}
}

func (s *Server) showFile(c echo.Context, v *visit, f *openedFile) error {
	page := shownFile{filePage: s.filePage(c, v, f, s.voice.T("office.file.shown.title")), Damaged: f.broken, PDF: f.kind == preview.PDF}
	if err := s.fillShown(c, f.heldFile, &page); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "file_shown", page)
}

// fillShown fills in what can be seen or heard of a file.
func (s *Server) fillShown(c echo.Context, f *heldFile, page *shownFile) (err error) {
	switch {
	case f.broken:
	case f.kind.Sound():
		web.AllowSound(c)
		page.Sound = page.File.Address + "/son"
	case f.kind == preview.Text:
		page.Text, page.More, err = s.textOf(c.Request().Context(), f)
	default:
		err = s.lookInto(c.Request().Context(), f, page)
	}
	if err == nil && !f.broken {
		page.Scan, err = s.scan(c.Request().Context(), f)
	}
	var problem *web.Problem
	if err == nil || !errors.As(err, &problem) || problem.Key != errDamaged.Key {
		return err
	}
	s.Log.Warn("a file is damaged", "of", f.owner, "file", f.listed.ID, "err", err)
	page.Damaged = true
	return nil
}

// lookInto fills the picture in, as far as there is one.
func (s *Server) lookInto(ctx context.Context, f *heldFile, page *shownFile) error {
	picture, err := s.picture(ctx, f)
	if errors.Is(err, preview.ErrNotShown) {
		return nil
	}
	if err != nil {
		return err
	}
	page.Large = picture.Large
	if len(picture.JPEG) > 0 {
		page.Picture, page.Width, page.Height = page.File.Address+"/image", picture.Width, picture.Height
	}
	for _, found := range picture.Facts {
		value := found.Value
		if found.Kind == preview.Turned {
			value = s.voice.T("office.file.fact.turned.value")
		}
		if label := s.voice.First("office.file.fact." + found.Kind); label != "" {
			page.Facts = append(page.Facts, fact{Label: label, Value: value})
		}
	}
	return nil
}

// picture hands the original to the process that decodes, byte for byte what was
// sent: its digest is compared on the way.
func (s *Server) picture(ctx context.Context, f *heldFile) (preview.Picture, error) {
	if !s.Viewer.Shows(f.kind) {
		return preview.Picture{}, preview.ErrNotShown
	}
	content, pieces, err := f.open(ctx)
	if err != nil {
		return preview.Picture{}, err
	}
	defer pieces.Close()
	picture, err := s.Viewer.Show(ctx, f.listed.ID, f.kind, newOriginal(content, f.listed.SHA256), f.listed.Size)
	return picture, asDamaged(err)
}

func (s *Server) filePicture(c echo.Context, _ *visit, f *openedFile) error {
	return s.sendPicture(c, f.heldFile)
}

func (s *Server) sendPicture(c echo.Context, f *heldFile) error {
	picture, err := s.picture(c.Request().Context(), f)
	if errors.Is(err, preview.ErrNotShown) || err == nil && len(picture.JPEG) == 0 {
		return web.ErrNotFound
	}
	if err != nil {
		return err
	}
	harmless(c)
	return c.Blob(http.StatusOK, "image/jpeg", picture.JPEG)
}

// textOf is the beginning of a text. What is no UTF-8, nor says otherwise, is read as
// old systems wrote it here.
func (s *Server) textOf(ctx context.Context, f *heldFile) (text string, more bool, err error) {
	content, pieces, err := f.open(ctx)
	if err != nil {
		return "", false, err
	}
	defer pieces.Close()
	raw, err := io.ReadAll(io.LimitReader(content, textBytes))
	if err != nil {
		return "", false, asDamaged(err)
	}
	more = f.listed.Size > int64(len(raw))
	for cut := 0; more && cut < utf8.UTFMax && !utf8.Valid(raw); cut++ {
		raw = raw[:len(raw)-1] // a letter may stand across the limit
	}
	otherwise := charmap.Windows1252.NewDecoder().Transformer
	if utf8.Valid(raw) {
		otherwise = unicode.UTF8.NewDecoder().Transformer
	}
	decoded, _, err := transform.Bytes(unicode.BOMOverride(otherwise), raw)
	if err != nil {
		decoded = raw
	}
	return string(decoded), more, nil
}
