package web_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"recueil/internal/web"
)

func newPages(t *testing.T) (*web.Pages, *web.Voice) {
	t.Helper()
	voice, err := web.NewVoice(fstest.MapFS{"a.toml": {Data: []byte("\"hello\" = \"Bonjour\"\n")}}, "fr", "a.toml")
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.NewAssets(fstest.MapFS{"js/a.js": {}, "img/a.svg": {}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.NewPages(web.PagesConfig{Templates: fstest.MapFS{
		"side/layout.html": {Data: []byte(`<main>{{template "main" .}}</main>`)},
		"parts.html": {Data: []byte(`{{define "if"}}1{{end}}{{define "else"}}2{{end}}{{define "range"}}3{{template "deep" .}}{{end}}` +
			`{{define "with"}}4{{end}}{{define "deep"}}5{{end}}{{define "mine"}}not this one{{end}}`)},
		"side/parts.html": {Data: []byte(`{{define "main"}}{{if .Yes}}{{template "if"}}{{end}}{{if not .Yes}}{{else}}{{template "else"}}{{end}}` +
			`{{range .Items}}{{template "range" .}}{{end}}{{with .Yes}}{{template "with"}}{{end}}{{template "mine"}}{{asset "a.js"}}{{end}}{{define "mine"}}6{{end}}`)},
		"side/words.html": {Data: []byte(`{{define "main"}}{{t "hello"}} {{.Words}}{{end}}`)},
		"side/tells.html": {Data: []byte(`{{define "main"}}{{t "hello"}} {{.Tell}}{{end}}`)},
	}, Folder: "side", Components: []string{"parts.html"}, Voices: []*web.Voice{voice}, Assets: assets})
	if err != nil {
		t.Fatal(err)
	}
	return pages, voice
}

type wordsPage struct{ Words string }

func TestPagesArePackedForWhoUnpacks(t *testing.T) {
	pages, voice := newPages(t)
	long := strings.Repeat("des mots ", 500)
	for name, c := range map[string]struct {
		accepts, words string
		packed         bool
	}{
		"long, asked for": {"gzip, deflate, br", long, true},
		"long, not asked": {"", long, false},
		"long, other":     {"br", long, false},
		"short":           {"gzip", "peu", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept-Encoding", c.accepts)
			w := httptest.NewRecorder()
			if err := pages.Render(w, r, voice, http.StatusTeapot, "side/words.html", wordsPage{c.words}); err != nil {
				t.Fatal(err)
			}
			if length := w.Header().Get("Content-Length"); length != strconv.Itoa(w.Body.Len()) || w.Code != http.StatusTeapot {
				t.Errorf("status %d, length %s, sent %d", w.Code, length, w.Body.Len())
			}
			if packed := w.Header().Get("Content-Encoding") == "gzip"; packed != c.packed {
				t.Fatalf("packed: %v", packed)
			}
			if got, want := unpacked(t, w), "<main>Bonjour "+c.words+"</main>"; got != want {
				t.Errorf("%d characters came, %d were sent", len(got), len(want))
			}
		})
	}
}

func TestPageReachesItsComponents(t *testing.T) {
	pages, voice := newPages(t)
	w := httptest.NewRecorder()
	page := struct {
		Yes   bool
		Items []int
	}{true, []int{0, 0}}
	if err := pages.Render(w, httptest.NewRequest(http.MethodGet, "/", nil), voice, http.StatusOK, "side/parts.html", page); err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(w.Body.String(), "/static/")
	if before != "<main>12353546" || !strings.HasSuffix(after, "/a.js</main>") {
		t.Errorf("the page says %s", w.Body)
	}
}

func TestManyPagesAtOnceAreEachTheirOwn(t *testing.T) {
	pages, voice := newPages(t)
	var visitors sync.WaitGroup
	for n := range 8 * runtime.GOMAXPROCS(0) {
		visitors.Go(func() {
			words := strings.Repeat(strconv.Itoa(n)+" ", 800)
			for range 20 {
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				r.Header.Set("Accept-Encoding", "gzip")
				w := httptest.NewRecorder()
				if err := pages.Render(w, r, voice, http.StatusOK, "side/words.html", wordsPage{words}); err != nil {
					t.Error(err)
					return
				}
				if unpacked(t, w) != "<main>Bonjour "+words+"</main>" {
					t.Errorf("visitor %d got somebody else's page", n)
					return
				}
			}
		})
	}
	visitors.Wait()
}

// A telling page quotes what it holds when it fails.
type tellingPage struct{ words string }

func (p tellingPage) Tell() (string, error) { return "", errors.New("cannot show " + p.words) }

func TestFailedPageLeavesTheAnswerUntouched(t *testing.T) {
	pages, voice := newPages(t)
	for name, page := range map[string]any{"side/words.html": struct{ Other string }{"secret"}, "side/tells.html": tellingPage{"secret"}} {
		w := httptest.NewRecorder()
		err := pages.Render(w, httptest.NewRequest(http.MethodGet, "/", nil), voice, http.StatusOK, name, page)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "secret") || w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%v; %d bytes and %v went out", err, w.Body.Len(), w.Header())
		}
	}
}

func unpacked(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	body := io.Reader(w.Body)
	if w.Header().Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Error(err)
			return ""
		}
		body = z
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}
