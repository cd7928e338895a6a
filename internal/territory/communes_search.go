package territory

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// How well an entry answers, best first.
type grade uint8

const (
	wholeName grade = iota
	wholeOfFormer
	wholeButArticle // "havre" for Le Havre
	beginning
	laterWord
	beginningOfFormer
	laterWordOfFormer
	noAnswer
)

// rank is the order of answers: Le Saint is one of many that "saint" may begin.
func (g grade) rank() grade {
	if g == wholeButArticle {
		return beginning
	}
	return g
}

// A hit is an entry found, with its grade.
type hit struct {
	entry uint32
	grade grade
}

// SearchCommunes finds the communes whose name, or a word within it, begins with
// what was typed, or whose postcode does. Accents, capitals, hyphens and "St" for
// "Saint" make no difference. Within a chosen département it finds those only,
// unless there is none. It returns at most limit, best first: whole names, then
// today's communes by population, then former ones.
func SearchCommunes(text, department string, limit int) []Commune {
	x := communes()
	return x.best(x.firstOf(text, department, x.matching), limit)
}

// ResolveCommune returns the communes that bear exactly the name, label or
// postcode that was typed: one when it is clear which is meant, several when the
// name is borne by several, none when the list does not know it. A chosen
// département decides between namesakes.
func ResolveCommune(text, department string) []Commune {
	x := communes()
	hits := x.firstOf(text, department, x.exact)
	return x.best(hits, len(hits))
}

// firstOf tries the readings of a text until one finds something, and then once
// more without regard to spaces. It keeps to the département where it can.
func (x *communeIndex) firstOf(text, department string, find func(w wanted, squeezed bool) []hit) []hit {
	list := readings(text)
	for _, squeezed := range []bool{false, true} {
		for _, w := range list {
			hits := find(w, squeezed)
			if here := x.within(department, hits); len(here) > 0 {
				return here
			}
			if len(hits) > 0 {
				return hits
			}
		}
	}
	return nil
}

// exact keeps the matches that say the whole name, or all that have the postcode
// when a number is all there is. A name without its article is whole when nothing
// else begins so: "havre" is Le Havre, "saint" is not Le Saint.
func (x *communeIndex) exact(w wanted, squeezed bool) []hit {
	hits := x.matching(w, squeezed)
	if w.name == "" || isNumber(w.name) {
		if !isPostcode(w.name) && !slices.ContainsFunc(w.hints, isPostcode) {
			return nil
		}
		return x.withoutTowns(hits)
	}
	of := func(worst grade) []hit {
		return slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return h.grade > worst })
	}
	if whole := of(wholeOfFormer); len(whole) > 0 {
		return whole
	}
	if whole := of(wholeButArticle); len(whole) == len(of(beginning)) {
		return whole
	}
	return nil
}

// withoutTowns drops Lyon where one of its arrondissements was found as well.
func (x *communeIndex) withoutTowns(hits []hit) []hit {
	for _, h := range hits {
		if x.entries[h.entry].kind == arrondissement {
			return slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return x.entries[h.entry].kind != arrondissement })
		}
	}
	return hits
}

// matching finds every entry that begins as wanted and fits all hints.
func (x *communeIndex) matching(w wanted, squeezed bool) []hit {
	var hits []hit
	switch {
	case w.name == "":
		hits = x.byPostcode(w.hints[0])
	case isNumber(w.name):
		hits = x.byPostcode(w.name)
	case squeezed:
		hits = x.bySqueezedName(strings.ReplaceAll(w.name, " ", ""))
	default:
		hits = x.byName(w.name)
	}
	if len(w.hints) == 0 {
		return hits
	}
	return slices.DeleteFunc(hits, func(h hit) bool {
		return slices.ContainsFunc(w.hints, func(hint string) bool { return !x.fits(x.entries[h.entry], hint) })
	})
}

// fits reports whether a hint speaks of this entry: its postcode, the code or the
// beginning of the name of its département, the name of its commune of today. A
// postcode that the list does not have, for large receivers most often, still
// tells the département.
func (x *communeIndex) fits(e entry, hint string) bool {
	department := DepartmentOf(e.code())
	if isPostcode(hint) {
		if len(x.byPostcode(hint)) == 0 {
			return strings.HasPrefix(hint, department) || department[0] == '2' && department > "29" && strings.HasPrefix(hint, "20")
		}
		if e.kind == former {
			e = x.today(e)
		}
		return strings.Contains(e.columns()[3], hint)
	}
	if strings.EqualFold(hint, department) || e.kind == former && x.name(x.today(e)) == hint {
		return true
	}
	if x.departmentNames[hint] { // "Loire" is not the beginning of Loire-Atlantique
		return x.departments[department] == hint
	}
	return strings.HasPrefix(x.departments[department], hint) && !isNumber(hint)
}

