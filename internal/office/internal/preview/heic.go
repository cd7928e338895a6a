//go:build nodynamic

package preview

import (
	"context"
	"image"
	"io"
	_ "unsafe" // for go:linkname

	"github.com/gen2brain/heic"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// Without the tag the library would load libheif from the system where there is one,
// so that our bounds would not hold. A build without it shows no HEIC.
const heicBuilt = true

// heicRuntime is what the library starts its decoder in. It offers no way to say where
// that finds its memory, and left alone copies all of it each time it grows: two thirds
// more than it holds. Should the library call it otherwise one day, the variable stays
// empty, and the measured bound of a test fails.
//
//go:linkname heicRuntime github.com/gen2brain/heic.rt
var heicRuntime wazero.Runtime

// warmHEIC compiles the decoder. Afterwards no memory needs to become executable.
func warmHEIC() {
	heic.Init()
	if heicRuntime != nil {
		heicRuntime = growing{heicRuntime}
	}
}

func decodeHEIC(r io.Reader) (image.Image, error) { return heic.Decode(r) }

// growing is a runtime whose memory grows where it lies.
type growing struct{ wazero.Runtime }

func (g growing) InstantiateModule(ctx context.Context, m wazero.CompiledModule, c wazero.ModuleConfig) (api.Module, error) {
	return g.Runtime.InstantiateModule(experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(reserve)), m, c)
}

// mostReserved is addresses, not memory: what of it is used the kernel counts as any other.
const mostReserved = 1 << 30

// A stretch of addresses, of which the beginning is memory.
type stretch []byte

func reserve(_, most uint64) experimental.LinearMemory {
	addresses, err := unix.Mmap(-1, 0, int(min(most, mostReserved)), unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return stretch(nil)
	}
	return stretch(addresses)
}

// Reallocate makes memory of the first size bytes, or returns nil.
func (s stretch) Reallocate(size uint64) []byte {
	if size > uint64(len(s)) || unix.Mprotect(s[:size], unix.PROT_READ|unix.PROT_WRITE) != nil {
		return nil
	}
	return s[:size:size]
}

// Free keeps it: the picture that was decoded lies in it, and the process ends soon.
func (stretch) Free() {}
