package wording

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the audit trail calls an act, as it stands in the code of the office and of
// the operator's terminal.
var act = regexp.MustCompile(`"((?:login|logout|session|factor|staff|report|queue|team|trail|invitation|recovery|house|key|message|attachment|notice|note|call|callback|record|referral|transmission|recipient|service|view|lease|addition|sessions|server|device)(?:\.[a-z_]+)+)"`)

func TestEveryActOfTheTrailHasWords(t *testing.T) {
	office := speak(t, source, "office") // the other languages say what French says
	found := 0
	err := filepath.WalkDir(filepath.Join("..", "..", "office"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := os.ReadFile(path)
		for _, m := range act.FindAllSubmatch(code, -1) {
			found++
			if office["office.trail.action."+string(m[1])] == nil {
				t.Errorf("%s writes %s into the trail, which the auditor reads as a code: word office.trail.action.%s", strings.TrimPrefix(path, "../../"), m[1], m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 30 {
		t.Errorf("only %d acts were found: are these all?", found)
	}
}
