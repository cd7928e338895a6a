package intake

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

	"github.com/labstack/echo/v4"

	"recueil/internal/filekind"
	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// Files keeps sealed files, piece by piece. It is the inbox.
type Files interface {
	BeginFile(ctx context.Context, owner, id report.ID, size int64, expires time.Time, room inbox.Room) error
	StorePiece(ctx context.Context, id report.ID, number int, piece []byte) error
	FinishFile(ctx context.Context, f inbox.StoredFile) error
	KeepFiles(ctx context.Context, owner report.ID, expires time.Time) error
	RemoveFile(ctx context.Context, owner, id report.ID) error
	RemoveFiles(ctx context.Context, owner report.ID) error
	RemoveOthers(ctx context.Context, owner report.ID, than []report.ID) error
}

// FileLimits bound the files of visitors. Beyond them files are refused, reports never.
type FileLimits struct {
	Most int   // with one report, or one addition
	Size int64 // of one, in bytes
	Room inbox.Room
}

// DefaultFileLimits are those of the settings.
func DefaultFileLimits() FileLimits {
	return FileLimits{Most: 10, Size: 25e6, Room: inbox.Room{Unsent: 2e9}}
}

const (
	// filesAtOnce bounds the files that come in at a time: each takes about 4 MB of
	// memory: the piece that is sealed and the two that the database takes.
	filesAtOnce = 32
	turnAwaited = 10 * time.Second // for one of these places

	// fileGrace is how much longer than its draft a file lives: a report on its way
	// over the disk of an intake finds its files.
	fileGrace = 6 * time.Hour

	pieceTime = 30 * time.Second // for the database to take one piece
)

// A filing says what files will belong to: the id of a report or addition to come,
// and the key in its body that theirs come from.
type filing struct {
	owner   report.ID
	caseKey secret.Key
	life    time.Duration // of what lists them until then
	most    int64         // bytes that the next can have
}

// An upload is a form with files, as it came: what was filled in beside them, the
// files that are sealed and stored, and why the last one is not.
type upload struct {
	fields  url.Values
	files   []report.Attachment
	problem fileProblem
	beside  int // bytes of the fields
}

// fileProblem is why a file was not taken. Its words stand under "problem.file.".
type fileProblem string

func (p fileProblem) Error() string { return "a file was not taken: " + string(p) }

const (
	fileNone     fileProblem = "none" // chosen, though the button to add one was pressed
	fileEmpty    fileProblem = "empty"
	fileTooLarge fileProblem = "too_large"
	fileTooMany  fileProblem = "too_many"
	fileProgram  fileProblem = "program"
	fileType     fileProblem = "type"
	fileNoRoom   fileProblem = "no_room"
	fileBusy     fileProblem = "busy"
	fileBroken   fileProblem = "broken"
)

// mostBeside bounds all inputs together that come beside files: names, values and what
// each takes in memory.
const (
	mostBeside = 64 << 10
	eachBeside = 64
)

// pace lets a body with files come in as slowly as a visitor's line has it.
func (s *Server) pace(c echo.Context) (rest func()) {
	return web.Pace(c.Response(), c.Request(), 2*s.FileLimits.Size+web.MaxForm)
}

// readUpload reads a form that may bring files, and stores at most room of them. It
// keeps nothing but the piece under way in memory and writes to no disk. A file that is
// refused costs only itself. Whoever does not list the files afterwards must remove
// them. The errors are those of web.ReadForm; a connection that broke is no error but
// the problem fileBroken.
func (s *Server) readUpload(c echo.Context, to filing, room int) (up upload, err error) {
	defer func() {
		if up.problem != "" && s.Refused != nil {
			s.Refused(string(up.problem))
		}
	}()
	r := c.Request()
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		form, err := s.readForm(c)
		return upload{fields: form}, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return upload{}, web.ErrUnreadable
	}
	if to.most = s.FileLimits.Size; r.ContentLength > 0 {
		to.most = min(to.most, r.ContentLength)
	}
	up = upload{fields: url.Values{}}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return up, nil
		}
		if err == nil {
			err = s.readPart(r.Context(), &up, part, to, room)
		}
		if err != nil {
			if up.problem == "" {
				up.problem = fileBroken
			}
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				up.problem = fileTooLarge
			}
			return up, nil
		}
	}
}

func (s *Server) readPart(ctx context.Context, up *upload, part *multipart.Part, to filing, room int) error {
	_, isFile, err := dispositionOf(part)
	if err != nil {
		return err
	}
	if !isFile {
		value, err := io.ReadAll(io.LimitReader(part, mostBeside))
		if up.beside += len(part.FormName()) + len(value) + eachBeside; up.beside > mostBeside {
			return web.ErrTooLarge
		}
		up.fields.Add(part.FormName(), string(value))
		return err
	}
	content := bufio.NewReaderSize(part, filekind.HeadSize)
	if _, err := content.Peek(1); errors.Is(err, io.EOF) && part.FileName() == "" {
		return nil // none was chosen
	}
	if len(up.files) >= room {
		up.problem = fileTooMany
		return nil
	}
	file, err := s.receiveFile(ctx, to, part, content)
	var refused fileProblem
	switch {
	case errors.As(err, &refused):
		up.problem = refused
		if refused == fileBroken {
			return err
		}
	case err != nil:
		s.Log.Error("a file was not stored", "owner", to.owner, "err", err)
		up.problem = fileNoRoom
	default:
		up.files = append(up.files, file)
	}
	return nil
}

