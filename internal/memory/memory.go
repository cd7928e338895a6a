// Package memory bounds what a process of the service holds. A burst may fill memory up
// to a limit that the process chooses, nothing is refused beyond it, only collected
// sooner; and once nobody asks for anything what the burst left goes back to the system,
// which Go by itself takes its time for.
package memory

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// quiet is how long nothing must have been collected before memory is given back.
const quiet = 10 * time.Second

// Limit is what the process may take in bytes before collecting harder, unless the
// operator's GOMEMLIMIT says otherwise.
func Limit(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}

// GrowBy is by how many percent the heap may grow before it is collected, unless the
// operator's GOGC says otherwise.
func GrowBy(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// GiveBack returns what the start left, and after each burst what it left, until ctx
// ends.
func GiveBack(ctx context.Context) {
	debug.FreeOSMemory()
	cycles := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}}
	var last, released uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(quiet):
		}
		metrics.Read(cycles)
		now := cycles[0].Value.Uint64()
		if now == last && now != released {
			debug.FreeOSMemory()
			released = now
		}
		last = now
	}
}
