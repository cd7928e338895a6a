package keyring

import (
	"errors"
	"runtime"
	"syscall"
)

// gently runs half a second of computing on a thread of its own that gives way to
// every other: pages go on being answered while passphrases are opened. Where the
// system refuses that, it runs all the same.
func gently(work func() ([]byte, error)) (out []byte, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if recover() != nil { // nobody else would catch it here, and its value may quote a key
				out, err = nil, errors.New("opening a sealed key failed")
			}
		}()
		// Never unlocked: the thread ends with the goroutine, since nobody without
		// privileges may take its priority back.
		runtime.LockOSThread()
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), 10)
		out, err = work()
	}()
	<-done
	return out, err
}
