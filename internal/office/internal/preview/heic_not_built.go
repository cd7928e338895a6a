//go:build !nodynamic

package preview

import (
	"errors"
	"image"
	"io"
)

const heicBuilt = false

func warmHEIC() {}

func decodeHEIC(io.Reader) (image.Image, error) {
	return nil, errors.New("this program was built without a decoder for HEIC; build it with -tags nodynamic")
}
