package keyring

import (
	"bytes"
	"syscall"
	"testing"
)

// priority is what the kernel says: 20 is the usual one, less gives way to it.
func priority(t *testing.T) int {
	t.Helper()
	p, err := syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
	if err != nil {
		t.Error(err)
	}
	return p
}

func TestPassphrasesAreOpenedBehindEverythingElse(t *testing.T) {
	usual := priority(t)
	var inside int
	out, err := gently(func() ([]byte, error) { inside = priority(t); return []byte("opened"), nil })
	if !bytes.Equal(out, []byte("opened")) || err != nil {
		t.Errorf("%q %v", out, err)
	}
	if inside >= usual {
		t.Errorf("the priority inside is %d, outside %d", inside, usual)
	}
	for range 50 { // on whatever thread
		if now := priority(t); now != usual {
			t.Fatalf("afterwards it is %d, and was %d", now, usual)
		}
	}
	if _, err := gently(func() ([]byte, error) { panic("a key") }); err == nil || err.Error() == "a key" {
		t.Errorf("a panic ends as %v", err)
	}
}
