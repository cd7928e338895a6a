package trust

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// Options say where the trust file is and what it must be. Without a fingerprint any
// sound file is taken.
type Options struct {
	Path        string
	Fingerprint string // hexadecimal SHA-256
	// FingerprintFile lists the fingerprints that were approved, one on each line. It
	// is read again together with the trust file, which a setting cannot be: with two
	// lines in it, a new trust file can take the place of the old one at any moment.
	FingerprintFile string
	AllowClassic    bool
}

// A Source holds the trust file in use and reads it again when told to.
type Source struct {
	options Options
	log     *slog.Logger
	file    atomic.Pointer[File]
	changed chan struct{} // wakes who announces the version
}

// NewSource reads the file for the first time.
func NewSource(o Options, log *slog.Logger) (*Source, error) {
	file, err := load(o)
	if err != nil {
		return nil, err
	}
	s := &Source{options: o, log: log, changed: make(chan struct{}, 1)}
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
	select {
	case s.changed <- struct{}{}:
	default:
	}
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
	approved, setting, err := o.approved()
	if err != nil {
		return nil, err
	}
	if setting != "" && !slices.Contains(approved, file.Fingerprint()) {
		return nil, fmt.Errorf("the trust file has the fingerprint %s, not one of %s; compare it with the file that was approved", file.Fingerprint(), setting)
	}
	return file, nil
}

// approved lists the fingerprints that pass, and the setting they come from; none is
// set when that is empty.
func (o Options) approved() (fingerprints []string, setting string, err error) {
	switch {
	case o.Fingerprint != "" && o.FingerprintFile != "":
		return nil, "", errors.New("--trust-fingerprint and --trust-fingerprint-file are both set; keep the file, which SIGHUP reads again")
	case o.Fingerprint != "":
		return []string{strings.ToLower(o.Fingerprint)}, "--trust-fingerprint", nil
	case o.FingerprintFile == "":
		return nil, "", nil
	}
	raw, err := os.ReadFile(o.FingerprintFile)
	if err != nil {
		return nil, "", fmt.Errorf("cannot read the approved fingerprints; name their file by --trust-fingerprint-file: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		words := strings.Fields(line) // a comment or a name may follow, as sha256sum writes it
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if sum, err := hex.DecodeString(words[0]); err != nil || len(sum) != 32 {
			return nil, "", errors.New("a line of --trust-fingerprint-file begins with no fingerprint; write the 64 digits that `recueil team rotate` printed")
		}
		fingerprints = append(fingerprints, strings.ToLower(words[0]))
	}
	return fingerprints, "--trust-fingerprint-file", nil
}
