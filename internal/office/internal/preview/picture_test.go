package preview

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// scene is red above left, green above right, blue below left, white below right.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, cornerColours[2*(2*y/h)+2*x/w])
		}
	}
	return img
}

var cornerColours = []color.RGBA{{220, 20, 20, 255}, {20, 200, 20, 255}, {20, 20, 220, 255}, {250, 250, 250, 255}}

// asHeld is how a device stores a picture of the scene that it marks with an
// orientation: what undoes it makes the scene upright.
func asHeld(img *image.RGBA, orientation int) *image.RGBA {
	undo := map[int]int{6: 8, 8: 6}
	if back, ok := undo[orientation]; ok {
		return upright(img, back)
	}
	return upright(img, orientation)
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// An entry of a directory of EXIF.
type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

func text(tag uint16, s string) entry { return entry{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)} }

func rationals(tag uint16, values ...uint32) entry {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return entry{tag, 5, uint32(len(values) / 2), b}
}

// exif writes metadata as a camera does: time, place, device, orientation.
func exif(orientation int) []byte {
	order := binary.LittleEndian
	directory := func(at int, entries []entry) []byte {
		head := order.AppendUint16(nil, uint16(len(entries)))
		var rest []byte
		next := at + 2 + 12*len(entries) + 4
		for _, e := range entries {
			head = order.AppendUint16(order.AppendUint16(head, e.tag), e.kind)
			head = order.AppendUint32(head, e.count)
			if len(e.value) <= 4 {
				head = append(head, append(bytes.Clone(e.value), make([]byte, 4-len(e.value))...)...)
				continue
			}
			head = order.AppendUint32(head, uint32(next+len(rest)))
			rest = append(rest, e.value...)
		}
		return append(append(head, 0, 0, 0, 0), rest...)
	}
	long := func(tag uint16, v int) entry { return entry{tag, 4, 1, order.AppendUint32(nil, uint32(v))} }
	first := func(exifAt, gpsAt int) []byte {
		return directory(8, []entry{text(0x10f, "Fabricant"), text(0x110, "Modèle <b>7</b>"),
			{0x112, 3, 1, order.AppendUint16(nil, uint16(orientation))}, long(0x8769, exifAt), long(0x8825, gpsAt)})
	}
	exifAt := 8 + len(first(0, 0))
	taken := directory(exifAt, []entry{text(0x9003, "2026:03:14 18:05:09"), text(0x9011, "+01:00")})
	gps := directory(exifAt+len(taken), []entry{text(1, "N"), rationals(2, 48, 1, 51, 1, 24, 1), text(3, "E"), rationals(4, 2, 1, 21, 1, 3, 1)})
	tiff := append([]byte("II*\x00\x08\x00\x00\x00"), first(exifAt, exifAt+len(taken))...)
	return append(append(tiff, taken...), gps...)
}

// withEXIF puts metadata into a JPEG.
func withEXIF(jpeg, tiff []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), jpeg[2:]...)
}

func show(t *testing.T, v *Viewer, name string, kind Kind, original []byte) (Picture, error) {
	t.Helper()
	var key [16]byte
	copy(key[:], t.Name()[:min(8, len(t.Name()))]+name)
	v.shown = cache{}
	return v.Show(t.Context(), key, kind, bytes.NewReader(original), int64(len(original)))
}

func TestPicturesComeOutUprightAndWithoutMetadata(t *testing.T) {
	v := viewer(t)
	for orientation := 1; orientation <= 8; orientation++ {
		original := withEXIF(jpegOf(t, asHeld(scene(120, 80), orientation)), exif(orientation))
		if Of(original) != JPEG {
			t.Fatalf("it is taken for %s", Of(original))
		}
		p, err := show(t, v, fmt.Sprint(orientation), JPEG, original)
		if err != nil {
			t.Fatalf("orientation %d: %v", orientation, err)
		}
		img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || p.Width != 120 || p.Height != 80 || img.Bounds().Dx() != 120 {
			t.Fatalf("orientation %d: %d × %d: %v", orientation, p.Width, p.Height, err)
		}
		for i, at := range []image.Point{{20, 15}, {100, 15}, {20, 65}, {100, 65}} {
			if !near(img.At(at.X, at.Y), cornerColours[i]) {
				t.Errorf("orientation %d: at %v is %v", orientation, at, img.At(at.X, at.Y))
			}
		}
		if bytes.Contains(p.JPEG, []byte("Exif")) || bytes.Contains(p.JPEG, []byte("Fabricant")) || bytes.Contains(p.JPEG, []byte("2026:03")) {
			t.Errorf("orientation %d: metadata come along", orientation)
		}
		facts := map[string]string{}
		for _, f := range p.Facts {
			facts[f.Kind] = f.Value
		}
		want := map[string]string{Taken: "2026:03:14 18:05:09 +01:00", Place: "48.85667, 2.35083", Device: "Fabricant Modèle <b>7</b>"}
		if orientation > 1 {
			want[Turned] = fmt.Sprint(orientation)
		}
		for kind, value := range want {
			if facts[kind] != value {
				t.Errorf("orientation %d: %s is %q, want %q", orientation, kind, facts[kind], value)
			}
		}
		if len(facts) != len(want) {
			t.Errorf("orientation %d: it says %v", orientation, facts)
		}
	}
}

