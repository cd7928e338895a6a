package territory

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/binary"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// A Commune is a town or village, a municipal arrondissement of Paris, Lyon or
// Marseille, or what was a commune and has been joined to another.
type Commune struct {
	Name       string
	Code       string // official; of a former one, that of the commune it is part of
	Today      string // of a former one: the name of that commune
	Department Collectivity
	Population int
}

// Label names the commune so that it cannot be mistaken for another: "Saint-Denis
// (La Réunion)", "Annecy-le-Vieux, Annecy (Haute-Savoie)" for a former one.
// [ResolveCommune] reads it back.
func (c Commune) Label() string {
	name := c.Name
	if c.Today != "" {
		name += ", " + c.Today
	}
	return name + " (" + c.Department.Name + ")"
}

// The list stays what it is in the program, text that the system pages in and out.
// Only places in it are kept in memory, about 2 MB once somebody has searched.
//
//go:embed communes.txt
var communesFile string

// An entry is one line of the list.
type entry struct {
	line       uint32 // where it begins in communesFile
	folded     uint32 // where its name begins in communeIndex.folded
	population uint32 // of an arrondissement, its town's: it ranks right behind it
	kind       entryKind
}

type entryKind uint8

const (
	current entryKind = iota
	arrondissement
	former
)

// A place in a sorted list of the index, and the entry it belongs to.
type place struct{ at, entry uint32 }

type communeIndex struct {
	entries   []entry
	folded    string  // all names folded, each with a line end behind it
	words     []place // in folded, where a name or a word within one begins, sorted by what follows
	postcodes []place // at is the number

	departments     map[string]string // folded names by code
	departmentNames map[string]bool
}

// smallWords begin no search of their own, so that "la" does not find every
// village by its third word.
var smallWords = map[string]bool{"a": true, "au": true, "aux": true, "d": true, "de": true, "des": true, "du": true, "en": true, "et": true,
	"l": true, "la": true, "le": true, "les": true, "lez": true, "pres": true, "sous": true, "sur": true}

// communes reads the list when it is first asked for, which takes about 30 ms.
var communes = sync.OnceValue(readCommunes)

// ReadCommunes reads the list unless that was done, so that nobody waits for it later.
func ReadCommunes() { communes() }

func readCommunes() *communeIndex {
	x := &communeIndex{entries: make([]entry, 0, 38_000), words: make([]place, 0, 66_000), postcodes: make([]place, 0, 38_000)}
	names := make([]byte, 0, len(communesFile)/2)
	for at := 0; at < len(communesFile); {
		length := strings.IndexByte(communesFile[at:], '\n')
		if communesFile[at] != '#' {
			names = x.add(uint32(at), columnsOf(communesFile[at:at+length]), names)
		}
		at += length + 1
	}
	x.folded = string(names)
	x.departments, x.departmentNames = map[string]string{}, map[string]bool{}
	for _, d := range readDepartments() {
		x.departments[d.Code] = fold(d.Name)
		x.departmentNames[x.departments[d.Code]] = true
	}
	x.sortWords()
	slices.SortFunc(x.postcodes, func(a, b place) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.entry, b.entry)) })
	return x
}

// sortWords compares the first eight bytes as numbers, which spares most of the
// comparisons of text.
func (x *communeIndex) sortWords() {
	type word struct {
		first uint64
		place
	}
	sorted := make([]word, len(x.words))
	for i, p := range x.words {
		var first [8]byte
		copy(first[:], x.folded[p.at:])
		sorted[i] = word{binary.BigEndian.Uint64(first[:]), p}
	}
	slices.SortFunc(sorted, func(a, b word) int {
		if a.first != b.first {
			return cmp.Compare(a.first, b.first)
		}
		return cmp.Compare(x.folded[a.at:], x.folded[b.at:])
	})
	for i, w := range sorted {
		x.words[i] = w.place
	}
}

// add takes in a line, and puts its folded name behind the others.
func (x *communeIndex) add(line uint32, columns [5]string, names []byte) []byte {
	number := uint32(len(x.entries))
	e := entry{line: line, folded: uint32(len(names))}
	switch {
	case columns[2] == "":
		e.kind = former
	case columns[4] != "":
		e.kind, e.population = arrondissement, x.entries[x.byCode(columns[4])].population
	default:
		e.population = number32(columns[2])
	}
	if e.kind != former {
		for code := range strings.FieldsSeq(columns[3]) {
			x.postcodes = append(x.postcodes, place{number32(code), number})
		}
	}
	names = append(appendFolded(names, columns[1]), '\n')
	for at := int(e.folded); at < len(names); {
		end := at + bytes.IndexAny(names[at:], " \n")
		if at == int(e.folded) || !smallWords[string(names[at:end])] {
			x.words = append(x.words, place{uint32(at), number})
		}
		at = end + 1
	}
	x.entries = append(x.entries, e)
	return names
}

// byCode finds today's commune of a code; its line comes before those that speak of it.
func (x *communeIndex) byCode(code string) uint32 {
	return uint32(sort.Search(len(x.entries), func(i int) bool { return x.entries[i].code() >= code }))
}

// columnsOf takes a line apart; columns at its end may be missing.
func columnsOf(line string) (columns [5]string) {
	for i := range columns {
		columns[i], line, _ = strings.Cut(line, "\t")
	}
	return columns
}

func number32(s string) uint32 {
	n, _ := strconv.ParseUint(s, 10, 32) // a test reads every line
	return uint32(n)
}

// today returns the commune that a former one is part of.
func (x *communeIndex) today(e entry) entry { return x.entries[x.byCode(e.code())] }

// name is an entry's name, folded.
func (x *communeIndex) name(e entry) string { return upTo(x.folded[e.folded:], '\n') }

// code is an entry's official code.
func (e entry) code() string { return communesFile[e.line : e.line+5] }

// plainName is an entry's name as it is written.
func (e entry) plainName() string { return upTo(upTo(communesFile[e.line+6:], '\n'), '\t') }

func (e entry) columns() [5]string { return columnsOf(upTo(communesFile[e.line:], '\n')) }

func upTo(s string, end byte) string {
	if i := strings.IndexByte(s, end); i >= 0 {
		return s[:i]
	}
	return s
}

func (x *communeIndex) commune(number uint32) Commune {
	e := x.entries[number]
	c := Commune{Name: e.plainName(), Code: e.code()}
	c.Department, _ = Department(DepartmentOf(c.Code))
	if e.kind == former {
		c.Today = x.today(e).plainName()
	} else {
		c.Population = int(number32(e.columns()[2]))
	}
	return c
}

// CommuneByCode returns today's commune of an official code. A code that was taken out
// of the list, because its commune was joined to another, maybe in another
// département, is not found.
func CommuneByCode(code string) (Commune, bool) {
	x := communes()
	number := x.byCode(code)
	if int(number) >= len(x.entries) || x.entries[number].code() != code || x.entries[number].kind == former {
		return Commune{}, false
	}
	return x.commune(number), true
}
