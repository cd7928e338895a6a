package territory

import (
	"slices"
	"strings"
)

// NearCommunes proposes what may have been meant by a text that [ResolveCommune]
// does not know: names that begin so, the town in front of a quarter ("Lille
// Fives"), names one or two letters away ("Hagueneau").
func NearCommunes(text, department string, limit int) []Commune {
	if found := SearchCommunes(text, department, limit); len(found) > 0 {
		return found
	}
	x := communes()
	list := readings(text)
	if len(list) == 0 {
		return nil
	}
	name := list[len(list)-1].name
	hits := x.misspelt(name)
	if len(hits) == 0 {
		hits = x.leading(fold(upTo(upTo(text, '('), ',')))
	}
	if here := x.within(department, hits); len(here) > 0 {
		hits = here
	}
	return x.best(hits, limit)
}

// leading finds the longest beginning of a text that is a whole name.
func (x *communeIndex) leading(text string) []hit {
	for text != "" {
		hits := slices.DeleteFunc(x.byName(text), func(h hit) bool { return h.grade > wholeButArticle })
		if len(hits) > 0 {
			return hits
		}
		text = text[:max(0, strings.LastIndexByte(text, ' '))]
	}
	return nil
}

// misspelt finds the names that begin with the same letter and are nearest: one
// letter apart in a short name, two in one of eight letters or more.
func (x *communeIndex) misspelt(name string) []hit {
	allowed := 0
	switch {
	case len(name) > maxSpelt, len(name) < 4:
		return nil
	case len(name) >= 8:
		allowed = 2
	default:
		allowed = 1
	}
	type near struct {
		hit
		distance int
	}
	var found []near
	for i, e := range x.entries {
		if x.folded[e.folded] != name[0] {
			continue
		}
		other := x.name(e)
		if len(other) < len(name)-allowed || len(other) > len(name)+allowed {
			continue
		}
		if d := distance(name, other, allowed); d <= allowed {
			found = append(found, near{hit{uint32(i), beginning}, d})
			allowed = d
		}
	}
	found = slices.DeleteFunc(found, func(n near) bool { return n.distance > allowed })
	hits := make([]hit, len(found))
	for i, n := range found {
		hits[i] = n.hit
	}
	return hits
}

// maxSpelt bounds the names that are compared letter by letter.
const maxSpelt = 48

// distance counts the letters to insert, drop or change between two names, and
// gives up beyond the allowed number.
func distance(a, b string, allowed int) int {
	var rows [2][maxSpelt + 4]int
	before, row := rows[0][:len(b)+1], rows[1][:len(b)+1]
	for j := range before {
		before[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		least := row[0]
		for j := range len(b) {
			changed := before[j]
			if a[i] != b[j] {
				changed++
			}
			row[j+1] = min(changed, before[j+1]+1, row[j]+1)
			least = min(least, row[j+1])
		}
		if least > allowed {
			return least
		}
		before, row = row, before
	}
	return before[len(b)]
}
