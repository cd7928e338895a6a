package trust

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Watch reads the file again whenever the process gets SIGHUP, until ctx ends. A
// refused file is logged and changes nothing.
func (s *Source) Watch(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			if err := s.Reload(); err != nil {
				s.log.Error("trust file refused", "err", err)
			}
		}
	}
}
