package preview

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recueil/internal/testing/filetest"
)

// asHeld is how a device stores a picture of the scene that it marks with an
// orientation: what undoes it makes the scene upright.
func asHeld(img *image.RGBA, orientation int) *image.RGBA {
	undo := map[int]int{6: 8, 8: 6}
	if back, ok := undo[orientation]; ok {
		return upright(img, back)
	}
	return upright(img, orientation)
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
		original := filetest.WithEXIF(filetest.JPEG(asHeld(filetest.Scene(120, 80), orientation)), filetest.EXIF(orientation))
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
			if !near(img.At(at.X, at.Y), filetest.Corners[i]) {
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
		want := map[string]string{Taken: "2026:03:14 18:05:09 +01:00", Place: "48.85667, 2.35083", Device: filetest.Device}
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
	asPNG := filetest.PNG(filetest.Scene(3000, 40))
	for name, c := range map[string]struct {
		original []byte
		kind     Kind
		w, h     int
	}{
		"PNG, longer than what is shown": {asPNG, PNG, 1600, 21},
		"WebP":                           {filetest.WebP(), WebP, 1, 1},
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

func TestAPixelBombStaysSmall(t *testing.T) {
	v := viewer(t)
	heic6, err := os.ReadFile("testdata/6-megapixels.heic")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		original []byte
		kind     Kind
		shown    bool
		most     int // MiB
	}{
		"100 megapixels of PNG":         {filetest.BombPNG(10_000, 10_000), PNG, false, 300},
		"as much as is decoded, of PNG": {filetest.BombPNG(7_500, 7_500), PNG, true, 300},
		"100 megapixels of JPEG":        {filetest.JPEG(image.NewYCbCr(image.Rect(0, 0, 10_000, 10_000), image.YCbCrSubsampleRatio420)), JPEG, false, 300},
		"as much as is decoded":         {filetest.JPEG(image.NewYCbCr(image.Rect(0, 0, 9_000, 8_000), image.YCbCrSubsampleRatio420)), JPEG, true, 300},
		"60 megapixels of JPEG in RGB":  {inRGB(filetest.JPEG(image.NewYCbCr(image.Rect(0, 0, 8_000, 7_500), image.YCbCrSubsampleRatio420))), JPEG, false, 300},
		"as much of it as is decoded":   {inRGB(filetest.JPEG(image.NewYCbCr(image.Rect(0, 0, 6_000, 5_000), image.YCbCrSubsampleRatio420))), JPEG, true, 300},
		"a header that lies":            {filetest.Lying(filetest.JPEG(filetest.Scene(64, 64)), 65_000, 65_000), JPEG, false, 300},
		// Two colours, by an encoder that took pains. Were its memory copied as it grows, it would take 224.
		"6 megapixels of HEIC": {heic6, HEIC, true, 185},
	} {
		cmd := exec.Command(v.program, Argument, string(c.kind))
		var out bytes.Buffer
		cmd.Env, cmd.Stdin, cmd.Stdout = []string{}, bytes.NewReader(c.original), &out
		used, err := highWater(cmd)
		if (err == nil && bytes.Contains(out.Bytes(), []byte("\n\xff\xd8"))) != c.shown {
			t.Errorf("%s: shown %v: %v", name, !c.shown, err)
		}
		t.Logf("%s: %d MiB resident", name, used)
		if used >= c.most {
			t.Errorf("%s: it took %d MiB", name, used)
		}
	}
}

// inRGB says of a JPEG that its components are red, green and blue.
func inRGB(jpeg []byte) []byte {
	adobe := "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
	return append(append(bytes.Clone(jpeg[:2]), adobe...), jpeg[2:]...)
}

// highWater runs a process and tells the most memory it had, in MiB. What the kernel
// tells afterwards may be that of the test, which it was until it became a program.
func highWater(cmd *exec.Cmd) (most int, err error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return most, err
		case <-time.After(time.Millisecond):
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
			_, rest, _ := bytes.Cut(status, []byte("\nVmHWM:"))
			var kilobytes int
			if _, err := fmt.Sscan(string(rest), &kilobytes); err == nil && bytes.HasPrefix(status, []byte("Name:\tpreview.test")) {
				most = max(most, kilobytes>>10)
			}
		}
	}
}

func TestAnAnswerIsReadAsAnAttackersWould(t *testing.T) {
	fine := filetest.JPEG(filetest.Scene(8, 8))
	line := func(size int, facts string) string { return fmt.Sprintf(`{"size":%d,"facts":%s}`+"\n", size, facts) }
	asPNG := filetest.PNG(filetest.Scene(8, 8))
	many := "[" + strings.Repeat(`{"kind":"a"},`, 20) + `{"kind":"a"}]`
	for name, answer := range map[string]string{
		"nothing": "", "no line": "{}", "no JSON": "x\n", "another size": line(3, "[]") + string(fine),
		"no picture": line(4, "[]") + "<svg", "a PNG": line(len(asPNG), "[]") + string(asPNG), "too many facts": line(0, many),
		"too large": line(len(filetest.Lying(fine, 4000, 4000)), "[]") + string(filetest.Lying(fine, 4000, 4000)),
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
	_, err := v.Show(t.Context(), [16]byte{9}, JPEG, io.MultiReader(bytes.NewReader(filetest.JPEG(filetest.Scene(8, 8))), failing{broken}), 10)
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
