package report

import (
	"reflect"
	"slices"
	"strings"
)

// Get returns the answer to one question in the shape Set takes: nil when there is
// none; day, month and year of a date; label and, when known, code of a commune.
func (a *Answers) Get(name string) []string {
	f, n, err := locate(name)
	if err != nil {
		return nil
	}
	return a.At(f, n)
}

// At is Get for who has the field and, of a repeated one, the number of the item.
func (a *Answers) At(f Field, n int) []string {
	if f.Group != "" && (n < 0 || n >= f.count(a)) {
		return nil
	}
	return f.read(a, n)
}

func (f Field) read(a *Answers, n int) []string {
	leaf := f.leaf(reflect.ValueOf(a).Elem(), n)
	switch f.Kind {
	case Multi:
		if leaf.Len() == 0 {
			return nil
		}
		values := make([]string, leaf.Len())
		for i := range values {
			values[i] = leaf.Index(i).String()
		}
		return values
	case CommuneKind:
		c := leaf.Interface().(Commune)
		switch {
		case c.Label == "":
			return nil
		case c.Code == "":
			return []string{c.Label}
		}
		return []string{c.Label, c.Code}
	case DateParts:
		return Date(leaf.String()).Parts()
	}
	if leaf.String() == "" {
		return nil
	}
	return []string{leaf.String()}
}

// Walk calls visit for every answered question in the order of the published list,
// the items of a group one after the other.
func (a *Answers) Walk(visit func(f Field, name string, values []string)) {
	fields := Fields()
	for i := 0; i < len(fields); {
		f := fields[i]
		if f.Group == "" {
			if values := f.read(a, -1); values != nil {
				visit(f, f.Name, values)
			}
			i++
			continue
		}
		end := i
		for end < len(fields) && fields[end].Group == f.Group {
			end++
		}
		for n := range f.count(a) {
			for _, g := range fields[i:end] {
				if values := g.read(a, n); values != nil {
					visit(g, g.named(n), values)
				}
			}
		}
		i = end
	}
}

// GroupLen returns how many items a repeated group has.
func (a *Answers) GroupLen(group string) int { return a.groupValue(group).Len() }

// AddItem appends an empty item to a repeated group and reports whether there was
// room for it.
func (a *Answers) AddItem(group string) bool {
	items := a.groupValue(group)
	if items.Len() >= groupLimits[group] {
		return false
	}
	items.Set(reflect.Append(items, reflect.Zero(items.Type().Elem())))
	return true
}

// RemoveItem takes out one item; those after it move up.
func (a *Answers) RemoveItem(group string, n int) {
	items := a.groupValue(group)
	if n < 0 || n >= items.Len() {
		return
	}
	items.Set(reflect.AppendSlice(items.Slice(0, n), items.Slice(n+1, items.Len())))
}

func (a *Answers) groupValue(group string) reflect.Value {
	at := reflect.ValueOf(a).Elem()
	for _, i := range registry().groups[group] {
		at = at.Field(i)
	}
	return at
}

// dropEmptyItems removes the items of every group in which nothing was answered, and
// reports whether there were any.
func (a *Answers) dropEmptyItems() (dropped bool) {
	for group := range groupLimits {
		items := a.groupValue(group)
		if items.Len() == 0 {
			continue
		}
		kept := reflect.Zero(items.Type())
		for n := range items.Len() {
			if !items.Index(n).IsZero() {
				kept = reflect.Append(kept, items.Index(n))
			}
		}
		if kept.Len() != items.Len() {
			items.Set(kept)
			dropped = true
		}
	}
	return dropped
}

// Clone copies the answers, sharing nothing that Set could change.
func (a *Answers) Clone() Answers {
	c := *a
	c.Reporter.Knowledge = slices.Clone(a.Reporter.Knowledge)
	c.Children = slices.Clone(a.Children)
	c.Parents = slices.Clone(a.Parents)
	c.Suspects = slices.Clone(a.Suspects)
	c.Exploitation.Handles = slices.Clone(a.Exploitation.Handles)
	return c // Set replaces every other slice as a whole
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
