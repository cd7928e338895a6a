package trust

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
)

// Options say where the trust file is and what it must be.
type Options struct {
	Path         string
	Fingerprint  string // hexadecimal SHA-256; empty accepts any file
	AllowClassic bool
}

// A Source holds the trust file in use and reads it again when told to.
type Source struct {
	options Options
	log     *slog.Logger
	file    atomic.Pointer[File]
}

// NewSource reads the file for the first time.
func NewSource(o Options, log *slog.Logger) (*Source, error) {
	file, err := load(o)
	if err != nil {
		return nil, err
	}
	s := &Source{options: o, log: log}
	s.file.Store(file)
	log.Info("trust file in use", "version", file.Version(), "fingerprint", file.Fingerprint())
	return s, nil
}

// File returns the version in use.
func (s *Source) File() *File { return s.file.Load() }

// Reload reads the file again. A file that is refused, or older than the one in
// use, changes nothing.
func (s *Source) Reload() error {
	file, err := load(s.options)
	if err != nil {
		return fmt.Errorf("keeping version %d of the trust file: %w", s.File().Version(), err)
	}
	if file.Version() < s.File().Version() {
		return fmt.Errorf("keeping version %d of the trust file: the new one is version %d; number it upwards", s.File().Version(), file.Version())
	}
	s.file.Store(file)
	s.log.Info("trust file in use", "version", file.Version(), "fingerprint", file.Fingerprint())
	return nil
}

func load(o Options) (*File, error) {
	raw, err := os.ReadFile(o.Path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the trust file; make it with `recueil init` and name it by --trust-file: %w", err)
	}
	file, err := Parse(raw, o.AllowClassic)
	if err != nil {
		return nil, err
	}
	if o.Fingerprint != "" && !strings.EqualFold(o.Fingerprint, file.Fingerprint()) {
		return nil, fmt.Errorf("the trust file has the fingerprint %s, not the one of --trust-fingerprint; compare it with the file that was approved", file.Fingerprint())
	}
	return file, nil
}
