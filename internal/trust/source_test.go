package trust_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recueil/internal/trust"
)

func install(t *testing.T, path string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReloadKeepsTheOldFileWhenTheNewOneIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trust.json")
	first := good(t)
	install(t, path, first.raw(t))
	source, err := trust.NewSource(trust.Options{Path: path}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	inUse := source.File()

	older, planted, unknown := good(t), good(t), good(t)
	older.Version = 2
	planted.Version, planted.Teams[0].Epochs[1].Recipient = 4, classic(t)
	unknown.Version, unknown.Format = 4, "recueil.trust/9"
	for name, raw := range map[string][]byte{
		"no JSON": []byte("{"), "an empty file": nil, "an older version": older.raw(t), "a classic key": planted.raw(t), "an unknown format": unknown.raw(t),
	} {
		install(t, path, raw)
		if err := source.Reload(); err == nil || !strings.Contains(err.Error(), "keeping version 3") {
			t.Errorf("%s: the reload says %v", name, err)
		}
		if source.File() != inUse {
			t.Fatalf("%s took the place of the file in use", name)
		}
	}
	os.Remove(path)
	if err := source.Reload(); err == nil || source.File() != inUse {
		t.Errorf("a file that is gone: %v", err)
	}

	next := good(t)
	next.Version = 4
	install(t, path, next.raw(t))
	if err := source.Reload(); err != nil {
		t.Fatal(err)
	}
	if source.File().Version() != 4 || source.File().Receiving().Recipient != next.Teams[0].Epochs[1].Recipient {
		t.Error("the new file is not in use")
	}
}

func TestFingerprintBindsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trust.json")
	approved, log := good(t), slog.New(slog.DiscardHandler)
	file, err := trust.Parse(approved.raw(t), false)
	if err != nil {
		t.Fatal(err)
	}
	options := trust.Options{Path: path, Fingerprint: strings.ToUpper(file.Fingerprint())}

	if _, err := trust.NewSource(options, log); err == nil || !strings.Contains(err.Error(), "--trust-file") {
		t.Errorf("a missing file gives %v", err)
	}
	install(t, path, good(t).raw(t)) // sound, but with keys nobody approved
	if _, err := trust.NewSource(options, log); err == nil || !strings.Contains(err.Error(), "--trust-fingerprint") {
		t.Errorf("another file gives %v", err)
	}
	install(t, path, approved.raw(t))
	source, err := trust.NewSource(options, log)
	if err != nil {
		t.Fatal(err)
	}
	newer := good(t)
	newer.Version = 9
	install(t, path, newer.raw(t))
	if err := source.Reload(); err == nil || source.File().Fingerprint() != file.Fingerprint() {
		t.Errorf("a file of another fingerprint was loaded: %v", err)
	}
}

func TestApprovedFingerprintsAreReadAgainWithTheFile(t *testing.T) {
	dir := t.TempDir()
	path, approved := filepath.Join(dir, "trust.json"), filepath.Join(dir, "trust.fingerprint")
	old, next, log := good(t), good(t), slog.New(slog.DiscardHandler)
	next.Version = 4
	fingerprint := func(d document) string {
		file, err := trust.Parse(d.raw(t), false)
		if err != nil {
			t.Fatal(err)
		}
		return file.Fingerprint()
	}
	options := trust.Options{Path: path, FingerprintFile: approved}
	install(t, path, old.raw(t))
	if _, err := trust.NewSource(options, log); err == nil || !strings.Contains(err.Error(), "--trust-fingerprint-file") {
		t.Errorf("without the list: %v", err)
	}
	for name, list := range map[string]string{"an empty list": "", "a list of comments": "# nothing\n\n", "another file's": fingerprint(next), "no fingerprint": "abc\n"} {
		install(t, approved, []byte(list))
		if _, err := trust.NewSource(options, log); err == nil || !strings.Contains(err.Error(), "--trust-fingerprint-file") {
			t.Errorf("%s: %v", name, err)
		}
	}
	install(t, approved, []byte("# version 3\n"+strings.ToUpper(fingerprint(old))+"  trust.json\n"))
	source, err := trust.NewSource(options, log)
	if err != nil {
		t.Fatal(err)
	}
	install(t, path, next.raw(t))
	if err := source.Reload(); err == nil || source.File().Version() != 3 {
		t.Errorf("a file nobody approved is in use: version %d, %v", source.File().Version(), err)
	}
	install(t, approved, []byte(fingerprint(old)+"\n"+fingerprint(next)+"\n"))
	if err := source.Reload(); err != nil || source.File().Version() != 4 {
		t.Errorf("the approved file is not in use: version %d, %v", source.File().Version(), err)
	}
	install(t, path, old.raw(t)) // approved once, and rolled back
	if err := source.Reload(); err == nil || source.File().Version() != 4 {
		t.Errorf("the old file came back: version %d, %v", source.File().Version(), err)
	}
	options.Fingerprint = fingerprint(old)
	if _, err := trust.NewSource(options, log); err == nil || !strings.Contains(err.Error(), "both") {
		t.Errorf("two settings for one thing: %v", err)
	}
}

func TestVersionIsAnnouncedAgainAfterAReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trust.json")
	install(t, path, good(t).raw(t))
	source, err := trust.NewSource(trust.Options{Path: path}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	told := make(chan int)
	go source.Announce(ctx, func(_ context.Context, f *trust.File) error { told <- f.Version(); return nil })
	next := good(t)
	next.Version = 7
	for _, want := range []int{3, 7} {
		select {
		case got := <-told:
			if got != want {
				t.Errorf("version %d is announced, want %d", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("version %d was not announced", want)
		}
		install(t, path, next.raw(t))
		if err := source.Reload(); err != nil {
			t.Fatal(err)
		}
	}
}
