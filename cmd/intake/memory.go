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

// tuneMemory lets the heap grow, unless the operator's GOGC says otherwise, and gives
// memory back once nobody asks for anything.
func tuneMemory(ctx context.Context) {
	debug.FreeOSMemory() // what reading templates and catalogues left
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
