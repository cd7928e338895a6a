// Package scan has a running clamd of the same machine look through a file.
//
// clamd reads the file in clear and may write it to its temporary folder, so it is
// only spoken to where the operator says so, on this machine, about a file that
// somebody with a reason just opened; `recueil doctor` checks that the folder lies in
// memory. A verdict is advice: nothing is refused or lost for it, and a clamd that is
// away, slow or refuses leaves a file that was not scanned.
package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"
	"unicode"
)

// A Verdict is what clamd says of a file.
type Verdict int

// The verdicts.
const (
	NotScanned Verdict = iota
	NothingFound
	ThreatFound
)

const (
	patience   = 15 * time.Second // for a whole file: staff wait for it
	chunk      = 256 << 10
	answerSize = 1 << 10
	nameSize   = 100
)

// A Result is a verdict, and the name that clamd gives to a threat.
type Result struct {
	Verdict Verdict
	Threat  string
}

// A Scanner knows where clamd listens.
type Scanner struct{ network, address string }

// New takes unix:/path or host:port, where the host is this machine; "" scans nothing
// and returns nil, which is a Scanner that is off.
func New(address string) (*Scanner, error) {
	if address == "" {
		return nil, nil
	}
	if path, is := strings.CutPrefix(address, "unix:"); is && strings.HasPrefix(path, "/") {
		return &Scanner{"unix", path}, nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return nil, errors.New("clamd must be on this machine: give unix:/run/clamav/clamd.ctl, or 127.0.0.1 and a port; files go there in clear")
	}
	return &Scanner{"tcp", address}, nil
}

// File sends a file to clamd. The error says why it was not scanned, and wraps that of
// reading the original, if that is why.
func (s *Scanner) File(ctx context.Context, original io.Reader) (Result, error) {
	answer, err := s.ask(ctx, "INSTREAM", original)
	if err != nil {
		return Result{}, err
	}
	said := strings.TrimPrefix(answer, "stream: ")
	switch name, found := strings.CutSuffix(said, " FOUND"); {
	case said == "OK":
		return Result{Verdict: NothingFound}, nil
	case found:
		return Result{ThreatFound, clean(name)}, nil
	}
	return Result{}, fmt.Errorf("clamd refuses: %s", clean(said))
}

// Ping asks whether clamd is there.
func (s *Scanner) Ping(ctx context.Context) error {
	answer, err := s.ask(ctx, "PING", nil)
	if err == nil && answer != "PONG" {
		err = errors.New("what answers is no clamd")
	}
	return err
}

func (s *Scanner) ask(ctx context.Context, command string, original io.Reader) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", fmt.Errorf("reaching clamd: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := io.WriteString(conn, "z"+command+"\x00"); err != nil {
		return "", fmt.Errorf("asking clamd: %w", err)
	}
	var unsent error
	if original != nil {
		var unread error
		if unread, unsent = stream(conn, original); unread != nil {
			return "", fmt.Errorf("reading what is to be scanned: %w", unread)
		}
	}
	// One that takes no more of a large file has said why.
	answer, err := bufio.NewReader(io.LimitReader(conn, answerSize)).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("hearing from clamd: %w", errors.Join(unsent, err))
	}
	return strings.TrimSuffix(answer, "\x00"), nil
}

// stream sends a file in chunks, each after its length; an empty one is the end.
func stream(w io.Writer, original io.Reader) (unread, unsent error) {
	piece := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(original, piece[4:])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err, nil
		}
		if n > 0 {
			binary.BigEndian.PutUint32(piece, uint32(n))
			if _, err := w.Write(piece[:4+n]); err != nil {
				return nil, err
			}
		}
		if err != nil {
			_, err := w.Write(make([]byte, 4))
			return nil, err
		}
	}
}

// clean makes one short line of what another program says.
func clean(text string) string {
	runes := []rune(strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text), ""))
	return string(runes[:min(len(runes), nameSize)])
}
