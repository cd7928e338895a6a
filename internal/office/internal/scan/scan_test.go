package scan_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"recueil/internal/office/internal/scan"
	"recueil/internal/testing/clamdtest"
)

func TestVerdicts(t *testing.T) {
	clamd := clamdtest.Start(t, "tcp", "127.0.0.1:0")
	s, err := scan.New(clamd.Address)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	large := bytes.Repeat([]byte("x"), 3<<20)
	for name, c := range map[string]struct {
		original, answer string
		want             scan.Result
		says             string
	}{
		"nothing":               {original: string(large), answer: "stream: OK\x00", want: scan.Result{Verdict: scan.NothingFound}},
		"an empty file":         {answer: "stream: OK\x00", want: scan.Result{Verdict: scan.NothingFound}},
		"a threat":              {original: "MZ", answer: "stream: Win.Test FOUND\x00", want: scan.Result{Verdict: scan.ThreatFound, Threat: "Win.Test"}},
		"a name with lines":     {original: "MZ", answer: "stream: a\n\x1b[31m FOUND\x00", want: scan.Result{Verdict: scan.ThreatFound, Threat: "a  [31m"}},
		"a file of FOUND":       {original: "stream: X FOUND", answer: "stream: OK\x00", want: scan.Result{Verdict: scan.NothingFound}},
		"too large for it":      {original: string(large), answer: "INSTREAM size limit exceeded. ERROR\x00", says: "size limit"},
		"an answer without end": {original: "x", answer: strings.Repeat("OK", 4096), says: "hearing"},
		"half an answer":        {original: "x", answer: "stream: OK", says: "hearing"},
	} {
		clamd.Says(c.answer)
		got, err := s.File(t.Context(), strings.NewReader(c.original))
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if seen := clamd.Seen(); c.says == "" && string(seen) != c.original {
			t.Errorf("%s: %d bytes were scanned of %d", name, len(seen), len(c.original))
		}
	}
}

func TestAFileThatDoesNotReadIsNotScanned(t *testing.T) {
	clamd := clamdtest.Start(t, "unix", filepath.Join(t.TempDir(), "ctl"))
	s, err := scan.New("unix:" + clamd.Address)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("abîmé")
	if got, err := s.File(t.Context(), failing{broken}); got.Verdict != scan.NotScanned || !errors.Is(err, broken) {
		t.Errorf("%+v, %v", got, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if got, err := s.File(ended, strings.NewReader("x")); got.Verdict != scan.NotScanned || err == nil {
		t.Errorf("nobody waits: %+v, %v", got, err)
	}
	clamd.Close()
	if got, err := s.File(t.Context(), strings.NewReader("x")); got.Verdict != scan.NotScanned || err == nil || s.Ping(t.Context()) == nil {
		t.Errorf("nobody listens: %+v, %v", got, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestFilesLeaveThisMachineForNobody(t *testing.T) {
	for address, fine := range map[string]bool{"": true, "unix:/run/clamav/clamd.ctl": true, "127.0.0.1:3310": true, "[::1]:3310": true,
		"10.0.0.5:3310": false, "clamd:3310": false, "unix:clamd.ctl": false, "127.0.0.1": false, "0.0.0.0:3310": false} {
		if _, err := scan.New(address); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
	}
}
