// Package clamdtest is a clamd for tests: it speaks what the real one speaks of
// INSTREAM and PING, and says of every file what the test wants.
package clamdtest

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
)

// A Clamd listens until its test ends.
type Clamd struct {
	Address string
	net.Listener

	mu     sync.Mutex
	seen   []byte
	answer string
}

// Start listens at an address.
func Start(t testing.TB, network, address string) *Clamd {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	c := &Clamd{Address: l.Addr().String(), answer: "stream: OK\x00", Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.serve(conn)
		}
	}()
	return c
}

// Says sets the answer to each file from now on.
func (c *Clamd) Says(answer string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

// Seen is the file that was sent last.
func (c *Clamd) Seen() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen
}

func (c *Clamd) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	switch command, _ := r.ReadString(0); command {
	case "zPING\x00":
		io.WriteString(conn, "PONG\x00")
	case "zINSTREAM\x00":
		var file []byte
		for {
			var size [4]byte
			if _, err := io.ReadFull(r, size[:]); err != nil {
				return
			}
			n := binary.BigEndian.Uint32(size[:])
			if n == 0 {
				break
			}
			piece := make([]byte, n)
			if _, err := io.ReadFull(r, piece); err != nil {
				return
			}
			file = append(file, piece...)
		}
		c.mu.Lock()
		c.seen = file
		answer := c.answer
		c.mu.Unlock()
		io.WriteString(conn, answer)
	}
}