// byName looks the beginning of a word up in the sorted words. A single letter
// finds only the village that is called so.
func (x *communeIndex) byName(name string) []hit {
	sought := name
	if len(name) == 1 {
		sought += "\n"
	}
	rest := func(i int) string { return x.folded[x.words[i].at:] }
	var hits []hit
	for i := sort.Search(len(x.words), func(i int) bool { return rest(i) >= sought }); i < len(x.words) && strings.HasPrefix(rest(i), sought); i++ {
		hits = append(hits, hit{x.words[i].entry, x.grade(x.words[i], len(name))})
	}
	return hits
}

// grade judges a match of so many bytes at a place.
func (x *communeIndex) grade(p place, length int) grade {
	e := x.entries[p.entry]
	rest := upTo(x.folded[int(p.at)+length:], '\n')
	whole := rest == "" || e.kind == arrondissement && isOrdinalEnd(rest)
	start := p.at == e.folded
	afterArticle := !start && isArticle(x.folded[e.folded:p.at])
	switch {
	case start && whole && e.kind == former:
		return wholeOfFormer
	case start && whole:
		return wholeName
	case afterArticle && whole && e.kind != former:
		return wholeButArticle
	case e.kind == former && (start || afterArticle):
		return beginningOfFormer
	case e.kind == former:
		return laterWordOfFormer
	case start || afterArticle:
		return beginning
	}
	return laterWord
}

// isOrdinalEnd reports whether that is what is missing behind "Lyon 3" or "Lyon 3e".
func isOrdinalEnd(rest string) bool {
	rest, found := strings.CutSuffix(rest, " arrondissement")
	return found && (rest == "" || rest == "e" || rest == "er")
}

func isArticle(s string) bool { return s == "l " || s == "la " || s == "le " || s == "les " }

// bySqueezedName compares without any spaces: "lhay les roses", "villeneuvedascq".
func (x *communeIndex) bySqueezedName(name string) []hit {
	if len(name) < 3 {
		return nil
	}
	var hits []hit
	for _, p := range x.words {
		if length := squeezedPrefix(x.folded[p.at:], name); length > 0 {
			hits = append(hits, hit{p.entry, x.grade(p, length)})
		}
	}
	return hits
}

// squeezedPrefix returns how many bytes of text, spaces counted, make up name.
func squeezedPrefix(text, name string) int {
	i := 0
	for j := range len(name) {
		for text[i] == ' ' {
			i++
		}
		if text[i] != name[j] { // a line end is no letter
			return 0
		}
		i++
	}
	return i
}

// byPostcode finds the postcodes that begin with at least two digits.
func (x *communeIndex) byPostcode(digits string) []hit {
	if len(digits) < 2 || len(digits) > 5 || !isNumber(digits) {
		return nil
	}
	from, span := number32(digits), uint32(1)
	for range 5 - len(digits) {
		from, span = from*10, span*10
	}
	var hits []hit
	for i := sort.Search(len(x.postcodes), func(i int) bool { return x.postcodes[i].at >= from }); i < len(x.postcodes) && x.postcodes[i].at < from+span; i++ {
		hits = append(hits, hit{x.postcodes[i].entry, beginning})
	}
	return hits
}

func (x *communeIndex) within(department string, hits []hit) []hit {
	if department == "" {
		return hits
	}
	var here []hit
	for _, h := range hits {
		if DepartmentOf(x.entries[h.entry].code()) == department {
			here = append(here, h)
		}
	}
	return here
}

// best reads the first few hits, each entry once. Thousands begin with "saint", so
// they are not sorted: the best so far are kept in order.
func (x *communeIndex) best(hits []hit, limit int) []Commune {
	var kept []hit
	for _, h := range hits {
		if i := slices.IndexFunc(kept, func(k hit) bool { return k.entry == h.entry }); i >= 0 {
			if kept[i].grade <= h.grade {
				continue
			}
			kept = slices.Delete(kept, i, i+1)
		}
		i := len(kept)
		for i > 0 && x.before(h, kept[i-1]) {
			i--
		}
		if i < limit {
			kept = slices.Insert(kept[:min(len(kept), limit-1)], i, h)
		}
	}
	found := make([]Commune, len(kept))
	for i, h := range kept {
		found[i] = x.commune(h.entry)
	}
	return found
}

func (x *communeIndex) before(a, b hit) bool {
	if a.grade.rank() != b.grade.rank() {
		return a.grade.rank() < b.grade.rank()
	}
	return cmp.Or(cmp.Compare(x.entries[b.entry].population, x.entries[a.entry].population), cmp.Compare(a.entry, b.entry)) < 0
}
