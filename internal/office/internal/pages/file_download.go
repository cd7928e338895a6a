package pages

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/web"
)

// harmless makes of an answer that is a file nothing but a file: no script, no form,
// no origin, no guess at what else it may be.
func harmless(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	c.Response().Header().Set("X-Content-Type-Options", "nosniff")
	c.Response().Header().Set("Cache-Control", "no-store")
}

// download sends the original, byte for byte. Each request stands in the trail.
func (s *Server) download(c echo.Context, v *visit) error {
	f, err := s.openedFile(c, v)
	if err != nil {
		return err
	}
	if f.frozen() {
		return errFrozen
	}
	if f.broken {
		return errDamaged
	}
	if err := s.Trail.Append(c.Request().Context(), s.fileEvent(v, f, "attachment.download")); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": saveName(f.listed.Name, f.kind)}))
	return s.sendOriginal(c, f.heldFile, "application/octet-stream")
}

// fileSound lets the player of the page hear a file, from any place.
func (s *Server) fileSound(c echo.Context, _ *visit, f *openedFile) error {
	if !f.kind.Sound() {
		return web.ErrNotFound
	}
	return s.sendOriginal(c, f.heldFile, string(f.kind))
}

// sendOriginal sends an original in constant memory. One that turns out to be damaged ends
// the connection: a wrong file must not look like a finished one.
func (s *Server) sendOriginal(c echo.Context, f *heldFile, contentType string) error {
	content, pieces, err := f.open(c.Request().Context())
	if err != nil {
		return err
	}
	defer pieces.Close()
	return s.sendContent(c, content, outgoing{f.owner, f.listed, contentType})
}

// An outgoing file is on its way to who asked for it.
type outgoing struct {
	of     report.ID // what it belongs to
	listed report.Attachment
	as     string // what the answer says it is
}

func (s *Server) sendContent(c echo.Context, content *io.SectionReader, f outgoing) error {
	harmless(c)
	h := c.Response().Header()
	h.Set("Content-Type", f.as)
	if digest, err := hex.DecodeString(f.listed.SHA256); err == nil && len(digest) == sha256.Size {
		encoded := base64.StdEncoding.EncodeToString(digest)
		h.Set("Repr-Digest", "sha-256=:"+encoded+":")
		h.Set("Digest", "sha-256="+encoded)
		h.Set("ETag", `"`+f.listed.SHA256+`"`)
	}
	original := newOriginal(content, f.listed.SHA256)
	// The limits of an answer are for pages. Who fetches a large file may take as long
	// as it takes, while some of it arrives.
	deadlines := http.NewResponseController(c.Response())
	original.progress = func() { deadlines.SetWriteDeadline(time.Now().Add(time.Minute)) }
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, original)
	if original.err != nil && c.Request().Context().Err() == nil {
		s.Log.Error("a file broke off", "of", f.of, "file", f.listed.ID, "err", original.err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// An original is read from any place. Read from the first to the last byte, its end
// comes only when the digest of all is the one that its owner's body lists.
type original struct {
	content  *io.SectionReader
	ahead    *bufio.Reader
	at       int64
	hashed   int64 // up to here everything was read, in order
	hash     hash.Hash
	digest   string
	progress func()
	err      error
}

// aheadBytes is four of age's chunks: fewer would be allocated anew for each read.
const aheadBytes = 256 << 10

func newOriginal(content *io.SectionReader, digest string) *original {
	return &original{content: content, ahead: bufio.NewReaderSize(content, aheadBytes), hash: sha256.New(), digest: digest}
}

func (o *original) Read(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	if o.progress != nil && o.ahead.Buffered() == 0 {
		o.progress()
	}
	n, err := o.ahead.Read(p)
	if err != nil && err != io.EOF {
		o.err = err
		return 0, o.err
	}
	if o.at == o.hashed {
		o.hash.Write(p[:n])
		o.hashed += int64(n)
		if n > 0 && o.hashed == o.content.Size() && hex.EncodeToString(o.hash.Sum(nil)) != o.digest {
			o.err = fmt.Errorf("%w: it is not what was sent", unseal.ErrDamaged)
			return 0, o.err
		}
	}
	o.at += int64(n)
	return n, err
}

func (o *original) Seek(offset int64, whence int) (int64, error) {
	at, err := o.content.Seek(offset, whence)
	if err != nil {
		return 0, err
	}
	o.ahead.Reset(o.content)
	o.at = at
	return at, nil
}
