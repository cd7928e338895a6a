package pages

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/web"
)

// Which originals go along with what leaves is a person's choice, file by file; none
// does by itself, and one that is frozen never does. They leave byte for byte: nothing
// can be taken out of a photo, so whoever chooses one looks at it first.

// A piece is an original that was chosen, as it was then.
type piece struct {
	ID     uuid.UUID `json:"id"`
	File   string    `json:"file"` // where it lies in what leaves
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
}

// A preparePiece is a file of the report on the preview.
type preparePiece struct {
	File   file
	Chosen bool
}

// Offered reports whether it may be chosen at all.
func (p preparePiece) Offered() bool { return !p.File.Damaged && p.File.Frozen == "" }

// hold looks up what is stored of the report's files, and of what was added to it.
func (s *Server) hold(c echo.Context, v *visit, l *leaving) error {
	all, err := s.files(c, v, &l.row, l.opened, l.additions)
	if err != nil {
		return err
	}
	l.held = slices.Concat(append([][]*heldFile{all.own}, all.added...)...)
	return nil
}

// chosen are the files of those ids that can go along.
func (l *leaving) chosen(ids []string) (all []*heldFile) {
	for _, f := range l.held {
		if slices.Contains(ids, f.listed.ID.String()) && !f.frozen() && !f.broken {
			all = append(all, f)
		}
	}
	return all
}

// attach lists in a file what goes along with it.
func (s *Server) attach(f *transmission.File, chosen []*heldFile) {
	for i, one := range chosen {
		f.Attachments = append(f.Attachments, transmission.Attachment{ID: one.listed.ID, File: "pieces/" + itoa(i+1) + extensions[one.kind][0],
			Name: s.nameIn(fileLanguage, one), Size: one.listed.Size, SHA256: one.listed.SHA256})
	}
}

// nameIn is how a language calls a file: by the name it came with, where it had one.
func (s *Server) nameIn(language string, f *heldFile) string {
	return cmp.Or(plainName(f.listed.Name), s.spoken[language].voice.T("office.file.nameless"))
}

func (s *Server) nameOf(f *heldFile) string { return s.nameIn(s.voice.Lang, f) }

// pieceProblems refuses what was chosen and cannot go along, by its name.
func (s *Server) pieceProblems(l *leaving, ids []string) (problems []problem) {
	for _, id := range ids {
		i := slices.IndexFunc(l.held, func(f *heldFile) bool { return f.listed.ID.String() == id })
		switch {
		case i < 0:
			problems = append(problems, problem{"pieces", s.voice.T("office.sent.file.gone")})
		case l.held[i].frozen():
			problems = append(problems, problem{"pieces", s.voice.T("office.sent.file.frozen", "Name", s.nameOf(l.held[i]))})
		case l.held[i].broken:
			problems = append(problems, problem{"pieces", s.voice.T("office.sent.file.damaged", "Name", s.nameOf(l.held[i]))})
		}
	}
	return problems
}

// readThrough reads what was chosen from the first byte to the last, so that a
// coordinator agrees to nothing that could not leave.
func (s *Server) readThrough(c echo.Context, l *leaving, chosen []*heldFile) (problems []problem, err error) {
	for _, f := range chosen {
		content, err := s.original(c, f)
		if err == nil {
			_, err = io.Copy(io.Discard, content)
			content.Close()
		}
		switch {
		case isDamage(err):
			s.Log.Warn("a file is damaged", "report", l.row.ID, "file", f.listed.ID, "err", err)
			f.broken = true
			problems = append(problems, problem{"pieces", s.voice.T("office.sent.file.damaged", "Name", s.nameOf(f))})
		case err != nil:
			return nil, err
		}
	}
	return problems, nil
}

func isDamage(err error) bool {
	var p *web.Problem
	return errors.As(asDamaged(err), &p) && p.Key == errDamaged.Key
}

// A wholeOriginal is an original on its way, whose end comes only when its digest is
// the one that its report lists.
type wholeOriginal struct {
	*original
	pieces *archive.Pieces
}

// Close ends the reading of its pieces.
func (w wholeOriginal) Close() error { return w.pieces.Close() }

// original opens a file to be read through. However long that takes, the answer waits
// for it as long as some of it arrives.
func (s *Server) original(c echo.Context, f *heldFile) (io.ReadCloser, error) {
	content, pieces, err := f.open(c.Request().Context())
	if err != nil {
		return nil, err
	}
	deadlines := http.NewResponseController(c.Response())
	whole := newOriginal(content, f.listed.SHA256)
	whole.progress = func() { deadlines.SetWriteDeadline(time.Now().Add(time.Minute)) }
	return wholeOriginal{whole, pieces}, nil
}

// entriesOf lists what leaves: both forms, then the originals, as they were when
// somebody agreed to them. Which ones cannot leave any more is said in words.
func (s *Server) entriesOf(c echo.Context, l *leaving, t *sent) (entries []transmission.Entry, barred string) {
	entries = []transmission.Entry{transmission.Form(l.reference()+".pdf", t.what.PDF), transmission.Form(l.reference()+".json", t.what.JSON)}
	for _, p := range t.what.Pieces {
		f := l.pieceOf(p)
		if bar := s.barOf(f); bar != "" {
			barred = strings.TrimSpace(barred + " " + bar)
			continue
		}
		entries = append(entries, transmission.Entry{Name: p.File, Packed: f.kind != preview.Text && f.kind != preview.Other,
			Open: func() (io.ReadCloser, error) { return s.original(c, f) }})
	}
	return entries, barred
}

// barOf says why a piece that was chosen cannot leave now, or "".
func (s *Server) barOf(f *heldFile) string {
	switch {
	case f == nil:
		return s.voice.T("office.sent.file.gone")
	case f.frozen():
		return s.voice.T("office.sent.file.frozen", "Name", s.nameOf(f))
	case f.broken:
		return s.voice.T("office.sent.file.damaged", "Name", s.nameOf(f))
	}
	return ""
}

// pieceOf is the file of the report that a piece is, or nil when none is that one, byte
// for byte.
func (l *leaving) pieceOf(p piece) *heldFile {
	for _, f := range l.held {
		if f.listed.ID == p.ID && f.listed.SHA256 == p.SHA256 {
			return f
		}
	}
	return nil
}
