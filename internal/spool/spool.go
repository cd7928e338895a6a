// Package spool keeps sealed reports on disk while PostgreSQL is away, and hands
// them over when it is back. What it holds was sealed before; its file names are
// ids. One spool belongs to one intake process, which a lock makes sure of.
package spool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"recueil/internal/envelope"
)

const (
	suffix  = ".envelope"
	damaged = ".damaged"
)

// A Spool is a folder of envelopes.
type Spool struct {
	dir  string
	lock *os.File
	put  chan struct{}
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
	s := &Spool{dir: dir, lock: lock, put: make(chan struct{}, 1)}
	// A file that was being written when the power went was never acknowledged.
	halves, _ := filepath.Glob(filepath.Join(dir, "*.tmp"))
	for _, half := range halves {
		os.Remove(half)
	}
	return s, nil
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
	temporary, err := os.CreateTemp(s.dir, "*.tmp")
	if err != nil {
		return fmt.Errorf("spooling %s: %w", e.ID, err)
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return fmt.Errorf("spooling %s: %w", e.ID, err)
	}
	if err := os.Rename(temporary.Name(), name); err != nil {
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

// Len counts the envelopes that wait.
func (s *Spool) Len() int { return len(s.names()) }

func (s *Spool) names() []string {
	names, _ := filepath.Glob(filepath.Join(s.dir, "*"+suffix))
	slices.Sort(names)
	return names
}

// Run hands over what waits, again and again until ctx ends, trying less often
// while nothing can be delivered.
func (s *Spool) Run(ctx context.Context, deliver func(context.Context, envelope.Envelope) error, log *slog.Logger) {
	const shortest, longest = time.Second, 30 * time.Second
	wait := shortest
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.put:
		case <-time.After(wait):
		}
		if delivered, kept := s.deliverAll(ctx, deliver, log); kept > 0 && delivered == 0 {
			wait = min(2*wait, longest)
		} else {
			wait = shortest
		}
	}
}

func (s *Spool) deliverAll(ctx context.Context, deliver func(context.Context, envelope.Envelope) error, log *slog.Logger) (delivered, kept int) {
	for _, name := range s.names() {
		content, err := os.ReadFile(name)
		if err != nil {
			log.Error("cannot read a spooled envelope", "file", filepath.Base(name), "err", err)
			kept++
			continue
		}
		var e envelope.Envelope
		if err := e.UnmarshalBinary(content); err != nil {
			log.Error("set a damaged envelope aside", "file", filepath.Base(name), "err", err)
			os.Rename(name, strings.TrimSuffix(name, suffix)+damaged)
			continue
		}
		if err := deliver(ctx, e); err != nil {
			log.Warn("an envelope still waits on disk", "report", e.ReportID, "err", err)
			kept++
			continue
		}
		if err := os.Remove(name); err != nil {
			log.Error("cannot remove a delivered envelope", "report", e.ReportID, "err", err)
		}
		delivered++
	}
	return delivered, kept
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
