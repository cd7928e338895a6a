package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"runtime"
	"strings"
	"sync"
)

// buffers are used again and again. What they held is overwritten: a page may hold
// words of a report.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() *bytes.Buffer {
	if buffer, ok := b.pool.Get().(*bytes.Buffer); ok {
		return buffer
	}
	return new(bytes.Buffer)
}

// mostPooled is how large a buffer is kept for the next page, in bytes. A page that gives
// somebody his endless text back takes a hundred times as much: kept, its buffer would
// go from small page to small page and never be collected.
const mostPooled = 1 << 20

func (b *buffers) put(buffer *bytes.Buffer) {
	clear(buffer.Bytes())
	if buffer.Cap() > mostPooled {
		return
	}
	buffer.Reset()
	b.pool.Put(buffer)
}

// A packer compresses pages. A compressor takes more than a megabyte and keeps a
// processor busy, so there are as many as processors and no more, however many
// visitors come at once.
type packer struct{ idle chan *gzip.Writer }

func newPacker() *packer {
	p := &packer{make(chan *gzip.Writer, runtime.GOMAXPROCS(0))}
	for range cap(p.idle) {
		p.idle <- nil // made when it is first wanted
	}
	return p
}

// leastPacked is the size from which compressing is worth the while.
const leastPacked = 1024

func packable(r *http.Request, page []byte) bool {
	return len(page) >= leastPacked && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// pack writes page to out, compressed at the fastest level: each page is made anew,
// and the last twentieth of its size would take as long again.
func (p *packer) pack(out *bytes.Buffer, page []byte) error {
	z := <-p.idle
	defer func() { p.idle <- z }()
	if z == nil {
		var err error
		if z, err = gzip.NewWriterLevel(out, gzip.BestSpeed); err != nil {
			return err
		}
	}
	z.Reset(out)
	if _, err := z.Write(page); err != nil {
		return err
	}
	return z.Close()
}
