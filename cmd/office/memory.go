package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// heapLimit bounds what the heap grows to before it is collected, in bytes. Two
// passphrases being opened take 64 MiB each, and leave as much behind: without it a
// dozen log-ins at once made 400 MiB.
const heapLimit = 200 << 20

// tune keeps memory within a limit and gives it back once nobody asks for anything,
// unless the operator's GOMEMLIMIT says otherwise; and lets requests run beside the
// passphrases being opened, which compute for half a second each: by Go's default as
// many of them as there are processors would keep every page waiting.
func tune(ctx context.Context) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapLimit)
	}
	const quiet = 10 * time.Second
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
