package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Pages renders the pages of one side, each voice with templates of its own, so
// that the function t speaks the right language without being told at each call. A
// page is copied for a voice when that first shows it: most processes speak one
// language nearly always, and the copies of all took a fifth of an idle one's memory.
type Pages struct {
	sets    map[*Voice]map[string]func() (*template.Template, error)
	buffers buffers
	packer  *packer
}

// PagesConfig says where the templates of a side are.
type PagesConfig struct {
	Templates  fs.FS
	Folder     string   // "public": its files are the pages, but for layout.html
	Components []string // more files every page may use
	Voices     []*Voice
	Assets     *Assets
}

// NewPages parses every page of the folder.
func NewPages(c PagesConfig) (*Pages, error) {
	files, err := fs.Glob(c.Templates, c.Folder+"/*.html")
	if err != nil {
		return nil, fmt.Errorf("listing the templates: %w", err)
	}
	layout := c.Folder + "/layout.html"
	functions := template.FuncMap{"t": noVoice, "asset": c.Assets.URL}
	shared, err := template.New(path.Base(layout)).Funcs(functions).ParseFS(c.Templates, append([]string{layout}, c.Components...)...)
	if err != nil {
		return nil, fmt.Errorf("parsing %s and the components: %w", layout, err)
	}
	p := &Pages{sets: map[*Voice]map[string]func() (*template.Template, error){}, packer: newPacker()}
	for _, voice := range c.Voices {
		p.sets[voice] = map[string]func() (*template.Template, error){}
	}
	for _, file := range files {
		if file == layout {
			continue
		}
		own, err := template.New(path.Base(layout)).Funcs(functions).ParseFS(c.Templates, file)
		if err != nil {
			return nil, fmt.Errorf("parsing %s: %w", file, err)
		}
		page, err := lean(template.New(path.Base(layout)).Funcs(functions), own, shared)
		if err != nil {
			return nil, fmt.Errorf("putting %s together: %w", file, err)
		}
		for _, voice := range c.Voices {
			p.sets[voice][file] = sync.OnceValues(func() (*template.Template, error) {
				spoken, err := page.Clone()
				if err != nil {
					return nil, fmt.Errorf("copying %s: %w", file, err)
				}
				return spoken.Funcs(template.FuncMap{"t": voice.T}), nil
			})
		}
	}
	return p, nil
}

// noVoice stands for t until a page gets its voice.
func noVoice(key string, _ ...any) string { return "[" + key + "]" }

// Template returns the parsed page of that name.
func (p *Pages) Template(voice *Voice, name string) (*template.Template, error) {
	page := p.sets[voice][name]
	if page == nil {
		return nil, fmt.Errorf("there is no page %s", name)
	}
	return page()
}

// Names lists the pages.
func (p *Pages) Names() []string {
	var names []string
	for _, set := range p.sets {
		for name := range set {
			names = append(names, name)
		}
		break
	}
	return names
}

// Render writes the page, or nothing: a template that fails half-way leaves the
// answer untouched and returns the error.
func (p *Pages) Render(w http.ResponseWriter, r *http.Request, voice *Voice, status int, name string, page any) error {
	t, err := p.Template(voice, name)
	if err != nil {
		return err
	}
	buffer := p.buffers.get()
	defer p.buffers.put(buffer)
	if err := t.Execute(buffer, page); err != nil {
		return fmt.Errorf("rendering %s: %s", name, withoutValues(err))
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Encoding")
	if packable(r, buffer.Bytes()) {
		packed := p.buffers.get()
		defer p.buffers.put(packed)
		if err := p.packer.pack(packed, buffer.Bytes()); err != nil {
			return fmt.Errorf("compressing %s: %w", name, err)
		}
		h.Set("Content-Encoding", "gzip")
		buffer = packed
	}
	h.Set("Content-Length", strconv.Itoa(buffer.Len()))
	w.WriteHeader(status)
	_, err = w.Write(buffer.Bytes())
	return err
}

// withoutValues cuts a template error down to its place: what follows may quote a
// value of the page, which may be a word of a report.
func withoutValues(err error) string {
	place, _, _ := strings.Cut(err.Error(), ": executing")
	return place
}
