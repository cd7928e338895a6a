package preview

import (
	"github.com/gabriel-vasile/mimetype"
)

// A Kind is what a file is by its content, whatever its name or its sender says.
type Kind string

// The kinds that can be shown, or heard. Everything else is Other.
const (
	JPEG Kind = "image/jpeg"
	PNG  Kind = "image/png"
	WebP Kind = "image/webp"
	HEIC Kind = "image/heic"
	PDF  Kind = "application/pdf"
	M4A  Kind = "audio/mp4"
	MP3  Kind = "audio/mpeg"
	Ogg  Kind = "audio/ogg"
	Wav  Kind = "audio/wav"
	Text Kind = "text/plain"

	Other Kind = "application/octet-stream"
)

// HeadSize is how much of a file decides.
const HeadSize = 3072

// known leads from the names of our library to ours.
var known = map[string]Kind{
	"image/jpeg": JPEG, "image/png": PNG, "image/webp": WebP,
	"image/heic": HEIC, "image/heif": HEIC, "image/heic-sequence": HEIC, "image/heif-sequence": HEIC,
	"application/pdf": PDF,
	"audio/mp4":       M4A, "audio/x-m4a": M4A, "audio/mpeg": MP3, "audio/ogg": Ogg, "audio/wav": Wav,
}

// Of decides what a file is by its first bytes.
func Of(head []byte) Kind {
	if len(head) == 0 {
		return Other
	}
	detected := mimetype.Detect(head[:min(len(head), HeadSize)])
	if kind, ok := known[detected.String()]; ok {
		return kind
	}
	// HTML, SVG and all else that is written in letters is read as letters, never run.
	for ; detected != nil; detected = detected.Parent() {
		if detected.Is("text/plain") {
			return Text
		}
	}
	return Other
}

// Picture reports whether there is a decoder for it. PDF is not there: a program of the
// machine, which may be missing, draws its first page; see [Viewer.Shows].
func (k Kind) Picture() bool {
	return k == JPEG || k == PNG || k == WebP || k == HEIC && heicBuilt
}

// Sound reports whether a browser plays it.
func (k Kind) Sound() bool { return k == M4A || k == MP3 || k == Ogg || k == Wav }

// limits of a process that shows one kind.
type limits struct {
	share  int64  // of the two turns
	memory uint64 // bytes of data the kernel gives it
	pixels int64  // bytes of decoded picture it tries at all
}

// heicPixel is what decoding a HEIC takes for each pixel, where its encoder took pains.
const heicPixel = 13

func (k Kind) limits() limits {
	if k == HEIC {
		// 8 to 13 bytes a pixel, by how it was encoded, and seconds for the 24 megapixels of
		// a telephone. So it runs alone.
		return limits{share: 2, memory: 512 << 20, pixels: 26_000_000 * heicPixel}
	}
	return limits{share: 1, memory: 448 << 20, pixels: 220 << 20}
}
