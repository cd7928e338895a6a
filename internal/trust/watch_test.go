package trust_test

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"recueil/internal/trust"
)

func TestHangupLoadsTheNewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trust.json")
	install(t, path, good(t).raw(t))
	source, err := trust.NewSource(trust.Options{Path: path}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	kept := make(chan os.Signal, 1)
	signal.Notify(kept, syscall.SIGHUP) // until the source listens, the signal would end this program
	defer signal.Stop(kept)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { source.Watch(ctx); close(ended) }()
	next := good(t)
	next.Version = 4
	install(t, path, next.raw(t))
	for range 100 {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		if source.File().Version() == 4 {
			break
		}
	}
	if got := source.File().Version(); got != 4 {
		t.Errorf("version %d is in use after the signal", got)
	}
	stop()
	<-ended
}
