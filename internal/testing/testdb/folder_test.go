package testdb

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSweepRemovesWhatNobodyUses(t *testing.T) {
	parent := t.TempDir()
	make := func(name string, files map[string]string) string {
		dir := filepath.Join(parent, name)
		for file, content := range files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	const pid = "pg/data/postmaster.pid"
	held := make(folders+"held", map[string]string{"lock": ""})
	open, err := lock(held, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	young := make(folders+"young", map[string]string{"lock": ""})
	if err := os.Chtimes(young, time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	kept := []string{held, young, make("another", map[string]string{"lock": ""}), make(folders+"serving", map[string]string{"lock": "", pid: fmt.Sprint(os.Getpid(), "\n")})}
	gone := []string{make(folders+"ended", map[string]string{"lock": "", "pg/data/x": ""}), make(folders+"bare", map[string]string{"pg/data/x": ""}),
		make(folders+"crashed", map[string]string{"lock": "", pid: "4194304\n"})}
	sweep(parent)
	for _, dir := range kept {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("%s was removed", filepath.Base(dir))
		}
	}
	for _, dir := range gone {
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s is left", filepath.Base(dir))
		}
	}
}
