package preview

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"recueil/internal/testing/filetest"
)

// drawing is a viewer on a machine that has poppler; `make reader` installs it.
func drawing(t *testing.T) *Viewer {
	t.Helper()
	v := viewer(t)
	if problem := PDFProblem(DefaultPDF); problem != "" {
		t.Fatal(problem)
	}
	return v
}

var red, blue = color.RGBA{R: 0xff, A: 0xff}, color.RGBA{B: 0xff, A: 0xff}

func TestTheFirstPageOfAPDFIsShown(t *testing.T) {
	v := drawing(t)
	twoPages := filetest.PDFOf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 400 100] >>",
		"<< /Type /Page /Parent 2 0 R /Contents 5 0 R >>", "<< /Type /Page /Parent 2 0 R /Contents 6 0 R >>",
		filetest.Stream("", "0 0 1 rg 0 0 400 100 re f"), filetest.Stream("", "1 0 0 rg 0 0 400 100 re f"))
	for name, c := range map[string]struct {
		original []byte
		w, h     int
		colour   color.RGBA
	}{
		"with a script, a program to start and one embedded": {filetest.PDF(), 1600, 1600, red},
		"of two pages":         {twoPages, 1600, 400, blue},
		"of ten thousand":      {filetest.LongPDF(10_000), 1600, 800, color.RGBA{0xff, 0xff, 0xff, 0xff}},
		"turned by its viewer": {filetest.PDFPage("/Rotate 90 /MediaBox [0 0 400 100]", filetest.Stream("", "1 0 0 rg 0 0 400 100 re f")), 400, 1600, red},
	} {
		if Of(c.original) != PDF {
			t.Fatalf("%s: it is taken for %s", name, Of(c.original))
		}
		p, err := show(t, v, name, PDF, c.original)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || p.Width != c.w || p.Height != c.h {
			t.Errorf("%s: %d × %d: %v", name, p.Width, p.Height, err)
		} else if at := (image.Point{p.Width / 2, p.Height / 2}); !near(img.At(at.X, at.Y), c.colour) {
			t.Errorf("%s: in its middle is %v", name, img.At(at.X, at.Y))
		}
	}
}

func TestAHostilePDFEndsByItself(t *testing.T) {
	v := drawing(t)
	small := "/MediaBox [0 0 200 200]"
	const shown, refused, endless = 1, 2, 3
	for name, c := range map[string]struct {
		original []byte
		is       int
	}{
		"that wants a passphrase":     {filetest.EncryptedPDF(), refused},
		"half of one":                 {filetest.PDF()[:300], refused},
		"of nothing but its name":     {[]byte("%PDF-1.7\n"), refused},
		"whose pages go in circles":   {filetest.PDFOf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), refused},
		"as large as a country":       {filetest.PDFPage("/MediaBox [0 0 1e9 1e9]", filetest.Stream("", "")), shown},
		"of no width":                 {filetest.PDFPage("/MediaBox [0 0 0 200]", filetest.Stream("", "")), shown},
		"a thousand times as long":    {filetest.PDFPage("/MediaBox [0 0 200 200000]", filetest.Stream("", "")), shown},
		"that draws without end":      {filetest.PDFPage(small, filetest.BombStream("", "0 0 200 200 re f ", 1<<20)), endless},
		"that remembers without end":  {filetest.PDFPage(small, filetest.BombStream("", "q ", 32<<20)), endless},
		"that draws itself in itself": {filetest.PDFPage(small+" /Resources << /XObject << /X 5 0 R >> >>", filetest.Stream("", "/X Do"), filetest.Stream("/Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << /XObject << /X 5 0 R >> >>", "/X Do")), shown},
		"with a picture of gigabytes": {filetest.PDFPage(small+" /Resources << /XObject << /X 5 0 R >> >>", filetest.Stream("", "200 0 0 200 0 0 cm /X Do"), filetest.BombStream("/Type /XObject /Subtype /Image /Width 900000 /Height 900000 /BitsPerComponent 8 /ColorSpace /DeviceRGB", "\x00", 1<<20)), endless},
		"tiled by a billion tiles":    {filetest.PDFPage(small+" /Resources << /Pattern << /T 5 0 R >> >>", filetest.Stream("", "/Pattern cs /T scn 0 0 200 200 re f"), filetest.Stream("/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.005 /YStep 0.005 /Resources << >>", "1 0 0 rg 0 0 1 1 re f")), endless},
	} {
		v.longest = maxTime
		if c.is == endless {
			v.longest = 600 * time.Millisecond
		}
		began := time.Now()
		_, err := show(t, v, name, PDF, c.original)
		if (err == nil) != (c.is == shown) {
			t.Errorf("%s: %v after %v", name, err, time.Since(began))
		}
		t.Logf("%s: %v after %v", name, err, time.Since(began).Round(time.Millisecond))
	}
	v.longest = maxTime
	if p, err := show(t, v, "after all", PDF, filetest.PDF()); err != nil || p.Width == 0 {
		t.Errorf("afterwards nothing is shown: %v", err)
	}
}

// An attacker who took pdftoppm over: this test's own program stands in its place.
func TestWhatDrawsAPageReachesNothing(t *testing.T) {
	v := drawing(t)
	cmd := exec.Command(v.program, Argument, string(PDF), v.program)
	cmd.Env, cmd.Stdin = []string{"RECUEIL_SECRET=not inherited"}, strings.NewReader("x")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tries := 0
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "environment "):
			t.Errorf("it has an %s", line)
		case strings.HasPrefix(line, "try "):
			tries++
			if !strings.Contains(line, "not permitted") && !strings.Contains(line, "permission denied") && !(strings.HasPrefix(line, "try a gigabyte") && strings.Contains(line, "cannot allocate memory")) {
				t.Errorf("it is not refused: %s", line)
			}
		}
	}
	if tries < 22 || !strings.Contains(string(out), "libraries <nil>") {
		t.Errorf("only %d things were tried, or it cannot read what it may:\n%s", tries, out)
	}
}

func TestWhatDrawsAPageIsConfinedToTheEnd(t *testing.T) {
	v := drawing(t)
	pid, feed, result := waiting(t, v, PDF)
	for range 200 { // it becomes pdftoppm a moment after its filter stands
		if program, _ := os.Readlink("/proc/" + pid + "/exe"); program == DefaultPDF {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	program, _ := os.Readlink("/proc/" + pid + "/exe")
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	if program != DefaultPDF || !strings.Contains(string(status), "NoNewPrivs:\t1") || !strings.Contains(string(status), "Seccomp:\t2") {
		t.Errorf("%s is not confined:\n%s", program, status)
	}
	if environment, err := os.ReadFile("/proc/" + pid + "/environ"); err == nil && len(environment) > 0 {
		t.Errorf("it has an environment of %d bytes", len(environment))
	}
	close(feed)
	if err := <-result; err == nil {
		t.Error("a file that broke off was shown")
	}
}

func TestWithoutPopplerAPDFIsForDownload(t *testing.T) {
	with := viewer(t)
	for _, pdf := range []string{"", "/usr/bin/is-not-there"} {
		v := New(with.program, pdf, with.log)
		if v.Shows(PDF) || !v.Shows(JPEG) {
			t.Errorf("with %q it shows a PDF", pdf)
		}
		if _, err := show(t, v, "without", PDF, filetest.PDF()); err != ErrNotShown {
			t.Errorf("with %q: %v", pdf, err)
		}
	}
}
