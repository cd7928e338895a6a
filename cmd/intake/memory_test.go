package main

import (
	"context"
	"runtime/debug"
	"testing"
)

func TestHeapHasALimitUnlessTheOperatorSetsOne(t *testing.T) {
	growth, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	defer func() {
		debug.SetGCPercent(growth)
		debug.SetMemoryLimit(limit)
	}()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for setting, want := range map[string]int64{"": heapLimit, "1GiB": 1 << 30} {
		debug.SetMemoryLimit(1 << 30) // as the runtime reads the variable
		t.Setenv("GOMEMLIMIT", setting)
		tuneMemory(ctx)
		if got := debug.SetMemoryLimit(-1); got != want {
			t.Errorf("with GOMEMLIMIT=%q the limit is %d bytes, want %d", setting, got, want)
		}
	}
}
