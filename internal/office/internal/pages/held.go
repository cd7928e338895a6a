package pages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

var (
	errFrozen  = &web.Problem{Status: 403, Key: "office.error.frozen"}
	errDamaged = &web.Problem{Status: 409, Key: "office.error.file"}
)

// A heldFile is a file that the body of a report, of an addition or of a referral lists,
// together with what is stored of it. Only a body that opened leads to one.
type heldFile struct {
	listed report.Attachment
	owner  report.ID
	key    secret.Key          // its own
	row    *archive.Attachment // nil when nothing is stored
	kind   preview.Kind
	broken bool
}

func (f *heldFile) frozen() bool { return f.row != nil && f.row.FrozenAt != nil }

// open reads the original from the pieces, authenticated chunk by chunk. Whoever got
// it closes the pieces.
func (f *heldFile) open(ctx context.Context) (*io.SectionReader, *archive.Pieces, error) {
	switch {
	case f.frozen():
		return nil, nil, errFrozen
	case f.broken:
		return nil, nil, errDamaged
	}
	pieces := f.row.Open(ctx)
	content, err := unseal.FileUnder(f.owner, f.listed, f.key, pieces, f.row.Size)
	if err != nil {
		pieces.Close()
		return nil, nil, asDamaged(err)
	}
	return content, pieces, nil
}

// asDamaged tells a file that is not what was sent from a database that is away.
func asDamaged(err error) error {
	if errors.Is(err, unseal.ErrDamaged) || errors.Is(err, archive.ErrPieces) {
		return &web.Problem{Status: errDamaged.Status, Key: errDamaged.Key, Err: err}
	}
	return err
}

// files are those of one report: its own and those of each addition, in their order.
type files struct {
	own    []*heldFile
	added  [][]*heldFile // of the additions, one list for each
	unread int           // stored, and listed by nothing: never shown
}

func (s *Server) files(c echo.Context, v *visit, r *archive.Report, opened *report.Report, additions []addition) (files, error) {
	ctx := c.Request().Context()
	rows, err := s.Archive.Attachments(ctx, r.ID, v.keys.Teams())
	if err != nil {
		return files{}, err
	}
	stored := map[report.ID]*archive.Attachment{}
	for i := range rows {
		stored[rows[i].ID] = &rows[i]
	}
	seen := map[report.ID]bool{}
	list := func(owner report.ID, key secret.Key, listed []report.Attachment) ([]*heldFile, error) {
		var held []*heldFile
		for _, one := range listed {
			if seen[one.ID] {
				continue // sent once more with the same report
			}
			seen[one.ID] = true
			f := &heldFile{listed: one, owner: owner, key: seal.PartKey(key, seal.AttachmentKind, one.ID), row: stored[one.ID], kind: preview.Other}
			if err := f.glance(ctx); err != nil {
				if asDamaged(err) == err {
					return nil, err
				}
				s.Log.Warn("a file is damaged", "report", r.ID, "file", one.ID, "err", err)
				f.broken = true
			}
			held = append(held, f)
		}
		return held, nil
	}
	var all files
	if opened != nil {
		if all.own, err = list(opened.ID, opened.CaseKey, opened.Attachments); err != nil {
			return files{}, err
		}
	}
	for _, a := range additions {
		var held []*heldFile
		switch {
		case a.body == nil:
		case a.body.Added != nil:
			held, err = list(a.row.ID, a.body.CaseKey, a.body.Attachments)
		case opened != nil: // the report sent once more: its files are the draft's
			held, err = list(opened.ID, opened.CaseKey, a.body.Attachments)
		}
		if err != nil {
			return files{}, err
		}
		all.added = append(all.added, held)
	}
	for id, row := range stored {
		if !seen[id] && row.Complete && opened != nil {
			all.unread++
		}
	}
	return all, nil
}

// glance opens a file as far as its beginning and its end, which shows whether it is
// the one that was sent, and decides what it is.
func (f *heldFile) glance(ctx context.Context) error {
	switch {
	case f.row == nil:
		return fmt.Errorf("file %s: %w", f.listed.ID, archive.ErrPieces)
	case f.row.Owner != f.owner:
		return fmt.Errorf("file %s: %w: its row is another's", f.listed.ID, unseal.ErrDamaged)
	}
	if err := f.row.Check(f.listed.Stored); err != nil {
		return err
	}
	content, err := unseal.FileUnder(f.owner, f.listed, f.key, f.row.Glance(ctx), f.row.Size)
	if err != nil {
		return err
	}
	head := make([]byte, min(preview.HeadSize, content.Size()))
	if _, err := io.ReadFull(content, head); err != nil {
		return fmt.Errorf("file %s: %w", f.listed.ID, err)
	}
	f.kind = preview.Of(head)
	return nil
}

// extensions are the usual ends of names; the first of a kind is the one it is given.
var extensions = map[preview.Kind][]string{
	preview.JPEG: {".jpg", ".jpeg", ".jpe"}, preview.PNG: {".png"}, preview.WebP: {".webp"}, preview.HEIC: {".heic", ".heif"},
	preview.PDF: {".pdf"}, preview.M4A: {".m4a", ".mp4"}, preview.MP3: {".mp3"}, preview.Ogg: {".ogg", ".oga", ".opus"}, preview.Wav: {".wav"},
	preview.Text: {".txt", ".text", ".log", ".csv", ".md"}, preview.Other: {".bin"},
}

// fits reports whether the end of a name says what the file is.
func fits(name string, kind preview.Kind) bool {
	end := strings.ToLower(path.Ext(name))
	for _, usual := range extensions[kind] {
		if end == usual {
			return true
		}
	}
	return false
}

// plainName is the name of a file in one line: no control, and nothing that turns the
// direction of what stands beside it.
func plainName(name string) string {
	return leaveEnds(strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, name)), " "), 200)
}

// saveName is the name a download is offered under: no folder, nothing a system takes
// for a command, and an end that says what the file is, whatever its sender wrote.
func saveName(name string, kind preview.Kind) string {
	name = plainName(name)
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:*?"<>|%;`, r) {
			return '_'
		}
		return r
	}, name)
	name = leaveEnds(strings.Trim(name, ". "), 100)
	if name == "" {
		name = "piece"
	}
	if !fits(name, kind) {
		name += extensions[kind][0]
	}
	return name
}

// leaveEnds cuts a text in its middle, so that its end stays.
func leaveEnds(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most/2]) + "…" + string(runes[len(runes)-most/2:])
}
