package main

import (
	"context"

	"recueil/internal/memory"
)

// heapGrowth is by how many percent the heap may grow before it is collected. A
// report leaves much behind and the process holds little: by Go's default of 100 a
// quarter of the processor time went to collecting.
const heapGrowth = 400

// heapLimit is where that growth ends, in bytes. Anybody may send forms of 4 MiB: forty
// at once left half a gigabyte to be collected.
const heapLimit = 200 << 20

func tuneMemory(ctx context.Context) {
	memory.Limit(heapLimit)
	memory.GrowBy(heapGrowth)
	memory.GiveBack(ctx)
}
