//go:build nodynamic

package preview

import (
	"image"
	"io"

	"github.com/gen2brain/heic"
)

// Without the tag the library would load libheif from the system where there is one,
// so that our bounds would not hold. A build without it shows no HEIC.
const heicBuilt = true

// warmHEIC compiles the decoder. Afterwards no memory needs to become executable.
func warmHEIC() { heic.Init() }

func decodeHEIC(r io.Reader) (image.Image, error) { return heic.Decode(r) }
