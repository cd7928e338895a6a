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

// tune keeps memory within a limit, and lets requests run beside the passphrases being
// opened, which compute for half a second each: by Go's default as many of them as there
// are processors would keep every page waiting.
func tune(ctx context.Context) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	}
	memory.Limit(heapLimit)
	memory.GiveBack(ctx)
}
