package territory

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed collectivities.json
var collectivitiesFile []byte

// A territory that has the powers of a département and is none.
type ownTerritory struct {
	Code, Name  string
	Departments []string
	Communes    string // codes with spaces between; empty: all of its départements
}

var readCollectivities = sync.OnceValue(func() []ownTerritory {
	var file struct{ Collectivities []ownTerritory }
	mustRead("collectivities.json", collectivitiesFile, &file)
	return file.Collectivities
})

func (t ownTerritory) has(department, commune string) bool {
	return slices.Contains(t.Departments, department) && (t.Communes == "" || strings.Contains(t.Communes, commune))
}

// CollectivityOf returns who answers for children in the commune of that official
// code. It is not always the département: Lyon and its surroundings have their
// Métropole ("69M"), Alsace ("6AE") and Corsica ("20R") one collectivity each for
// two départements. Codes are those of the Code officiel géographique.
func CollectivityOf(commune string) (Collectivity, bool) {
	if len(commune) != 5 {
		return Collectivity{}, false
	}
	department, known := Department(DepartmentOf(commune))
	for _, t := range readCollectivities() {
		if t.has(department.Code, commune) {
			return Collectivity{t.Code, t.Name}, true
		}
	}
	return department, known
}

// CollectivitiesIn lists who may answer for children in a département, when the
// commune is not known: in the Rhône two, and a person has to ask which.
func CollectivitiesIn(department string) []Collectivity {
	d, known := Department(department)
	if !known {
		return nil
	}
	var found []Collectivity
	for _, t := range readCollectivities() {
		if slices.Contains(t.Departments, department) {
			found = append(found, Collectivity{t.Code, t.Name})
			known = known && t.Communes != "" // it leaves the département a part
		}
	}
	if known {
		found = append([]Collectivity{d}, found...)
	}
	return found
}

// DepartmentOf returns the code of the département, or overseas collectivity, in
// which the commune of that official code lies.
func DepartmentOf(commune string) string {
	length := 2
	if strings.HasPrefix(commune, "97") || strings.HasPrefix(commune, "98") {
		length = 3
	}
	return commune[:min(length, len(commune))]
}

// Collectivities lists who answers for children anywhere, by code: the départements,
// and in place of some of them the territories that have their powers.
func Collectivities() []Collectivity {
	var found []Collectivity
	for _, d := range readDepartments() {
		for _, c := range CollectivitiesIn(d.Code) {
			if !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
	}
	return found
}

// CollectivityByCode returns the one of that code.
func CollectivityByCode(code string) (Collectivity, bool) {
	for _, c := range Collectivities() {
		if c.Code == code {
			return c, true
		}
	}
	return Collectivity{}, false
}
