package main

import (
	"context"
	"os"
	"runtime"

	"recueil/internal/memory"
)

// heapLimit bounds what the heap grows to before it is collected, in bytes. Two
// passphrases being opened take 64 MiB each, and leave as much behind: without it a
// dozen log-ins at once made 400 MiB.
const heapLimit = 200 << 20

// heapGrowth is by how many percent the heap may grow before it is collected. Each sealed
// part that is opened takes 64 KiB for a moment: a record of two hundred leaves 13 MB, and
// by Go's default of 100 a quarter of the page's time went to collecting them.
const heapGrowth = 400

// tune keeps memory within a limit, and lets requests run beside the passphrases being
// opened, which compute for half a second each: by Go's default as many of them as there
// are processors would keep every page waiting.
func tune(ctx context.Context) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	}
	memory.Limit(heapLimit)
	memory.GrowBy(heapGrowth)
	memory.GiveBack(ctx)
}
