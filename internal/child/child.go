// Package child starts processes that end with their parent, also when that one is
// killed: what `recueil dev` and the tests start must never stay behind. It relies
// on a signal of the Linux kernel.
package child

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Start starts cmd so that the kernel sends it the signal when this process dies.
// The channel closes when cmd has ended; cmd.ProcessState then tells how. The
// kernel ties the signal to the starting thread, which therefore waits as long as
// cmd runs.
func Start(cmd *exec.Cmd, signal syscall.Signal) (<-chan struct{}, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = signal
	started, gone := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(gone)
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
		}
	}()
	return gone, <-started
}
