// Command rebuild makes communes.txt and collectivities.json anew from a release of
// the npm package @etalab/decoupage-administratif:
//
//	npm pack @etalab/decoupage-administratif@6.0.0
//	go run ./internal/territory/rebuild etalab-decoupage-administratif-6.0.0.tgz internal/territory
//
// The first argument is the package as npm hands it out, the second the folder of
// the two files. The same release gives the same bytes. Afterwards run the tests of
// the package: they hold towns that every release must have.
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "rebuild: give the package of npm and the folder of communes.txt")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "rebuild:", err)
		os.Exit(1)
	}
}

// A commune as the package writes it.
type commune struct {
	Code       string   `json:"code"`
	Name       string   `json:"nom"`
	Kind       string   `json:"type"`
	Today      string   `json:"chefLieu"` // of a former commune: the one it belongs to
	Town       string   `json:"commune"`  // of a municipal arrondissement
	Population int      `json:"population"`
	Postcodes  []string `json:"codesPostaux"`
}

// A grouping of communes that levies taxes; Lyon's is a collectivity of its own.
type grouping struct {
	Code    string `json:"code"`
	Members []struct {
		Code string `json:"code"`
	} `json:"membres"`
}

// greaterLyon is the number (SIREN) of the Métropole de Lyon.
const greaterLyon = "200046977"

func run(archive, folder string) error {
	files, err := unpack(archive)
	if err != nil {
		return err
	}
	var (
		about     struct{ Name, Version string }
		communes  []commune
		groupings []grouping
	)
	for name, into := range map[string]any{"package/package.json": &about, "package/data/communes.json": &communes, "package/data/epci.json": &groupings} {
		if err := json.Unmarshal(files[name], into); err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
	}
	source := about.Name + " " + about.Version
	text, err := lines(source, communes)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "communes.txt"), text, 0o644); err != nil {
		return err
	}
	collectivities, err := collectivities(source, communes, groupings)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "collectivities.json"), collectivities, 0o644)
}

// unpack reads the files of the package into memory.
func unpack(archive string) (map[string][]byte, error) {
	packed, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	unzipped, err := gzip.NewReader(bufio.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Base(archive), err)
	}
	files := map[string][]byte{}
	for reader := tar.NewReader(unzipped); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", filepath.Base(archive), err)
		}
		if files[header.Name], err = io.ReadAll(reader); err != nil {
			return nil, fmt.Errorf("reading %s: %w", header.Name, err)
		}
	}
}

// lines writes the list, by code, a commune before its former names.
func lines(source string, communes []commune) ([]byte, error) {
	names := map[string]string{} // of today's communes, by code
	for _, c := range communes {
		if c.Kind == "commune-actuelle" {
			names[c.Code] = c.Name
		}
	}
	var list []commune
	seen := map[string]bool{}
	for _, c := range communes {
		former := c.Kind == "commune-deleguee" || c.Kind == "commune-associee"
		if former {
			if names[c.Today] == "" {
				return nil, fmt.Errorf("%s %s belongs to no commune of today", c.Code, c.Name)
			}
			c.Code = c.Today // whose name of old this is
			if plain(c.Name) == plain(names[c.Code]) || seen[c.Code+c.Name] {
				continue
			}
			seen[c.Code+c.Name] = true
		}
		if c.Name == "" || strings.ContainsAny(c.Name, "\t\n") || len(c.Code) != 5 || !former && c.Kind != "commune-actuelle" && c.Town == "" {
			return nil, fmt.Errorf("%s %q (%s) does not fit into the list", c.Code, c.Name, c.Kind)
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b commune) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(len(a.Today), len(b.Today)), cmp.Compare(a.Name, b.Name))
	})
	var text bytes.Buffer
	fmt.Fprintf(&text, "# Communes of %s (INSEE, La Poste; Licence Ouverte). Made by internal/territory/rebuild, see docs/content.md.\n", source)
	text.WriteString("# code, name, population, postcodes, town of an arrondissement; code and name alone: a former commune of that one\n")
	for _, c := range list {
		text.WriteString(c.Code + "\t" + strings.ReplaceAll(c.Name, "'", "’"))
		if c.Today == "" {
			text.WriteString("\t" + strconv.Itoa(c.Population) + "\t" + strings.Join(c.Postcodes, " "))
		}
		if c.Town != "" {
			text.WriteString("\t" + c.Town)
		}
		text.WriteByte('\n')
	}
	return text.Bytes(), nil
}

// plain leaves hyphens out, which some communes lost when they were joined.
func plain(name string) string { return strings.ReplaceAll(name, "-", " ") }

// collectivities writes which territories are not those of a département.
func collectivities(source string, communes []commune, groupings []grouping) ([]byte, error) {
	type collectivity struct {
		Code        string   `json:"code"`
		Name        string   `json:"name"`
		Departments []string `json:"departments"`
		Communes    string   `json:"communes,omitempty"`
	}
	var lyon []string
	for _, g := range groupings {
		if g.Code == greaterLyon {
			for _, member := range g.Members {
				lyon = append(lyon, member.Code)
			}
		}
	}
	if len(lyon) == 0 {
		return nil, errors.New("the Métropole de Lyon is not among the groupings")
	}
	for _, c := range communes {
		if slices.Contains(lyon, c.Town) {
			lyon = append(lyon, c.Code)
		}
	}
	slices.Sort(lyon)
	text, err := json.MarshalIndent(struct {
		Source         string         `json:"source"`
		About          string         `json:"about"`
		Collectivities []collectivity `json:"collectivities"`
	}{source + "; codes of the Code officiel géographique, https://www.insee.fr/fr/information/3528272",
		"Territories with the powers of a département that are none: all communes of their départements, or those listed.",
		[]collectivity{
			{Code: "69M", Name: "Métropole de Lyon", Departments: []string{"69"}, Communes: strings.Join(lyon, " ")},
			{Code: "6AE", Name: "Collectivité européenne d’Alsace", Departments: []string{"67", "68"}},
			{Code: "20R", Name: "Collectivité de Corse", Departments: []string{"2A", "2B"}},
		}}, "", "  ")
	return append(text, '\n'), err
}
