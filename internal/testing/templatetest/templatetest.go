// Package templatetest checks the pages of a side against their structs, so that a
// field that a template names and a struct lacks fails a test and not a visitor.
package templatetest

import (
	"html/template"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/jba/templatecheck"

	"recueil/internal/web"
	"recueil/static"
	"recueil/templates"
)

// Check compares every page of a folder of templates with the struct that its
// handler fills; structs has them by the page's name, "queue" for queue.html. A
// page without a struct fails, and so does a struct without a page, a template
// that no page uses, and a static file that is not there.
func Check(t *testing.T, folder string, pages *web.Pages, voices []*web.Voice, structs map[string]any) {
	t.Helper()
	files, err := fs.Glob(templates.FS, folder+"/*.html")
	if err != nil || len(files) < 3 {
		t.Fatalf("%s holds %d templates: %v", folder, len(files), err)
	}
	assets, err := web.NewAssets(static.FS, static.Bundles)
	if err != nil {
		t.Fatal(err)
	}
	left := maps.Clone(structs)
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue // part of every page
		}
		page, known := structs[name]
		delete(left, name)
		if !known {
			t.Errorf("%s has no struct: name the one its handler fills", file)
			continue
		}
		for _, voice := range voices {
			parsed, err := pages.Template(voice, file)
			if err != nil {
				t.Fatal(err)
			}
			if err := templatecheck.CheckHTMLStrict(parsed, page); err != nil {
				t.Errorf("%s with %T: %v", file, page, err)
			}
			checkUse(t, file, parsed, assets)
		}
	}
	for name := range left {
		t.Errorf("there is no page for the struct of %s", name)
	}
}

// checkUse looks at what the templates of one page call.
func checkUse(t *testing.T, file string, page *template.Template, assets *web.Assets) {
	t.Helper()
	called := map[string]bool{}
	var follow func(name string)
	follow = func(name string) {
		of := page.Lookup(name)
		if called[name] || of == nil || of.Tree == nil {
			return
		}
		called[name] = true
		walk(of.Tree.Root, func(n parse.Node) {
			switch n := n.(type) {
			case *parse.TemplateNode:
				follow(n.Name)
			case *parse.CommandNode:
				if f, ok := n.Args[0].(*parse.IdentifierNode); ok && f.Ident == "asset" && len(n.Args) > 1 {
					if asked, ok := n.Args[1].(*parse.StringNode); !ok || assets.URL(asked.Text) == "" {
						t.Errorf("%s asks for the static file %s, which is not there", file, n.Args[1])
					}
				}
			}
		})
	}
	follow(page.Name())
	if !called["main"] {
		t.Errorf("%s: its layout does not show it", file)
	}
	// What the page's own file defines is for this page alone; components are shared.
	own, err := template.New("").Funcs(template.FuncMap{"t": func(...any) string { return "" }, "asset": func(string) string { return "" }}).ParseFS(templates.FS, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, defined := range own.Templates() {
		if defined.Tree != nil && !parse.IsEmptyTree(defined.Tree.Root) && defined.Name() != path.Base(file) && !called[defined.Name()] {
			t.Errorf("%s defines %q, which it does not use", file, defined.Name())
		}
	}
}

// walk visits a node and all under it.
func walk(n parse.Node, visit func(parse.Node)) {
	if n == nil {
		return
	}
	visit(n)
	branch := func(b *parse.BranchNode) {
		walk(b.Pipe, visit)
		walk(b.List, visit)
		if b.ElseList != nil {
			walk(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walk(n.Pipe, visit)
		}
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			walk(command, visit)
		}
	case *parse.CommandNode:
		for _, argument := range slices.DeleteFunc(slices.Clone(n.Args), func(a parse.Node) bool { _, pipe := a.(*parse.PipeNode); return !pipe }) {
			walk(argument, visit)
		}
	}
}