// dispositionOf tells a file from an input: a file has a name, even an empty one.
func dispositionOf(part *multipart.Part) (name string, isFile bool, err error) {
	_, given, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return "", false, web.ErrUnreadable
	}
	name, isFile = given["filename"]
	return name, isFile, nil
}

// receiveFile seals and stores one file while it comes in. What is not whole leaves
// nothing behind.
func (s *Server) receiveFile(ctx context.Context, to filing, part *multipart.Part, content *bufio.Reader) (report.Attachment, error) {
	leave, err := s.takeTurn(ctx)
	if err != nil {
		return report.Attachment{}, err
	}
	defer leave()
	head, err := content.Peek(filekind.HeadSize)
	switch {
	case len(head) == 0 && errors.Is(err, io.EOF):
		return report.Attachment{}, fileEmpty
	case err != nil && !errors.Is(err, io.EOF):
		return report.Attachment{}, fileBroken
	}
	kind, err := filekind.Of(head)
	switch {
	case errors.Is(err, filekind.ErrProgram):
		return report.Attachment{}, fileProgram
	case err != nil:
		return report.Attachment{}, fileType
	}
	name, _, err := dispositionOf(part)
	if err != nil {
		return report.Attachment{}, err
	}
	file := report.Attachment{ID: report.NewID(), Name: filekind.CleanName(name), Type: kind}
	sealed, err := s.storeFile(ctx, to, file.ID, content)
	if err != nil {
		// Whoever closes the connection does not take this with him.
		s.dropFile(ctx, to.owner, file.ID)
		return report.Attachment{}, err
	}
	file.Size, file.SHA256, file.Stored = sealed.Size, sealed.SHA256, sealed.Stored
	return file, nil
}

func (s *Server) storeFile(ctx context.Context, to filing, id report.ID, content io.Reader) (seal.Sealed, error) {
	longest := fileGrace + time.Duration(s.FileLimits.Size/web.Stretch)*web.StretchTime
	begun, cancel := context.WithTimeout(ctx, pieceTime)
	defer cancel()
	err := s.Files.BeginFile(begun, to.owner, id, seal.SealedSize(to.most), s.Now().Add(longest), s.FileLimits.Room)
	switch {
	case errors.Is(err, inbox.ErrNoRoom):
		return seal.Sealed{}, fileNoRoom
	case err != nil:
		return seal.Sealed{}, err
	}
	key := seal.PartKey(to.caseKey, seal.AttachmentKind, id)
	sealed, err := seal.File(seal.AttachmentHeader(to.owner, id), key, &bounded{from: content, left: s.FileLimits.Size}, func(number int, piece []byte) error {
		ctx, cancel := context.WithTimeout(ctx, pieceTime)
		defer cancel()
		return s.Files.StorePiece(ctx, id, number, piece)
	})
	if err != nil {
		return sealed, err
	}
	finished, cancel := context.WithTimeout(ctx, pieceTime)
	defer cancel()
	return sealed, s.Files.FinishFile(finished, inbox.StoredFile{Owner: to.owner, ID: id, Size: sealed.Stored, Pieces: sealed.Pieces, Expires: s.Now().Add(to.life + fileGrace)})
}

// dropFile removes a file that nothing lists, also when its sender is gone. What
// cannot be removed now expires.
func (s *Server) dropFile(ctx context.Context, owner, id report.ID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	if err := s.Files.RemoveFile(ctx, owner, id); err != nil {
		s.Log.Warn("an unfinished file stays until it expires", "file", id, "err", err)
	}
}

func (s *Server) dropFiles(ctx context.Context, owner report.ID, files []report.Attachment) {
	for _, file := range files {
		s.dropFile(ctx, owner, file.ID)
	}
}

// takeTurn waits for one of the places for files that come in.
func (s *Server) takeTurn(ctx context.Context) (leave func(), err error) {
	waited := time.NewTimer(turnAwaited)
	defer waited.Stop()
	select {
	case s.receiving <- struct{}{}:
		return func() { <-s.receiving }, nil
	case <-waited.C:
		return nil, fileBusy
	case <-ctx.Done():
		return nil, fileBroken
	}
}

// bounded reads a file up to the limit, and says how it ended.
type bounded struct {
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	b.left -= int64(n)
	switch {
	case b.left < 0:
		return 0, fileTooLarge
	case err != nil && !errors.Is(err, io.EOF):
		return n, fileBroken
	}
	return n, err
}
