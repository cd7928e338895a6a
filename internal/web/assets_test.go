package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"recueil/internal/web"
)

func TestAssetsAreServedUnderTheirContent(t *testing.T) {
	long := strings.Repeat("p { margin: 0 }\n", 200)
	files := func(css string) fstest.MapFS {
		return fstest.MapFS{"css/a.css": {Data: []byte(css)}, "css/b.css": {Data: []byte("b{}")}, "css/alone.css": {Data: []byte("hidden")},
			"js/a.js": {Data: []byte("1")}, "img/a.svg": {Data: []byte("<svg/>")}}
	}
	assets, err := web.NewAssets(files(long), map[string][]string{"all.css": {"css/a.css", "css/b.css"}})
	if err != nil {
		t.Fatal(err)
	}
	other, err := web.NewAssets(files(long+"x"), map[string][]string{"all.css": {"css/a.css", "css/b.css"}})
	if err != nil {
		t.Fatal(err)
	}
	if assets.URL("all.css") == other.URL("all.css") || assets.URL("a.js") != other.URL("a.js") || assets.URL("a.js") == "" {
		t.Error("an address does not go with the content")
	}
	if assets.URL("alone.css") != "" || assets.URL("nothing.js") != "" {
		t.Error("what is in no bundle, or is not there, has an address")
	}
	if _, err := web.NewAssets(files(long), map[string][]string{"all.css": {"css/none.css"}}); err == nil {
		t.Error("a bundle of a missing file is made")
	}
	get := func(method, path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		assets.ServeHTTP(w, r)
		return w
	}
	plain, packed := get("GET", assets.URL("all.css"), ""), get("GET", assets.URL("all.css"), "br, gzip")
	unpacked, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(unpacked)
	if want := long + "\nb{}\n"; err != nil || plain.Body.String() != want || !bytes.Equal(content, []byte(want)) {
		t.Errorf("plain %d bytes, packed %d, want %d: %v", plain.Body.Len(), len(content), len(want), err)
	}
	for name, want := range map[string]string{"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"} {
		if got := plain.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if w := get("HEAD", assets.URL("all.css"), ""); w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
		t.Error("HEAD is answered with a body, or without its length")
	}
	for _, path := range []string{"/static/", "/static/css/alone.css", "/static/000000000000/all.css", "/static/../assets.go"} {
		if w := get("GET", path, ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
