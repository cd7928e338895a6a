package web

import (
	"html/template"
	"text/template/parse"
)

// lean puts a page together in an empty template of the layout's name: its own
// templates, and of the layout and the components those that it reaches.
// html/template rewrites what it executes, so that each page and voice needs a copy;
// copies of every component came to half the memory of the process.
func lean(page, own, shared *template.Template) (*template.Template, error) {
	added := map[string]bool{}
	var add func(name string) error
	add = func(name string) error {
		from := own.Lookup(name)
		if from == nil || from.Tree == nil {
			from = shared.Lookup(name)
		}
		if added[name] || from == nil || from.Tree == nil {
			return nil // a name that nobody defines fails when the page is executed, which a test does
		}
		added[name] = true
		if _, err := page.AddParseTree(name, from.Tree); err != nil {
			return err
		}
		for _, called := range calls(from.Tree.Root) {
			if err := add(called); err != nil {
				return err
			}
		}
		return nil
	}
	return page, add(page.Name())
}

// calls lists the templates that a part of a template calls.
func calls(node parse.Node) (names []string) {
	branch := func(b parse.BranchNode) {
		names = append(names, calls(b.List)...)
		names = append(names, calls(b.ElseList)...)
	}
	switch n := node.(type) {
	case *parse.TemplateNode:
		names = append(names, n.Name)
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, inner := range n.Nodes {
			names = append(names, calls(inner)...)
		}
	}
	return names
}