func near(got color.Color, want color.RGBA) bool {
	r, g, b, _ := got.RGBA()
	for _, pair := range [][2]int{{int(r >> 8), int(want.R)}, {int(g >> 8), int(want.G)}, {int(b >> 8), int(want.B)}} {
		if d := pair[0] - pair[1]; d > 25 || d < -25 {
			return false
		}
	}
	return true
}

// sample reads a file that a module keeps for its own tests.
func sample(t *testing.T, module, file string) []byte {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatalf("finding %s: %v", module, err)
	}
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestEveryKindOfPictureIsShown(t *testing.T) {
	v := viewer(t)
	var asPNG bytes.Buffer
	if err := png.Encode(&asPNG, scene(3000, 40)); err != nil {
		t.Fatal(err)
	}
	// The lossless WebP of one red pixel.
	tiny := []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
	for name, c := range map[string]struct {
		original []byte
		kind     Kind
		w, h     int
	}{
		"PNG, longer than what is shown": {asPNG.Bytes(), PNG, 1600, 21},
		"WebP":                           {tiny, WebP, 1, 1},
		"HEIC":                           {sample(t, "github.com/gen2brain/heic", "gray.heic"), HEIC, 512, 512},
	} {
		if got := Of(c.original); got != c.kind {
			t.Errorf("%s: it is taken for %s", name, got)
		}
		if p, err := show(t, v, name, c.kind, c.original); err != nil || p.Width != c.w || p.Height != c.h {
			t.Errorf("%s: %d × %d, %v", name, p.Width, p.Height, err)
		}
	}
}

// bombPNG says that it is that large, and holds as much: zeros compress to nothing.
func bombPNG(w, h uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, kind...), data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 6, 0, 0, 0))...)
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	row := make([]byte, 1+4*int(w))
	for range h {
		z.Write(row)
	}
	z.Close()
	return append(append(b, chunk("IDAT", data.Bytes())...), chunk("IEND", nil)...)
}

func TestAPixelBombStaysSmall(t *testing.T) {
	v := viewer(t)
	for name, c := range map[string]struct {
		original []byte
		kind     Kind
		shown    bool
	}{
		"100 megapixels of PNG":         {bombPNG(10_000, 10_000), PNG, false},
		"as much as is decoded, of PNG": {bombPNG(7_500, 7_500), PNG, true},
		"100 megapixels of JPEG":        {jpegOf(t, image.NewYCbCr(image.Rect(0, 0, 10_000, 10_000), image.YCbCrSubsampleRatio420)), JPEG, false},
		"as much as is decoded":         {jpegOf(t, image.NewYCbCr(image.Rect(0, 0, 9_000, 8_000), image.YCbCrSubsampleRatio420)), JPEG, true},
		"a header that lies":            {lying(jpegOf(t, scene(64, 64)), 65_000, 65_000), JPEG, false},
	} {
		cmd := exec.Command(v.program, Argument, string(c.kind))
		cmd.Env, cmd.Stdin = []string{}, bytes.NewReader(c.original)
		out, err := cmd.Output()
		if (err == nil && len(out) > 0) != c.shown {
			t.Errorf("%s: shown %v: %v", name, !c.shown, err)
		}
		used := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
		t.Logf("%s: %d MiB resident", name, used)
		if used >= 300 {
			t.Errorf("%s: it took %d MiB", name, used)
		}
	}
}

// lying changes the size that the frame of a JPEG says.
func lying(jpeg []byte, w, h uint16) []byte {
	b := bytes.Clone(jpeg)
	at := bytes.Index(b, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(b[at+5:], h)
	binary.BigEndian.PutUint16(b[at+7:], w)
	return b
}

func TestAnAnswerIsReadAsAnAttackersWould(t *testing.T) {
	fine := jpegOf(t, scene(8, 8))
	line := func(size int, facts string) string { return fmt.Sprintf(`{"size":%d,"facts":%s}`+"\n", size, facts) }
	var asPNG bytes.Buffer
	if err := png.Encode(&asPNG, scene(8, 8)); err != nil {
		t.Fatal(err)
	}
	many := "[" + strings.Repeat(`{"kind":"a"},`, 20) + `{"kind":"a"}]`
	for name, answer := range map[string]string{
		"nothing": "", "no line": "{}", "no JSON": "x\n", "another size": line(3, "[]") + string(fine),
		"no picture": line(4, "[]") + "<svg", "a PNG": line(asPNG.Len(), "[]") + asPNG.String(), "too many facts": line(0, many),
		"too large": line(len(lying(fine, 4000, 4000)), "[]") + string(lying(fine, 4000, 4000)),
	} {
		if p, err := read([]byte(answer)); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
	p, err := read([]byte(line(len(fine), `[{"kind":"device","value":"a\u202eb\nc`+strings.Repeat("d", 500)+`"}]`) + string(fine)))
	if err != nil || len([]rune(p.Facts[0].Value)) > 201 || strings.ContainsAny(p.Facts[0].Value, "\n\u202e") {
		t.Errorf("%q, %v", p.Facts, err)
	}
	b := &bounded{most: 10}
	if _, err := io.Copy(b, strings.NewReader("douze octets")); err == nil {
		t.Error("an answer without end is kept")
	}
}

func TestWhatCannotBeReadIsTheReadersError(t *testing.T) {
	broken := errors.New("damaged")
	v := viewer(t)
	_, err := v.Show(t.Context(), [16]byte{9}, JPEG, io.MultiReader(bytes.NewReader(jpegOf(t, scene(8, 8))), failing{broken}), 10)
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
