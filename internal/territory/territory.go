// Package territory knows the country the service works in: its départements, the
// numbers that answer at once, and when somebody reads what is written.
//
// Each of the three is a data file that names where it comes from. What no source
// states is unknown, and unknown is never shown: a child who is told that a call
// stays off the bill must be able to rely on it.
package territory

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// A Collectivity is a département or an overseas collectivity with its official
// code ("01", "2A", "976").
type Collectivity struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

//go:embed departments.json
var departmentsFile []byte

var readDepartments = sync.OnceValue(func() []Collectivity {
	var file struct{ Departments []Collectivity }
	mustRead("departments.json", departmentsFile, &file)
	return file.Departments
})

// Departments lists them by code, Corsica's two between 19 and 21, overseas last.
func Departments() []Collectivity { return slices.Clone(readDepartments()) }

// Department returns the one with that code.
func Department(code string) (Collectivity, bool) {
	for _, d := range readDepartments() {
		if d.Code == code {
			return d, true
		}
	}
	return Collectivity{}, false
}

// mustRead parses a file compiled into the program; only a broken build can fail.
func mustRead(name string, content []byte, into any) {
	if err := json.Unmarshal(content, into); err != nil {
		panic(fmt.Sprintf("territory: reading %s: %v", name, err))
	}
}
