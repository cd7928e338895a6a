package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// heapGrowth is by how many percent the heap may grow before it is collected. A
// report leaves much behind and the process holds little: by Go's default of 100 a
// quarter of the processor time went to collecting.
const heapGrowth = 400

// heapLimit is where that growth ends, in bytes. Anybody may send forms of 4 MiB: forty
// at once left half a gigabyte to be collected. Beyond it nothing is refused, only
// collected sooner.
const heapLimit = 200 << 20

// tuneMemory lets the heap grow up to a limit, unless the operator's GOGC and
// GOMEMLIMIT say otherwise, and gives memory back once nobody asks for anything.
func tuneMemory(ctx context.Context) {
	debug.FreeOSMemory() // what reading templates and catalogues left
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapLimit)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
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
