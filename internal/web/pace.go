package web

import (
	"bufio"
	"io"
	"net/http"
	"time"
)

const (
	// A sender may be slow, not silent: each stretch of what he sends has a minute, about
	// 35 kbit/s, so that 25 MB come in over a bad telephone line, too.
	Stretch     = 256 << 10
	StretchTime = time.Minute
)

// Pace lets a body with files come in as slowly as its sender's line has it; the
// server's own limits are for requests without. What the handler leaves unread is read
// on for a while by rest before the answer goes out: a browser that is cut off while it
// sends shows an error of its own instead.
func Pace(w http.ResponseWriter, r *http.Request, most int64) (rest func()) {
	body := http.MaxBytesReader(w, &paced{from: wholesale{bufio.NewReaderSize(r.Body, ahead), r.Body}, control: http.NewResponseController(w)}, most)
	r.Body = body
	return func() { _, _ = io.Copy(io.Discard, body) }
}

// ahead is what is read from a connection at a time. The reader of forms asks for 4 KiB,
// each of which would be a call to the kernel of its own.
const ahead = 64 << 10

// wholesale reads a body by larger pieces than it is asked for.
type wholesale struct {
	io.Reader
	io.Closer
}

// paced reads a body for as long as it keeps coming.
type paced struct {
	from    io.ReadCloser
	control *http.ResponseController
	left    int // of the stretch
}

func (p *paced) Read(b []byte) (int, error) {
	if p.left <= 0 {
		p.left = Stretch
		now := time.Now()
		// A writer that knows no deadlines has none to put off.
		_ = p.control.SetReadDeadline(now.Add(StretchTime))
		_ = p.control.SetWriteDeadline(now.Add(2 * StretchTime))
	}
	n, err := p.from.Read(b)
	p.left -= n
	return n, err
}

func (p *paced) Close() error { return p.from.Close() }
