package pages_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"

	"recueil/internal/testing/filetest"
)

func zipBomb() []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	w, err := z.Create("a")
	if err != nil {
		panic(err)
	}
	zeros := make([]byte, 1<<20)
	for range 256 {
		w.Write(zeros)
	}
	z.Close()
	return out.Bytes()
}

// hostileFiles is the corpus: what somebody may send, what is shown of it, and the name it
// is saved under. docs/attachments-office.md lists the same cases.
func hostileFiles() map[string]struct {
	file  sent
	shows string // picture, sound, text, nothing
	saves string
} {
	jpeg := filetest.JPEG(filetest.Scene(64, 48))
	program := append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), make([]byte, 600)...)
	svg := `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`
	return map[string]struct {
		file  sent
		shows string
		saves string
	}{
		"a JPEG that is HTML too":             {sent{"a.jpg", append(bytes.Clone(jpeg), "<html><script>alert(1)</script></html>"...)}, "picture", "a.jpg"},
		"a JPEG that is a ZIP too":            {sent{"a.jpg", append(bytes.Clone(jpeg), zipBomb()...)}, "picture", "a.jpg"},
		"HTML that says it is a picture":      {sent{"a.jpg", []byte("<!doctype html><script>alert(1)</script>")}, "text", "a.jpg.txt"},
		"an SVG with a script":                {sent{"dessin.svg", []byte(svg)}, "text", "dessin.svg.txt"},
		"a PDF with JavaScript":               {sent{"lettre.pdf", filetest.PDF()}, "picture", "lettre.pdf"},
		"a PDF that says it is a picture":     {sent{"lettre.png", filetest.PDF()}, "picture", "lettre.png.pdf"},
		"a PDF that wants a passphrase":       {sent{"a.pdf", filetest.EncryptedPDF()}, "nothing", "a.pdf"},
		"a program that says it is a photo":   {sent{"photo.jpg", program}, "nothing", "photo.jpg.bin"},
		"a photo that is called a program":    {sent{"photo.jpg.exe", jpeg}, "picture", "photo.jpg.exe.jpg"},
		"half a JPEG":                         {sent{"a.jpg", jpeg[:len(jpeg)/2]}, "nothing", "a.jpg"},
		"the beginning of a PNG":              {sent{"a.png", filetest.PNG(filetest.Scene(64, 48))[:40]}, "nothing", "a.png"},
		"a PNG of 100 megapixels":             {sent{"a.png", filetest.BombPNG(10_000, 10_000)}, "nothing", "a.png"},
		"a JPEG that lies about its size":     {sent{"a.jpg", filetest.Lying(jpeg, 65_000, 65_000)}, "nothing", "a.jpg"},
		"a JPEG of no width":                  {sent{"a.jpg", filetest.Lying(jpeg, 0, 48)}, "nothing", "a.jpg"},
		"a ZIP bomb":                          {sent{"a.zip", zipBomb()}, "nothing", "a.zip.bin"},
		"no byte at all":                      {sent{"vide.jpg", nil}, "nothing", "vide.jpg.bin"},
		"a HEIC of garbage":                   {sent{"a.heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + strings.Repeat("\xff", 500))}, "nothing", "a.heic"},
		"a WebP of garbage":                   {sent{"a.webp", append([]byte("RIFF\xff\xff\xff\x7fWEBPVP8L"), bytes.Repeat([]byte{0xa5}, 500)...)}, "nothing", "a.webp"},
		"metadata of garbage":                 {sent{"a.jpg", filetest.WithEXIF(jpeg, bytes.Repeat([]byte("II*\x00\xff\xff"), 50))}, "picture", "a.jpg"},
		"metadata that go in circles":         {sent{"a.jpg", filetest.WithEXIF(jpeg, []byte("II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00"))}, "picture", "a.jpg"},
		"a name with folders":                 {sent{"../../etc/cron.d/a.jpg", jpeg}, "picture", "a.jpg"},
		"a name with folders of another sort": {sent{`C:\Windows\a.jpg`, jpeg}, "picture", "a.jpg"},
		"a name that runs backwards":          {sent{"photo\u202egpj.exe", jpeg}, "picture", "photo gpj.exe.jpg"},
		"a name with new lines":               {sent{"a\r\nSet-Cookie: b=c\n.jpg", jpeg}, "picture", "a Set-Cookie_ b=c .jpg"},
		"a name with quotes":                  {sent{`a"; filename="b.exe`, jpeg}, "picture", "a__ filename=_b.exe.jpg"},
		"a name of HTML":                      {sent{"<img src=x onerror=alert(1)>.jpg", jpeg}, "picture", "_img src=x onerror=alert(1)_.jpg"},
		"a name of dots":                      {sent{"...", jpeg}, "picture", "piece.jpg"},
		"no name":                             {sent{"", jpeg}, "picture", "piece.jpg"},
		"a very long name":                    {sent{strings.Repeat("é", 5000) + ".jpg", jpeg}, "picture", strings.Repeat("é", 50) + "…" + strings.Repeat("é", 46) + ".jpg"},
		"a name that is no text":              {sent{"a\xff\xfe.jpg", jpeg}, "picture", "a .jpg"},
		"a sound":                             {sent{"a.wav", filetest.Wav()}, "sound", "a.wav"},
		"a text of another system":            {sent{"a.txt", []byte("\xe9t\xe9")}, "text", "a.txt"},
	}
}

func TestHostileFilesAreShownHarmlesslyOrNotAtAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	b := d.as("a.diallo")
	for name, c := range hostileFiles() {
		r := d.receiveWith(c.file, sent{"voisin.txt", []byte("intact")})
		at := filePath(r, 0)
		b.open(path(r)).want(200, path(r))
		if n := b.doc.Find(".files li").Length(); n != 2 || b.doc.Find(`main script:not([src^="/static/"]), main img, .files .broken`).Length() > 0 {
			t.Errorf("%s: the report lists %d files, or shows one", name, n)
		}
		for _, shown := range b.texts(".files bdi") {
			if strings.ContainsAny(shown, "\u202e\u202d\n\r") || len([]rune(shown)) > 201 {
				t.Errorf("%s: the report calls it %q", name, shown)
			}
		}
		b.reveal(at)
		shows := "nothing"
		for kind, selector := range map[string]string{"picture": ".shown img", "sound": ".shown audio", "text": "main .told"} {
			if b.doc.Find(selector).Length() > 0 {
				shows = kind
			}
		}
		if shows != c.shows || b.doc.Find("main script, main svg:not(.icon), main iframe, main object").Length() > 0 {
			t.Errorf("%s: it shows %s, want %s: %s", name, shows, c.shows, b.text("main .covered, main .damaged"))
		}
		if shows == "nothing" && !strings.Contains(b.text("main .covered"), "Aperçu impossible") {
			t.Errorf("%s: the page says %q", name, b.text("main"))
		}
		if name == "a PNG of 100 megapixels" && !strings.Contains(b.text("main .covered"), "trop grand") {
			t.Errorf("%s: the page says %q", name, b.text("main .covered"))
		}
		response, got, err := b.fetch(at+"/original", "")
		if err != nil || response.StatusCode != 200 || !bytes.Equal(got, c.file.content) {
			t.Errorf("%s: the original comes as %d bytes of %d: %v", name, len(got), len(c.file.content), err)
			continue
		}
		if response.Header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(response.Header.Get("Content-Security-Policy"), "sandbox") || response.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: its headers are %v", name, response.Header)
		}
		if got := savedAs(t, response.Header.Get("Content-Disposition")); got != c.saves {
			t.Errorf("%s: it is saved as %q, want %q", name, got, c.saves)
		}
	}
	if b.open("/file").want(200, "/file"); b.doc.Find("[data-row]").Length() == 0 {
		t.Error("the office is down")
	}
}
