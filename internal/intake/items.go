package intake

import (
	"net/url"
	"slices"
	"strings"

	"recueil/internal/report"
)

// A form names the items it shows by "_item", the one to take out by "_remove" and
// the group to enlarge by "_add": groups grow and shrink without a script.

// moreItems is how many items over a group's limit a page still shows, so that
// nobody's text is gone; they are not taken.
const moreItems = 10

// items counts the items of a group that a form speaks of.
func items(form url.Values, group string) int {
	count := 0
	for n := range report.GroupLimit(group) + moreItems {
		if hasItem(form, group, n) {
			count = n + 1
		}
	}
	return count
}

func hasItem(form url.Values, group string, n int) bool {
	item := group + "." + itoa(n)
	if slices.Contains(form["_item"], item) {
		return true
	}
	for name := range form {
		if strings.HasPrefix(name, item+".") {
			return true
		}
	}
	return false
}

// removal reads which item a form wants taken out.
func removal(form url.Values) (group string, n int, ok bool) {
	wanted := form.Get("_remove")
	i := strings.LastIndexByte(wanted, '.')
	if i < 0 || report.GroupLimit(wanted[:i]) == 0 || itoa(atoi(wanted[i+1:])) != wanted[i+1:] {
		return "", 0, false
	}
	return wanted[:i], atoi(wanted[i+1:]), true
}

// withoutRemoved is what was typed without the item that the form wants taken out;
// those after it move up, as they do in the draft.
func withoutRemoved(form url.Values) url.Values {
	group, gone, ok := removal(form)
	if !ok {
		return form
	}
	left := url.Values{}
	for name, given := range form {
		if to, stays := renumbered(name, group, gone); stays {
			left[to] = given
		}
	}
	left["_item"] = nil
	for _, item := range form["_item"] {
		if to, stays := renumbered(item, group, gone); stays {
			left.Add("_item", to)
		}
	}
	return left
}

// renumbered is an item's or answer's name after one item of a group went, and
// whether it still has one.
func renumbered(name, group string, gone int) (string, bool) {
	rest, ok := strings.CutPrefix(name, group+".")
	if !ok {
		return name, true
	}
	number, tail, dotted := strings.Cut(rest, ".")
	n := atoi(number)
	switch {
	case itoa(n) != number || n < gone:
		return name, true
	case n == gone:
		return "", false
	}
	if dotted {
		tail = "." + tail
	}
	return group + "." + itoa(n-1) + tail, true
}
