// Package spool keeps sealed reports on disk while PostgreSQL is away, and hands
// them over when it is back. What it holds was sealed before; its file names are
// ids. One spool belongs to one intake process, which a lock makes sure of.
//
// Nothing leaves the folder undelivered. What the database refuses, though it is
// there, is tried again less and less often and holds nobody up; a file that is no
// envelope any more is set aside under another name. Both are counted for health.
package spool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"recueil/internal/envelope"
)

const (
	suffix    = ".envelope"
	damaged   = ".damaged"
	temporary = ".tmp"
)

// ErrAway is what a deliverer returns when nothing can be delivered at all: the
// others need not be tried.
var ErrAway = errors.New("nothing can be delivered now")

// How long the spool waits before it tries again: all of it while nothing can be
// delivered, and one envelope that was refused.
const (
	shortest     = time.Second
	longestAway  = 5 * time.Second // one attempt costs nothing, and an urgent report may wait
	longestAlone = 5 * time.Minute
)

// A Spool is a folder of envelopes.
type Spool struct {
	dir     string
	lock    *os.File
	put     chan struct{}
	mu      sync.Mutex
	refused map[string]retry // by file name
}

// A retry says when an envelope that was refused is tried again.
type retry struct {
	at   time.Time
	wait time.Duration
}

// Open takes the folder for this process, making it when it is missing.
func Open(dir string) (*Spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the spool folder cannot be made; name another by --spool-dir: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the spool folder cannot be written; give it to this user or name another by --spool-dir: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("another process uses the spool %s; give each intake a folder of its own by --spool-dir", dir)
	}
	s := &Spool{dir: dir, lock: lock, put: make(chan struct{}, 1), refused: map[string]retry{}}
	// A file that was being written when the power went was never acknowledged.
	halves, err := s.names(temporary)
	for _, half := range halves {
		os.Remove(filepath.Join(dir, half))
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("the spool folder cannot be read; give it to this user or name another by --spool-dir: %w", err)
	}
	return s, syncFolder(filepath.Dir(dir)) // the folder itself must survive the power, too
}

// Close gives the folder back.
func (s *Spool) Close() error { return s.lock.Close() }

// Put returns when the envelope is on disk for good. The same text twice is one
// file; other text under the same id is another.
func (s *Spool) Put(e envelope.Envelope) error {
	content, err := e.MarshalBinary()
	if err != nil {
		return fmt.Errorf("spooling %s: %w", e.ID, err)
	}
	order := "0" // a report comes before what was added to it
	if e.Kind == envelope.Addition {
		order = "1"
	}
	name := filepath.Join(s.dir, fmt.Sprintf("%s-%s-%x%s", e.ReportID, order, e.Tag[:8], suffix))
	half, err := os.CreateTemp(s.dir, "*"+temporary)
	if err != nil {
		return fmt.Errorf("spooling %s: %w", e.ID, err)
	}
	defer os.Remove(half.Name())
	_, err = half.Write(content)
	if err = errors.Join(err, half.Sync(), half.Close()); err != nil {
		return fmt.Errorf("spooling %s: %w", e.ID, err)
	}
	if err := os.Rename(half.Name(), name); err != nil {
		return fmt.Errorf("spooling %s: %w", e.ID, err)
	}
	if err := syncFolder(s.dir); err != nil {
		return fmt.Errorf("spooling %s: %w", e.ID, err)
	}
	select {
	case s.put <- struct{}{}:
	default:
	}
	return nil
}

// Len counts the envelopes that wait. A folder that cannot be read counts as one: nobody
// may take it for empty.
func (s *Spool) Len() int { return s.count(suffix) }

// Holds reports whether anything of the report waits, or may wait.
func (s *Spool) Holds(report fmt.Stringer) bool {
	names, err := s.names(suffix)
	return err != nil || slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, report.String()+"-") })
}

// Damaged counts the files that were set aside, as Len counts.
func (s *Spool) Damaged() int { return s.count(damaged) }

func (s *Spool) count(ending string) int {
	names, err := s.names(ending)
	if err != nil {
		return 1
	}
	return len(names)
}

// Refused counts the envelopes that the database would not take when it was there:
// somebody must look at the log.
func (s *Spool) Refused() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.refused)
}

func (s *Spool) names(ending string) ([]string, error) {
	entries, err := os.ReadDir(s.dir) // sorted
	if err != nil {
		return nil, fmt.Errorf("reading the spool folder: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ending) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// Run hands over what waits, again and again until ctx ends, trying less often
// while nothing can be delivered.
func (s *Spool) Run(ctx context.Context, deliver func(context.Context, envelope.Envelope) error, log *slog.Logger) {
	wait, woken := shortest, s.put
	for {
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-time.After(wait):
		}
		if err := s.deliverAll(ctx, deliver, log); err != nil && ctx.Err() == nil {
			log.Warn("envelopes still wait on disk", "count", s.Len(), "err", err)
			wait, woken = min(2*wait, longestAway), nil // one more report is no sign that the database is back
		} else {
			wait, woken = shortest, s.put
		}
	}
}

// deliverAll tries each envelope whose turn it is. It stops at ErrAway.
func (s *Spool) deliverAll(ctx context.Context, deliver func(context.Context, envelope.Envelope) error, log *slog.Logger) error {
	names, err := s.names(suffix)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !s.due(name) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			log.Error("cannot read a spooled envelope", "file", name, "err", err, "again_in", s.later(name))
			continue
		}
		var e envelope.Envelope
		if err := e.UnmarshalBinary(content); err != nil {
			s.setAside(name, err, log)
			continue
		}
		switch err := deliver(ctx, e); {
		case errors.Is(err, ErrAway) || ctx.Err() != nil:
			return err
		case err != nil:
			log.Error("the database refuses a spooled envelope", "report", e.ReportID, "err", err, "again_in", s.later(name))
			continue
		}
		s.forget(name)
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
			log.Error("cannot remove a delivered envelope", "report", e.ReportID, "err", err, "again_in", s.later(name))
		}
	}
	return nil
}

// setAside keeps what is no envelope any more where nobody tries it again.
func (s *Spool) setAside(name string, why error, log *slog.Logger) {
	aside := strings.TrimSuffix(name, suffix) + "." + rand.Text()[:8] + damaged // never over another one
	if err := os.Rename(filepath.Join(s.dir, name), filepath.Join(s.dir, aside)); err != nil {
		log.Error("cannot set a damaged envelope aside", "file", name, "err", err, "again_in", s.later(name))
		return
	}
	s.forget(name)
	log.Error("set a damaged envelope aside", "file", aside, "err", why)
}

func (s *Spool) due(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !time.Now().Before(s.refused[name].at)
}

// later puts an envelope off, each time for twice as long.
func (s *Spool) later(name string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := min(max(shortest, 2*s.refused[name].wait), longestAlone)
	s.refused[name] = retry{time.Now().Add(wait), wait}
	return wait
}

func (s *Spool) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refused, name)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
