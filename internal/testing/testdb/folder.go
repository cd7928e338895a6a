package testdb

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const folders = "recueil-test-db-"

// inUse keeps this program's locks open, and so held, until the program ends,
// however it ends.
var inUse = map[string]*os.File{}

// folder makes the folder of this program's server, and removes those of programs
// that have ended: a program cannot remove its own, which its server still uses.
func folder() (string, error) {
	sweep(os.TempDir())
	dir, err := os.MkdirTemp("", folders)
	if err != nil {
		return "", err
	}
	if inUse[dir], err = lock(dir, os.O_CREATE); err != nil {
		return "", fmt.Errorf("locking the folder of the test server: %w", err)
	}
	return dir, os.Chmod(dir, 0o755) // the server's user must reach it
}

func lock(dir string, flag int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), flag|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func sweep(parent string) {
	entries, _ := os.ReadDir(parent)
	for _, entry := range entries {
		dir := filepath.Join(parent, entry.Name())
		if info, err := entry.Info(); err != nil || !strings.HasPrefix(entry.Name(), folders) || time.Since(info.ModTime()) < time.Minute || inUse[dir] != nil || serves(dir) {
			continue
		}
		held, err := lock(dir, 0)
		if err == nil || os.IsNotExist(err) {
			os.RemoveAll(dir)
			held.Close()
		}
	}
}

// serves reports whether a server still runs in a folder; it goes a moment after
// its program.
func serves(dir string) bool {
	var pid int
	content, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		return false
	}
	_, err = fmt.Sscan(string(content), &pid)
	return err == nil && syscall.Kill(pid, 0) != syscall.ESRCH
}
