// Package imports holds the house to its plan: who may import whom.
//
// The tables of allowed_test.go are the plan. Every package of the module stands
// in them with all it imports, our own and other people's; an import that is not
// there fails, and so does a line that describes nothing any more. What a binary
// must never reach, however far down, is checked over all its dependencies.
package imports_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"recueil/internal/testing/module"
)

// A listed package is what `go list` says of one.
type listed struct {
	ImportPath                         string
	Standard                           bool
	Imports, TestImports, XTestImports []string
	Deps                               []string
	Error                              *struct{ Err string }
}

const prefix = "recueil/"

func isOwn(path string) bool { return strings.HasPrefix(path, prefix) }
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && !isOwn(path)
}

// house is every package of the module and everything they reach.
var house = sync.OnceValues(func() (map[string]listed, error) {
	cmd := exec.Command("go", "list", "-tags=nodynamic", "-e", "-deps", "-json=ImportPath,Standard,Imports,TestImports,XTestImports,Deps,Error", prefix+"...")
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	all := map[string]listed{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all[p.ImportPath] = p
	}
})

func packages(t *testing.T) map[string]listed {
	t.Helper()
	module.Watch(t)
	all, err := house()
	if err != nil {
		t.Fatalf("listing the packages: %v", err)
	}
	own := 0
	for path, p := range all {
		if isOwn(path) {
			own++
			if p.Error != nil {
				t.Fatalf("%s: %s", path, p.Error.Err)
			}
		}
	}
	if own < 20 {
		t.Fatalf("only %d packages of our own were listed", own)
	}
	return all
}

func TestEveryPackageImportsWhatThePlanAllows(t *testing.T) {
	all := packages(t)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if !isOwn(path) {
			continue
		}
		plan, known := allowed[strings.TrimPrefix(path, prefix)]
		if !known {
			t.Errorf("%s is not in the plan: give it a line with what it imports", path)
			continue
		}
		may := strings.Fields(plan)
		var does []string
		for _, imported := range all[path].Imports {
			if isOwn(imported) {
				does = append(does, strings.TrimPrefix(imported, prefix))
			} else if !isStandard(imported) {
				does = append(does, imported)
			}
		}
		for _, imported := range does {
			if !slices.Contains(may, imported) {
				t.Errorf("%s imports %s, which the plan does not allow", path, imported)
			}
		}
		for _, imported := range may {
			if !slices.Contains(does, imported) {
				t.Errorf("%s no longer imports %s: take it out of the plan", path, imported)
			}
		}
	}
	for name := range allowed {
		if _, exists := all[prefix+name]; !exists {
			t.Errorf("the plan lists %s, which does not exist", name)
		}
	}
}

// matches reports whether path is pattern, or stands under it when that ends in /...
func matches(path, pattern string) bool {
	if under, tree := strings.CutSuffix(pattern, "/..."); tree {
		return path == under || strings.HasPrefix(path, under+"/")
	}
	return path == pattern
}

func TestNothingForbiddenIsReached(t *testing.T) {
	all := packages(t)
	for name, patterns := range unreachable {
		from, exists := all[prefix+name]
		if !exists {
			t.Errorf("%s does not exist, so nothing keeps it from anything", name)
			continue
		}
		for _, pattern := range strings.Fields(patterns) {
			if !exist(all, pattern) {
				t.Errorf("%s is kept from %s, which does not exist: was it renamed?", name, pattern)
			}
			for _, reached := range from.Deps {
				if matches(reached, pattern) {
					t.Errorf("%s reaches %s: %s", name, reached, strings.Join(way(all, from.ImportPath, reached), " → "))
				}
			}
		}
	}
}

// Some packages do no I/O. Their libraries link os to print with, so what counts is
// what they and our own packages under them import themselves.
func TestPurePackagesDoNoIO(t *testing.T) {
	all := packages(t)
	for _, pattern := range strings.Fields(inputOutput) {
		if !exist(all, pattern) {
			t.Errorf("%s does not exist any more", pattern)
		}
	}
	for _, name := range pure {
		from, exists := all[prefix+name]
		if !exists {
			t.Errorf("%s does not exist any more", name)
		}
		for _, path := range append([]string{from.ImportPath}, from.Deps...) {
			if !isOwn(path) {
				continue
			}
			for _, imported := range all[path].Imports {
				for _, pattern := range strings.Fields(inputOutput) {
					if matches(imported, pattern) {
						t.Errorf("%s is pure, yet %s imports %s", name, path, imported)
					}
				}
			}
		}
	}
}

// What is made for tests is compiled into tests only.
func TestHelpersOfTestsStayInTests(t *testing.T) {
	all := packages(t)
	for _, pattern := range strings.Fields(testOnly) {
		used := false
		for path, p := range all {
			forTests := matches(path, "recueil/internal/testing/...") || matches(path, "recueil/internal/tests/...")
			for _, imported := range p.Imports {
				if isOwn(path) && !forTests && matches(imported, pattern) {
					t.Errorf("%s imports %s, which is for tests", path, imported)
				}
				used = used || forTests && matches(imported, pattern)
			}
			for _, imported := range append(p.TestImports, p.XTestImports...) {
				used = used || isOwn(path) && matches(imported, pattern)
			}
		}
		if !used {
			t.Errorf("no test uses %s: take it out of the list", pattern)
		}
	}
}

// exist reports whether a pattern names a package that is there, in what we reach
// or in the standard library.
func exist(all map[string]listed, pattern string) bool {
	for path := range all {
		if matches(path, pattern) {
			return true
		}
	}
	return exec.Command("go", "list", pattern).Run() == nil && isStandard(pattern)
}

// way finds how one package reaches another.
func way(all map[string]listed, from, to string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range all[queue[0]].Imports {
			if _, seen := before[next]; seen {
				continue
			}
			before[next] = queue[0]
			queue = append(queue, next)
		}
	}
	var path []string
	for at := to; at != ""; at = before[at] {
		path = append([]string{at}, path...)
	}
	return path
}
