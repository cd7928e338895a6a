package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// Assets serves style sheets, scripts and pictures under names that carry a hash
// of their content, so that a browser asks for each at most once.
type Assets struct {
	urls  map[string]string
	files map[string]asset
}

type asset struct {
	contentType   string
	plain, packed []byte
}

// NewAssets reads the named bundles (several files joined into one) and every
// other file of the folders js and img.
func NewAssets(files fs.FS, bundles map[string][]string) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]asset{}}
	for name, parts := range bundles {
		var joined []byte
		for _, part := range parts {
			content, err := fs.ReadFile(files, part)
			if err != nil {
				return nil, fmt.Errorf("reading a part of %s: %w", name, err)
			}
			joined = append(append(joined, content...), '\n')
		}
		if err := a.add(name, joined); err != nil {
			return nil, err
		}
	}
	for _, folder := range []string{"js", "img"} {
		err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			return a.add(path.Base(name), content)
		})
		if err != nil {
			return nil, fmt.Errorf("reading the static files: %w", err)
		}
	}
	return a, nil
}

func (a *Assets) add(name string, content []byte) error {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(content); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	url := "/static/" + hex.EncodeToString(sum[:6]) + "/" + name
	a.urls[name] = url
	a.files[url] = asset{mime.TypeByExtension(path.Ext(name)), content, packed.Bytes()}
	return nil
}

// URL is where the named file is served; an unknown name is an empty URL, which
// the test of the templates finds.
func (a *Assets) URL(name string) string { return a.urls[name] }

// ServeHTTP answers /static/….
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(file.packed) < len(file.plain) {
		h.Set("Content-Encoding", "gzip")
		body = file.packed
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}
