package pages

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/filekind"
	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/followup"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/web"
)

const (
	// mostOfDocument bounds a file of a record, in bytes, as the public side bounds its own.
	mostOfDocument = 25e6

	// mostOfInput bounds what is typed beside one.
	mostOfInput = 64 << 10

	// documentsAtOnce bounds the files that come in at a time; each takes a few MB of memory.
	documentsAtOnce = 4
)

// brought is a file that came with a form of the unit: sealed and stored, and listed by
// nothing yet.
type brought struct {
	file   *report.Attachment // nil: none was chosen, or it was not taken
	stored archive.StoredFile
	what   string // why it was not, as a fault
}

// readEntry reads the form of an act. That of a document may bring a file.
func (s *Server) readEntry(c echo.Context, f *recordFile, kind followup.Kind) (url.Values, brought, error) {
	parts, err := multipartOf(c.Request())
	if err != nil || kind != followup.Document {
		form, err := web.ReadForm(c.Response(), c.Request())
		return form, brought{}, err
	}
	rest := web.Pace(c.Response(), c.Request(), 2*mostOfDocument+web.MaxForm)
	defer rest()
	form, part := readInputs(parts)
	if part == nil || !followup.Allowed(kind, f.row.Status) {
		return form, brought{}, nil
	}
	return form, s.receive(c, f, part), nil
}

// multipartOf reads a body part by part. net/http's own reading would write files to a
// disk in clear.
func multipartOf(r *http.Request) (*multipart.Reader, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return nil, web.ErrContentType
	}
	return r.MultipartReader()
}

// readInputs reads what was typed, up to the file, which comes last in our forms.
func readInputs(parts *multipart.Reader) (form url.Values, file *multipart.Part) {
	form = url.Values{}
	for range 100 {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		if _, given, err := mime.ParseMediaType(part.Header.Get("Content-Disposition")); err == nil {
			if _, isFile := given["filename"]; isFile {
				return form, part
			}
		}
		value, err := io.ReadAll(io.LimitReader(part, mostOfInput))
		if err != nil {
			break
		}
		form.Add(part.FormName(), string(value))
	}
	return form, nil
}

// receive seals and stores one file while it comes in: never more of it than a piece is
// in memory, and nothing on a disk.
func (s *Server) receive(c echo.Context, f *recordFile, part *multipart.Part) brought {
	content := bufio.NewReaderSize(part, filekind.HeadSize)
	head, err := content.Peek(filekind.HeadSize)
	_, given, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	switch {
	case len(head) == 0 && given["filename"] == "":
		return brought{} // none was chosen
	case len(head) == 0:
		return brought{what: "void"}
	case err != nil && !errors.Is(err, io.EOF):
		return brought{what: "broken"}
	}
	kind, err := filekind.Of(head)
	switch {
	case errors.Is(err, filekind.ErrProgram):
		return brought{what: "program"}
	case err != nil:
		return brought{what: "type"}
	}
	select {
	case s.receiving <- struct{}{}:
		defer func() { <-s.receiving }()
	case <-time.After(10 * time.Second):
		return brought{what: "busy"}
	case <-c.Request().Context().Done():
		return brought{what: "broken"}
	}
	listed := &report.Attachment{ID: report.NewID(), Name: filekind.CleanName(given["filename"]), Type: kind}
	return s.storeDocument(c.Request().Context(), f, listed, content)
}

func (s *Server) storeDocument(ctx context.Context, f *recordFile, listed *report.Attachment, content io.Reader) brought {
	err := s.Archive.BeginRecordFile(ctx, f.row.ID, listed.ID, s.Now())
	if errors.Is(err, archive.ErrRecordFull) {
		return brought{what: "full"}
	}
	var sealed seal.Sealed
	if err == nil {
		key := seal.PartKey(f.key.Key, seal.AttachmentKind, listed.ID)
		sealed, err = seal.File(seal.AttachmentHeader(f.row.ID, listed.ID), key, io.LimitReader(content, mostOfDocument+1), func(number int, piece []byte) error {
			return s.Archive.StoreRecordPiece(ctx, listed.ID, number, piece)
		})
	}
	switch {
	case err != nil:
		s.Log.Warn("a file of a record was not stored", "record", f.row.ID, "file", listed.ID, "err", err)
		s.dropDocument(ctx, listed.ID)
		return brought{what: "broken"}
	case sealed.Size > mostOfDocument:
		s.dropDocument(ctx, listed.ID)
		return brought{what: "large"}
	}
	listed.Size, listed.SHA256, listed.Stored = sealed.Size, sealed.SHA256, sealed.Stored
	return brought{file: listed, stored: archive.StoredFile{ID: listed.ID, Record: f.row.ID, Size: sealed.Stored, Pieces: sealed.Pieces}}
}

// drop removes what came in and no entry lists, also when its sender is gone; one that
// an entry lists stays.
func (s *Server) drop(c echo.Context, b brought) {
	if b.file != nil {
		s.dropDocument(c.Request().Context(), b.file.ID)
	}
}

func (s *Server) dropDocument(ctx context.Context, id uuid.UUID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := s.Archive.DropRecordFile(ctx, id); err != nil {
		s.Log.Warn("an unfinished file stays until another begins", "file", id, "err", err)
	}
}

// checkDocument holds a document to what it needs: a file, or a text with a title.
func (fill *filling) checkDocument(act *recordAct) {
	came := fill.brought
	switch {
	case came.what != "":
		fill.faults = append(fill.faults, followup.Fault{Field: "file", What: came.what})
	case came.file != nil:
		act.entry.File, act.file = came.file, &came.stored
		if fill.said.Get("title") == "" && came.file.Name != "" {
			act.entry.Said = append(followup.Said{{Field: "title", Values: []string{came.file.Name}}}, fill.said...)
		}
	default:
		for _, field := range []string{"title", "note"} {
			if fill.said.Get(field) == "" {
				fill.faults = append(fill.faults, followup.Fault{Field: field, What: "empty"})
			}
		}
	}
	if fill.faults != nil && came.file != nil { // a browser sends no file a second time
		fill.faults = append(fill.faults, followup.Fault{Field: "file", What: "again"})
	}
}
