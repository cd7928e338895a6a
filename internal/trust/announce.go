package trust

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"time"
)

// interval is how often a server says which version it uses; the database forgets
// it after ten of them.
const interval = time.Minute

// ServerName names a server for the operator: its machine, and a few digits that
// tell it from others there.
func ServerName(id [16]byte) string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "server"
	}
	return host[:min(len(host), 80)] + "-" + hex.EncodeToString(id[12:])
}

// NewServerID draws what tells one server from all others.
func NewServerID() (id [16]byte) {
	rand.Read(id[:])
	return id
}

// Announce tells the version in use, now, after each reload and every minute, until
// ctx ends. What could not be told is logged and told a minute later.
func (s *Source) Announce(ctx context.Context, tell func(context.Context, *File) error) {
	for {
		attempt, cancel := context.WithTimeout(ctx, interval/2)
		err := tell(attempt, s.File())
		cancel()
		if err != nil && ctx.Err() == nil {
			s.log.Warn("the version of the trust file in use was not announced", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.changed:
		case <-time.After(interval):
		}
	}
}
