package preview

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bep/imagemeta"
)

// A found is what the metadata of a file say.
type found struct {
	facts         []Fact
	orientation   int // EXIF's, 1 to 8
	width, height int // of a HEIC; its decoder tells them only once it decoded
}

var formats = map[Kind]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP, HEIC: imagemeta.HEIF}

// look reads what may be evidence. Metadata that do not read are no reason not to
// show a picture.
func look(kind Kind, original []byte) (f found) {
	f.orientation = 1
	var tags imagemeta.Tags
	result, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(original), ImageFormat: formats[kind], Sources: imagemeta.EXIF | imagemeta.XMP | imagemeta.CONFIG,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(tag imagemeta.TagInfo) error { tags.Add(tag); return nil },
		Timeout:         5 * time.Second,
	})
	if err == nil {
		f.width, f.height = result.ImageConfig.Width, result.ImageConfig.Height
	}
	exif := tags.EXIF()
	text := func(name string) string {
		if tag, ok := exif[name]; ok {
			return clean(fmt.Sprint(tag.Value))
		}
		return ""
	}
	add := func(kind, value string) {
		if value != "" {
			f.facts = append(f.facts, Fact{kind, value})
		}
	}
	add(Taken, strings.TrimSpace(text("DateTimeOriginal")+" "+text("OffsetTimeOriginal")))
	add(Changed, strings.TrimSpace(text("DateTime")+" "+text("OffsetTime")))
	if latitude, longitude, err := tags.GetLatLong(); err == nil && (latitude != 0 || longitude != 0) {
		add(Place, fmt.Sprintf("%.5f, %.5f", latitude, longitude))
	}
	add(Device, strings.TrimSpace(text("Make")+" "+text("Model")))
	add(Software, text("Software"))
	if tag, ok := exif["Orientation"]; ok {
		if n, ok := tag.Value.(uint16); ok && n >= 1 && n <= 8 {
			f.orientation = int(n)
		}
	}
	if f.orientation > 1 {
		add(Turned, fmt.Sprint(f.orientation))
	}
	return f
}

// clean makes one short line of what a file says.
func clean(text string) string {
	const most = 200
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return text
}
